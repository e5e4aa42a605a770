//! How connections, attempts and processes are given up.

use super::coverage::Cause;
use super::world::World;

impl World<'_> {
    /// The caller of a shutdown has waited enough, or the last client is dropped.
    pub(super) fn abandon(&mut self) {
        self.act(Cause::Finish, |driver, now| ((), driver.finish(now)));
        self.client().shutdown_until = None;
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

    pub(super) fn drop_opening(&mut self) {
        if let Some(opening) = self.client().opening.take() {
            let arrives = self.air.arrival();
            if let Some(link) = opening.link.and_then(|id| self.link(id)) {
                link.close_by_client(arrives);
            }
        }
    }
}
