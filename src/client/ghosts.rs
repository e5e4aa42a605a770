//! Configs of cameras that are no more.

use super::Client;
use crate::connection_test::find_announced;
use crate::driver::Effects;
use crate::error::Error;
use std::time::Duration;

impl Client {
    /// Finds what this library once announced to Home Assistant for a system with these settings, and what no announced
    /// camera has any more: left by a crash, or an earlier version. Clears it, and gives how many entities that were.
    /// What others announced, and other systems, is left alone.
    ///
    /// Announce all cameras before: whatever is not announced is taken for a ghost.
    ///
    /// What the broker keeps is read on a connection of its own, whose client id is that of the settings and `-find`.
    /// Blocks until the broker has sent all, which takes a second or more, but for at most `timeout`; what was found
    /// by then is cleared.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) when the broker refuses the login or the subscription;
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown);
    /// and as of [`connect`](Client::connect).
    pub fn clear_ghosts(&self, timeout: Duration) -> Result<usize, Error> {
        let settings = self.shared.look(|guarded, _| {
            let engine = guarded.driver.engine();
            match engine.closed() {
                Some(error) => Err(error),
                None => Ok(engine.newest_settings().clone()),
            }
        })?;
        let found = find_announced(&settings, None, timeout)?;
        self.shared.call(|guarded, now| {
            if let Some(error) = guarded.driver.engine().closed() {
                return (Err(error), Effects::default());
            }
            let found = found.iter().map(|entity| entity.topic.as_str());
            match guarded.home().map(|home| home.clear_others(found)) {
                Ok(ghosts) => {
                    let count = ghosts.len();
                    let (said, effects) = guarded.say(now, ghosts);
                    (said.map(|()| count), effects)
                }
                Err(error) => (Err(error), Effects::default()),
            }
        })
    }
}
