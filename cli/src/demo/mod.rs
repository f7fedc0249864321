//! `demo`: a small world on loopback, and a check of each of its domains, as a person would see it.
//!
//! Signed DNS, an HTTPS server for POSH, and XMPP servers run inside this process, on free ports of
//! 127.0.0.1; nothing is installed, and nothing outside is asked. Each domain has to turn out as it was
//! built, else the demonstration fails.

mod certificates;
mod dns;
mod more;
mod web;
mod world;
mod xmpp;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use xmpptls::certificate::Certificate;
use xmpptls::lookup::{AddressGuard, LookupBuilder, Servers};
use xmpptls::name::Domain;
use xmpptls::proof::pkix::TrustAnchors;

use self::world::{Scene, World};
use crate::args::DemoArgs;
use crate::check::facts::{DomainCheck, Severity};
use crate::check::settings::{self, Settings};
use crate::check::{self, text, words};
use crate::failure::Failure;
use crate::paint::{self, BAD, BOLD, FAINT, GOOD, Lines};

/// How long one domain may take; the one that stalls takes all of it.
const PATIENCE: Duration = Duration::from_secs(4);
/// The exit code when a domain did not turn out as it was built.
const OTHERWISE: u8 = 4;

/// Runs the demonstration.
pub(crate) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    let started = Instant::now();
    let progress = check::command::progress("building a small world");
    let world = world::build(args.serve.is_some())?;
    progress.finish_and_clear();
    if let Some(directory) = &args.serve {
        return serve(&world, directory);
    }
    if let Some(directory) = &args.html {
        fs::create_dir_all(directory).map_err(|error| Failure::Io { path: directory.clone(), error })?;
    }
    let mut summary = Vec::new();
    for scene in &world.scenes {
        if args.domain.as_ref().is_some_and(|domain| domain.as_ascii() != scene.domain) {
            continue;
        }
        let severity = show(&world, scene, args.html.as_deref())?;
        summary.push((scene, severity));
    }
    if summary.is_empty() {
        return Err(Failure::Argument("the demonstration has no such domain".into()));
    }
    Ok(conclude(&summary, started))
}

fn show(world: &World, scene: &Scene, pages: Option<&Path>) -> Result<Severity, Failure> {
    let domain = Domain::parse(&scene.domain).map_err(|error| Failure::Demo(error.to_string()))?;
    let settings = settings(world, scene)?;
    let mut lines = Lines::new(paint::width());
    lines.rule(&format!(
        "$ xmpptls check {}{}",
        scene.domain,
        if scene.services.len() == 1 { " --s2s" } else { "" }
    ));
    lines.item(0, ("#", FAINT), scene.about);
    lines.blank();
    crate::say(&lines.finish());
    let history = Scratch::new()?;
    if let Some((context, next)) = &scene.change {
        let mut before = self::check(&domain, &settings)?;
        crate::check::remember(&mut before, &history.file());
        let credentials = xmpp::credentials(&scene.domain, next)?;
        context.set_credentials(Some(credentials)).map_err(Failure::Context)?;
    }
    let mut check = self::check(&domain, &settings)?;
    crate::check::remember(&mut check, &history.file());
    if let Some(directory) = pages {
        check::command::write_page(&check, &directory.join(format!("{}.html", scene.domain)))?;
    }
    crate::say(&text::of(&check, paint::width()));
    crate::say("\n");
    Ok(check.severity())
}

/// A directory for the history of the demonstration, which goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("xmpptls-demo-{}-{number}", process::id()));
        fs::create_dir(&path).map_err(|error| Failure::Io { path: path.clone(), error })?;
        Ok(Self(path))
    }

    fn file(&self) -> PathBuf {
        self.0.join("history.sqlite")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is small, and the system's to sweep.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn check(domain: &Domain, settings: &Settings) -> Result<DomainCheck, Failure> {
    let progress = check::command::progress(&format!("checking {domain}"));
    let check = check::run(domain, settings);
    progress.finish_and_clear();
    check
}

/// Writes what a check needs to find its way in this world, and keeps it running until the input ends.
fn serve(world: &World, directory: &Path) -> Result<u8, Failure> {
    let failed = |error| Failure::Io { path: directory.to_owned(), error };
    fs::create_dir_all(directory).map_err(failed)?;
    let pem =
        Certificate::parse(&world.authority).map_err(|error| Failure::Demo(error.to_string()))?.to_pem();
    let (anchor, authority) = (directory.join("trust-anchor"), directory.join("authority.pem"));
    fs::write(&anchor, &world.dns.trust_anchor).map_err(failed)?;
    fs::write(&authority, pem).map_err(failed)?;
    crate::say(&format!(
        "xmpptls check --resolver {} --trust-anchor {} --ca {} --https-port {} pkix.example\n",
        world.dns.address,
        anchor.display(),
        authority.display(),
        world.https_port
    ));
    // Whatever comes, the end of it is waited for.
    let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    Ok(0)
}

fn settings(world: &World, scene: &Scene) -> Result<Settings, Failure> {
    let anchors = TrustAnchors::from_der([world.authority.as_slice()]);
    let lookup = LookupBuilder::new()
        .servers(Servers::Given(vec![world.dns.address]))
        .dnssec_trust_anchors(&world.dns.trust_anchor)
        .and_then(|builder| builder.https_trust_anchors(&settings::certificates(&anchors)))
        .map_err(Failure::Lookup)?
        .https_port(world.https_port)
        .address_guard(AddressGuard::allow_everything())
        .build();
    Ok(Settings {
        services: scene.services.clone(),
        lookup,
        anchors,
        connect: None,
        own_domain: settings::nobody()?,
        credentials: None,
        time_out: PATIENCE,
    })
}

fn conclude(summary: &[(&Scene, Severity)], started: Instant) -> u8 {
    let mut lines = Lines::new(paint::width());
    lines.rule("all of them together");
    let mut otherwise = 0_usize;
    for (scene, severity) in summary {
        let style = text::style(*severity);
        let mark = format!("{:<9} {:<20}", words::severity(*severity), scene.domain);
        lines.item(0, (&mark, style), scene.about);
        if *severity != scene.expect {
            otherwise = otherwise.saturating_add(1);
            lines.item(10, ("!", BAD), &format!("it should have been {}", words::severity(scene.expect)));
        }
    }
    lines.blank();
    let seconds = started.elapsed().as_secs_f32();
    if otherwise == 0 {
        lines.item(0, ("✓", GOOD), &format!("each is found to be what it is, in {seconds:.1} s"));
    } else {
        lines.item(0, ("✗", BAD), &paint::painted(BOLD, &format!("{otherwise} turned out otherwise")));
    }
    crate::say(&lines.finish());
    if otherwise == 0 { 0 } else { OTHERWISE }
}
