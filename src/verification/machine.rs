//! The machine around a decision: questions out in rounds, answers in, one verdict.
//!
//! A verification is made before a connection, to gather evidence; or from a chain. It is a snapshot: it
//! holds its policy, may move to another thread and may outlive the connection.
//!
//! An initiating entity asks everything before it connects, since DANE forbids even that on forged answers.
//! With a chain at hand less is asked: TLSA first, POSH only if nothing else proved the peer, dialback last.

use std::sync::Arc;

use crate::certificate::{Chain, ChainError};
use crate::limits::SRV_TARGETS;
use crate::name::{Direction, Domain, Endpoint, Service};
use crate::policy::Policy;
use crate::proof::pkix::Staple;
use crate::record::Lookup;
use crate::verdict::{Binding, Possession, Verdict};
use crate::verification::question::{Answer, Question, QuestionId, QuestionKind};
use crate::verification::{Evidence, History, PreparedVerification, Presented, decide};

/// Who is to be verified, and by which rules.
#[derive(Clone, Debug)]
pub struct Request {
    /// The service domain: `to` of an initiating entity, the peer's `from` for a receiving server, the own
    /// served domain for a receiving server that judges a user.
    pub domain: Domain,
    /// The service.
    pub service: Service,
    /// Our end of the stream.
    pub direction: Direction,
    /// Where the connection goes, for an initiating entity.
    pub endpoint: Option<Endpoint>,
    /// What is demanded, and whom we trust.
    pub policy: Arc<Policy>,
}

/// The dialback request of a pair, for which an answer may be awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialbackPair {
    /// The domain whose key it is.
    pub originating: Domain,
    /// The domain that received it.
    pub receiving: Domain,
    /// The stream it belongs to.
    pub stream_id: Box<str>,
}

/// What the peer presented, owned.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Its certificates; `None` when it sent none that can be read.
    pub chain: Option<Chain>,
    /// Why what it sent cannot be read.
    pub unreadable: Option<ChainError>,
    /// Whether it showed that it holds the key.
    pub possession: Possession,
    /// Whether the chain came from an earlier handshake.
    pub resumed: bool,
    /// Whether it sent an OCSP answer.
    pub staple: Staple,
    /// The connection that it came from.
    pub binding: Option<Binding>,
}

/// A verification under way.
#[derive(Clone, Debug)]
pub struct Verification {
    pub(super) request: Request,
    pub(super) handshake: Option<Handshake>,
    pub(super) dialback: Option<DialbackPair>,
    evidence: Evidence,
    history: Lookup<History>,
    user: Lookup<Box<str>>,
    pub(super) questions: Vec<(Question, State)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Waits to be taken by the host.
    Fresh,
    /// The host has it.
    Taken,
    Answered,
}

/// Why an answer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerError {
    /// There is no such question.
    NoSuchQuestion,
    /// The first answer is final.
    AnsweredAlready,
    /// The answer is of another kind, or for another owner name.
    OtherKind,
}

impl Verification {
    /// Starts before a connection: gathers what will be needed to judge whatever is presented.
    pub fn prepare(request: Request) -> Self {
        Self::new(request, None)
    }

    /// Starts from what a peer presented.
    pub fn of_handshake(request: Request, handshake: Handshake) -> Self {
        Self::new(request, Some(handshake))
    }

    /// Starts from a chain alone: the verdict says that possession of the key was not shown.
    pub fn of_chain(request: Request, chain: Chain) -> Self {
        let handshake = Handshake {
            chain: Some(chain),
            unreadable: None,
            possession: Possession::NotShown,
            resumed: false,
            staple: Staple::NotApplicable,
            binding: None,
        };
        Self::new(request, Some(handshake))
    }

    /// Has a dialback answer asked for when nothing better proves the peer.
    pub fn ask_dialback(&mut self, pair: DialbackPair) {
        self.dialback = Some(pair);
    }

    /// Has the host's history asked for, for [`observe`](crate::verification::observe).
    pub fn ask_history(&mut self) {
        let (domain, service) = (self.request.domain.clone(), self.request.service);
        self.push(QuestionKind::History { domain, service });
    }

    fn new(request: Request, handshake: Option<Handshake>) -> Self {
        let mut verification = Self {
            request,
            handshake,
            dialback: None,
            evidence: Evidence::default(),
            history: Lookup::NotAsked,
            user: Lookup::NotAsked,
            questions: Vec::new(),
        };
        verification.first_round();
        verification
    }

    /// The next question that the host has not taken yet; further ones may follow each answer.
    pub fn next_question(&mut self, now: i64) -> Option<Question> {
        self.later_rounds(now);
        let fresh = self.questions.iter_mut().find(|(_, state)| *state == State::Fresh)?;
        fresh.1 = State::Taken;
        Some(fresh.0.clone())
    }

    /// All questions that wait for their answer.
    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|(_, state)| *state != State::Answered).map(|(question, _)| question)
    }

    /// Takes an answer. Absent, failed and not asked fit every question.
    ///
    /// # Errors
    /// [`AnswerError`]; the question then stays as it was.
    pub fn answer(&mut self, id: QuestionId, answer: Answer) -> Result<(), AnswerError> {
        let mut all = self.questions.iter();
        let position = all.position(|(question, _)| question.id == id).ok_or(AnswerError::NoSuchQuestion)?;
        let (question, state) = self.questions.get(position).ok_or(AnswerError::NoSuchQuestion)?;
        if *state == State::Answered {
            return Err(AnswerError::AnsweredAlready);
        }
        self.store(question.kind.clone(), answer)?;
        if let Some(entry) = self.questions.get_mut(position) {
            entry.1 = State::Answered;
        }
        Ok(())
    }

    /// Whether every question is answered and none follows: the verdict is final.
    pub fn is_ready(&mut self, now: i64) -> bool {
        self.later_rounds(now);
        self.open_questions().next().is_none()
    }

    /// The verdict on what was presented, with the answers at hand; open questions count as not asked.
    /// `now` is in Unix seconds.
    pub fn decide(&self, now: i64) -> Verdict {
        let presented = self.handshake.as_ref().map_or_else(Presented::nothing, Handshake::presented);
        let verdict = decide(&self.case(presented, now));
        verdict.bound_to(self.handshake.as_ref().and_then(|handshake| handshake.binding))
    }

    /// A frozen copy that judges any chain later, for the TLS verifier.
    pub fn prepared(&self) -> PreparedVerification {
        PreparedVerification::new(self.request.clone(), self.evidence.clone())
    }

    /// Who is verified.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// What was answered about history.
    pub fn history(&self) -> &Lookup<History> {
        &self.history
    }

    /// The user that the host knows by certificate or key.
    pub fn mapped_user(&self) -> &Lookup<Box<str>> {
        &self.user
    }

    fn case<'a>(&'a self, presented: Presented<'a>, now: i64) -> crate::verification::Case<'a> {
        self.request.case(presented, &self.evidence, now)
    }

    fn store(&mut self, kind: QuestionKind, answer: Answer) -> Result<(), AnswerError> {
        match kind {
            QuestionKind::Tlsa { owner } => {
                let lookup = take(answer, |answer| match answer {
                    Answer::Tlsa(set) if *set.owner() == owner => Some(set),
                    _ => None,
                })?;
                self.evidence.tlsa.push((owner, lookup));
            }
            QuestionKind::Posh { .. } => {
                self.evidence.posh =
                    take(answer, |answer| if let Answer::Posh(own) = answer { Some(own) } else { None })?;
            }
            QuestionKind::SrvAndAddresses { .. } => self.store_targets(answer)?,
            QuestionKind::History { .. } => {
                self.history = take(answer, |answer| match answer {
                    Answer::History(own) if self.request.is_of(&own) => Some(own),
                    _ => None,
                })?;
            }
            QuestionKind::RevocationLists { .. } => {
                let lists = take(answer, |answer| match answer {
                    Answer::RevocationLists(own) => Some(own),
                    _ => None,
                })?;
                if let Lookup::Found(lists) = lists {
                    self.evidence.revocation_lists = Some(lists);
                }
            }
            QuestionKind::UserMapping { .. } => {
                self.user = take(answer, |answer| match answer {
                    Answer::UserMapping(own) => Some(own),
                    _ => None,
                })?;
            }
            QuestionKind::Dialback { .. } => {
                self.evidence.dialback =
                    take(answer, |answer| if let Answer::Dialback(own) = answer { Some(own) } else { None })?;
            }
        }
        Ok(())
    }

    fn store_targets(&mut self, answer: Answer) -> Result<(), AnswerError> {
        let targets = take(answer, |answer| match answer {
            Answer::SrvAndAddresses(mut own) => {
                own.retain(|target| target.port != 0);
                own.truncate(SRV_TARGETS);
                Some(own)
            }
            _ => None,
        })?;
        if let Lookup::Found(targets) = &targets {
            self.ask_targets(targets);
        }
        self.evidence.targets = targets;
        Ok(())
    }
}

impl Request {
    fn is_of(&self, history: &History) -> bool {
        (history.domain(), history.service()) == (&self.domain, self.service)
    }
}

impl Handshake {
    /// What the peer did, borrowed.
    pub fn presented(&self) -> Presented<'_> {
        Presented {
            chain: self.chain.as_ref(),
            unreadable: self.unreadable.as_ref(),
            possession: self.possession,
            resumed: self.resumed,
            staple: self.staple,
        }
    }
}

/// An answer of the wanted kind, or one that fits every question.
fn take<T>(answer: Answer, own: impl FnOnce(Answer) -> Option<T>) -> Result<Lookup<T>, AnswerError> {
    match answer.without_value() {
        Some(lookup) => Ok(lookup),
        None => own(answer).map(Lookup::Found).ok_or(AnswerError::OtherKind),
    }
}

impl std::fmt::Display for AnswerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSuchQuestion => "there is no such question",
            Self::AnsweredAlready => "the question was answered before",
            Self::OtherKind => "the answer does not fit the question",
        })
    }
}

impl std::error::Error for AnswerError {}
