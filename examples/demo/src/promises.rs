//! What has to hold in the demo, looked for in what was seen.

use crate::chapters::Demo;
use crate::home_assistant::Message;
use crate::publisher::Publisher;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Nothing in the demo takes this long unless it fails.
pub const LIMIT: Duration = Duration::from_secs(20);

impl Demo {
    /// A promise that something was seen, with the time that it took.
    pub fn promise_within(&self, text: &str, seen: Option<(Instant, Message)>, start: Instant) {
        match seen {
            Some((time, _)) => {
                let seconds = time.saturating_duration_since(start).as_secs_f64();
                self.story
                    .promise(&format!("{text}, after {seconds:.2} s"), true);
            }
            None => self
                .story
                .promise(&format!("{text}: not within {} s", LIMIT.as_secs()), false),
        }
    }

    pub fn promise_outcome(&self, publisher: &Publisher, start: usize, name: &str, outcome: &str) {
        let wanted = |report: &Value| report["name"] == name && report["outcome"] == outcome;
        if publisher.reports.wait(start, LIMIT, wanted).is_none() {
            self.story
                .promise(&format!("{name} is reported as {outcome}"), false);
        }
    }

    pub fn promise_recovery(&self, messages: &[Message], outage: Duration) {
        let promise = |text: &str, held: bool| self.story.promise(text, held);
        let first = messages.iter().find(|message| !message.retained);
        promise(
            "online comes first",
            first.is_some_and(|message| message.payload == "online"),
        );
        promise("no event is lost, and their order is kept", {
            on_camera(messages, "front_door") == ["first", "second", "third"]
        });
        promise(
            "what expired in the outage is not sent",
            on_camera(messages, "notices").is_empty(),
        );
        // What is left is rounded to whole seconds on its way.
        let left = 301_u64.saturating_sub(outage.as_secs());
        promise("each event says what is left of its 300 s", {
            let events = messages
                .iter()
                .filter(|message| message.topic != self.topic("status"));
            events.clone().count() == 3
                && events
                    .clone()
                    .all(|m| m.expiry_seconds.is_some_and(|s| u64::from(s) <= left))
        });
    }
}

/// The descriptions of what came for a camera, in the order of arrival.
pub fn on_camera(messages: &[Message], camera: &str) -> Vec<String> {
    let of_camera = messages
        .iter()
        .filter(|message| message.topic.ends_with(&format!("/{camera}")));
    of_camera.map(Message::description).collect()
}
