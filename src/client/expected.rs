//! For whom events wait.

use super::Client;

impl Client {
    /// Says on which topics Home Assistant is expected to hear events: those of the cameras that are announced to it.
    /// Replaces what was said before; without topics, it is expected once it has been heard on
    /// `home_assistant_status_topic`.
    ///
    /// For programs that announce cameras by their own means. [`announce_camera`](Client::announce_camera) and the other calls
    /// about cameras set the topics by themselves, and replace those that were set here.
    ///
    /// Where it is expected, messages that expire wait for it after an outage of the broker, for at most `hold_seconds`.
    pub fn expect_home_assistant<'a>(&self, event_topics: impl IntoIterator<Item = &'a str>) {
        let topics = event_topics.into_iter().map(Into::into).collect();
        self.shared.call(|guarded, now| {
            guarded.extra.has_own_listeners = true;
            ((), guarded.driver.set_announced(now, topics))
        });
    }
}
