//! One case, and the words in which verdict cases are written.

use serde_json::{Map, Value, json};

use super::ca::NOW;

pub(super) const DOMAIN: &str = "im.example.com";
pub(super) const TARGET: &str = "xmpp1.hosting.example.net";

/// A case of any kind.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) rule: &'static str,
    pub(super) clause: &'static str,
    pub(super) note: String,
    pub(super) kind: &'static str,
    pub(super) input: Value,
    pub(super) expect: Value,
}

impl Case {
    pub(super) fn to_value(&self) -> Value {
        json!({
            "id": self.id,
            "rule": self.rule,
            "clause": self.clause,
            "note": self.note,
            "kind": self.kind,
            "input": self.input,
            "expect": self.expect,
        })
    }
}

/// A verdict case under construction: good but for what is changed.
#[derive(Clone)]
pub(super) struct Draft {
    id: String,
    rule: &'static str,
    clause: &'static str,
    note: String,
    pub(super) input: Map<String, Value>,
    evidence: Map<String, Value>,
    notes: Vec<&'static str>,
    name: Option<Value>,
    valid_until: Option<i64>,
    alert: Option<u8>,
}

/// A server that connects to a server; nothing is known from DNS, and `root` is trusted.
pub(super) fn draft(
    id: impl Into<String>,
    rule: &'static str,
    clause: &'static str,
    note: impl Into<String>,
) -> Draft {
    let mut input = Map::new();
    for (key, value) in [
        ("domain", json!(DOMAIN)),
        ("service", json!("s2s")),
        ("direction", json!("initiating")),
        ("endpoint", endpoint(Some("insecure"), "insecure")),
        ("chain", json!(["good"])),
        ("trust_anchors", json!(["root"])),
        ("policy", json!("preset = \"s2s-2026\"\n")),
        ("now", json!(NOW)),
    ] {
        input.insert(key.into(), value);
    }
    Draft {
        id: id.into(),
        rule,
        clause,
        note: note.into(),
        input,
        evidence: Map::new(),
        notes: Vec::new(),
        name: None,
        valid_until: None,
        alert: None,
    }
}

/// The usual target with these states.
pub(super) fn endpoint(srv: Option<&str>, addresses: &str) -> Value {
    json!({ "target": TARGET, "port": 5269, "srv": srv, "addresses": addresses })
}

/// A TLSA answer with records.
pub(super) fn records(dnssec: &str, rdata: &[String]) -> Value {
    json!({ "found": { "dnssec": dnssec, "valid_until": NOW + 3600, "rdata": rdata } })
}

/// TLSA evidence for the usual target.
pub(super) fn tlsa(answer: &Value) -> Value {
    json!([{ "host": TARGET, "port": 5269, "answer": answer }])
}

impl Draft {
    pub(super) fn set(mut self, key: &str, value: Value) -> Self {
        self.input.insert(key.into(), value);
        self
    }

    pub(super) fn evidence(mut self, key: &str, value: Value) -> Self {
        self.evidence.insert(key.into(), value);
        self
    }

    pub(super) fn chain(self, names: &[&str]) -> Self {
        self.set("chain", json!(names))
    }

    pub(super) fn anchors(self, names: &[&str]) -> Self {
        self.set("trust_anchors", json!(names))
    }

    pub(super) fn domain(self, text: &str) -> Self {
        self.set("domain", json!(text))
    }

    pub(super) fn now(self, now: i64) -> Self {
        self.set("now", json!(now))
    }

    pub(super) fn policy(self, toml: &str) -> Self {
        self.set("policy", json!(toml))
    }

    pub(super) fn c2s(self) -> Self {
        let policy = "preset = \"c2s-client-2026\"\n";
        let target = json!({ "target": TARGET, "port": 5222, "srv": "insecure", "addresses": "insecure" });
        self.set("service", json!("c2s")).policy(policy).set("endpoint", target)
    }

    pub(super) fn receiving(self) -> Self {
        self.set("direction", json!("receiving")).set("endpoint", Value::Null)
    }

    pub(super) fn user(self) -> Self {
        self.c2s().receiving().policy("preset = \"c2s-server-2026\"\nrequirement = \"authenticate\"\n[tls]\nclient_certificate = \"request\"\n")
    }

    /// SRV and addresses are secure, and so are these records.
    pub(super) fn dane(self, rdata: &[String]) -> Self {
        let answer = records("secure", rdata);
        self.set("endpoint", endpoint(Some("secure"), "secure")).evidence("tlsa", tlsa(&answer))
    }

    /// A note that must be there.
    pub(super) fn note(mut self, word: &'static str) -> Self {
        self.notes.push(word);
        self
    }

    pub(super) fn name(mut self, kind: &str, value: &str, source: &str) -> Self {
        self.name = Some(json!({ "kind": kind, "value": value, "source": source }));
        self
    }

    pub(super) fn valid_until(mut self, time: i64) -> Self {
        self.valid_until = Some(time);
        self
    }

    pub(super) fn alert(mut self, number: u8) -> Self {
        self.alert = Some(number);
        self
    }

    pub(super) fn authenticated(self, method: &str) -> Case {
        self.authenticated_with(method, &[])
    }

    /// Authenticated, although other proofs failed for these reasons.
    pub(super) fn authenticated_with(self, method: &str, reasons: &[&str]) -> Case {
        self.end("authenticated", Some(method), reasons)
    }

    pub(super) fn weak(self, method: &str, reasons: &[&str]) -> Case {
        self.end("weak", Some(method), reasons)
    }

    pub(super) fn encrypted_only(self, reasons: &[&str]) -> Case {
        self.end("encrypted_only", None, reasons)
    }

    /// Refused because no proof succeeded.
    pub(super) fn refused(self, reasons: &[&str]) -> Case {
        let reasons: Vec<&str> = reasons.iter().copied().chain(["authentication_required"]).collect();
        self.end("refused", None, &reasons)
    }

    /// Refused for a reason that nothing else makes good.
    pub(super) fn refused_finally(self, reasons: &[&str]) -> Case {
        self.end("refused", None, reasons)
    }

    fn end(mut self, level: &str, method: Option<&str>, reasons: &[&str]) -> Case {
        if !self.evidence.is_empty() {
            self.input.insert("evidence".into(), Value::Object(std::mem::take(&mut self.evidence)));
        }
        let mut reasons = reasons.to_vec();
        reasons.sort_unstable();
        let mut expect = Map::new();
        expect.insert("level".into(), json!(level));
        expect.insert("method".into(), json!(method));
        expect.insert("reasons".into(), json!(reasons));
        if !self.notes.is_empty() {
            expect.insert("notes".into(), json!(self.notes));
        }
        if let Some(name) = self.name {
            expect.insert("name".into(), name);
        }
        if let Some(time) = self.valid_until {
            expect.insert("valid_until".into(), json!(time));
        }
        if let Some(alert) = self.alert {
            expect.insert("alert".into(), json!(alert));
        }
        Case {
            id: self.id,
            rule: self.rule,
            clause: self.clause,
            note: self.note,
            kind: "verdict",
            input: Value::Object(self.input),
            expect: Value::Object(expect),
        }
    }
}

/// A case of a pure function.
pub(super) fn function(
    id: impl Into<String>,
    rule: &'static str,
    clause: &'static str,
    kind: &'static str,
    input: Value,
    expect: Value,
) -> Case {
    Case { id: id.into(), rule, clause, note: String::new(), kind, input, expect }
}
