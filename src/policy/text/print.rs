//! Printing the TOML form, every value spelled out.

use std::fmt::Write as _;

use super::time;
use crate::certificate::hexadecimal;
use crate::policy::value::Value;
use crate::policy::{PeerPolicy, PinnedDigest, Policy, Setting};

impl Policy {
    /// The policy as TOML, with every value, in an order that does not change. Comments at its head list
    /// the relaxations in force. [`super::PolicyDocument::read`] reads it to an equal policy, given the
    /// same trust anchors.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!("# {}: {} policy of libxmpptls.\n", self.name, self.service.name());
        for relaxation in self.relaxations() {
            let _ = writeln!(text, "# Relaxation {relaxation}");
        }
        let _ = writeln!(text, "preset = {}", quoted(self.preset.name()));
        let mut section = "";
        for setting in in_sections() {
            let Some(value) = self.value(setting) else { continue };
            if setting.section() != section {
                section = setting.section();
                let _ = write!(text, "\n[{section}]\n");
            }
            let _ = writeln!(text, "{} = {}", setting.key(), printed(&value));
        }
        for (domain, peer) in &self.peers {
            let _ = write!(text, "\n[peer.{}]\n{}", quoted(domain.as_ascii()), printed_peer(peer));
        }
        text
    }
}

impl Policy {
    /// The value of a setting in TOML's form, as [`PolicyBuilder::set`](crate::policy::PolicyBuilder::set)
    /// takes it; `None` for the settings of a peer's table.
    #[must_use]
    pub fn setting(&self, setting: Setting) -> Option<String> {
        self.value(setting).map(|value| printed(&value))
    }
}

/// The settings with those of one table together, tables in the order of their first setting.
fn in_sections() -> Vec<Setting> {
    let mut sections: Vec<&str> = Vec::new();
    for setting in Setting::ALL {
        if !sections.contains(&setting.section()) {
            sections.push(setting.section());
        }
    }
    let in_section = |section| Setting::ALL.iter().copied().filter(move |one| one.section() == section);
    sections.into_iter().flat_map(in_section).collect()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn printed(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Word(word) => quoted(word),
        Value::Words(words) => array(words.iter().map(|word| quoted(word))),
        Value::Names(names) => array(names.iter().map(|name| quoted(name))),
    }
}

/// An array on one line while it is short, else one entry a line.
fn array(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.collect();
    let line = format!("[{}]", entries.join(", "));
    if line.len() <= 80 { line } else { format!("[\n    {},\n]", entries.join(",\n    ")) }
}

fn printed_peer(peer: &PeerPolicy) -> String {
    let mut text = format!("with_subdomains = {}\n", peer.with_subdomains);
    if let Some(requirement) = peer.requirement {
        let _ = writeln!(text, "requirement = {}", quoted(requirement.name()));
    }
    if let Some(required) = peer.dane_required {
        let _ = writeln!(text, "dane_required = {required}");
    }
    let _ = writeln!(
        text,
        "pins = {}",
        array(peer.pins.iter().map(|pin| format!("{{ {} }}", printed_digest(pin))))
    );
    let exceptions = peer.exceptions.iter().map(|exception| {
        let until = time::text(exception.until);
        format!("{{ {}, until = {until} }}", printed_digest(&exception.digest))
    });
    let _ = writeln!(text, "exceptions = {}", array(exceptions));
    text
}

fn printed_digest(digest: &PinnedDigest) -> String {
    let (key, bytes) = match digest {
        PinnedDigest::Certificate(bytes) => ("certificate", bytes),
        PinnedDigest::PublicKey(bytes) => ("public_key", bytes),
    };
    format!("{key} = \"sha-256:{}\"", hexadecimal(bytes))
}
