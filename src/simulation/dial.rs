//! Attempts to connect: what `wire::Dialer` comes to in this world.

use super::network::{Connect, Down, Link, Up, Will};
use super::world::World;
use crate::engine::{Attempt, AvailabilityFlags, Failure, FailureKind, Input, Version};
use crate::outbox::Time;
use crate::settings::Settings;
use bytes::Bytes;
use std::sync::Arc;

/// An attempt under way.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) number: u64,
    pub(super) link: Option<u32>,
    /// What it comes to if nothing else happens.
    pub(super) fails_at: Time,
    fails_with: FailureKind,
}

/// The will that settings call for.
pub(super) fn will(settings: &Settings, flags: AvailabilityFlags) -> Will {
    Will {
        topic: settings.availability_topic.as_str().into(),
        payload: Bytes::copy_from_slice(settings.will_message.as_bytes()),
        flags,
        delay: Time::from_secs(settings.will_delay_seconds.into()),
    }
}

fn connect(settings: &Settings, attempt: &Attempt) -> Connect {
    let delay = match attempt.version {
        Version::V5 => Time::from_secs(settings.will_delay_seconds.into()),
        Version::V311 => Time::ZERO,
    };
    Connect {
        client_id: settings.client_id.clone(),
        clean_start: attempt.clean_start || attempt.version == Version::V311,
        session_expiry: delay,
        keep_alive: Time::from_secs(settings.keep_alive_seconds.into()),
        will: Will {
            delay,
            ..will(settings, attempt.will)
        },
    }
}

impl World<'_> {
    pub(super) fn open_link(&mut self, attempt: Attempt) -> Opening {
        let now = self.air.now;
        let settings: Arc<Settings> = self.client().engine().settings().clone();
        if now < self.broker.down_until {
            // Refused at once, or, where the machine is gone, not answered.
            let (fails_at, fails_with) = match self.air.dice.coin() {
                true => (now + self.air.dice.millis(20), FailureKind::NotRunning),
                false => (now + attempt.limit, FailureKind::Unreachable),
            };
            return Opening {
                number: attempt.number,
                link: None,
                fails_at,
                fails_with,
            };
        }
        self.next_link += 1;
        let owner = (self.generation, attempt.number);
        let mut link = Link::new(self.next_link, owner, attempt.version);
        let arrives = self.air.arrival();
        link.write(arrives, Up::Connect(Box::new(connect(&settings, &attempt))));
        self.links.push(link);
        Opening {
            number: attempt.number,
            link: Some(self.next_link),
            fails_at: now + attempt.limit,
            fails_with: FailureKind::Silent,
        }
    }

    /// When an attempt comes to something.
    pub(super) fn opening_event(&self, opening: &Opening) -> Time {
        let answer = opening
            .link
            .and_then(|id| self.links.iter().find(|link| link.id == id)?.next_down());
        answer.map_or(opening.fails_at, |at| at.min(opening.fails_at))
    }

    /// The attempt comes to something, if it does by now.
    pub(super) fn attend_opening(&mut self) {
        let now = self.air.now;
        let Some(opening) = self.client().opening.take() else {
            return;
        };
        let link = opening.link.and_then(|id| self.link(id));
        let answer = link.and_then(|link| match link.next_down() {
            Some(at) if at <= now => link.read_down(),
            _ => None,
        });
        let failed = match answer {
            Some(Down::Connack(connack)) => {
                self.opened(&opening, connack);
                return;
            }
            Some(Down::Refused(kind)) => kind,
            Some(_) => FailureKind::Closed,
            None if opening.fails_at <= now => opening.fails_with,
            None => {
                self.client().opening = Some(opening);
                return;
            }
        };
        let arrives = self.air.arrival();
        if let Some(link) = opening.link.and_then(|id| self.link(id)) {
            link.close_by_client(arrives);
        }
        let failure = Failure {
            kind: failed,
            text: "it failed".into(),
        };
        self.report(opening.number, vec![Input::Failed(failure)]);
        self.let_in();
    }
}
