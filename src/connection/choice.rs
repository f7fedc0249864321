//! The stop after the client hello, and the host's choice.

use crate::connection::drive::wall;
use crate::connection::{CallError, Cause, Connection, Context, State, Time};
use crate::name::Domain;
use crate::parameter::Alert;
use crate::tls::Hello;

/// What a receiving host chooses when it has seen the client hello.
#[derive(Clone, Default)]
pub struct Choice {
    /// Another context, with its policy and credentials; `None`: the one the connection has.
    pub context: Option<Context>,
    /// Whose credentials serve when the client hello names nobody that is served; `None`: by the `to` of the
    /// stream before TLS, if there was one.
    pub domain: Option<Domain>,
    /// The application protocol to agree on; `None`: none.
    pub protocol: Option<Vec<u8>>,
}

impl Connection {
    /// What the client asks for, while the connection waits for a choice.
    pub fn client_hello(&self) -> Option<&Hello> {
        match &self.state {
            State::Choice(reader, _) => reader.hello(),
            _ => None,
        }
    }

    /// Goes on after the client hello. With another context its policy holds: who keeps the gate, unless the
    /// host took it ([`Connection::set_host_gate`]), and whether secrets may be read, too.
    ///
    /// # Errors
    /// [`CallError::WrongPhase`] when no choice is waited for, [`CallError::Failed`] when the connection has
    /// failed.
    pub fn choose(&mut self, now: Time, choice: Choice) -> Result<(), CallError> {
        if !matches!(self.state, State::Choice(..)) {
            return Err(CallError::WrongPhase);
        }
        self.begin(now)?;
        let State::Choice(reader, mut setup) = std::mem::replace(&mut self.state, State::Dead) else {
            return Err(CallError::WrongPhase);
        };
        if let Some(context) = choice.context {
            self.snapshot = context.snapshot();
            if !setup.host_gate {
                self.keep_gate(self.snapshot.policy.gate());
            }
            setup.key_log &= self.snapshot.policy.key_log();
        }
        if let Some(domain) = choice.domain {
            setup.asked = Some(domain.as_ascii().into());
        }
        setup.alpn = Some(choice.protocol.into_iter().collect());
        setup.started = now;
        if let Err(cause) = self.start_session(setup) {
            self.fail(cause);
            return Err(CallError::Failed);
        }
        if let State::Tls(session) = &mut self.state {
            // The session keeps its failure; `settle` finds it there.
            let _ = session.receive(wall(now), &reader.into_bytes(), &mut []);
        }
        self.settle(now);
        if self.cause().is_some() { Err(CallError::Failed) } else { Ok(()) }
    }

    /// Refuses the client hello with an alert.
    ///
    /// # Errors
    /// [`CallError::WrongPhase`] when no choice is waited for.
    pub fn refuse_client_hello(&mut self, alert: Alert) -> Result<(), CallError> {
        if !matches!(self.state, State::Choice(..)) {
            return Err(CallError::WrongPhase);
        }
        self.state = State::Dead;
        self.details_mut().output.extend_from_slice(&crate::tls::clear_alert(alert));
        self.fail(Cause::HostRefused(alert));
        Ok(())
    }
}
