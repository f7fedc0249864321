//! `policy`: a policy as it is understood, what it gives up, and what it would do with a domain.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use xmpptls::files;
use xmpptls::name::Domain;
use xmpptls::policy::{Gate, Policy, PolicyBuilder, Preset, Requirement, TrustAnchorSource};

use crate::args::PolicyArgs;
use crate::clock::date_and_minute;
use crate::failure::Failure;
use crate::paint::{self, BOLD, GOOD, Lines, PLAIN, WEAK};

/// Runs `policy`.
pub(crate) fn run(args: &PolicyArgs) -> Result<u8, Failure> {
    let Some(name) = &args.policy else {
        crate::say(&presets());
        return Ok(0);
    };
    let policy = read(name)?;
    match &args.domain {
        Some(domain) => crate::say(&explained(&policy, domain)),
        None => crate::say(&policy.to_toml()),
    }
    Ok(0)
}

/// A preset's policy, or that of a file.
fn read(name: &Path) -> Result<Arc<Policy>, Failure> {
    if name.is_file() {
        return Ok(files::policy(name).map_err(Failure::File)?.policy);
    }
    let text = name.to_string_lossy();
    let mut builder = PolicyBuilder::from_name(&text).map_err(|_| {
        Failure::Argument(format!("{text} is no file and no preset; `xmpptls policy` lists the presets"))
    })?;
    // A preset trusts what its reader says; here that is the system's store.
    let anchors = files::system_trust_anchors().map_err(Failure::File)?.anchors;
    builder
        .trust_anchor_sources(vec![TrustAnchorSource::System])
        .and_then(|builder| builder.trust_anchors(anchors))
        .and_then(|builder| builder.build())
        .map_err(Failure::Policy)
}

fn presets() -> String {
    let mut text = String::from("presets; `xmpptls policy NAME` prints one:\n");
    for preset in Preset::ALL {
        let what = match preset {
            Preset::C2sClient2026 => "a client: the server must be authenticated before a byte passes",
            Preset::C2sServer2026 => "a server towards clients: TLS is demanded",
            Preset::S2s2026 => "a server towards servers: the certificate must prove the peer",
            Preset::S2sWithDialback2026 => "the same, but dialback is accepted as a weak proof",
            _ => "",
        };
        let _ = writeln!(text, "  {:<24} {what}", preset.name());
    }
    text
}

fn explained(policy: &Policy, domain: &Domain) -> String {
    let mut lines = Lines::new(paint::width());
    let demands = policy.for_peer(domain);
    lines.line(&paint::painted(BOLD, &format!("{} and {domain}", policy.name())));
    let table = match demands.owner {
        Some(owner) if owner == domain => format!("its own table [peer.\"{owner}\"] counts"),
        Some(owner) => format!("the table [peer.\"{owner}\"] counts, which is written with its subdomains"),
        None => "no table of its own: the policy speaks alone".into(),
    };
    lines.entry(2, "table", PLAIN, &table);
    let (style, needed) = match demands.requirement {
        Requirement::Authenticate => (GOOD, "a certificate has to prove it; else it is refused"),
        Requirement::AuthenticateOrDialback => {
            (WEAK, "a certificate proves it, or a dialback answer does so weakly; else it is refused")
        }
        Requirement::EncryptOnly => (WEAK, "TLS is enough: nobody need know who it is"),
    };
    lines.entry(2, "needs", style, needed);
    lines.entry(2, "proofs", PLAIN, &proofs(policy, demands.dane_required));
    if !demands.pins.is_empty() {
        lines.entry(2, "pins", PLAIN, &format!("its key has to be one of {}", demands.pins.len()));
    }
    for exception in demands.exceptions {
        let until = date_and_minute(exception.until);
        lines.entry(2, "exception", WEAK, &format!("one certificate or key is accepted until {until}"));
    }
    let parameters = policy.parameters();
    lines.entry(2, "tls", PLAIN, &format!("{} to {}", parameters.oldest, parameters.newest));
    let gate = match policy.gate() {
        Gate::Library => "no byte of the application passes before the peer is known",
        Gate::Host => "bytes pass as soon as TLS is up; the host asks who it is before it trusts",
    };
    lines.entry(2, "bytes", PLAIN, gate);
    let relaxations = policy.relaxations();
    if relaxations.is_empty() {
        lines.entry(2, "gives up", GOOD, "nothing");
    }
    for (index, relaxation) in relaxations.iter().enumerate() {
        lines.entry(2, if index == 0 { "gives up" } else { "" }, WEAK, &relaxation.to_string());
    }
    lines.finish()
}

fn proofs(policy: &Policy, dane_required: bool) -> String {
    let mut proofs = Vec::new();
    if policy.dane().is_on() {
        proofs.push(if dane_required {
            "DANE, which has to succeed"
        } else {
            "DANE, where the zone is signed"
        });
    }
    if policy.pkix() {
        proofs.push("PKIX");
    }
    if policy.posh() {
        proofs.push("POSH");
    }
    if policy.dialback() {
        proofs.push("dialback");
    }
    if proofs.is_empty() { "none".into() } else { proofs.join(", then ") }
}
