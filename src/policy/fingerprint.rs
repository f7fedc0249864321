//! One value that stands for everything a policy demands.
//!
//! A session that was made under one policy must not be resumed under another (RES-08, RES-09), so tickets
//! and session caches are bound to this value. It is the SHA-256 of a versioned canonical text: a line for
//! each setting, ordered by its path, then the peers, then the digest of the trust anchors. A release that
//! changes the form raises the version, and sessions of the older one end in full handshakes.

use std::fmt::Write as _;

use super::value::Value;
use super::{Policy, Setting};
use crate::certificate::sha_256;

/// The first line of the canonical text.
const VERSION: &str = "xmpptls policy 1";

impl Policy {
    /// The SHA-256 of everything the policy demands, its trust anchors included, its name and the names of
    /// files apart. Equal for two policies only if they demand the same. Computed at the first call.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        *self
            .fingerprint
            .get_or_init(|| sha_256([self.canonical_text().as_bytes(), &self.trust_anchors.digest()]))
    }

    fn canonical_text(&self) -> String {
        let mut lines: Vec<String> = Setting::ALL
            .iter()
            .filter(|setting| !matches!(setting, Setting::TrustAnchors | Setting::RevocationLists))
            .filter_map(|setting| Some(format!("{setting}={}", plain(&self.value(*setting)?))))
            .collect();
        lines.sort_unstable();
        lines.insert(0, format!("{VERSION}\nservice={}", self.service.name()));
        let mut text = lines.join("\n");
        for (domain, peer) in &self.peers {
            let requirement = peer.requirement.map_or("", |one| one.name());
            let _ = write!(
                text,
                "\npeer={domain} subdomains={} requirement={requirement} dane={:?}",
                peer.with_subdomains, peer.dane_required
            );
            let mut digests: Vec<String> = peer.pins.iter().map(|pin| format!("pin={pin}")).collect();
            digests.extend(peer.exceptions.iter().map(|one| format!("until {}={}", one.until, one.digest)));
            digests.sort_unstable();
            let _ = write!(text, " {}", digests.join(" "));
        }
        text.push('\n');
        text
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Word(word) => (*word).to_owned(),
        Value::Words(words) => words.join(","),
        Value::Names(names) => names.join(","),
    }
}
