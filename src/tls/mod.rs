//! The TLS engine: sessions, what they are configured from, and what they tell.
//!
//! This room, `proof/pkix` and the HTTPS client of `lookup` are the only ones that know rustls; none of its
//! types leaves. It has no policy and no identity: it is told what to offer, finishes any handshake whose
//! signatures are right (unless a [`Judge`] refuses in time), and says what was agreed and shown.
//!
//! | file | question |
//! | --- | --- |
//! | `session`, `pump`, `writing`, `facts` | how bytes pass, and what is known of a session |
//! | `engine`, `record`, `plaintext`, `buffers` | how rustls's unbuffered connections are turned, and with what memory |
//! | `hello` | what a client asks for, before a configuration is chosen |
//! | `config`, `provider`, `exporter`, `verifier`, `scope` | what rustls is given, and what its hooks see |
//! | `credential`, `store`, `pem` | who this end can be |
//! | `tickets`, `resumption` | how sessions are taken up again |
//! | `end_point`, `der` | what binds to a certificate |
//! | `failure`, `judge` | why a session ends |

mod buffers;
mod config;
mod credential;
mod der;
mod end_point;
mod engine;
mod exporter;
mod facts;
mod failure;
mod hello;
mod judge;
mod pem;
mod plaintext;
mod provider;
mod pump;
mod record;
mod resumption;
mod scope;
mod session;
mod store;
mod tickets;
mod verifier;
mod writing;

pub use config::{
    AcceptingConfig, AcceptingSettings, ClientCertificates, ConfigError, InitiatingConfig,
    InitiatingSettings, UnknownName,
};
pub use credential::{Credential, CredentialError, KeyKind, PemText};
pub use end_point::{EndPointUndefined, server_end_point};
pub use facts::{HandshakeKind, NoEndPoint, NoExporter};
pub use failure::{Cause, Failure, SessionLimit};
pub(crate) use hello::clear_alert;
pub use hello::{Hello, HelloReader};
pub use judge::{CertificateAlert, Judge};
#[cfg(feature = "capi")]
pub(crate) use pem::first_certificate;
pub use provider::{NoRandomBytes, random, seed};
pub use resumption::{ResumptionKey, SessionCache};
pub use session::{AcceptingOptions, Ending, InitiatingOptions, Received, Session};
pub use store::{CredentialStore, Served, Serves};
pub use tickets::{TicketKey, TicketKeysError, Tickets};
pub use writing::{WriteError, Written};

#[cfg(test)]
mod tests;
