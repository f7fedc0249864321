//! What one stream may do with dialback: which answers count, and which pairs may join (XEP-0220).
//!
//! An answer that nobody asked for is worth nothing: that is how an attacker spoofs domains (XEP-0220 §3.1,
//! DNA-08). A host keeps one [`DialbackRequests`] for each stream and asks it before it believes an answer.

use std::fmt;

use crate::certificate::Certificate;
use crate::limits::{DIALBACK_FIELD_BYTES, DIALBACK_REQUESTS};
use crate::name::Domain;

/// A request that was sent on a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DialbackRequest {
    /// `db:result`: "I speak for `sender`, let me send to `target`."
    Result {
        /// The sender domain, `from` of the request.
        sender: Domain,
        /// The target domain, `to` of the request.
        target: Domain,
    },
    /// `db:verify`: "Is this key of stream `stream_id` yours?"
    Verify {
        /// The receiving server's domain, `from` of the request.
        receiving: Domain,
        /// The domain whose key it is, `to` of the request.
        originating: Domain,
        /// The stream that the key belongs to.
        stream_id: Box<str>,
    },
}

/// The requests of one stream that wait for their answer.
#[derive(Debug, Default)]
pub struct DialbackRequests {
    waiting: Vec<DialbackRequest>,
}

/// Why a request is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialbackRequestError {
    /// The same request waits already.
    Repeated,
    /// The stream id is over [`DIALBACK_FIELD_BYTES`].
    TooLong,
    /// [`DIALBACK_REQUESTS`] wait already.
    TooMany,
}

/// An answer to no request of this stream, or a second one: to be dropped without effect (DNA-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unsolicited;

impl DialbackRequests {
    /// No requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a request as it is sent.
    ///
    /// # Errors
    /// [`DialbackRequestError`]; then it must not be sent.
    pub fn sent(&mut self, request: DialbackRequest) -> Result<(), DialbackRequestError> {
        if let DialbackRequest::Verify { stream_id, .. } = &request
            && stream_id.len() > DIALBACK_FIELD_BYTES
        {
            return Err(DialbackRequestError::TooLong);
        }
        if self.waiting.contains(&request) {
            return Err(DialbackRequestError::Repeated);
        }
        if self.waiting.len() >= DIALBACK_REQUESTS {
            return Err(DialbackRequestError::TooMany);
        }
        self.waiting.push(request);
        Ok(())
    }

    /// Settles the request that a `db:result` with `from` and `to` answers. The answer's `from` is the
    /// request's `to`. The first answer is final (ATK-DB-10).
    ///
    /// # Errors
    /// [`Unsolicited`] when there is none.
    pub fn result_answered(&mut self, from: &Domain, to: &Domain) -> Result<(), Unsolicited> {
        self.settle(&DialbackRequest::Result { sender: to.clone(), target: from.clone() })
    }

    /// Settles the request that a `db:verify` with `from`, `to` and `id` answers.
    ///
    /// # Errors
    /// [`Unsolicited`] when there is none.
    pub fn verify_answered(
        &mut self,
        from: &Domain,
        to: &Domain,
        stream_id: &str,
    ) -> Result<(), Unsolicited> {
        self.settle(&DialbackRequest::Verify {
            receiving: to.clone(),
            originating: from.clone(),
            stream_id: stream_id.into(),
        })
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn settle(&mut self, request: &DialbackRequest) -> Result<(), Unsolicited> {
        let position = self.waiting.iter().position(|waiting| waiting == request).ok_or(Unsolicited)?;
        self.waiting.swap_remove(position);
        Ok(())
    }
}

/// What to do after a key was invalid (DNA-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvalidAdvice {
    /// Answer `invalid` and close the stream.
    Close,
    /// Answer with the error `forbidden`; the stream serves its other pairs.
    AnswerForbidden,
}

/// What follows from an invalid key on a stream with this many valid pairs (XEP-0220 §2.2.1).
pub fn invalid_advice(valid_pairs: usize) -> InvalidAdvice {
    if valid_pairs == 0 { InvalidAdvice::Close } else { InvalidAdvice::AnswerForbidden }
}

/// A pair that wants to join a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoiningPair {
    /// Another sender domain for a known target.
    Sender,
    /// Another target domain.
    Target {
        /// The peer announced that it understands dialback errors (XEP-0220 §2.4).
        peer_announced_errors: bool,
        /// The target resolves to the address and port of this stream.
        same_address: bool,
        /// The certificate of this stream proves the new domain, by its own reference identities and
        /// its own records (RFC 7712 §4.4.2, DNA-16).
        certificate_proves_it: bool,
    },
}

/// Why a pair needs a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JoinRefusal {
    /// The peer's certificate does not prove the new target.
    CertificateDoesNotProveIt,
    /// The new target is reached elsewhere.
    OtherAddress,
    /// The peer does not announce dialback errors.
    PeerWithoutErrors,
}

/// Whether a pair may join a stream (XEP-0220 §2.6, RFC 7712 §4.4.2; DNA-15, DNA-16).
///
/// # Errors
/// [`JoinRefusal`] says why it needs a stream of its own.
pub fn may_join(pair: JoiningPair) -> Result<(), JoinRefusal> {
    match pair {
        JoiningPair::Target { peer_announced_errors: false, .. } => Err(JoinRefusal::PeerWithoutErrors),
        JoiningPair::Target { same_address: false, .. } => Err(JoinRefusal::OtherAddress),
        JoiningPair::Target { certificate_proves_it: false, .. } => {
            Err(JoinRefusal::CertificateDoesNotProveIt)
        }
        JoiningPair::Sender | JoiningPair::Target { .. } => Ok(()),
    }
}

/// Whether the operator lets the same certificate stand in for `db:verify` (DNA-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum SameCertificate {
    /// Every key is verified.
    #[default]
    NeverSuffices,
    /// A certificate that names the sender domain, shown by both the initiator and the authoritative
    /// server, is a valid dialback answer and no more.
    MaySuffice,
}

/// Whether `db:verify` may be left out (XEP-0344 §2.6, §3.2). The outcome is dialback, never a certificate
/// proof. `names_sender` says whether an identifier of the certificate matches the sender domain.
pub fn same_certificate_suffices(
    setting: SameCertificate,
    initiator: &Certificate,
    authoritative: &Certificate,
    names_sender: bool,
) -> bool {
    setting == SameCertificate::MaySuffice && names_sender && initiator.der() == authoritative.der()
}

impl fmt::Display for Unsolicited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the dialback answer belongs to no request of this stream")
    }
}

impl std::error::Error for Unsolicited {}

impl fmt::Display for DialbackRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeated => "the same dialback request waits already",
            Self::TooLong => "the stream id of the dialback request is too long",
            Self::TooMany => "too many dialback requests wait on this stream",
        })
    }
}

impl std::error::Error for DialbackRequestError {}
