//! What the end of a connection means: for the messages in flight, for the next attempt, and for who is told.

use super::connection::{Connection, Farewell, Trial};
use super::home_assistant::is_watched;
use super::input::{ConnectionEnd, EndCause};
use super::link::passing_time;
use super::notice::Level;
use super::subscription::Subscription;
use super::twin::{self, Twin};
use super::window::Flight;
use super::{Engine, Phase};
use crate::outbox::{Entry, Time};
use crate::outcome::Outcome;
use std::time::Duration;

/// So many closes by the peer in a row hold a message back that was unacknowledged at each of them.
const SUSPICIOUS: u8 = 3;
/// So many closes on it alone end it.
const PROVEN: u8 = 3;
/// A close within this time after a message was handed over alone, and the time that it takes to pass before the broker
/// can judge it, is a close on that message.
const AT_ONCE: Duration = Duration::from_secs(5);

impl Engine {
    pub(super) fn ended(&mut self, now: Time, ended: &ConnectionEnd) {
        let phase = Phase::Waiting {
            until: now,
            next: None,
        };
        let mut connection = match std::mem::replace(&mut self.phase, phase) {
            Phase::Connected(connection) => connection,
            other => {
                self.phase = other;
                return;
            }
        };
        self.take_back(now, &mut connection, ended);
        if is_over(&connection.subscription, ended.kind) {
            self.broker.subscription_rest.closed(now);
        }
        if connection.look.is_pending() && connection.online_from.is_none() {
            // Once, that may have another cause; then perhaps it does not like to be asked.
            self.broker.looks_closed += 1;
        }
        if is_over(&connection.status_subscription, ended.kind) {
            self.broker.status_subscription_rest.closed(now);
        }
        let is_last = matches!(connection.farewell, Farewell::DisconnectSent { .. })
            && self.next_settings.is_none();
        if self.stop.is_some() && (is_last || self.outbox.unfinished() == 0) {
            return self.finish();
        }
        if let Some((settings, _)) = self.next_settings.take() {
            let has_gone = matches!(connection.farewell, Farewell::DisconnectSent { .. });
            return self.adopt(now, settings, has_gone && ended.kind == EndCause::ByPeer);
        }
        self.pause_after(now, &connection, ended);
    }

    /// What is unacknowledged goes back into the outbox.
    fn take_back(&mut self, now: Time, connection: &mut Connection, ended: &ConnectionEnd) {
        let by_peer = matches!(ended.kind, EndCause::ByPeer | EndCause::Disconnected)
            && connection.farewell == Farewell::NotBegun;
        let alone_for = match connection.trial {
            Trial::Sent { at, .. } => Some(now.saturating_sub(at)),
            _ => None,
        };
        let mut is_idle = true;
        for flight in connection.window.drain() {
            let Flight::Message(mut entry) = flight else {
                continue;
            };
            is_idle = false;
            entry.sent_before = true;
            match alone_for {
                _ if !by_peer => self.acquit(entry),
                None => {
                    entry.closes += 1;
                    match entry.closes >= SUSPICIOUS {
                        true => self.outbox.hold_back(entry),
                        false => self.outbox.put_back(entry),
                    }
                }
                Some(alone_for) if alone_for > judging_time(&entry) => self.acquit(entry),
                Some(_) => self.convict(entry, &ended.text),
            }
        }
        if is_idle && by_peer {
            // It closes without them too.
            self.outbox.release_held();
        }
        self.outbox.disconnected();
    }

    fn acquit(&mut self, mut entry: Entry) {
        entry.closes = 0;
        entry.closes_alone = 0;
        self.outbox.put_back(entry);
    }

    fn convict(&mut self, mut entry: Entry, text: &str) {
        entry.closes_alone += 1;
        if entry.closes_alone < PROVEN {
            return self.outbox.hold_back(entry);
        }
        let topic = entry.message.topic.clone();
        let why = format!(
            "the broker closed the connection each time it was sent, {PROVEN} times with it alone: {text}"
        );
        self.notice_queue.log(Level::Warning, || {
            format!("a message on {topic:?} is rejected: {why}")
        });
        // A deletion is given up for good.
        if entry.is_state() && !entry.message.payload.is_empty() {
            self.broker.closed_states.answered(&topic, Some(&why));
        }
        self.outbox.end(&entry, Outcome::Rejected(why));
    }

    fn pause_after(&mut self, now: Time, connection: &Connection, ended: &ConnectionEnd) {
        let broker = &mut self.broker;
        // Where nobody says that it is back, events would wait for as long as the settings say.
        let may_hold = self.home_assistant.may_hold(&broker.settings)
            && is_watched(&broker.settings)
            && self.stop.is_none();
        let lasted = now.saturating_sub(connection.opened_at);
        let has_lasted = broker.reconnect.connection_ended(lasted);
        let is_close = ended.kind == EndCause::ByPeer;
        let end = twin::End {
            is_proven: ended.kind == EndCause::TakenOver
                || is_close && connection.has_foreign_birth(),
            looks_like_it: is_close
                && connection.online_from.is_some()
                && connection.farewell == Farewell::NotBegun
                && !matches!(connection.trial, Trial::Sent { .. }),
            lasted,
        };
        let twin = broker.twin.ended(end, broker.reconnect.longest());
        let client_id = &broker.settings.client_id;
        let remedy = "Stop it, or give each its own client_id";
        let text = match twin {
            Twin::Unlikely => ended.text.clone(),
            Twin::Possible => format!(
                "{}; possibly another client uses our client id {client_id:?}. {remedy}",
                ended.text
            ),
            Twin::Certain => format!(
                "another client uses our client id {client_id:?}: {}. {remedy}",
                ended.text
            ),
        };
        let until = match twin {
            Twin::Certain => broker.reconnect.longest_pause(now),
            // A broker that was killed refuses an attempt that comes before it is started again, which makes events
            // wait; once it is back, nothing tells it from a link that broke.
            Twin::Unlikely if is_close && has_lasted && may_hold => broker.reconnect.no_pause(now),
            Twin::Possible | Twin::Unlikely => broker.reconnect.pause(now),
        };
        let pause = until.saturating_sub(now);
        self.notice_queue.log(Level::Warning, || {
            let seconds = pause.as_secs_f32();
            format!("the connection ended: {text}; the next attempt is in {seconds:.1} s")
        });
        broker.last_error = Some(text);
        self.phase = Phase::Waiting { until, next: None };
    }
}

/// Whether the broker ended the connection while the subscription was unanswered.
fn is_over(subscription: &Subscription, cause: EndCause) -> bool {
    let is_asked = matches!(subscription, Subscription::Asked { .. });
    is_asked && matches!(cause, EndCause::ByPeer | EndCause::Disconnected)
}

fn judging_time(entry: &Entry) -> Duration {
    AT_ONCE + passing_time(entry.message.payload.len() as u64)
}
