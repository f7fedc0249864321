//! Key exchange groups in OpenSSL's words.

use super::cipher_list::{NoCipherMatch, SkipReason, SkippedWord, skip};
use crate::limits::COMPAT_TEXT_BYTES;
use crate::parameter::Group;

/// Each name with its group; of several names the first is the one that is written.
const NAMES: &[(&str, Group)] = &[
    ("X25519", Group::X25519),
    ("prime256v1", Group::Secp256r1),
    ("P-256", Group::Secp256r1),
    ("secp256r1", Group::Secp256r1),
    ("secp384r1", Group::Secp384r1),
    ("P-384", Group::Secp384r1),
    ("X25519MLKEM768", Group::X25519MlKem768),
    ("SecP256r1MLKEM768", Group::Secp256r1MlKem768),
    ("MLKEM768", Group::MlKem768),
    ("MLKEM1024", Group::MlKem1024),
];

/// Names of groups that OpenSSL has and that do not exist here.
const NOT_HERE: &[&str] = &[
    "P-521",
    "secp521r1",
    "X448",
    "SecP384r1MLKEM1024",
    "MLKEM512",
    "ffdhe2048",
    "ffdhe3072",
    "ffdhe4096",
    "ffdhe6144",
    "ffdhe8192",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "secp256k1",
    "secp224r1",
    "P-224",
    "sect571r1",
    "sect409k1",
    "sect283k1",
    "secp521k1",
];

/// What a list of groups chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupList {
    /// The groups, in the order of the list; never empty.
    pub groups: Vec<Group>,
    /// The names that were passed over.
    pub skipped: Vec<SkippedWord>,
}

/// The names of all groups that can be chosen here, all spellings.
pub fn group_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// OpenSSL's name of a group: `X25519`, `prime256v1`, `secp384r1`, `X25519MLKEM768`.
#[must_use]
pub fn openssl_group(group: Group) -> &'static str {
    NAMES.iter().find(|(_, one)| *one == group).map_or_else(|| group.name(), |(name, _)| *name)
}

/// The group with this name, in any case; `None` if the library does not have it.
#[must_use]
pub fn group_from_openssl(name: &str) -> Option<Group> {
    NAMES.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, group)| *group)
}

/// Reads a list of groups such as `X25519:prime256v1:secp384r1`, in its order. The marks of OpenSSL 3.5 for
/// optional groups, key shares and tuples are read over; `auto` and `DEFAULT` mean this library's order.
///
/// # Errors
/// [`NoCipherMatch`] if none of them exists here.
pub fn group_list(text: &str) -> Result<GroupList, NoCipherMatch> {
    let (mut groups, mut skipped) = (Vec::new(), Vec::new());
    let text = if text.len() <= COMPAT_TEXT_BYTES { text } else { "" };
    let names = text.split([':', '/']).map(|name| name.trim().trim_start_matches(['?', '*']));
    for name in names.filter(|name| !name.is_empty()) {
        let named = match name {
            "auto" | "DEFAULT" => crate::parameter::Parameters::bcp195().groups,
            name => group_from_openssl(name).into_iter().collect(),
        };
        if named.is_empty() {
            let exists = NOT_HERE.iter().any(|one| one.eq_ignore_ascii_case(name));
            skip(&mut skipped, name, if exists { SkipReason::NotHere } else { SkipReason::Unknown });
        }
        for group in named {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
    }
    if groups.is_empty() { Err(NoCipherMatch { skipped }) } else { Ok(GroupList { groups, skipped }) }
}
