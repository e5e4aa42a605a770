//! Configs of cameras that are no more.

use super::Client;
use crate::connection_test::find_announced;
use crate::driver::Effects;
use crate::error::Error;
use crate::home_assistant::OwnConfig;
use std::time::Duration;

impl Client {
    /// Deletes the discovery configs that this library once published for a system with these settings and that belong
    /// to no announced camera: those left by a crash or by an earlier version; and with them what the broker retains of
    /// their states, such as a picture. Returns how many entities were removed. Those of other systems and of other
    /// programs are left alone.
    ///
    /// Announce all cameras first: any other camera counts as a leftover.
    ///
    /// The retained messages are read on a separate connection, whose client ID is that of the settings followed by
    /// `-find`. Blocks until the broker has sent them all, which takes a second or more, but for at most `timeout`; what
    /// was found by then is deleted.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused) if the broker refuses the login or the subscription;
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout); [`ErrorKind::ShutDown`](crate::ErrorKind::ShutDown);
    /// and those of [`connect`](Client::connect).
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
            let found = found.into_iter().map(|entity| OwnConfig {
                topic: entity.topic,
                state_topics: entity.state_topics,
            });
            match guarded.home().map(|home| home.clear_others(found)) {
                Ok((messages, count)) => {
                    let (said, effects) = guarded.say_all(now, messages);
                    (said.map(|()| count), effects)
                }
                Err(error) => (Err(error), Effects::default()),
            }
        })
    }
}
