//! The certificates of a family, with keys made of their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{KeyPair, PublicKeyData};
use serde_json::{Value, json};

use super::FORMAT;
use super::ca::{Issued, Recipe, authority};
use super::case::Case;

/// A file of vectors.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) essay: &'static str,
    pub(super) world: World,
    pub(super) cases: Vec<Case>,
}

/// Certificates by name.
#[derive(Default)]
pub(super) struct World {
    certificates: BTreeMap<String, Entry>,
}

struct Entry {
    issued: Issued,
    spki: Vec<u8>,
}

/// The Ed25519 key of a name, in PKCS #8 (RFC 8410 §7): its seed is the name's SHA-256.
pub(super) fn key(name: &str) -> Arc<KeyPair> {
    const HEAD: &[u8] = &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let pkcs8 = [HEAD, digest(&SHA256, name.as_bytes()).as_ref()].concat();
    Arc::new(KeyPair::try_from(pkcs8.as_slice()).expect("a key from a seed"))
}

/// A fixed RSA key that protects nothing, for certificates signed with PKCS #1 v1.5.
pub(super) fn rsa_key() -> Arc<KeyPair> {
    Arc::new(KeyPair::from_pem(include_str!("rsa-2048.pem")).expect("the committed key"))
}

impl World {
    /// A world with one root, `root`.
    pub(super) fn with_root() -> Self {
        let mut world = Self::default();
        world.root("root");
        world
    }

    pub(super) fn root(&mut self, name: &str) {
        let recipe = authority(&format!("Test {name}"));
        self.own(name, recipe);
    }

    /// A self-signed certificate with the key of its name.
    pub(super) fn own(&mut self, name: &str, recipe: Recipe) {
        self.own_with(name, recipe, key(name));
    }

    pub(super) fn own_with(&mut self, name: &str, recipe: Recipe, key: Arc<KeyPair>) {
        let spki = key.subject_public_key_info();
        self.add(name, recipe.key(&key).self_signed(), spki);
    }

    /// A certificate below `issuer`, with the key of its name.
    pub(super) fn issue(&mut self, name: &str, recipe: Recipe, issuer: &str) {
        self.issue_with(name, recipe, issuer, key(name));
    }

    pub(super) fn issue_with(&mut self, name: &str, recipe: Recipe, issuer: &str, key: Arc<KeyPair>) {
        let spki = key.subject_public_key_info();
        let issued = recipe.key(&key).signed_by(&self.entry(issuer).issued);
        self.add(name, issued, spki);
    }

    /// A certificate for a key that nobody holds.
    pub(super) fn issue_spki(&mut self, name: &str, recipe: Recipe, issuer: &str, spki: Vec<u8>) {
        let recipe = recipe.key(&key(name)).spki(spki.clone());
        let issued = recipe.signed_by(&self.entry(issuer).issued);
        self.add(name, issued, spki);
    }

    /// Bytes that are no certificate of ours.
    pub(super) fn bytes(&mut self, name: &str, der: Vec<u8>) {
        let issued = Issued { der, ..self.entry("root").issued.clone() };
        self.add(name, issued, Vec::new());
    }

    fn add(&mut self, name: &str, issued: Issued, spki: Vec<u8>) {
        let before = self.certificates.insert(name.to_owned(), Entry { issued, spki });
        assert!(before.is_none(), "two certificates are called {name}");
    }

    fn entry(&self, name: &str) -> &Entry {
        self.certificates.get(name).unwrap_or_else(|| panic!("no certificate is called {name}"))
    }

    pub(super) fn issued(&self, name: &str) -> &Issued {
        &self.entry(name).issued
    }

    pub(super) fn der(&self, name: &str) -> &[u8] {
        &self.entry(name).issued.der
    }

    pub(super) fn spki(&self, name: &str) -> &[u8] {
        &self.entry(name).spki
    }

    /// RDATA in hexadecimal that names a certificate.
    pub(super) fn tlsa(&self, usage: u8, selector: u8, matching: u8, name: &str) -> String {
        let content = if selector == 0 { self.der(name) } else { self.spki(name) };
        let data = match matching {
            0 => content.to_vec(),
            1 => digest(&SHA256, content).as_ref().to_vec(),
            _ => digest(&SHA512, content).as_ref().to_vec(),
        };
        hexadecimal(&[&[usage, selector, matching], data.as_slice()].concat())
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Family {
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(|case| case.id.as_str())
    }

    pub(super) fn to_text(&self) -> String {
        let certificates: BTreeMap<&str, String> = self
            .world
            .certificates
            .iter()
            .map(|(name, entry)| (name.as_str(), STANDARD.encode(&entry.issued.der)))
            .collect();
        let cases: Vec<Value> = self.cases.iter().map(Case::to_value).collect();
        let value = json!({
            "format": FORMAT,
            "family": self.name,
            "about": self.essay,
            "certificates": certificates,
            "cases": cases,
        });
        let mut text = serde_json::to_string_pretty(&value).expect("a value is always text");
        text.push('\n');
        text
    }
}
