//! Cipher strings such as `HIGH:!aNULL:!3DES:@STRENGTH`, and lists of TLS 1.3 suites.
//!
//! The grammar is that of OpenSSL's `ciphers(1)`: words separated by colons, commas, semicolons or blanks;
//! `A+B` is what is in both; `-A` takes away, `!A` takes away for good, `+A` only moves. What comes out is a
//! set, in this library's order of preference: orders in the string, `@STRENGTH` among them, change
//! nothing. The string chooses among suites of TLS 1.2 alone, as it does for OpenSSL.

use std::collections::BTreeSet;

use super::suite::suite_words;
use super::word::{Word, of_version, tls12_suites, word};
use crate::limits::{COMPAT_SKIPPED_WORDS, COMPAT_TEXT_BYTES};
use crate::parameter::{CipherSuite, Version};

/// What a cipher string or a list of suites chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CipherList {
    /// The suites, the preferred first; never empty.
    pub suites: Vec<CipherSuite>,
    /// The level of `@SECLEVEL=`, if the string has one. Levels up to 3 change nothing here, since
    /// everything has 128 bits; 4 and 5 demand 256.
    pub security_level: Option<u8>,
    /// The words that were passed over, each once, up to
    /// [`COMPAT_SKIPPED_WORDS`](crate::limits::COMPAT_SKIPPED_WORDS) of them.
    pub skipped: Vec<SkippedWord>,
}

/// A word that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedWord {
    /// The word as written.
    pub word: Box<str>,
    /// Why.
    pub reason: SkipReason,
}

/// Why a word was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// It names a suite or group that exists, and not here.
    NotHere,
    /// It is no word that is known here.
    Unknown,
}

/// A cipher string or a list of suites chooses nothing that exists here: OpenSSL's `no cipher match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCipherMatch {
    /// The words that were passed over.
    pub skipped: Vec<SkippedWord>,
}

impl std::fmt::Display for NoCipherMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no cipher match")
    }
}

impl std::error::Error for NoCipherMatch {}

/// Adds a word to the list of what was passed over.
pub(super) fn skip(skipped: &mut Vec<SkippedWord>, word: &str, reason: SkipReason) {
    let is_new = !skipped.iter().any(|one| &*one.word == word);
    if is_new && skipped.len() < COMPAT_SKIPPED_WORDS {
        skipped.push(SkippedWord { word: word.into(), reason });
    }
}

/// Reads a cipher string.
///
/// # Errors
/// [`NoCipherMatch`] if no suite is left, or the string is longer than
/// [`COMPAT_TEXT_BYTES`](crate::limits::COMPAT_TEXT_BYTES).
pub fn cipher_list(text: &str) -> Result<CipherList, NoCipherMatch> {
    let mut reader = Reader::default();
    if text.len() <= COMPAT_TEXT_BYTES {
        text.split([':', ',', ';', ' ', '\t', '\n', '\r'])
            .filter(|one| !one.is_empty())
            .for_each(|one| reader.take(one));
    }
    reader.finish()
}

/// The state while a cipher string is read.
#[derive(Default)]
struct Reader {
    chosen: BTreeSet<CipherSuite>,
    barred: BTreeSet<CipherSuite>,
    security_level: Option<u8>,
    skipped: Vec<SkippedWord>,
}

impl Reader {
    fn take(&mut self, token: &str) {
        if let Some(command) = token.strip_prefix('@') {
            return self.command(token, command);
        }
        let (sign, expression) = match token.split_at_checked(1) {
            Some((sign @ ("!" | "-" | "+"), rest)) => (sign, rest),
            _ => ("", token),
        };
        let Some(meant) = self.meaning(expression) else { return };
        match sign {
            "" => self.chosen.extend(meant.difference(&self.barred)),
            "+" => {}
            _ => self.chosen.retain(|suite| !meant.contains(suite)),
        }
        if sign == "!" {
            self.barred.extend(meant);
        }
    }

    /// The suites in all parts of `A+B+C`; `None` if a part is no word, which voids the whole.
    fn meaning(&mut self, expression: &str) -> Option<BTreeSet<CipherSuite>> {
        let mut meant: BTreeSet<CipherSuite> = tls12_suites().into_iter().collect();
        for part in expression.split('+') {
            match word(part) {
                Word::Suite(suite) => meant.retain(|one| *one == suite),
                Word::Class(class) => meant.retain(|one| class(*one)),
                Word::OtherSuite => {
                    skip(&mut self.skipped, expression, SkipReason::NotHere);
                    return None;
                }
                Word::Unknown => {
                    skip(&mut self.skipped, expression, SkipReason::Unknown);
                    return None;
                }
            }
        }
        Some(meant)
    }

    fn command(&mut self, token: &str, command: &str) {
        let level = command.strip_prefix("SECLEVEL=").and_then(|level| level.parse::<u8>().ok());
        match level {
            Some(level @ 0..=5) => self.security_level = Some(level),
            _ if command == "STRENGTH" => {}
            _ => skip(&mut self.skipped, token, SkipReason::Unknown),
        }
    }

    fn finish(mut self) -> Result<CipherList, NoCipherMatch> {
        if self.security_level.is_some_and(|level| level >= 4) {
            self.chosen.retain(|suite| suite_words(*suite).bits >= 256);
        }
        let suites: Vec<_> = tls12_suites().into_iter().filter(|suite| self.chosen.contains(suite)).collect();
        if suites.is_empty() {
            return Err(NoCipherMatch { skipped: self.skipped });
        }
        Ok(CipherList { suites, security_level: self.security_level, skipped: self.skipped })
    }
}

/// Reads a list of TLS 1.3 suites, `TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256`, in this
/// library's order of preference.
///
/// # Errors
/// [`NoCipherMatch`] if none of them exists here.
pub fn ciphersuites(text: &str) -> Result<CipherList, NoCipherMatch> {
    let (mut chosen, mut skipped) = (BTreeSet::new(), Vec::new());
    let text = if text.len() <= COMPAT_TEXT_BYTES { text } else { "" };
    for name in text.split(':').map(str::trim).filter(|name| !name.is_empty()) {
        match word(name) {
            Word::Suite(suite) if suite.version() == Version::Tls13 => {
                chosen.insert(suite);
            }
            Word::Suite(_) | Word::OtherSuite => skip(&mut skipped, name, SkipReason::NotHere),
            Word::Class(_) | Word::Unknown => skip(&mut skipped, name, SkipReason::Unknown),
        }
    }
    let suites: Vec<_> =
        of_version(Version::Tls13).into_iter().filter(|suite| chosen.contains(suite)).collect();
    if suites.is_empty() {
        return Err(NoCipherMatch { skipped });
    }
    Ok(CipherList { suites, security_level: None, skipped })
}

/// The suites of a range of versions as OpenSSL's two settings choose them: `ciphers` for TLS 1.2,
/// `tls13` for TLS 1.3; an empty text leaves every suite of its version.
///
/// # Errors
/// [`NoCipherMatch`] if a text that is not empty, of a version in the range, names none that exists here.
pub fn suites(
    oldest: Version,
    newest: Version,
    ciphers: &str,
    tls13: &str,
) -> Result<Vec<CipherSuite>, NoCipherMatch> {
    let mut chosen = Vec::new();
    if newest == Version::Tls13 {
        chosen.extend(if tls13.is_empty() { of_version(newest) } else { ciphersuites(tls13)?.suites });
    }
    if oldest == Version::Tls12 {
        chosen.extend(if ciphers.is_empty() { of_version(oldest) } else { cipher_list(ciphers)?.suites });
    }
    Ok(chosen)
}
