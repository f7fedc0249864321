//! `records`: what to publish for a certificate, so that others can find the service and prove it.

use std::fmt::Write as _;

use serde_json::json;
use xmpptls::certificate::Chain;
use xmpptls::name::{Domain, Endpoint, Service, Transport, reference_identities};
use xmpptls::proof::names;
use xmpptls::record::{
    PoshCertificate, PoshWarning, TlsaOwner, TlsaRecord, posh_document, posh_url, zone_line,
};

use crate::args::RecordsArgs;
use crate::check::mend::{dane_ee, dane_ta};
use crate::check::words;
use crate::clock::{date, wall_seconds};
use crate::failure::Failure;
use crate::read;

/// What is to be published for one service.
struct Published {
    service: Service,
    srv: Vec<String>,
    tlsa: Vec<String>,
    posh_url: String,
}

/// Runs `records`.
pub(crate) fn run(args: &RecordsArgs) -> Result<u8, Failure> {
    let now = wall_seconds();
    let chain = read::chain(&args.chain)?;
    let next = args.next.as_ref().map(|path| read::chain(path)).transpose()?;
    let chains: Vec<&Chain> = next.iter().chain([&chain]).collect();
    let records = tlsa(args, &chains);
    let all: Vec<Published> =
        args.services.all().into_iter().map(|own| published(args, own, &records)).collect();
    // One document serves both services.
    let certificates: Vec<PoshCertificate<'_>> = chains
        .iter()
        .map(|chain| PoshCertificate {
            der: chain.leaf().der(),
            not_after: chain.leaf().validity().not_after,
        })
        .collect();
    let (posh, posh_warnings) = posh_document(&certificates, args.posh_expires, now);
    let warnings = warnings(args, &chains, &posh_warnings, now);
    if args.json {
        crate::say(&format!("{}\n", as_json(args, &all, &posh, &warnings)));
    } else {
        crate::say(&as_text(&all, &posh, &warnings));
    }
    Ok(0)
}

fn published(args: &RecordsArgs, service: Service, records: &[TlsaRecord]) -> Published {
    let host = args.host.as_ref().unwrap_or(&args.domain);
    let (direct, starttls) = match service {
        Service::C2s => (5223, 5222),
        Service::S2s => (5270, 5269),
    };
    let mut places = vec![(service.srv_label(), args.port.unwrap_or(starttls))];
    if !args.no_direct_tls {
        places.insert(0, (service.direct_srv_label(), args.direct_port.unwrap_or(direct)));
    }
    let domain = &args.domain;
    let srv = places.iter().enumerate().map(|(index, (label, port))| {
        let priority = index.saturating_add(1).saturating_mul(5);
        format!("{label}._tcp.{domain}. {} IN SRV {priority} 0 {port} {host}.", args.ttl)
    });
    let tlsa = places.iter().flat_map(|(_, port)| {
        let owner = TlsaOwner { host: host.clone(), port: *port };
        records.iter().map(move |record| with_ttl(&zone_line(&owner, record), args.ttl))
    });
    Published {
        service,
        srv: srv.collect(),
        tlsa: tlsa.collect(),
        posh_url: posh_url(domain, service).as_str().to_owned(),
    }
}

/// The line with its TTL before the class.
fn with_ttl(line: &str, ttl: u32) -> String {
    line.replacen(" IN ", &format!(" {ttl} IN "), 1)
}

/// The key of each end entity; with --issuer also the certificate that issued it, if it is sent along.
fn tlsa(args: &RecordsArgs, chains: &[&Chain]) -> Vec<TlsaRecord> {
    let mut records: Vec<TlsaRecord> = chains.iter().map(|chain| dane_ee(chain.leaf())).collect();
    if args.issuer {
        let issuers = chains.iter().filter_map(|chain| {
            chain.others().find(|other| other.subject_der() == chain.leaf().issuer_der())
        });
        records.extend(issuers.map(dane_ta));
    }
    records.sort_unstable();
    records.dedup();
    records
}

fn warnings(args: &RecordsArgs, chains: &[&Chain], posh: &[PoshWarning], now: i64) -> Vec<String> {
    let mut list = Vec::new();
    for chain in chains {
        let leaf = chain.leaf();
        let names = words::names(leaf);
        for service in args.services.all() {
            if !names_domain(&args.domain, service, chain) {
                list.push(format!(
                    "the certificate for {names} does not name {} for {}: PKIX and DANE-TA will not prove it, DANE-EE and POSH can",
                    args.domain,
                    words::service(service)
                ));
            }
        }
        let end = leaf.validity().not_after;
        if end < now {
            list.push(format!("the certificate for {names} ended on {}", date(end)));
        }
        if leaf.validity().not_before > now {
            list.push(format!("the certificate for {names} begins on {}", date(leaf.validity().not_before)));
        }
    }
    list.extend(posh.iter().map(|warning| {
        match warning {
            PoshWarning::OutlivesCertificate(_) => {
                "the POSH document may be relied on for longer than a certificate lasts: renew both in time"
                    .into()
            }
            PoshWarning::Revokes => "with `expires` 0 the POSH document revokes what it publishes".into(),
            _ => "the POSH document has no certificate".into(),
        }
    }));
    if args.issuer && chains.iter().all(|chain| chain.others().next().is_none()) {
        list.push("there is no issuer in the file, so no DANE-TA record was made".into());
    }
    list.dedup();
    list
}

fn names_domain(domain: &Domain, service: Service, chain: &Chain) -> bool {
    let endpoint = Endpoint::configured(domain.clone(), service.default_port(), Transport::Starttls);
    let references = reference_identities(domain, service, Some(&endpoint), false);
    names::matches(chain.leaf().names(), &references).is_some()
}

fn as_text(all: &[Published], posh: &str, warnings: &[String]) -> String {
    let mut text = String::new();
    for own in all {
        let service = words::service(own.service);
        let _ = writeln!(text, "; {service}: where it is");
        own.srv.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        let _ = writeln!(text, "; {service}: which key it has (in a zone signed with DNSSEC)");
        own.tlsa.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        let _ = writeln!(text, "; {service}: the POSH document, to be served at\n;   {}", own.posh_url);
        let _ = writeln!(text, ";   {posh}\n");
    }
    for warning in warnings {
        let _ = writeln!(text, "; note: {warning}");
    }
    text
}

fn as_json(args: &RecordsArgs, all: &[Published], posh: &str, warnings: &[String]) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_str(posh).unwrap_or_default();
    json!({
        "format": "xmpptls-records-1",
        "domain": args.domain.as_ascii(),
        "services": all.iter().map(|own| json!({
            "service": own.service.name(),
            "srv": own.srv,
            "tlsa": own.tlsa,
            "posh": {
                "url": own.posh_url,
                "document": document,
            },
        })).collect::<Vec<_>>(),
        "warnings": warnings,
    })
}
