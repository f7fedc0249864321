//! Answering a verification: its questions go out, round by round, until none is left that can be looked up.

use std::time::{Duration, Instant};

use super::handle::Lookup;
use super::{Finding, LookupError, Reply, Request};
use crate::record::LookupFailure;
use crate::verification::{Answer, Question, QuestionKind, Verification};

impl Lookup {
    /// Looks up every question of a verification that this room can, those that follow from answers too, and waits,
    /// at most for `limit`. The others – history, users, dialback, revocation lists – stay open for the host.
    ///
    /// What is not known shortly before the limit is answered as failed by time-out. `now` is in Unix seconds.
    ///
    /// # Errors
    /// Those of [`Lookup::ask`]; what was answered until then stays answered.
    pub fn answer(
        &self,
        verification: &mut Verification,
        now: i64,
        limit: Duration,
    ) -> Result<(), LookupError> {
        let begin = instant();
        loop {
            verification.is_ready(now);
            let questions: Vec<Question> =
                verification.open_questions().filter(|question| is_ours(&question.kind)).cloned().collect();
            if questions.is_empty() {
                return Ok(());
            }
            let left = limit.saturating_sub(begin.elapsed());
            let requests =
                questions.iter().map(|question| Request::Question(question.kind.clone())).collect();
            for (question, reply) in questions.iter().zip(self.ask_all(requests, left)) {
                give(verification, question, reply?);
            }
        }
    }

    /// Looks up several things at once and waits, at most for `limit` in all; the outcomes are in the order of the
    /// requests, each as of [`Lookup::ask`].
    pub fn ask_all(&self, requests: Vec<Request>, limit: Duration) -> Vec<Result<Reply, LookupError>> {
        let begin = instant();
        let begun: Vec<_> = requests.into_iter().map(|request| self.begin(request, limit)).collect();
        let wait = |asked| self.finish(asked, limit.saturating_sub(begin.elapsed()));
        begun.into_iter().map(|asked| asked.and_then(wait)).collect()
    }
}

impl Reply {
    /// Answers every open question that a gathering or an endpoint holds the answer to, those that follow from
    /// answers too. The others stay open. `now` is in Unix seconds.
    ///
    /// The answer to one question alone does not say which it was: give it by [`Verification::answer`].
    pub fn answer_all(&self, verification: &mut Verification, now: i64) {
        if matches!(self.finding, Finding::Answer(_)) {
            return;
        }
        loop {
            verification.is_ready(now);
            let mut open = verification.open_questions();
            let next = open.find_map(|question| Some((question.id, self.answer(&question.kind)?)));
            drop(open);
            let Some((id, answer)) = next else { return };
            if verification.answer(id, answer).is_err() {
                return;
            }
        }
    }
}

/// Gives an answer; one that does not fit would be asked for again without end, and counts as malformed.
fn give(verification: &mut Verification, question: &Question, reply: Reply) {
    let malformed = Answer::Failed(LookupFailure::Malformed);
    let answer = match reply.finding {
        Finding::Answer(answer) => answer,
        _ => malformed.clone(),
    };
    if verification.answer(question.id, answer).is_err() {
        // A failure fits every question that is open, and this one is.
        let _ = verification.answer(question.id, malformed);
    }
}

fn is_ours(kind: &QuestionKind) -> bool {
    matches!(
        kind,
        QuestionKind::Tlsa { .. } | QuestionKind::Posh { .. } | QuestionKind::SrvAndAddresses { .. }
    )
}

fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a limit in real time is kept where the waiting is")]
    Instant::now()
}
