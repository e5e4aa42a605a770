//! What each step of a schedule does to the world.

use super::coverage::Cause;
use super::ledger::{self, Entry};
use super::manners::Manners;
use super::schedule::{Batch, Meanwhile, Op};
use super::world::World;
use crate::driver::Driver;
use crate::engine::{Connack, ConnectionEnd, EndCause, Input, Subject, Version};
use crate::message::{Message, QoS};
use crate::outbox::{NamedState, Time};
use crate::settings::{Protocol, Settings};
use crate::ErrorKind;
use std::sync::Arc;

/// What `Client::publish` is given.
pub(super) struct Published {
    pub(super) message: Message,
    pub(super) lifetime: Option<u32>,
    pub(super) is_tracked: bool,
    pub(super) states: Vec<NamedState>,
}

impl World<'_> {
    pub(super) fn apply(&mut self, op: &Op) {
        if self.process.is_some() {
            self.client().watch.stir();
            self.apply_to_client(op);
        }
        self.apply_to_world(op);
        self.check_moment();
    }

    fn apply_to_client(&mut self, op: &Op) {
        let now = self.air.now;
        match op {
            Op::Publish(batch) => {
                for _ in 0..batch.count {
                    self.publish(batch);
                }
            }
            Op::State { which, forgets } => self.say_state(*which, *forgets),
            Op::Take => {
                let held = self.ledger.entries.iter().position(|entry| entry.is_held);
                self.take_outcome(held.map_or(1, |at| at as u64 + 1));
            }
            Op::Forget => {
                let refused = self.forget_all();
                self.forget_by_driver(&refused);
            }
            Op::Meanwhile(what) => {
                if let Meanwhile::Forget = what {
                    // So that what the background thread does is the only news.
                    self.look(true);
                }
                self.client().meanwhile = Some(what.clone());
            }
            Op::Look { opens_notices } => {
                self.look(*opens_notices);
                self.flush();
            }
            Op::Shutdown {
                patience_ms,
                gone_for_ms,
                is_starved,
            } => {
                self.starts_at = now + Time::from_millis((*gone_for_ms).into());
                let patience = Time::from_millis((*patience_ms).into());
                if *is_starved {
                    self.client().frozen_until = now + patience + Time::from_millis(1);
                }
                self.shut_down(patience);
            }
            Op::Kill {
                with_machine,
                gone_for_ms,
            } => {
                self.starts_at = now + Time::from_millis((*gone_for_ms).into());
                self.kill_process(*with_machine);
                self.forget_notices();
            }
            Op::Freeze(ms) => self.client().frozen_until = now + Time::from_millis((*ms).into()),
            Op::Reconfigure { traits, renames } => {
                let mut settings = traits.settings(Settings::clone(&self.settings));
                if *renames {
                    let count = self.availability.len();
                    settings.availability_topic = format!("home/{count}/status");
                }
                self.reconfigure(settings);
            }
            Op::Adjust(traits) => {
                let before = Settings::clone(self.client().engine().newest_settings());
                let adjusted = traits.settings(before.clone());
                let mut settings = before;
                settings.max_queued_messages = adjusted.max_queued_messages;
                settings.max_queued_bytes = adjusted.max_queued_bytes;
                settings.queue_full = adjusted.queue_full;
                settings.reconnect_min_seconds = adjusted.reconnect_min_seconds;
                settings.reconnect_max_seconds = adjusted.reconnect_max_seconds;
                settings.wait_for_subscriber = adjusted.wait_for_subscriber;
                settings.availability_heartbeat_seconds = adjusted.availability_heartbeat_seconds;
                self.reconfigure(settings);
            }
            Op::Reconnect => self.reconnect(),
            Op::Stray(kind) => self.stray(*kind),
            _ => {}
        }
    }

    fn apply_to_world(&mut self, op: &Op) {
        let now = self.air.now;
        let later = |ms: u16| now + Time::from_millis(ms.into());
        let (air, links) = (&mut self.air, &mut self.links);
        match *op {
            Op::Cut {
                loses_up,
                loses_down,
            } => {
                let arrives = air.arrival();
                for link in links {
                    link.cut(arrives, loses_up, loses_down);
                }
            }
            Op::HalfOpen { broker_knows } => {
                for at in 0..links.len() {
                    links[at].die();
                    let id = links[at].id;
                    if broker_knows {
                        self.broker.close(air, links, id, EndCause::ByPeer);
                    }
                }
            }
            Op::Block(ms) => air.blocked_until = air.blocked_until.max(later(ms)),
            Op::Stall(ms) => self.broker.reads_from = later(ms),
            Op::Mute(ms) => self.broker.mute_until = later(ms),
            Op::Crash {
                keeps_state,
                down_for_ms,
            } => {
                let back_at = later(down_for_ms);
                self.broker.down_until = back_at;
                self.broker.crash(air, links, keeps_state);
                self.home_is_cut_off(back_at);
            }
            Op::Close(why) => {
                for at in 0..links.len() {
                    let id = links[at].id;
                    // Only MQTT 5 brokers can say why.
                    let kind = match (links[at].version, why) {
                        (Version::V5, 1) => EndCause::Disconnected,
                        (Version::V5, 2) => EndCause::Unavailable,
                        _ => EndCause::ByPeer,
                    };
                    self.broker.close(air, links, id, kind);
                }
            }
            Op::Speak(speaks) => self.broker.manners.speaks = speaks,
            Op::Refuse(kind) => self.broker.manners.refuses = kind,
            Op::Subscriptions(manner) => self.broker.manners.subscriptions = manner,
            Op::RefuseAvailability(refuses) => self.broker.manners.refuses_availability = refuses,
            Op::SwapAcknowledgements(swaps) => self.broker.manners.swaps_acknowledgements = swaps,
            Op::SendTooLarge(sends) => self.broker.manners.sends_too_large = sends,
            Op::Twin {
                for_ms,
                patience_ms,
            } => {
                let until = self.air.now + Time::from_millis(for_ms.into());
                self.twin
                    .appear(self.air.now, until, Time::from_millis(patience_ms.into()));
            }
            Op::HomeRestarts(for_ms) => self.home_restarts(for_ms),
            Op::Meddle(kind) => {
                let texts: [&'static [u8]; 3] = [b"offline", b"", b"???"];
                self.meddle(texts[usize::from(kind) % 3]);
            }
            _ => {}
        }
    }

    /// As `Client::publish`.
    pub(super) fn publish(&mut self, batch: &Batch) {
        let (entry, published) = self.message(batch);
        if let Some((entry, published)) = self.put(entry, published) {
            self.publish_by_driver(entry, published);
        }
    }

    /// The next message.
    pub(super) fn message(&mut self, batch: &Batch) -> (Entry, Published) {
        let now = self.air.now;
        let id = self.ledger.next_id();
        let payload = ledger::payload(batch.nature, self.generation, id, batch.size.into());
        let entry = Entry {
            lifetime: batch.lifetime.map(u32::from),
            qos: if batch.qos_0 {
                QoS::AtMostOnce
            } else {
                QoS::AtLeastOnce
            },
            retain: batch.retain,
            topic: batch.camera,
            size: payload.len(),
            is_held: batch.is_tracked,
            ..Entry::new(now)
        };
        let message = Message {
            topic: self.topics[usize::from(batch.camera)].clone(),
            payload,
            qos: entry.qos,
            retain: entry.retain,
        };
        let named = batch.names.map(|which| self.states.name(which, id));
        let entry = Entry {
            names: named.as_ref().map(|(named, _)| named.clone()),
            ..entry
        };
        let states = named.map(|(_, state)| state).into_iter().collect();
        let published = Published {
            message,
            lifetime: entry.lifetime,
            is_tracked: batch.is_tracked,
            states,
        };
        (entry, published)
    }

    fn publish_by_driver(&mut self, entry: Entry, published: Published) {
        let now = self.air.now;
        let id = self.ledger.next_id();
        let is_closed = self.is_closed();
        self.take_over();
        // The engine counts it while the world is still asking; so the books are kept first.
        self.ledger.accepted(entry);
        let Published {
            message,
            lifetime,
            is_tracked,
            states,
        } = published;
        let client = self.client();
        client.intake.ready.add_topic(&message.topic);
        let driver = &mut client.driver;
        let (published, effects) = driver.publish(now, message, lifetime, is_tracked, states);
        match &published {
            Ok(given) if *given != id => self.fail(format!("message {id} is called {given}")),
            Ok(_) if is_closed => self.fail("a closed client accepts a message".into()),
            Ok(_) => self.coverage.messages += 1,
            Err(error) => {
                self.ledger.entries.pop();
                self.states.was_refused(id);
                self.ledger.refused += u64::from(error.kind() == ErrorKind::QueueFull);
            }
        }
        self.follow(&[Cause::Publish], effects);
        self.let_in();
    }

    /// Whether a message is refused.
    pub(super) fn is_closed(&mut self) -> bool {
        let engine = self.client().engine();
        engine.is_finished() || engine.is_stopping()
    }

    /// As `Client::reconnect`.
    fn reconnect(&mut self) {
        if self.act(Cause::Reconnect, Driver::reconnect).is_ok() {
            self.client().watch.forget_failures();
        }
    }

    /// As `Client::flush`, which goes on until the next.
    fn flush(&mut self) {
        if let Some(mark) = self.client().waiters.give_up_flush() {
            self.act(Cause::Asked, |driver, now| {
                ((), driver.release_mark(now, mark))
            });
        }
        let mark = self.act(Cause::Asked, |driver, now| driver.mark(now));
        let unfinished = self.client().engine().outbox().unfinished();
        let marked = self.client().engine().outbox().unfinished_before(mark);
        self.client().waiters.begin_flush(mark);
        if marked != unfinished {
            self.fail(format!(
                "a flush waits for {marked} messages of {unfinished}"
            ));
        }
    }

    /// As `Client::shutdown`.
    pub(super) fn shut_down(&mut self, patience: Time) {
        let now = self.air.now;
        let accepted = self.act(Cause::ShutDown, |driver, now| {
            driver.shut_down(now, patience)
        });
        if accepted.is_ok() {
            self.client().shutdown_until = Some(now + patience);
        }
    }

    /// As `Client::reconfigure`.
    fn reconfigure(&mut self, settings: Settings) {
        let settings = Arc::new(settings);
        let engine = self.client().engine();
        let in_force = engine.settings().clone();
        let is_same = in_force.same_connection(&settings);
        let is_refused = engine.is_stopping() || engine.is_finished();
        let keeps = is_refused || is_same && !super::invariants::is_leaving(engine.snapshot());
        let cause = if keeps {
            Cause::Adjust
        } else {
            Cause::Reconfigure
        };
        let new = settings.clone();
        let accepted = self.act(cause, |driver, now| driver.reconfigure(now, new));
        if accepted.is_ok() {
            let is_renamed = self.settings.availability_topic != settings.availability_topic;
            let now = self.air.now;
            let watch = &mut self.client().watch;
            watch.is_renamed |= is_renamed;
            watch.told.shorten(now, settings.hold_seconds);
            // Those in between were never in force.
            if in_force.availability_topic != settings.availability_topic {
                self.states.given_up.push(in_force);
            }
            self.settings = settings.clone();
            self.availability.push(settings);
        }
    }

    /// Inputs that a connection given up, or a confused one, might still bring.
    fn stray(&mut self, kind: u8) {
        let number = match self.client().engine().connection_number() {
            Some(number) if kind % 2 == 0 => number.saturating_sub(1),
            _ => 0,
        };
        let ended = ConnectionEnd {
            kind: EndCause::ByPeer,
            text: "late".into(),
        };
        let input = match kind {
            0 => Input::Acked(1, Ok(())),
            1 => Input::Written(1),
            2 => Input::Ended(ended),
            3 => Input::Subscribed(2, Ok(())),
            4 => Input::Opened(Connack::default()),
            5 => Input::Acked(1, Err("late".into())),
            _ => Input::Received {
                subject: Subject::Availability,
                payload: "late".into(),
                retain: false,
            },
        };
        self.act(Cause::Stray, |driver, now| {
            ((), driver.report(now, number, [input]))
        });
        // Only the background thread reports anything, and asks for its plan next.
        self.client().woken = true;
    }

    /// The faults are over. What the broker can do stays as it is.
    pub(super) fn heal(&mut self) {
        let manners: &mut Manners = &mut self.broker.manners;
        let speaks = manners.speaks;
        manners.heal();
        if self.settings.protocol == Protocol::Auto {
            // A broker of one version is no fault for a client that finds out.
            manners.speaks = speaks;
        }
        // A round trip takes much less than a broker has to answer MQTT 5, and than the shortest keep alive.
        self.air.latency = self.air.latency.min(300);
        self.recorder_appears();
        let now = self.air.now;
        self.twin.appear(now, now, Time::ZERO);
        self.starts_at = self.starts_at.min(now + Time::from_secs(1));
    }
}
