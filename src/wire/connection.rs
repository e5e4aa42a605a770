//! An open connection: rumqttc's event loop, run for a while at a time.

use super::Event;
use crate::engine::{ConnectionEnd, EndCause};
use std::collections::VecDeque;
use std::future::{poll_fn, Future};
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{sleep, sleep_until, Instant};

/// So often a connection that waits looks whether a write that has begun meanwhile takes too long.
const LOOK: Duration = Duration::from_secs(2);
/// For about so long events are gathered while what was handed over is being written.
const GATHER: Duration = Duration::from_millis(1);

/// The event loop of one version of rumqttc.
pub(super) trait EventLoop {
    type Raw;
    type Error;

    fn poll(&mut self) -> impl Future<Output = Result<Self::Raw, Self::Error>>;

    /// What has happened and was not given by `poll` yet.
    fn unread(&mut self) -> &mut VecDeque<Self::Raw>;

    /// Whether the event says that a packet of the session was written. A ping is in the buffer as soon as it is
    /// reported, and needs no more watching.
    fn is_write(event: &Self::Raw) -> bool;

    /// What an event means, if anything.
    fn read(event: Self::Raw) -> Option<Event>;

    /// What an error means.
    fn end(error: &Self::Error) -> ConnectionEnd;
}

/// The side of a connection that its thread polls.
pub(crate) struct Connection {
    // First, as it uses the runtime while it is dropped.
    pub(super) inner: Inner,
    runtime: Runtime,
    watch: Watch,
}

/// Shared by the two sides of a connection: when the first of what waits to be written has to be. What is handed
/// over while the other side waits for something to happen may be what nothing happens to.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<Mutex<Option<std::time::Instant>>>);

impl Watch {
    pub(super) fn set(&self, until: Option<std::time::Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    fn is_over(&self) -> bool {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| until <= std::time::Instant::now())
    }
}

pub(super) enum Inner {
    V5(Box<rumqttc::v5::Connection>),
    V4(Box<rumqttc::Connection>),
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.inner {
            Inner::V5(_) => "Connection(MQTT 5)",
            Inner::V4(_) => "Connection(MQTT 3.1.1)",
        })
    }
}

impl Connection {
    pub(super) fn new(inner: Inner, runtime: Runtime, watch: Watch) -> Self {
        Connection {
            inner,
            runtime,
            watch,
        }
    }

    /// Waits for what happens next, for at most `limit`, and puts all that has happened into `events`: also what
    /// happened before an end, since acknowledgements already read hide behind the error.
    ///
    /// `unwritten` packets have been handed over and not come back as written; as long as there are some it goes on
    /// for about a millisecond.
    ///
    /// What is handed over meanwhile is watched: it ends the connection when it is not written in its time.
    ///
    /// False when the time passed and nothing happened. After an end the connection must be dropped. `limit` must be
    /// long enough for what is being written: a write that it cuts ends the connection, because rumqttc would lose
    /// the packet silently.
    pub(crate) fn poll(
        &mut self,
        limit: Duration,
        unwritten: usize,
        events: &mut Vec<Event>,
    ) -> Result<bool, ConnectionEnd> {
        let polled = catch_unwind(AssertUnwindSafe(|| match &mut self.inner {
            Inner::V5(connection) => {
                let work = work(
                    &mut connection.eventloop,
                    &self.watch,
                    limit,
                    unwritten,
                    events,
                );
                self.runtime.block_on(work)
            }
            Inner::V4(connection) => {
                let work = work(
                    &mut connection.eventloop,
                    &self.watch,
                    limit,
                    unwritten,
                    events,
                );
                self.runtime.block_on(work)
            }
        }));
        polled.unwrap_or_else(|_| {
            Err(ConnectionEnd {
                kind: EndCause::ByPeer,
                text: "the client underneath panicked over what the broker sent".into(),
            })
        })
    }
}

/// What the event loop of a connection runs on. rumqttc's blocking calls would build its large future anew, and move
/// it several times, for every event: a fifth of the time that an event takes.
pub(super) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
}

/// The first event of a connection, or none when it takes too long.
pub(super) fn first<L: EventLoop>(
    runtime: &Runtime,
    eventloop: &mut L,
    limit: Duration,
) -> Option<Result<L::Raw, L::Error>> {
    runtime.block_on(async { next(eventloop, pin!(sleep(limit))).await })
}

/// The next event, or none when `until` comes first.
async fn next<L: EventLoop>(
    eventloop: &mut L,
    mut until: Pin<&mut dyn Future<Output = ()>>,
) -> Option<Result<L::Raw, L::Error>> {
    // In its place from the start, as it is large; and behind a pointer, so that its code is there once.
    let mut poll: Pin<&mut dyn Future<Output = _>> = pin!(eventloop.poll());
    poll_fn(|context| match poll.as_mut().poll(context) {
        Poll::Ready(polled) => Poll::Ready(Some(polled)),
        Poll::Pending => until.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Over when `limit` has passed, or when a write is overdue.
async fn patience(limit: Duration, watch: Option<&Watch>) {
    let end = Instant::now() + limit;
    let Some(watch) = watch else {
        return sleep_until(end).await;
    };
    while Instant::now() < end && !watch.is_over() {
        sleep_until(end.min(Instant::now() + LOOK)).await;
    }
}

async fn work<L: EventLoop>(
    eventloop: &mut L,
    watch: &Watch,
    limit: Duration,
    mut unwritten: usize,
    events: &mut Vec<Event>,
) -> Result<bool, ConnectionEnd> {
    let gathered = Instant::now() + GATHER;
    // The limit is that of what was handed over before, if there is any.
    let mut until = pin!(patience(limit, (unwritten == 0).then_some(watch)));
    loop {
        let polled = next(eventloop, until.as_mut()).await;
        let seen = events.len();
        let ended = match polled {
            Some(Ok(event)) => {
                events.extend(L::read(event));
                None
            }
            Some(Err(error)) => Some(L::end(&error)),
            None if unwritten == 0 && !eventloop.unread().iter().any(L::is_write) => {
                let has_heard = !eventloop.unread().is_empty();
                events.extend(eventloop.unread().drain(..).filter_map(L::read));
                return Ok(has_heard);
            }
            None => Some(write_stalled()),
        };
        let unread = eventloop.unread().drain(..).filter_map(L::read);
        if let Some(ended) = ended {
            // rumqttc reports a packet before it writes it: at an end that is the one whose write failed.
            events.extend(unread.filter(|event| !matches!(event, Event::Written(_))));
            return Err(ended);
        }
        events.extend(unread);
        let written = |event: &&Event| matches!(event, Event::Written(_));
        unwritten = unwritten.saturating_sub(events[seen..].iter().filter(written).count());
        if unwritten == 0 || Instant::now() >= gathered {
            return Ok(true);
        }
    }
}

/// The end of a connection whose peer does not read what we write.
pub(super) fn write_stalled() -> ConnectionEnd {
    ConnectionEnd {
        kind: EndCause::Stalled,
        text: "the broker stopped reading".into(),
    }
}
