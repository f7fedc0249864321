//! The one thread of this room: it runs the look-ups and ends with its handle.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::builder::Settings;
use super::completion::Completions;
use super::room::Room;
use super::{LookupError, Reply, Request, RequestId, dns};
use crate::limits::LOOKUP_RUNNING;
use crate::name::Domain;

/// What the handle tells the thread.
pub(super) enum Command {
    Start {
        id: RequestId,
        request: Request,
        limit: Duration,
        deliver: Delivery,
    },
    Cancel(RequestId),
    Flush(Domain),
    /// A look-up has ended.
    Ended(RequestId),
}

/// Where an outcome goes. If the work is given up or fails in itself, dropping it delivers that.
pub(super) struct Delivery {
    to: Recipient,
    id: RequestId,
    done: bool,
}

/// Who waits for an outcome.
pub(super) enum Recipient {
    /// The queue behind the descriptor.
    Queue(Arc<Completions>),
    /// A thread that is blocked in a call.
    Caller(SyncSender<Result<Reply, LookupError>>),
}

impl Delivery {
    pub(super) fn new(to: Recipient, id: RequestId) -> Self {
        Self { to, id, done: false }
    }

    fn deliver(mut self, outcome: Result<Reply, LookupError>) {
        self.send(outcome);
    }

    fn send(&mut self, outcome: Result<Reply, LookupError>) {
        self.done = true;
        match &self.to {
            Recipient::Queue(completions) => completions.finish(self.id, outcome),
            // A caller whose time is over has gone.
            Recipient::Caller(caller) => drop(caller.try_send(outcome)),
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.done {
            self.send(Err(LookupError::Stopped));
        }
    }
}

/// Starts the thread.
pub(super) fn start(settings: &Arc<Settings>) -> Result<UnboundedSender<Command>, LookupError> {
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|_| LookupError::Resources)?;
    let room = {
        let _context = runtime.enter();
        Arc::new(Room::new(dns::open(&settings.dns)?, settings))
    };
    let (sender, commands) = unbounded_channel();
    let own = sender.downgrade();
    std::thread::Builder::new()
        .name("xmpptls-lookup".to_owned())
        .spawn(move || runtime.block_on(run(room, commands, own)))
        .map_err(|_| LookupError::Resources)?;
    Ok(sender)
}

/// Carries out commands until the handle is gone.
async fn run(room: Arc<Room>, mut commands: UnboundedReceiver<Command>, own: WeakUnboundedSender<Command>) {
    let places = Arc::new(Semaphore::new(LOOKUP_RUNNING));
    let mut running: HashMap<RequestId, AbortHandle> = HashMap::new();
    while let Some(command) = commands.recv().await {
        match command {
            Command::Start { id, request, limit, deliver } => {
                let work = look_up(Arc::clone(&room), Arc::clone(&places), request, limit, deliver);
                let own = own.clone();
                let task = tokio::spawn(async move {
                    work.await;
                    if let Some(own) = own.upgrade() {
                        // The loop that receives this holds the other end.
                        let _ = own.send(Command::Ended(id));
                    }
                });
                running.insert(id, task.abort_handle());
                running.retain(|_, task| !task.is_finished());
            }
            Command::Cancel(id) => {
                if let Some(task) = running.remove(&id) {
                    task.abort();
                }
            }
            Command::Flush(domain) => room.flush(&domain),
            Command::Ended(id) => drop(running.remove(&id)),
        }
    }
}

async fn look_up(
    room: Arc<Room>,
    places: Arc<Semaphore>,
    request: Request,
    limit: Duration,
    deliver: Delivery,
) {
    let now = Instant::now();
    let deadline = now.checked_add(limit).unwrap_or(now);
    let Ok(Ok(_place)) = tokio::time::timeout_at(deadline, places.acquire_owned()).await else {
        deliver.deliver(Err(LookupError::TimedOut));
        return;
    };
    let reply = room.reply(request, deadline).await;
    deliver.deliver(Ok(reply));
}
