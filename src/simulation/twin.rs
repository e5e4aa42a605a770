//! Others at the broker: a second client with our client id, and a tool that writes to our availability topic.

use super::dial::will;
use super::world::World;
use crate::engine::AvailabilityFlags;
use crate::outbox::Time;
use bytes::Bytes;
use std::sync::Arc;

/// A twin that insists for a while, and then is gone.
#[derive(Debug)]
pub(super) struct Twin {
    until: Time,
    next: Time,
    /// How long it waits before it connects again.
    patience: Time,
}

impl Default for Twin {
    fn default() -> Self {
        Twin {
            until: Time::ZERO,
            next: Time::MAX,
            patience: Time::ZERO,
        }
    }
}

impl Twin {
    pub(super) fn appear(&mut self, now: Time, until: Time, patience: Time) {
        *self = Twin {
            until,
            next: now,
            patience,
        };
    }

    pub(super) fn next_event(&self) -> Time {
        self.next
    }
}

impl World<'_> {
    /// The twin connects when it is not connected; at the end it leaves, and says so as we would.
    pub(super) fn twin_acts(&mut self) {
        let now = self.air.now;
        if self.twin.next > now {
            return;
        }
        if now >= self.twin.until {
            self.twin.next = Time::MAX;
            if let Some(will) = self.broker.twin.take() {
                self.broker
                    .say(&mut self.air, &mut self.links, &will.topic, &will.payload);
            }
            return;
        }
        let wait = self.twin.patience + self.air.dice.millis(1000);
        self.twin.next = (now + wait).min(self.twin.until.max(now + Time::from_millis(1)));
        if self.broker.twin.is_none() && now >= self.broker.down_until {
            let settings = self.settings.clone();
            let will = will(&settings, AvailabilityFlags::FULL);
            let topic = will.topic.clone();
            let birth = Bytes::copy_from_slice(settings.birth_message.as_bytes());
            self.broker
                .connect_twin(&mut self.air, &mut self.links, &settings.client_id, will);
            self.broker
                .say(&mut self.air, &mut self.links, &topic, &birth);
        }
    }

    /// A tool writes to the availability topic.
    pub(super) fn meddle(&mut self, text: &'static [u8]) {
        let topic: Arc<str> = self.settings.availability_topic.as_str().into();
        let payload = Bytes::from_static(text);
        self.broker
            .say(&mut self.air, &mut self.links, &topic, &payload);
    }
}
