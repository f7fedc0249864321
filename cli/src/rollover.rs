//! `rollover`: may a new certificate go live now, given what is published?
//!
//! The new chain is judged against the records and the document as they can be had now, at each endpoint, by
//! the same policy as a check. What others hold in their caches cannot be seen from here; how long they may
//! hold it can, and is said.

use std::sync::Arc;

use serde_json::{Value, json};
use xmpptls::certificate::Chain;
use xmpptls::lookup::{Candidate, Finding, Gathered, Request as Question};
use xmpptls::name::{Direction, Service};
use xmpptls::record::Lookup;
use xmpptls::verdict::{Attempt, Level, Outcome, Proof, Verdict};
use xmpptls::verification::{Request, Verification};

use crate::args::RolloverArgs;
use crate::check::mend::tlsa_line;
use crate::check::settings::{self, Policies};
use crate::check::{command, probe, words};
use crate::clock::wall_seconds;
use crate::failure::Failure;
use crate::paint::{self, BAD, BOLD, GOOD, Lines, PLAIN};
use crate::read;

const YES: u8 = 0;
const NO: u8 = 2;
const UNKNOWN: u8 = 3;

/// What was found out about one endpoint.
struct Place {
    service: Service,
    name: String,
    verdict: Verdict,
    proofs: Vec<Attempt>,
    /// Seconds for which others may hold the records as they were before.
    held: Option<i64>,
    publish: Vec<String>,
}

/// Runs `rollover`.
pub(crate) fn run(args: &RolloverArgs) -> Result<u8, Failure> {
    let chain = read::chain(&args.new)?;
    let anchors = settings::trust_anchors(&args.network.ca, !args.network.no_system_ca)?;
    let lookup = command::lookup(&args.network, &anchors)?.build();
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for service in args.services.all() {
        let policies = Policies::new(service, &anchors)?;
        let question = Question::Gather { domain: args.domain.clone(), service };
        let reply = lookup.ask(question, args.network.timeout).map_err(Failure::Lookup)?;
        let Finding::Gathered(gathered) = reply.finding else { return Err(Failure::Thread) };
        match &gathered.candidates {
            Lookup::Found(candidates) => {
                places.extend(candidates.iter().map(|own| place(own, &gathered, &policies, &chain)));
            }
            Lookup::Failed(why) => missing.push((service, words::failure(*why))),
            Lookup::Absent(_) | Lookup::NotAsked => missing.push((service, "the service is not offered")),
        }
    }
    let code = match (places.is_empty(), places.iter().all(Place::is_good)) {
        (true, _) => UNKNOWN,
        (false, true) => YES,
        (false, false) => NO,
    };
    if args.json {
        crate::say(&format!("{}\n", as_json(args, &places, code)));
    } else {
        crate::say(&as_text(args, &places, &missing, code));
    }
    Ok(code)
}

impl Place {
    fn is_good(&self) -> bool {
        self.verdict.level() == Level::Authenticated
    }
}

fn place(candidate: &Candidate, gathered: &Gathered, policies: &Policies, chain: &Chain) -> Place {
    let now = wall_seconds();
    let judge = |policy| {
        let request = Request {
            domain: gathered.domain.clone(),
            service: gathered.service,
            direction: Direction::Initiating,
            endpoint: Some(candidate.endpoint.clone()),
            policy,
        };
        let mut verification = Verification::of_chain(request, chain.clone());
        probe::answer(&mut verification, candidate, gathered, now);
        verification.decide(now)
    };
    let verdict = judge(Arc::clone(&policies.strict));
    let proofs = probe::proofs(&verdict, policies, |policy| Some(judge(Arc::clone(policy))));
    let ends = candidate.tlsa.iter().filter_map(|(_, found)| match found {
        Lookup::Found(set) => set.valid_until(),
        _ => None,
    });
    let held = ends.max().map(|end| end.saturating_sub(now));
    let dane = proofs.iter().find(|own| own.proof == Proof::Dane);
    let publish = match dane.map(|own| own.outcome) {
        Some(Outcome::Failed) => tlsa_line(&candidate.endpoint, chain.leaf()).into_iter().collect(),
        _ => Vec::new(),
    };
    let name = words::place(&candidate.endpoint);
    Place { service: gathered.service, name, verdict, proofs, held, publish }
}

fn as_text(args: &RolloverArgs, places: &[Place], missing: &[(Service, &str)], code: u8) -> String {
    let mut lines = Lines::new(paint::width());
    let (answer, style) = match code {
        YES => ("MAY GO LIVE", GOOD),
        NO => ("NOT YET", BAD),
        _ => ("CANNOT BE SAID", BAD),
    };
    lines.heading(0, (&format!("{}  new certificate", words::domain(&args.domain)), BOLD), (answer, style));
    for (service, why) in missing {
        lines.entry(2, service.name(), PLAIN, why);
    }
    for own in places {
        lines.blank();
        let (answer, style) = if own.is_good() { ("authenticated", GOOD) } else { ("refused", BAD) };
        lines.heading(2, (&format!("{}  {}", own.name, words::service(own.service)), BOLD), (answer, style));
        for (index, attempt) in own.proofs.iter().enumerate() {
            let text = format!("{:<5} {}", words::proof(attempt.proof), words::attempt(attempt));
            lines.entry(4, if index == 0 { "proof" } else { "" }, PLAIN, &text);
        }
        if let Some(held) = own.held {
            lines.entry(4, "wait", PLAIN, &waiting(own, held));
        }
        for line in &own.publish {
            // Not wrapped, so that it can be copied.
            lines.line(&format!("              {line}"));
        }
    }
    lines.finish()
}

fn waiting(own: &Place, held: i64) -> String {
    if own.publish.is_empty() {
        format!(
            "others may hold the records for up to {held} s: go live only if they have been published for longer"
        )
    } else {
        format!("publish the record beside those that are there, and go live {held} s later at the earliest")
    }
}

fn as_json(args: &RolloverArgs, places: &[Place], code: u8) -> Value {
    json!({
        "format": "xmpptls-rollover-1",
        "domain": args.domain.as_ascii(),
        "may_go_live": code == YES,
        "endpoints": places.iter().map(|own| json!({
            "service": own.service.name(),
            "endpoint": own.name,
            "proofs": own.proofs.iter().map(|proof| json!({
                "proof": proof.proof.name(),
                "outcome": proof.outcome.name(),
                "text": words::attempt(proof),
            })).collect::<Vec<_>>(),
            "verdict": serde_json::from_str::<Value>(&own.verdict.to_json()).unwrap_or(Value::Null),
            "held_elsewhere_seconds": own.held,
            "publish": own.publish,
        })).collect::<Vec<_>>(),
    })
}
