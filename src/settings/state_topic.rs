//! Where a camera's states stand.

use super::event_topic::{camera_between, leading_dollar, CAMERA, PREFIX};
use crate::topic::name_fault;

/// What stands for the state in the pattern.
pub(super) const STATE: &str = "{state}";

/// The topic of each state of each camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateTopic {
    /// As it was given.
    pattern: String,
    topic_prefix: String,
}

impl StateTopic {
    /// Gives what is wrong with the pattern, in words that follow the pattern itself. The prefix is sound.
    pub(super) fn parse(pattern: &str, topic_prefix: &str) -> Result<Self, String> {
        for name in [CAMERA, STATE] {
            let count = pattern.matches(name).count();
            if count != 1 {
                return Err(format!(
                    "contains {name} {count} times; it must contain it once, as in {PREFIX}/camera/{CAMERA}/{STATE}"
                ));
            }
        }
        let rest = [PREFIX, CAMERA, STATE]
            .iter()
            .fold(pattern.to_owned(), |rest, name| rest.replace(name, ""));
        if rest.contains(['{', '}']) {
            return Err(format!(
                "contains a brace that is not part of {CAMERA}, {STATE} or {PREFIX}; remove it"
            ));
        }
        let topic = StateTopic {
            pattern: pattern.into(),
            topic_prefix: topic_prefix.into(),
        };
        let example = topic.topic("x", "x");
        match leading_dollar(&example).or_else(|| name_fault(&example)) {
            None => Ok(topic),
            Some(what) => Err(format!("with {PREFIX} replaced, it {what}")),
        }
    }

    /// The pattern, as it was given.
    pub(super) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The camera whose state of this name this topic would be of, if it can be of one's.
    pub(crate) fn camera<'a>(&self, topic: &'a str, state: &str) -> Option<&'a str> {
        let pattern = self.topic(CAMERA, state);
        let (before, after) = pattern.split_once(CAMERA)?;
        camera_between(topic, before, after)
    }

    /// The topic of this state of this camera, which is a valid level of a topic.
    pub(crate) fn topic(&self, camera: &str, state: &str) -> String {
        // The camera last: it may hold what looks like a placeholder.
        self.pattern
            .replace(PREFIX, &self.topic_prefix)
            .replace(STATE, state)
            .replace(CAMERA, camera)
    }
}
