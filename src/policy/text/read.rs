//! Reading the TOML form.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::value::{
    Located, Placed, entries, exception, flag, list, number, path, pin, source, string, table, word,
};
use super::{PolicyDocument, PolicyTextError, Positions, TextFault};
use crate::limits::POLICY_TEXT_BYTES;
use crate::name::Domain;
use crate::parameter::{CipherSuite, Group, Version};
use crate::policy::{
    ClientCertificate, DaneUsages, Directions, Gate, PeerPolicy, PolicyBuilder, PolicyError, Preset,
    Requirement, Resumption, Revocation, Setting, StarttlsDemand, UnknownServerName,
};

/// Reads a whole document.
pub(super) fn document(text: &str) -> Result<PolicyDocument, PolicyTextError> {
    if text.len() > POLICY_TEXT_BYTES {
        return Err(PolicyTextError::new(text, None, TextFault::TooLong(POLICY_TEXT_BYTES)));
    }
    let table = DeTable::parse(text).map_err(|error| {
        PolicyTextError::new(text, error.span(), TextFault::Syntax(error.message().into()))
    })?;
    let mut positions = Positions::default();
    let builder = read_top(table.get_ref(), &mut positions)
        .map_err(|(span, fault)| PolicyTextError::new(text, Some(span), fault))?;
    Ok(PolicyDocument { text: text.into(), builder, positions })
}

impl PolicyBuilder {
    /// Sets one setting by its path and a value in TOML's form, as a line `path = value` would:
    /// `set("dane.required", "true")`, `set("tls.resumption", "\"off\"")`. A single word may stand without
    /// quotes: `set("tls.resumption", "off")`. Peers' tables are not settings.
    ///
    /// # Errors
    /// [`PolicyTextError`]; its place is seen from the start of `value`.
    pub fn set(&mut self, path: &str, value: &str) -> Result<&mut Self, PolicyTextError> {
        let quoted = if is_bare_word(value) { format!("\"{value}\"") } else { String::new() };
        let value = if quoted.is_empty() { value } else { &quoted };
        let error = |(span, fault)| PolicyTextError::new(value, span, fault);
        if value.len() > POLICY_TEXT_BYTES {
            return Err(error((None, TextFault::TooLong(POLICY_TEXT_BYTES))));
        }
        let (section, key) = path.split_once('.').unwrap_or(("", path));
        let found = Setting::ALL.iter().find(|one| one.path() == path);
        let setting = *found.ok_or_else(|| error((None, unknown_key(section, key))))?;
        let parsed = DeValue::parse(value)
            .map_err(|failed| error((failed.span(), TextFault::Syntax(failed.message().into()))))?;
        apply(self, setting, &parsed).map_err(|(span, fault)| error((Some(span), fault)))?;
        Ok(self)
    }
}

/// Whether a value is a word and no literal of TOML's own.
fn is_bare_word(value: &str) -> bool {
    let starts = value.bytes().next().is_some_and(|first| first.is_ascii_alphabetic());
    let word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    starts && word && !matches!(value, "true" | "false" | "inf" | "nan")
}

fn read_top(top: &DeTable<'_>, positions: &mut Positions) -> Located<PolicyBuilder> {
    let mut builder = PolicyBuilder::new(preset(top)?);
    for (key, span, value) in entries(top) {
        match key {
            "preset" => {}
            "peer" => read_peers(&mut builder, table(value)?, positions)?,
            section if is_section(section) => read_section(&mut builder, section, table(value)?, positions)?,
            _ => read_setting(&mut builder, "", (key, span, value), positions)?,
        }
    }
    Ok(builder)
}

fn preset(top: &DeTable<'_>) -> Located<Preset> {
    let Some(value) = top.get("preset") else { return Err((0..0, TextFault::NoPreset)) };
    let name = string(value)?;
    Preset::from_name(name).ok_or_else(|| {
        let known = Preset::ALL.iter().map(|preset| preset.name()).collect();
        (value.span(), TextFault::UnknownWord { word: name.into(), known })
    })
}

fn is_section(key: &str) -> bool {
    Setting::ALL.iter().any(|setting| !setting.section().is_empty() && setting.section() == key)
}

fn read_section(
    builder: &mut PolicyBuilder,
    section: &str,
    table: &DeTable<'_>,
    positions: &mut Positions,
) -> Located<()> {
    entries(table).into_iter().try_for_each(|entry| read_setting(builder, section, entry, positions))
}

fn read_setting(
    builder: &mut PolicyBuilder,
    section: &str,
    (key, span, value): (&str, Range<usize>, &Placed<'_>),
    positions: &mut Positions,
) -> Located<()> {
    let found = Setting::ALL.iter().find(|one| one.section() == section && one.key() == key);
    let Some(setting) = found.copied() else { return Err((span, unknown_key(section, key))) };
    apply(builder, setting, value)?;
    positions.settings.insert(setting, span);
    Ok(())
}

/// The fault for a key that does not exist, with the nearest that does: in its own table first, then any.
fn unknown_key(section: &str, key: &str) -> TextFault {
    let siblings = Setting::ALL.iter().filter(|one| one.section() == section).map(|one| one.key());
    let sections = Setting::ALL.iter().map(|one| one.section()).filter(|one| !one.is_empty());
    let top = ["preset", "peer"].into_iter().chain(sections);
    let own = nearest(key, siblings.chain(top.filter(|_| section.is_empty())));
    let qualified = own.map(|own| if section.is_empty() { own.into() } else { format!("{section}.{own}") });
    let anywhere = || {
        let same_key = Setting::ALL.iter().find(|one| one.key() == key);
        let joined = || Setting::ALL.iter().find(|one| one.path().replace('.', "_") == key);
        same_key.or_else(joined).map(|one| one.path().to_owned())
    };
    let nearest = qualified.or_else(anywhere).map(String::into_boxed_str);
    TextFault::UnknownKey { key: key.into(), nearest }
}

fn read_peers(builder: &mut PolicyBuilder, peers: &DeTable<'_>, positions: &mut Positions) -> Located<()> {
    for (name, span, value) in entries(peers) {
        let domain = Domain::parse(name).map_err(|error| (span.clone(), TextFault::Domain(error)))?;
        let peer = read_peer(table(value)?)?;
        let added = builder.peer(domain.clone(), peer);
        added.map_err(|error| (span.clone(), TextFault::Policy(error)))?;
        positions.peers.insert(domain, span);
    }
    Ok(())
}

fn read_peer(fields: &DeTable<'_>) -> Located<PeerPolicy> {
    let mut peer = PeerPolicy::default();
    for (key, span, value) in entries(fields) {
        let setting = Setting::PEER.iter().find(|one| one.key() == key);
        match setting {
            Some(Setting::PeerWithSubdomains) => peer.with_subdomains = flag(value)?,
            Some(Setting::PeerRequirement) => {
                peer.requirement = Some(word(value, Requirement::ALL, Requirement::name)?);
            }
            Some(Setting::PeerDaneRequired) => peer.dane_required = Some(flag(value)?),
            Some(Setting::PeerPins) => peer.pins = list(value, pin)?,
            Some(Setting::PeerExceptions) => peer.exceptions = list(value, exception)?,
            _ => {
                let known = Setting::PEER.iter().map(|one| one.key());
                let nearest = nearest(key, known).map(Into::into);
                return Err((span, TextFault::UnknownKey { key: key.into(), nearest }));
            }
        }
    }
    Ok(peer)
}

/// Sets one setting in the builder to a value of the text.
fn apply(builder: &mut PolicyBuilder, setting: Setting, value: &Placed<'_>) -> Located<()> {
    let version = |value| word(value, Version::ALL, Version::name);
    let result: Result<&mut PolicyBuilder, PolicyError> = match setting {
        Setting::Requirement => builder.requirement(word(value, Requirement::ALL, Requirement::name)?),
        Setting::Gate => builder.gate(word(value, Gate::ALL, Gate::name)?),
        Setting::Directions => builder.directions(word(value, Directions::ALL, Directions::name)?),
        Setting::Starttls => builder.starttls(word(value, StarttlsDemand::ALL, StarttlsDemand::name)?),
        Setting::FromMismatchIsRefused => builder.from_mismatch_is_refused(flag(value)?),
        Setting::StrictVirtualHosts => builder.strict_virtual_hosts(flag(value)?),
        Setting::OldestVersion => builder.oldest_version(version(value)?),
        Setting::NewestVersion => builder.newest_version(version(value)?),
        Setting::CipherSuites => {
            builder.cipher_suites(list(value, |one| word(one, CipherSuite::ALL, CipherSuite::name))?)
        }
        Setting::Groups => builder.groups(list(value, |one| word(one, Group::ALL, Group::name))?),
        Setting::RequireExtendedMasterSecret => builder.require_extended_master_secret(flag(value)?),
        Setting::Resumption => builder.resumption(word(value, Resumption::ALL, Resumption::name)?),
        Setting::Alpn => builder.alpn(flag(value)?),
        Setting::RequireAlpn => builder.require_alpn(flag(value)?),
        Setting::StarttlsServerName => builder.starttls_server_name(flag(value)?),
        Setting::UnknownServerName => {
            builder.unknown_server_name(word(value, UnknownServerName::ALL, UnknownServerName::name)?)
        }
        Setting::ClientCertificate => {
            builder.client_certificate(word(value, ClientCertificate::ALL, ClientCertificate::name)?)
        }
        Setting::ClientCertificateMinimum => builder.client_certificate_minimum(version(value)?),
        Setting::KeyLog => builder.key_log(flag(value)?),
        Setting::Pkix => builder.pkix(flag(value)?),
        Setting::Revocation => builder.revocation(word(value, Revocation::ALL, Revocation::name)?),
        Setting::AcceptClientAuthOnly => builder.accept_client_auth_only(flag(value)?),
        Setting::ConfiguredHostCounts => builder.configured_host_counts(flag(value)?),
        Setting::DaneUsages => builder.dane(word(value, DaneUsages::VALUES, DaneUsages::name)?),
        Setting::DaneInbound => builder.dane_inbound(flag(value)?),
        Setting::DaneRequired => builder.dane_required(flag(value)?),
        Setting::Posh => builder.posh(flag(value)?),
        Setting::PoshMismatchIsFinal => builder.posh_mismatch_is_final(flag(value)?),
        Setting::PoshMaximumAge => builder.posh_maximum_age(number(value)?),
        Setting::Dialback => builder.dialback(flag(value)?),
        Setting::DialbackRequiresTls => builder.dialback_requires_tls(flag(value)?),
        Setting::TimeBeforeTls => builder.time_before_tls(number(value)?),
        Setting::TimeHandshake => builder.time_for_handshake(number(value)?),
        Setting::TimeVerdict => builder.time_for_verdict(number(value)?),
        Setting::TrustAnchors => builder.trust_anchor_sources(list(value, source)?),
        Setting::RevocationLists => builder.revocation_list_sources(list(value, path)?),
        Setting::PeerWithSubdomains
        | Setting::PeerRequirement
        | Setting::PeerDaneRequired
        | Setting::PeerPins
        | Setting::PeerExceptions => return Err((value.span(), unknown_key("peer", setting.key()))),
    };
    result.map(|_| ()).map_err(|error| (value.span(), TextFault::Policy(error)))
}
