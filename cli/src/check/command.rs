//! `check` on the command line: settings from arguments, progress while waiting, one of the forms out.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use xmpptls::files;
use xmpptls::lookup::{AddressGuard, LookupBuilder, Servers};
use xmpptls::tls::CredentialStore;

use super::facts::DomainCheck;
use super::settings::{self, Settings};
use super::{json, page, text};
use crate::args::{CheckArgs, NetworkArgs};
use crate::failure::Failure;
use crate::history;
use crate::paint;

const NO_DNSKEY: &str = "it has to hold DNSKEY records, one a line, as `dig +noall +answer DNSKEY .` prints them; \
    DS records cannot be used";

/// Runs `check` and says what the exit code is.
pub(crate) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    if args.connect.is_some() && args.services.all().len() != 1 {
        return Err(Failure::Argument("--connect needs --s2s or --c2s".into()));
    }
    let settings = settings(args)?;
    let progress = progress(&format!("checking {}", args.domain));
    let check = super::run(&args.domain, &settings);
    progress.finish_and_clear();
    let mut check = check?;
    let path = args.history.clone().or_else(history::default_path).filter(|_| !args.no_history);
    if let Some(path) = path {
        super::remember(&mut check, &path);
    }
    if let Some(path) = &args.output.html {
        write_page(&check, path)?;
    }
    if args.output.json {
        crate::say(&format!("{}\n", json::of(&check)));
    } else {
        crate::say(&text::of(&check, paint::width()));
    }
    Ok(check.severity().exit_code())
}

/// Writes the page of a check.
pub(crate) fn write_page(check: &DomainCheck, path: &Path) -> Result<(), Failure> {
    fs::write(path, page::of(check)?).map_err(|error| Failure::Io { path: path.to_owned(), error })
}

fn settings(args: &CheckArgs) -> Result<Settings, Failure> {
    let anchors = settings::trust_anchors(&args.network.ca, !args.network.no_system_ca)?;
    let lookup = lookup(&args.network, &anchors)?.build();
    let credentials = match (&args.own_domain, &args.chain) {
        (Some(domain), Some(chain)) => {
            let credential = files::credential(chain, args.key.as_deref()).map_err(Failure::File)?;
            let mut store = CredentialStore::new();
            store.insert(domain.as_ascii(), Arc::new(credential));
            Some(Arc::new(store))
        }
        _ => None,
    };
    let own_domain = match &args.own_domain {
        Some(domain) => domain.clone(),
        None => settings::nobody()?,
    };
    Ok(Settings {
        services: args.services.all(),
        lookup,
        anchors,
        connect: args.endpoint(),
        own_domain,
        credentials,
        time_out: args.network.timeout,
    })
}

/// Look-ups as the arguments want them.
pub(crate) fn lookup(
    args: &NetworkArgs,
    anchors: &xmpptls::proof::pkix::TrustAnchors,
) -> Result<LookupBuilder, Failure> {
    let mut builder = LookupBuilder::new().https_port(args.https_port);
    if !args.resolver.is_empty() {
        builder = builder.servers(Servers::Given(args.resolver.clone()));
    }
    if let Some(path) = &args.trust_anchor {
        let text = fs::read_to_string(path).map_err(|error| Failure::Io { path: path.clone(), error })?;
        builder = builder
            .dnssec_trust_anchors(&text)
            .map_err(|_| Failure::Content { path: path.clone(), why: NO_DNSKEY.into() })?;
    }
    if !args.public_only {
        // Who asks on the command line means it, on a machine of their own.
        builder = builder.address_guard(AddressGuard::allow_everything());
    }
    let certificates = settings::certificates(anchors);
    if certificates.is_empty() {
        Ok(builder)
    } else {
        builder.https_trust_anchors(&certificates).map_err(Failure::Lookup)
    }
}

/// A spinner; it shows only on a terminal.
pub(crate) fn progress(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}
