//! The handle: any thread may use it, at once with others.

use std::mem;
use std::os::fd::BorrowedFd;
use std::process;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::builder::Settings;
use super::completion::Completions;
use super::worker::{self, Command, Delivery, Recipient};
use super::{LookupError, Reply, Request, RequestId};
use crate::name::Domain;

/// Look-ups over the network, run by one thread that starts with the first of them.
///
/// Two forms: [`Lookup::ask`] blocks the caller up to a limit; [`Lookup::submit`] returns at once, and
/// [`Lookup::descriptor`] becomes readable when [`Lookup::collect`] has something to give. After `fork` the
/// child's copy refuses every call with [`LookupError::Forked`]; it makes a new handle. Dropping the handle
/// ends the thread and whatever it was doing.
pub struct Lookup {
    settings: Arc<Settings>,
    worker: OnceLock<Worker>,
    starting: Mutex<()>,
    /// The process that the thread belongs to; 0 before it starts.
    process: AtomicU32,
    next: AtomicU64,
    pending: AtomicUsize,
}

/// A look-up that a caller waits for.
pub(super) struct Asked {
    id: RequestId,
    outcome: Receiver<Result<Reply, LookupError>>,
}

struct Worker {
    commands: UnboundedSender<Command>,
    completions: Arc<Completions>,
}

impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl Lookup {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            worker: OnceLock::new(),
            starting: Mutex::new(()),
            process: AtomicU32::new(0),
            next: AtomicU64::new(1),
            pending: AtomicUsize::new(0),
        }
    }

    /// Looks up and waits, at most for `limit`.
    ///
    /// What is not known shortly before the limit stands in the reply as failed by time-out.
    ///
    /// # Errors
    /// [`LookupError::TimedOut`] when not even that came in time, and the errors of [`Lookup::submit`].
    pub fn ask(&self, request: Request, limit: Duration) -> Result<Reply, LookupError> {
        let asked = self.begin(request, limit)?;
        self.finish(asked, limit)
    }

    /// Starts a look-up for a caller that will wait in [`Lookup::finish`].
    pub(super) fn begin(&self, request: Request, limit: Duration) -> Result<Asked, LookupError> {
        let worker = self.worker()?;
        let id = self.admit()?;
        let (caller, outcome) = sync_channel(1);
        match self.start(worker, id, request, earlier(limit), Recipient::Caller(caller)) {
            Ok(()) => Ok(Asked { id, outcome }),
            Err(error) => {
                self.release();
                Err(error)
            }
        }
    }

    /// Waits for what was begun.
    pub(super) fn finish(&self, asked: Asked, limit: Duration) -> Result<Reply, LookupError> {
        let outcome = asked.outcome.recv_timeout(limit).unwrap_or(Err(LookupError::TimedOut));
        if let (true, Some(worker)) = (outcome.is_err(), self.worker.get()) {
            // When the thread has ended there is nothing to cancel.
            let _ = worker.commands.send(Command::Cancel(asked.id));
        }
        self.release();
        outcome
    }

    /// Starts a look-up that ends within `limit`, and returns its number for [`Lookup::collect`].
    ///
    /// # Errors
    /// [`LookupError::Busy`] when too many are under way or not collected; [`LookupError::Forked`] in a child;
    /// at the first call the errors of starting: [`LookupError::Resources`], [`LookupError::NoServer`],
    /// [`LookupError::SystemConfiguration`].
    pub fn submit(&self, request: Request, limit: Duration) -> Result<RequestId, LookupError> {
        let worker = self.worker()?;
        let id = self.admit()?;
        worker.completions.open(id);
        let recipient = Recipient::Queue(Arc::clone(&worker.completions));
        if let Err(error) = self.start(worker, id, request, limit, recipient) {
            self.cancel_open(worker, id);
            return Err(error);
        }
        Ok(id)
    }

    /// The next finished look-up, if there is one. Never waits.
    ///
    /// # Errors
    /// [`LookupError::Forked`] in a child.
    #[expect(clippy::type_complexity, reason = "a number and an outcome")]
    pub fn collect(&self) -> Result<Option<(RequestId, Result<Reply, LookupError>)>, LookupError> {
        self.refuse_in_child()?;
        let finished = self.worker.get().and_then(|worker| worker.completions.collect());
        if finished.is_some() {
            self.release();
        }
        Ok(finished)
    }

    /// Gives up a look-up; it will not be collected. Returns whether it was under way or uncollected.
    ///
    /// # Errors
    /// [`LookupError::Forked`] in a child.
    pub fn cancel(&self, id: RequestId) -> Result<bool, LookupError> {
        self.refuse_in_child()?;
        let Some(worker) = self.worker.get() else { return Ok(false) };
        let was_open = self.cancel_open(worker, id);
        if was_open {
            let _ = worker.commands.send(Command::Cancel(id));
        }
        Ok(was_open)
    }

    /// Forgets all that is kept about a domain and the names below it: DNS answers and POSH documents.
    /// Look-ups submitted afterwards ask anew.
    ///
    /// # Errors
    /// [`LookupError::Forked`] in a child.
    pub fn flush(&self, domain: &Domain) -> Result<(), LookupError> {
        self.refuse_in_child()?;
        match self.worker.get() {
            Some(worker) => {
                worker.commands.send(Command::Flush(domain.clone())).map_err(|_| LookupError::Stopped)
            }
            None => Ok(()),
        }
    }

    /// A descriptor for `poll` or `epoll`, readable exactly while [`Lookup::collect`] has something to give.
    /// Only to be polled: never read from it, never close it. It lives as long as the handle.
    ///
    /// # Errors
    /// Those of [`Lookup::submit`] but [`LookupError::Busy`], since the thread is started for it.
    pub fn descriptor(&self) -> Result<BorrowedFd<'_>, LookupError> {
        Ok(self.worker()?.completions.descriptor())
    }

    fn worker(&self) -> Result<&Worker, LookupError> {
        self.refuse_in_child()?;
        if let Some(worker) = self.worker.get() {
            return Ok(worker);
        }
        let _starting = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = self.worker.get() {
            return Ok(worker);
        }
        let completions = Arc::new(Completions::new().map_err(|_| LookupError::Resources)?);
        let commands = worker::start(&self.settings)?;
        self.process.store(process::id(), Ordering::Release);
        Ok(self.worker.get_or_init(|| Worker { commands, completions }))
    }

    fn refuse_in_child(&self) -> Result<(), LookupError> {
        if self.is_in_child() { Err(LookupError::Forked) } else { Ok(()) }
    }

    fn is_in_child(&self) -> bool {
        let process = self.process.load(Ordering::Acquire);
        process != 0 && process != process::id()
    }

    fn admit(&self) -> Result<RequestId, LookupError> {
        let limit = self.settings.pending;
        self.pending
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| (count < limit).then_some(count + 1))
            .map_err(|_| LookupError::Busy)?;
        Ok(RequestId(self.next.fetch_add(1, Ordering::Relaxed)))
    }

    fn release(&self) {
        self.pending.fetch_sub(1, Ordering::AcqRel);
    }

    fn start(
        &self,
        worker: &Worker,
        id: RequestId,
        request: Request,
        limit: Duration,
        recipient: Recipient,
    ) -> Result<(), LookupError> {
        let deliver = Delivery::new(recipient, id);
        let command = Command::Start { id, request, limit, deliver };
        worker.commands.send(command).map_err(|_| LookupError::Stopped)
    }

    fn cancel_open(&self, worker: &Worker, id: RequestId) -> bool {
        let was_open = worker.completions.cancel(id);
        if was_open {
            self.release();
        }
        was_open
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if self.is_in_child() {
            // The thread is the parent's, and a lock that it held at the fork is held for ever here.
            mem::forget(self.worker.take());
        }
    }
}

/// A little less than the caller's limit, so that a reply with what is known comes before it.
fn earlier(limit: Duration) -> Duration {
    limit.saturating_sub((limit / 20).min(Duration::from_millis(100)))
}
