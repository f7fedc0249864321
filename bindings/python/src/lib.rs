//! The Python face of libxmpptls: `xmpptls._xmpptls`, which the package `xmpptls` makes presentable.
//!
//! Each file holds one family of classes. All of them are frozen; what changes inside sits behind a mutex. No
//! decision is made here: values are converted, the core is called, and its answer is converted back. Exceptions
//! are classes of `xmpptls.errors`, written in Python; they are found when the first is raised.
//!
//! Limits: no class can be subclassed or pickled, and no call is safe in a signal handler of another interpreter.

mod anchors;
mod answer;
mod bytes;
mod certificate;
mod clock;
mod connection;
mod context;
mod credentials;
mod dialback;
mod endpoint;
mod errors;
mod facts;
mod history;
mod lookup;
mod peer;
mod policy;
mod pure;
mod verdict;
mod verification;
mod words;

use pyo3::prelude::*;

/// The compiled part of the package.
#[pymodule(gil_used = false)]
mod _xmpptls {
    use super::*;

    #[pymodule_export]
    use anchors::TrustAnchors;
    #[pymodule_export]
    use answer::{Answer, Question};
    #[pymodule_export]
    use certificate::Certificate;
    #[pymodule_export]
    use clock::ManualClock;
    #[pymodule_export]
    use connection::Connection;
    #[pymodule_export]
    use context::Context;
    #[pymodule_export]
    use credentials::{Credential, Credentials};
    #[pymodule_export]
    use dialback::{Secret, downgrade_hash};
    #[pymodule_export]
    use endpoint::Endpoint;
    #[pymodule_export]
    use facts::ClientHello;
    #[pymodule_export]
    use history::{History, Observation};
    #[pymodule_export]
    use lookup::{Candidate, Lookup, Reply, Request};
    #[pymodule_export]
    use peer::{Peer, Pin, TrustException};
    #[pymodule_export]
    use policy::Policy;
    #[pymodule_export]
    use pure::{
        authzid_from_wire, choose_channel_binding, domain_to_ascii, judge_case, may_join, posh_url,
        read_posh, resolve_server, resolve_user, tlsa_owner, tlsa_rdata,
    };
    #[pymodule_export]
    use verdict::{Attempt, Reason, Verdict};
    #[pymodule_export]
    use verification::{PreparedVerification, Verification};

    /// The facts of every reason: number, name, sentence, clause.
    #[pyfunction]
    fn reason_codes() -> Vec<(u32, &'static str, &'static str, &'static str)> {
        let all = xmpptls::numbers::ReasonCode::ALL.iter();
        all.map(|code| (code.number(), code.word(), code.message(), code.clause())).collect()
    }

    /// The facts of every cause of a failed connection: number, name, sentence, clause.
    #[pyfunction]
    fn cause_codes() -> Vec<(u32, &'static str, &'static str, &'static str)> {
        let all = xmpptls::numbers::CauseCode::ALL.iter().map(|code| (code.number(), code.facts()));
        all.map(|(number, facts)| (number, facts.word, facts.message, facts.clause)).collect()
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
