//! What has to hold of the packets that the client hands over, and of its pauses.

use super::coverage::{Cause, Failed};
use super::poll::{write_limit, Request};
use super::world::World;
use crate::message::QoS;
use crate::outbox::Time;
use crate::session::{Connack, EndedKind, Input, Packet, PhaseStand, Plan, Stand, Token, Version};
use crate::settings::Settings;

/// More steps at one moment than this, without anything new, are a busy loop.
const MOST_STEPS: u32 = 4;
/// What a pause may last with a twin about.
const TWIN_PAUSE: (Time, Time) = (Time::from_secs(120), Time::from_secs(240));
/// Attempts in one round: 3.1.1 where MQTT 5 was left out, MQTT 5, each lesser will, and 3.1.1.
const MOST_AT_ONCE: u32 = 5;

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handed {
    Birth,
    Offline,
    Subscribe,
    Message(u64, QoS),
    Answered,
}

/// What the checks remember.
#[derive(Debug)]
pub(super) struct Watch {
    version: Version,
    pub(super) connack: Connack,
    number: u64,
    opened_at: Time,
    tokens: Vec<Handed>,
    is_born: bool,
    is_over: bool,
    unacknowledged: u32,
    messages: u32,
    /// Pauses since a connection lasted.
    pauses: u32,
    attempts_at_once: u32,
    ended_soon: u32,
    /// The broker said so once.
    was_taken_over: bool,
    /// Settings were adopted that no connection has had yet.
    pub(super) are_settings_untried: bool,
    steps: (Time, u32),
    pub(super) all_steps: u64,
    /// The bounds that the outbox may still exceed, after they were lowered under what was in flight.
    pub(super) allowance: (usize, u64),
    pub(super) most_kept: usize,
}

impl Watch {
    pub(super) fn new(settings: &Settings, now: Time) -> Self {
        Watch {
            version: Version::V5,
            connack: Connack::default(),
            number: 0,
            opened_at: now,
            tokens: Vec::new(),
            is_born: false,
            is_over: false,
            unacknowledged: 0,
            messages: 0,
            pauses: 0,
            attempts_at_once: 0,
            ended_soon: 0,
            was_taken_over: false,
            are_settings_untried: false,
            steps: (now, 0),
            all_steps: 0,
            allowance: (settings.max_queued_messages, settings.max_queued_bytes),
            most_kept: settings.max_queued_messages,
        }
    }

    /// A connection is about to be told to the session.
    pub(super) fn opened(&mut self, now: Time, number: u64, version: Version, connack: &Connack) {
        self.version = version;
        self.are_settings_untried = false;
        self.connack = connack.clone();
        self.number = number;
        self.opened_at = now;
        self.tokens.clear();
        self.is_born = false;
        self.is_over = false;
        self.unacknowledged = 0;
        self.messages = 0;
    }

    /// Something new happened.
    pub(super) fn stir(&mut self) {
        self.steps.1 = 0;
    }

    /// Whether the client has reason to think that another has its client id.
    pub(super) fn suspects_twin(&self) -> bool {
        self.ended_soon >= 3 || self.was_taken_over
    }

    fn hand_over(&mut self, token: Token, handed: Handed) -> Result<(), String> {
        if token != self.tokens.len() as u64 + 1 {
            return Err(format!("token {token} is not the next"));
        }
        self.tokens.push(handed);
        Ok(())
    }

    fn answered(&mut self, token: Token) -> Handed {
        let index = usize::try_from(token - 1).unwrap_or(usize::MAX);
        match self.tokens.get_mut(index) {
            Some(handed) => std::mem::replace(handed, Handed::Answered),
            None => Handed::Answered,
        }
    }

    /// The pause that begins, and whether it keeps the manners.
    fn pause(&mut self, cause: Cause, settings: &Settings, pause: Time) -> Result<(), String> {
        self.pauses += 1;
        let seconds = |seconds: u32| Time::from_secs(seconds.into());
        let (min, max) = (
            seconds(settings.reconnect_min_seconds),
            seconds(settings.reconnect_max_seconds),
        );
        let doubled = min.saturating_mul(1_u32.checked_shl(self.pauses).unwrap_or(u32::MAX));
        let (low, high) = match cause {
            Cause::TakenOver => TWIN_PAUSE,
            Cause::Failed(Failed::Permanent | Failed::WrongVersion) => (max / 2, max),
            _ => (min, doubled.min(max)),
        };
        let fits = |(low, high): (Time, Time)| low <= pause && pause <= high;
        let may_be_a_twin = cause == Cause::ByPeer && self.ended_soon >= 3;
        if !(fits((low, high)) || may_be_a_twin && fits(TWIN_PAUSE)) {
            let count = self.pauses;
            return Err(format!(
                "pause {count} after {cause:?} lasts {pause:?}, not {low:?} to {high:?}"
            ));
        }
        Ok(())
    }
}

impl World<'_> {
    /// What the session is told says what must come of messages, before it decides.
    pub(super) fn foresee(&mut self, number: u64, input: &Input) {
        let process = self
            .process
            .as_mut()
            .expect("inputs come while a process runs");
        let watch = &mut process.watch;
        watch.stir();
        if process.session.live_number() != Some(number) {
            return;
        }
        let token = match input {
            Input::Written(token) | Input::Acked(token, _) => *token,
            Input::Ended(ended) if ended.kind == EndedKind::ByPeer => {
                for handed in &watch.tokens {
                    if let Handed::Message(id, _) = *handed {
                        if let Some(entry) = self.ledger.get(id) {
                            entry.closes += 1;
                        }
                    }
                }
                return;
            }
            _ => return,
        };
        let is_written = matches!(input, Input::Written(_));
        let is_acknowledged = self.client().watch.connack.maximum_qos == QoS::AtLeastOnce;
        let watch = &mut self.client().watch;
        let index = usize::try_from(token - 1).unwrap_or(usize::MAX);
        let waits_for_more = match watch.tokens.get(index) {
            Some(Handed::Message(_, QoS::AtLeastOnce) | Handed::Subscribe) => is_written,
            Some(Handed::Birth | Handed::Offline) => is_written && is_acknowledged,
            _ => false,
        };
        if waits_for_more {
            return;
        }
        match watch.answered(token) {
            Handed::Birth => {
                watch.is_born = true;
                watch.unacknowledged -= 1;
            }
            Handed::Offline => watch.unacknowledged -= 1,
            Handed::Message(id, qos) => {
                watch.messages -= 1;
                watch.unacknowledged -= u32::from(qos == QoS::AtLeastOnce);
                let done = match input {
                    Input::Acked(_, result) => result.clone(),
                    _ => Ok(()),
                };
                self.ledger.acknowledged(id, &done);
            }
            Handed::Subscribe | Handed::Answered => {}
        }
    }

    pub(super) fn check_packet(&mut self, packet: &Packet) {
        if let Err(fault) = self.packet_fault(packet) {
            self.fail(fault);
        }
    }

    fn packet_fault(&mut self, packet: &Packet) -> Result<(), String> {
        let now = self.air.now;
        let process = self.process.as_mut().expect("packets come from a process");
        let (watch, session) = (&mut process.watch, &process.session);
        watch.stir();
        if watch.is_over {
            return Err(format!("{packet:?} after the end"));
        }
        let is_first = watch.tokens.is_empty();
        if !is_first && !watch.is_born {
            return Err(format!("the birth message is not alone: {packet:?}"));
        }
        let (token, topic, payload) = match packet {
            Packet::Publish {
                token,
                topic,
                payload,
                ..
            } => (*token, topic, payload),
            Packet::Subscribe { token, .. } if !is_first => {
                return watch.hand_over(*token, Handed::Subscribe);
            }
            Packet::Disconnect if !is_first => {
                watch.is_over = true;
                return Ok(());
            }
            other => return Err(format!("{other:?} before the birth message")),
        };
        let Packet::Publish {
            qos,
            retain,
            expiry_seconds,
            ..
        } = packet
        else {
            return Ok(());
        };
        watch.unacknowledged += u32::from(*qos == QoS::AtLeastOnce);
        let is_ours = &**topic == session.availability_topic();
        if is_first && !(is_ours && payload == session.birth_message()) {
            return Err(format!(
                "the first packet is not the birth message: {packet:?}"
            ));
        }
        if is_ours {
            let is_birth = payload == session.birth_message();
            let best = (
                watch.connack.maximum_qos,
                watch.connack.retain_available,
                None,
            );
            if (*qos, *retain, *expiry_seconds) != best {
                return Err(format!(
                    "availability is not said as well as it can be: {packet:?}"
                ));
            }
            // Its place in the count is given back like that of a message of QoS 1.
            watch.unacknowledged += u32::from(*qos == QoS::AtMostOnce);
            let handed = if is_birth {
                Handed::Birth
            } else {
                Handed::Offline
            };
            watch.hand_over(token, handed)?;
        } else {
            let (generation, id) = super::ledger::name(payload).ok_or("an unknown payload")?;
            if generation != self.generation {
                return Err("a message of an earlier process".into());
            }
            watch.messages += 1;
            watch.hand_over(token, Handed::Message(id, *qos))?;
            self.ledger
                .handed_over(now, id, watch.number, watch.version, *expiry_seconds)?;
        }
        let settings = session.settings();
        if watch.unacknowledged > u32::from(watch.connack.receive_maximum) {
            return Err(format!(
                "{} unacknowledged, the broker takes {}",
                watch.unacknowledged, watch.connack.receive_maximum
            ));
        }
        if watch.messages > u32::from(settings.max_in_flight) {
            return Err(format!("{} messages in flight", watch.messages));
        }
        Ok(())
    }

    /// What reaches the network was handed over not long before.
    pub(super) fn check_write(&mut self, request: &Request) {
        let now = self.air.now;
        let process = self.client();
        let idle = Time::from_secs(u64::from(process.session.settings().keep_alive_seconds) + 60);
        let frozen = process.frozen_until.saturating_sub(request.handed_at);
        let writes = write_limit(request.size() + 64 * 1024) * (request.ahead as u32 + 1);
        let most = idle + frozen + writes;
        let waited = now.saturating_sub(request.handed_at);
        if waited > most {
            self.fail(format!(
                "{waited:?} between handing over and writing, more than {most:?}"
            ));
        }
    }

    /// The background thread takes a step.
    pub(super) fn check_step(&mut self, plan: &Plan) {
        let now = self.air.now;
        let watch = &mut self.client().watch;
        watch.all_steps += 1;
        watch.steps = match watch.steps {
            (at, count) if at == now => (at, count + 1),
            _ => (now, 1),
        };
        if watch.steps.1 > MOST_STEPS {
            self.fail(format!("a busy loop: {plan:?}, again and again"));
        } else if matches!(plan, Plan::Open(_)) {
            watch.attempts_at_once += 1;
            if watch.attempts_at_once > MOST_AT_ONCE {
                self.fail("attempt follows attempt without a pause".into());
            }
        }
    }

    /// A pause begins or a connection ends.
    pub(super) fn check_pauses(&mut self, cause: Cause, before: Stand, after: Stand) {
        let now = self.air.now;
        let process = self.process.as_mut().expect("a session was asked");
        let (watch, session) = (&mut process.watch, &process.session);
        let settings = session.settings();
        let has_ended = before.phase == PhaseStand::Live && after.phase != PhaseStand::Live;
        let are_settings_new =
            cause == Cause::Reconfigure || before.leaving && cause != Cause::Adjust;
        if are_settings_new && !after.leaving && after.phase != PhaseStand::Finished {
            // New settings begin anew.
            watch.pauses = 0;
            watch.attempts_at_once = 0;
            watch.ended_soon = 0;
            watch.are_settings_untried = true;
            return;
        }
        if has_ended {
            let lasted = now - watch.opened_at;
            let by_peer = matches!(cause, Cause::ByPeer | Cause::TakenOver);
            watch.was_taken_over |= cause == Cause::TakenOver;
            watch.ended_soon = match by_peer && lasted < Time::from_secs(5) {
                true => watch.ended_soon + 1,
                false => 0,
            };
            if lasted > Time::from_secs(settings.reconnect_max_seconds.into()) {
                watch.pauses = 0;
            }
        }
        let begins = after.phase == PhaseStand::Pause && before.phase != PhaseStand::Pause;
        if !begins {
            return;
        }
        watch.attempts_at_once = 0;
        let pause = session.pause_until().unwrap_or(now) - now;
        if let Err(fault) = watch.pause(cause, settings, pause) {
            self.fail(fault);
        }
    }
}
