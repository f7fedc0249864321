//! The reference in `docs/policy.md` says what there is, and its examples can be read.

mod support;

use xmpptls::policy::{PolicyDocument, Preset, Setting};

#[test]
fn the_reference_names_every_setting_every_preset_and_every_relaxation() {
    let page = include_str!("../docs/policy.md");
    for setting in Setting::ALL.iter().chain(Setting::PEER) {
        let (section, key) = (setting.section(), format!("| `{}` |", setting.key()));
        let heading = match section {
            "" => "### At the top".to_owned(),
            "peer" => "## Peers".to_owned(),
            section => format!("### `[{section}]`"),
        };
        let (_, rest) = page.split_once(&heading).unwrap();
        let own = rest.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
        assert!(own.contains(&key), "{setting}");
    }
    for preset in Preset::ALL {
        assert!(page.contains(&format!("`{preset}`")), "{preset}");
    }
    let relaxations = include_str!("../src/policy/relaxation.rs");
    let names: Vec<_> =
        relaxations.lines().filter_map(|line| line.split_once(" = \"")?.1.split('"').next()).collect();
    assert!(names.len() >= 19);
    for name in names {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn the_examples_of_the_reference_are_policies() {
    let page = include_str!("../docs/policy.md");
    let blocks: Vec<_> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let text =
            if block.contains("preset") { block.to_owned() } else { format!("preset = \"s2s\"\n{block}") };
        PolicyDocument::read(&text).unwrap().build(support::policy::trusted()).unwrap();
    }
}
