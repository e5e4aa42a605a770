//! How connections, attempts and processes are given up.

use super::coverage::Cause;
use super::network::{Publish, Up};
use super::poll::Request;
use super::world::World;
use crate::message::QoS;
use std::sync::Arc;

impl World<'_> {
    /// The caller of a shutdown stops waiting: as `Core::abandon`.
    pub(super) fn abandon(&mut self) {
        self.act(Cause::Finish, |engine, _| engine.finish());
        let process = self.client();
        process.shutdown_until = None;
        if process.sender.take().is_some() {
            let topic: Arc<str> = process.engine.availability_topic().into();
            let payload = process.engine.birth_message().clone();
            let (token, qos) = (u64::MAX, QoS::AtMostOnce);
            let publish = Publish {
                token,
                topic,
                payload,
                qos,
                retain: false,
                expiry_seconds: None,
            };
            let now = self.air.now;
            if let Some(open) = &mut self.client().open {
                open.requests.push_back(Request {
                    token: None,
                    up: Up::Publish(publish),
                    handed_at: now,
                    ready_at: now,
                });
            }
        }
        self.wake();
    }

    /// The process ends without a word. Its machine may go with it, and then nobody closes its connections.
    pub(super) fn kill_process(&mut self, with_machine: bool) {
        let Some(process) = self.process.take() else {
            return;
        };
        let ids = [
            process.open.map(|open| open.link),
            process.opening.and_then(|opening| opening.link),
        ];
        for id in ids.into_iter().flatten() {
            let arrives = self.air.arrival();
            if let Some(link) = self.link(id) {
                if with_machine {
                    link.die();
                }
                link.close_by_client(arrives);
            }
        }
    }

    pub(super) fn drop_open(&mut self) {
        if let Some(open) = self.client().open.take() {
            let arrives = self.air.arrival();
            if let Some(link) = self.link(open.link) {
                link.close_by_client(arrives);
            }
        }
    }

    /// The thread of an attempt goes on for a while when nobody waits for it any more.
    pub(super) fn drop_opening(&mut self) {
        if let Some(opening) = self.client().opening.take() {
            let until = opening.fails_at;
            if let Some(link) = opening.link.and_then(|id| self.link(id)) {
                link.forsaken_until = Some(until);
            }
        }
    }
}
