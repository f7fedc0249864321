//! Which questions follow from what is known: at the start, and after each answer.

use crate::name::{Direction, Endpoint, Service};
use crate::policy::{Requirement, Revocation};
use crate::record::{TlsaOwner, posh_url};
use crate::verification::ladder::{self, Ladder};
use crate::verification::machine::{State, Verification};
use crate::verification::{Question, QuestionId, QuestionKind, Request};

impl Verification {
    pub(super) fn push(&mut self, kind: QuestionKind) {
        if self.questions.iter().any(|(question, _)| question.kind == kind) {
            return;
        }
        let id = QuestionId(u32::try_from(self.questions.len()).unwrap_or(u32::MAX));
        self.questions.push((Question { id, kind }, State::Fresh));
    }

    /// What can be asked without knowing anything else.
    pub(super) fn first_round(&mut self) {
        let request = self.request.clone();
        let policy = &request.policy;
        match (request.service, request.direction) {
            (_, Direction::Initiating) => {
                if let Some(endpoint) = request.endpoint.as_ref().filter(|_| policy.dane().is_on())
                    && let Ladder::Ask(owners) = ladder::owners(&request.domain, endpoint)
                {
                    owners.into_iter().for_each(|owner| self.push(QuestionKind::Tlsa { owner }));
                }
            }
            (Service::S2s, Direction::Receiving) => {
                if policy.dane_inbound() && policy.dane().is_on() && self.has_chain() {
                    self.push(QuestionKind::SrvAndAddresses { domain: request.domain.clone() });
                }
            }
            (Service::C2s, Direction::Receiving) => self.ask_user(),
        }
        self.ask_revocation();
        if self.handshake.is_none() || policy.posh_mismatch_is_final() {
            self.ask_posh();
        }
    }

    /// What the answers so far make worth asking.
    pub(super) fn later_rounds(&mut self, now: i64) {
        let is_open = self.questions.iter().any(|(question, state)| {
            *state != State::Answered && !matches!(question.kind, QuestionKind::History { .. })
        });
        if is_open || self.handshake.is_none() {
            return;
        }
        if self.decide(now).is_final() {
            return;
        }
        let before = self.questions.len();
        self.ask_posh();
        if self.questions.len() == before {
            self.push_dialback();
        }
    }

    fn has_chain(&self) -> bool {
        self.handshake.as_ref().is_none_or(|handshake| handshake.chain.is_some())
    }

    fn ask_posh(&mut self) {
        let Request { domain, service, direction, policy, .. } = &self.request;
        let is_user = (*service, *direction) == (Service::C2s, Direction::Receiving);
        if policy.posh() && !is_user && self.has_chain() && domain.address().is_none() {
            let kind = QuestionKind::Posh { url: posh_url(domain, *service), service: *service };
            self.push(kind);
        }
    }

    fn push_dialback(&mut self) {
        let Some(pair) = self.dialback.clone() else { return };
        let demands = self.request.policy.for_peer(&self.request.domain);
        let counts = demands.requirement == Requirement::AuthenticateOrDialback;
        if self.request.service == Service::S2s && self.request.policy.dialback() && counts {
            self.push(QuestionKind::Dialback {
                originating: pair.originating,
                receiving: pair.receiving,
                stream_id: pair.stream_id,
            });
        }
    }

    fn ask_revocation(&mut self) {
        let chain = self.handshake.as_ref().and_then(|handshake| handshake.chain.as_ref());
        let Some(chain) = chain.filter(|_| self.request.policy.revocation() != Revocation::Off) else {
            return;
        };
        let urls: Vec<Box<str>> =
            chain.iter().flat_map(|own| own.crl_distribution_points().iter().cloned()).collect();
        if !urls.is_empty() {
            self.push(QuestionKind::RevocationLists { urls });
        }
    }

    fn ask_user(&mut self) {
        let chain = self.handshake.as_ref().and_then(|handshake| handshake.chain.as_ref());
        if let Some(leaf) = chain.map(|chain| chain.leaf()) {
            let (certificate, public_key) = (leaf.digest_sha256(), leaf.spki_sha256());
            self.push(QuestionKind::UserMapping { certificate, public_key });
        }
    }

    /// SRV targets of an inbound peer lead to TLSA questions, one for each owner name (DANE-22).
    pub(super) fn ask_targets(&mut self, targets: &[Endpoint]) {
        let asked: Vec<TlsaOwner> = targets
            .iter()
            .filter_map(|target| match ladder::owners(&self.request.domain, target) {
                Ladder::Ask(owners) => Some(owners),
                _ => None,
            })
            .flatten()
            .collect();
        asked.into_iter().for_each(|owner| self.push(QuestionKind::Tlsa { owner }));
    }
}
