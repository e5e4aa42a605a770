//! What has to hold of the packets that the client hands over.

use super::handed::Request;
use super::home::Told;
use super::intake::bounds;
use super::world::World;
use crate::engine::{Connack, EndCause, Input, Packet, Token, Version};
use crate::message::QoS;
use crate::outbox::Time;
use crate::settings::Settings;
use bytes::Bytes;

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Handed {
    Birth,
    Offline,
    Subscribe,
    Message(u64, QoS),
    /// The number of its topic, and what is said to it.
    State(usize, QoS, Bytes),
    /// Of an availability topic that was given up.
    Clearing(QoS),
    Answered,
}

/// What the checks remember.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) version: Version,
    pub(super) connack: Connack,
    pub(super) number: u64,
    pub(super) opened_at: Time,
    pub(super) tokens: Vec<Handed>,
    pub(super) is_born: bool,
    pub(super) is_over: bool,
    pub(super) unacknowledged: u32,
    pub(super) messages: u32,
    /// Pauses since a connection lasted.
    pub(super) pauses: u32,
    pub(super) last_pause: Time,
    pub(super) refused_logins: u32,
    /// The broker has accepted a connection under these settings.
    pub(super) has_accepted: bool,
    pub(super) attempts_at_once: u32,
    /// Attempts with MQTT 5 that the broker was silent to, under these settings.
    pub(super) silences: u32,
    /// The availability topic has been named anew since a connection was accepted.
    pub(super) is_renamed: bool,
    /// The open connection is to end for new settings, which then begin at once.
    pub(super) leaves_for_settings: bool,
    pub(super) steps: (Time, u32),
    pub(super) all_steps: u64,
    /// The bounds of the outbox, when a call of the driver last ended.
    pub(super) bounds: (usize, u64),
    /// The bounds that the outbox may still exceed, after they were lowered under what was in flight or in the intake.
    pub(super) allowance: (usize, u64),
    pub(super) most_kept: usize,
    pub(super) told: Told,
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
            last_pause: Time::ZERO,
            refused_logins: 0,
            has_accepted: false,
            attempts_at_once: 0,
            silences: 0,
            is_renamed: false,
            leaves_for_settings: false,
            steps: (now, 0),
            all_steps: 0,
            bounds: bounds(settings),
            allowance: bounds(settings),
            most_kept: settings.max_queued_messages,
            told: Told::default(),
        }
    }

    /// A connection is about to be told to the engine.
    pub(super) fn opened(&mut self, now: Time, number: u64, version: Version, connack: &Connack) {
        self.is_renamed = false;
        self.version = version;
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
}

impl World<'_> {
    /// What the engine is told says what must come of messages, before it decides.
    pub(super) fn foresee(&mut self, number: u64, input: &Input) {
        let process = self
            .process
            .as_mut()
            .expect("inputs come while a process runs");
        let watch = &mut process.watch;
        watch.stir();
        if process.driver.engine().current_number() == Some(number) {
            self.home_told(input);
        }
        let process = self.client();
        let watch = &mut process.watch;
        if process.driver.engine().connection_number() != Some(number) {
            return;
        }
        let token = match input {
            Input::Written(token) | Input::Acked(token, _) | Input::Unmatched(token) => *token,
            Input::Ended(ended)
                if matches!(ended.kind, EndCause::ByPeer | EndCause::Disconnected) =>
            {
                let states = watch.tokens.iter().filter_map(|handed| match handed {
                    Handed::State(number, ..) => Some(*number),
                    _ => None,
                });
                let states: Vec<_> = states.collect();
                let open = watch.tokens.iter().filter_map(|handed| match handed {
                    Handed::Message(id, _) => Some(*id),
                    _ => None,
                });
                let open: Vec<_> = open.collect();
                let is_clearing = |handed: &Handed| matches!(handed, Handed::Clearing(_));
                let clears = watch.tokens.iter().any(is_clearing);
                self.states.closes_on_clearings += u32::from(clears);
                if let ([number], []) = (&states[..], &open[..]) {
                    self.states.closed_on(*number);
                }
                for id in &open {
                    if let Some(entry) = self.ledger.get(*id) {
                        entry.closes += 1;
                        entry.closes_alone += u32::from(open.len() == 1);
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
            Some(
                Handed::Message(_, QoS::AtLeastOnce)
                | Handed::State(_, QoS::AtLeastOnce, _)
                | Handed::Clearing(QoS::AtLeastOnce)
                | Handed::Subscribe,
            ) => is_written,
            Some(Handed::Birth | Handed::Offline) => is_written && is_acknowledged,
            _ => false,
        };
        if waits_for_more {
            return;
        }
        match watch.answered(token) {
            Handed::Birth => {
                let is_first = !std::mem::replace(&mut watch.is_born, true);
                watch.unacknowledged -= 1;
                if is_first {
                    self.home_told_of_birth();
                }
            }
            Handed::Offline => watch.unacknowledged -= 1,
            Handed::Clearing(qos) => {
                watch.messages -= 1;
                watch.unacknowledged -= u32::from(qos == QoS::AtLeastOnce);
                self.states.refused_clearings +=
                    u32::from(matches!(input, Input::Acked(_, Err(_))));
            }
            Handed::State(number, qos, payload) => {
                watch.messages -= 1;
                watch.unacknowledged -= u32::from(qos == QoS::AtLeastOnce);
                self.states.answered += 1;
                self.states.note_answer(Some((number, payload)));
            }
            Handed::Message(id, qos) => {
                watch.messages -= 1;
                watch.unacknowledged -= u32::from(qos == QoS::AtLeastOnce);
                let done = match input {
                    Input::Acked(_, result) => result.clone(),
                    Input::Unmatched(_) if self.has_to_wait(id) => {
                        self.ledger.unheard(id);
                        return;
                    }
                    _ => Ok(()),
                };
                if matches!(input, Input::Acked(_, Ok(()))) {
                    self.check_delivered(id);
                }
                self.ledger.acknowledged(id, &done);
            }
            Handed::Subscribe | Handed::Answered => {}
        }
    }

    pub(super) fn check_packet(&mut self, packet: &Packet) {
        let checked = self.packet_fault(packet).and_then(|()| match packet {
            Packet::Publish { payload, .. } => match super::ledger::name(payload) {
                Some((_, id)) => self.check_spent(id),
                None => Ok(()),
            },
            _ => Ok(()),
        });
        if let Err(fault) = checked {
            self.fail(fault);
        }
    }

    fn packet_fault(&mut self, packet: &Packet) -> Result<(), String> {
        let now = self.air.now;
        let process = self.process.as_mut().expect("packets come from a process");
        let (watch, engine) = (&mut process.watch, process.driver.engine());
        watch.stir();
        if watch.is_over {
            return Err(format!("{packet:?} after the end"));
        }
        if let Packet::Disconnect { .. } = packet {
            // A client that closes for good may say so before anything else.
            watch.is_over = true;
            return Ok(());
        }
        // Ahead of the birth message it may have looked what is kept on its own topic.
        let is_first = watch.tokens.iter().all(|one| *one == Handed::Subscribe);
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
            Packet::Subscribe { token, topic, .. }
                if !is_first
                    || watch.tokens.is_empty() && &**topic == engine.availability_topic() =>
            {
                return watch.hand_over(*token, Handed::Subscribe);
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
        let is_ours = &**topic == engine.availability_topic();
        if is_first && !(is_ours && payload == engine.birth_message()) {
            return Err(format!(
                "the first packet is not the birth message: {packet:?}"
            ));
        }
        // For what is to stand for good, as well as the broker can.
        let best = (
            watch.connack.maximum_qos,
            watch.connack.retain_available,
            None,
        );
        if is_ours {
            let is_birth = payload == engine.birth_message();
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
        } else if let Some(number) = super::states::number(topic) {
            if (*qos, *retain, *expiry_seconds) != best {
                return Err(format!(
                    "a state is not said as well as it can be: {packet:?}"
                ));
            }
            self.states.check(number, payload)?;
            watch.messages += 1;
            watch.hand_over(token, Handed::State(number, *qos, payload.clone()))?;
        } else if payload.is_empty() && self.states.has_given_up(topic) {
            if !*retain && watch.connack.retain_available {
                return Err(format!(
                    "a topic that was given up is not cleared: {packet:?}"
                ));
            }
            watch.messages += 1;
            watch.hand_over(token, Handed::Clearing(*qos))?;
        } else {
            let (generation, id) = super::ledger::name(payload).ok_or("an unknown payload")?;
            if generation != self.generation {
                return Err("a message of an earlier process".into());
            }
            watch.messages += 1;
            watch.hand_over(token, Handed::Message(id, *qos))?;
            let is_left_out = engine.outbox().counters.states_left_out > 0;
            if let Some(entry) = self.ledger.get(id).filter(|_| !is_left_out) {
                if !self.states.is_behind(id, entry) {
                    return Err(format!("message {id} goes without the state that it names"));
                }
            }
            self.ledger
                .handed_over(now, id, watch.number, watch.version, *expiry_seconds)?;
        }
        let settings = engine.settings();
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
        let frozen = self.client().frozen_until;
        let frozen = frozen.saturating_sub(request.handed_at);
        let most = request.until() - request.handed_at + frozen;
        let waited = now.saturating_sub(request.handed_at);
        if waited > most {
            self.fail(format!(
                "{waited:?} between handing over and writing, more than {most:?}"
            ));
        }
    }
}
