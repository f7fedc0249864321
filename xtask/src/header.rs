//! Stitches the C header: for each file of `src/ffi`, its essay, then what cbindgen makes of it.
//!
//! cbindgen prints types first and functions after; run once per file it keeps each handle family together,
//! so that the header reads as a manual. The essay is the module's own documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The parts in the order of reading; each may name types of the parts before it.
const PARTS: &[&str] = &[
    "ffi/basics",
    "ffi/error",
    "numbers/cause",
    "numbers/reason",
    "numbers/note",
    "ffi/certificate",
    "ffi/trust_anchors",
    "ffi/policy",
    "ffi/credentials",
    "ffi/context",
    "ffi/verdict",
    "ffi/endpoint",
    "ffi/connection",
    "ffi/driving",
    "ffi/facts",
    "ffi/verification",
    "ffi/history",
    "ffi/report",
    "ffi/dialback",
    "ffi/external",
    "ffi/binding",
    "ffi/lookup_builder",
    "ffi/lookup_reply",
    "ffi/lookup",
    "ffi/compat",
    "ffi/compat_settings",
];

/// Types whose Rust name is not their C name.
const RENAMED: &[(&str, &str)] =
    &[("CauseCode", "xmpp_tls_cause"), ("ReasonCode", "xmpp_tls_reason"), ("NoteCode", "xmpp_tls_note")];

const HEADER: &str = "include/xmpptls.h";

/// Writes the header.
pub(crate) fn write() -> Result<(), String> {
    let root = root();
    let text = generate(&root)?;
    fs::create_dir_all(root.join("include")).map_err(|e| e.to_string())?;
    fs::write(root.join(HEADER), text).map_err(|e| e.to_string())
}

/// Fails when the committed header is not what would be written, or a comment names a function that is not declared.
pub(crate) fn check() -> Result<(), String> {
    let root = root();
    let text = generate(&root)?;
    let committed = fs::read_to_string(root.join(HEADER)).map_err(|e| format!("{HEADER}: {e}"))?;
    if committed != text {
        return Err(format!("{HEADER} is not current: run `make header`"));
    }
    undeclared(&text)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}

fn generate(root: &Path) -> Result<String, String> {
    let mut text = String::from(PREAMBLE);
    let version = env!("CARGO_PKG_VERSION");
    let mut numbers = version.split('.');
    for name in ["MAJOR", "MINOR", "PATCH"] {
        let number = numbers.next().unwrap_or("0");
        let _ = writeln!(text, "#define XMPP_TLS_VERSION_{name} {number}");
    }
    let _ = writeln!(text, "#define XMPP_TLS_VERSION \"{version}\"\n");
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).map_err(|e| e.to_string())?;
    for part in PARTS {
        let path = root.join("src").join(format!("{part}.rs"));
        let source = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        text.push_str(&essay(&source));
        let mut config = config.clone();
        config.export.include = types(&source);
        config.export.rename =
            RENAMED.iter().map(|(rust, c)| ((*rust).to_owned(), (*c).to_owned())).collect();
        let bindings = cbindgen::Builder::new()
            .with_config(config)
            .with_src(&path)
            .generate()
            .map_err(|e| format!("{}: {e}", path.display()))?;
        let mut part = Vec::new();
        bindings.write(&mut part);
        text.push_str(&clean(&String::from_utf8(part).map_err(|e| e.to_string())?));
    }
    text.push_str(EPILOGUE);
    Ok(text)
}

/// The types of a part, so that all are printed, used by a function of the part or not.
fn types(source: &str) -> Vec<String> {
    let names = source.lines().filter_map(|line| {
        let rest = line.strip_prefix("pub enum ").or_else(|| line.strip_prefix("pub struct "))?;
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
    });
    let is_of_c = |name: &&str| name.starts_with("xmpp_tls_") || RENAMED.iter().any(|(rust, _)| rust == name);
    names.filter(is_of_c).map(str::to_owned).collect()
}

/// Prints an enum as constants and a fixed integer type, which C99 and C++ read alike, and takes out what
/// steers cbindgen.
fn clean(part: &str) -> String {
    let mut text = String::new();
    let mut lines = part.lines().map(str::trim_end).peekable();
    while let Some(line) = lines.next() {
        if line.contains("cbindgen:") {
            continue;
        }
        if let Some(name) = line.strip_prefix("enum ") {
            let integer = lines.by_ref().take_while(|line| !line.starts_with("#endif")).last();
            let integer = integer.map_or("int", |line| line.trim_start_matches([' ', ':']));
            let _ = writeln!(text, "typedef {integer} {name};\nenum {{");
            lines.next();
        } else if line.starts_with("#if __STDC_VERSION__") {
            lines.by_ref().take_while(|line| !line.starts_with("#endif")).for_each(drop);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.push('\n');
    one_line_comments(&text)
}

/// Folds a comment of one sentence into one line.
fn one_line_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut folded = String::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let block = (lines.get(at + 1), lines.get(at + 2).map(|line| line.trim()));
        match (line.trim(), block) {
            ("/**", (Some(sentence), Some("*/"))) => {
                let indent = line.len() - line.trim_start().len();
                let sentence = sentence.trim().trim_start_matches("* ");
                let _ = writeln!(folded, "{:indent$}/** {sentence} */", "");
                at += 3;
            }
            _ => {
                folded.push_str(line);
                folded.push('\n');
                at += 1;
            }
        }
    }
    folded
}

/// The module documentation of a part as a C comment.
fn essay(source: &str) -> String {
    let mut text = format!("\n/* {}\n", "=".repeat(100));
    for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
        text.push_str(format!(" *{line}").trim_end());
        text.push('\n');
    }
    let _ = writeln!(text, " * {} */\n", "=".repeat(100));
    text
}

/// Each `xmpp_tls_…` in backticks must be declared.
fn undeclared(text: &str) -> Result<(), String> {
    let mut missing: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            word.starts_with("xmpp_tls_") && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
        .filter(|word| !text.contains(&format!("{word}(")) && !text.contains(&format!("{word};")))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() { Ok(()) } else { Err(format!("comments name what is not declared: {missing:?}")) }
}

const PREAMBLE: &str = "\
/*
 * xmpptls.h – TLS for XMPP: how a stream is secured, and by which proof its peer is known.
 *
 * Generated from src/ffi by `make header`; do not edit. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The parts, in the order of reading: each opens with an essay that says what its handles are for, what
 * they decide, and what they do not check.
 */
#ifndef XMPPTLS_H
#define XMPPTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern \"C\" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define XMPP_TLS_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define XMPP_TLS_WARN_UNUSED
#endif

";

const EPILOGUE: &str = "\
#ifdef __cplusplus
}
#endif

#endif /* XMPPTLS_H */
";
