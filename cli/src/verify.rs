//! `verify`: the library's decision without a network.
//!
//! Cases come from files in the format of `docs/schema/case.json`, one alone, one a line, or many in a file
//! of test vectors; or one case is put together from options. Each gives one line of JSON.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use xmpptls::certificate::hexadecimal;
use xmpptls::record::TlsaRecord;
use xmpptls::verdict::{Level, Verdict};
use xmpptls::verification::CaseDocument;

use crate::args::{VerifyArgs, VerifyOne};
use crate::check::settings;
use crate::clock::wall_seconds;
use crate::failure::Failure;
use crate::read;

type Certificates = BTreeMap<String, Vec<u8>>;

/// The kind of vectors that are decisions.
const VERDICT: &str = "verdict";

/// Runs `verify` and says what the exit code is: that of the worst verdict.
pub(crate) fn run(args: &VerifyArgs) -> Result<u8, Failure> {
    let mut worst = 0;
    let mut surprises = 0_usize;
    for path in &args.cases {
        let outcome = of_file(path, args.only.as_deref())?;
        worst = worst.max(outcome.worst);
        surprises = surprises.saturating_add(outcome.surprises);
    }
    if args.cases.is_empty() {
        let case = case_from_options(&args.one)?;
        let verdict = decide("of the options", &case, &Certificates::new())?;
        crate::say(&format!("{}\n", verdict.to_json()));
        worst = code(&verdict);
    }
    if surprises > 0 {
        crate::complain(&format!("{surprises} verdicts are not those that the cases expect"));
        return Ok(SURPRISE);
    }
    Ok(worst)
}

/// The exit code when a case expects another verdict.
const SURPRISE: u8 = 4;

#[derive(Default)]
struct Outcome {
    worst: u8,
    surprises: usize,
}

fn of_file(path: &Path, only: Option<&str>) -> Result<Outcome, Failure> {
    let text = read::text(path)?;
    let mut outcome = Outcome::default();
    let mut others = 0_usize;
    for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let document = document.map_err(|error| read::content(path, &error.to_string()))?;
        let certificates = certificates(path, &document)?;
        let Some(cases) = document.get("cases").and_then(Value::as_array) else {
            show(&mut outcome, "1", None, &document, &certificates)?;
            continue;
        };
        for (index, case) in cases.iter().enumerate() {
            let id = case.get("id").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
            if only.is_some_and(|part| !id.contains(part)) {
                continue;
            }
            if case.get("kind").and_then(Value::as_str).is_some_and(|kind| kind != VERDICT) {
                others = others.saturating_add(1);
                continue;
            }
            let input = case.get("input").unwrap_or(case);
            show(&mut outcome, &id, case.get("expect"), input, &certificates)?;
        }
    }
    if others > 0 {
        crate::complain(&format!(
            "{}: {others} cases of other kinds than {VERDICT} were left out",
            path.display()
        ));
    }
    Ok(outcome)
}

fn show(
    outcome: &mut Outcome,
    id: &str,
    expect: Option<&Value>,
    input: &Value,
    certificates: &Certificates,
) -> Result<(), Failure> {
    let verdict = decide(id, input, certificates)?;
    let mut line = Map::new();
    line.insert("id".into(), id.into());
    let said = serde_json::from_str(&verdict.to_json()).unwrap_or(Value::Null);
    if let Some(expect) = expect {
        let expected = is_expected(expect, &said);
        line.insert("as_expected".into(), expected.into());
        outcome.surprises = outcome.surprises.saturating_add(usize::from(!expected));
    }
    line.insert("verdict".into(), said);
    outcome.worst = outcome.worst.max(code(&verdict));
    crate::say(&format!("{}\n", Value::Object(line)));
    Ok(())
}

/// Whether level, method, alert, end and reasons are those of the expectation, and its notes are there.
fn is_expected(expect: &Value, said: &Value) -> bool {
    let words = |list: Option<&Value>| {
        let all = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let word = |one: &Value| one.get("name").unwrap_or(one).as_str().map(str::to_owned);
        let mut words: Vec<_> = all.iter().filter_map(word).collect();
        words.sort_unstable();
        words
    };
    let values = ["level", "method", "alert", "valid_until"];
    let reasons = expect.get("reasons").is_none_or(|own| words(Some(own)) == words(said.get("reasons")));
    let notes = words(said.get("notes"));
    reasons
        && words(expect.get("notes")).iter().all(|note| notes.contains(note))
        && values.iter().all(|name| expect.get(name).is_none_or(|own| said.get(name) == Some(own)))
}

fn certificates(path: &Path, document: &Value) -> Result<Certificates, Failure> {
    let Some(all) = document.get("certificates").and_then(Value::as_object) else {
        return Ok(Certificates::new());
    };
    let decoded = all.iter().map(|(name, text)| {
        let der = text.as_str().and_then(|text| STANDARD.decode(text).ok());
        let der = der.ok_or_else(|| read::content(path, &format!("certificate {name} is not base64")))?;
        Ok((name.clone(), der))
    });
    decoded.collect()
}

fn decide(id: &str, input: &Value, certificates: &Certificates) -> Result<Verdict, Failure> {
    let case = CaseDocument::read(&input.to_string(), certificates)
        .map_err(|error| Failure::Case { name: id.to_owned(), error })?;
    Ok(case.decide())
}

fn code(verdict: &Verdict) -> u8 {
    match verdict.level() {
        Level::Authenticated => 0,
        Level::Weak | Level::EncryptedOnly => 1,
        Level::Refused => 2,
    }
}

/// A case of the same form as those in files, so that there is one way to read them.
fn case_from_options(one: &VerifyOne) -> Result<Value, Failure> {
    let missing = |what: &str| Failure::Argument(format!("{what} is needed, or a file of cases"));
    let domain = one.domain.as_ref().ok_or_else(|| missing("--domain"))?;
    let chain = read::certificates(one.chain.as_ref().ok_or_else(|| missing("--chain"))?)?;
    let encoded = |all: Vec<Vec<u8>>| all.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>();
    let mut anchors = Vec::new();
    for path in &one.ca {
        anchors.extend(read::certificates(path)?);
    }
    if one.ca.is_empty() {
        anchors = settings::certificates(&settings::trust_anchors(&[], true)?);
    }
    let now = one.time.unwrap_or_else(wall_seconds);
    let service = one.service.service();
    let mut case = json!({
        "domain": domain.as_ascii(),
        "service": service.name(),
        "direction": one.direction.direction().name(),
        "chain": encoded(chain),
        "trust_anchors": encoded(anchors),
        "policy": policy(one)?,
        "now": now,
    });
    let mut evidence = Map::new();
    if let Some(path) = &one.tlsa {
        let (endpoint, tlsa) = tlsa(path)?;
        if let Some(case) = case.as_object_mut() {
            case.insert("endpoint".into(), endpoint);
        }
        evidence.insert("tlsa".into(), tlsa);
    }
    if let Some(path) = &one.posh {
        let document = read::text(path)?;
        evidence.insert("posh".into(), json!({ "found": { "document": document, "fetched_at": now } }));
    }
    if let Some(case) = case.as_object_mut() {
        case.insert("evidence".into(), evidence.into());
    }
    Ok(case)
}

/// The policy's TOML: a file's, or that of a preset.
fn policy(one: &VerifyOne) -> Result<String, Failure> {
    match &one.policy {
        Some(path) if path.exists() => read::text(path),
        Some(name) => Ok(format!("preset = {:?}\n", name.to_string_lossy())),
        None => Ok(format!("preset = \"{}\"\n", settings::preset(one.service.service()))),
    }
}

/// Lines of a zone file: `_5269._tcp.host. IN TLSA 3 1 1 …`. They count as signed, and as the first
/// owner's, which is where the connection goes.
fn tlsa(path: &Path) -> Result<(Value, Value), Failure> {
    let text = read::text(path)?;
    let wrong = |line: &str| read::content(path, &format!("not a TLSA record of a zone file: {line}"));
    let mut owners: Vec<(String, u16, Vec<String>)> = Vec::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';'));
    for line in lines {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let kind = words.iter().position(|word| *word == "TLSA").ok_or_else(|| wrong(line))?;
        let (owner, record) = words.split_at(kind);
        let owner = owner.first().ok_or_else(|| wrong(line))?;
        let rest = owner.strip_prefix('_').ok_or_else(|| wrong(line))?;
        let (port, host) = rest.split_once("._tcp.").ok_or_else(|| wrong(line))?;
        let port = port.parse().map_err(|_| wrong(line))?;
        let record: TlsaRecord =
            record.get(1..).unwrap_or_default().join(" ").parse().map_err(|_| wrong(line))?;
        let rdata = hexadecimal(&record.to_rdata());
        match owners.iter_mut().find(|(own, own_port, _)| own == host && *own_port == port) {
            Some((_, _, all)) => all.push(rdata),
            None => owners.push((host.to_owned(), port, vec![rdata])),
        }
    }
    let (target, port, _) =
        owners.first().ok_or_else(|| read::content(path, "there is no TLSA record in it"))?;
    let endpoint = json!({ "target": target, "port": port, "srv": "secure", "addresses": "secure" });
    let answers = owners.iter().map(|(host, port, rdata)| {
        json!({ "host": host, "port": port, "answer": { "found": { "dnssec": "secure", "rdata": rdata } } })
    });
    let answers: Vec<Value> = answers.collect();
    Ok((endpoint, answers.into()))
}
