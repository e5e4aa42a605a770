//! Where a camera's events are published.

use crate::error::Error;
use crate::topic::{check_level, name_fault, quote, MAX_TEXT};

/// What stands for the setting `topic_prefix` in the other topics.
pub(super) const PREFIX: &str = "{topic_prefix}";
/// What stands for the camera in the pattern.
pub(super) const CAMERA: &str = "{camera}";

/// The topic of each camera's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventTopic {
    /// As it was given.
    pattern: String,
    before: String,
    after: String,
    /// The one topic that no camera may have.
    availability_topic: String,
}

impl EventTopic {
    /// Gives what is wrong with the pattern, in words that follow the pattern itself. The prefix is sound.
    pub(super) fn parse(
        pattern: &str,
        topic_prefix: &str,
        availability_topic: &str,
    ) -> Result<Self, String> {
        let parts: Vec<_> = pattern.split(CAMERA).collect();
        let [before, after] = parts[..] else {
            return Err(format!(
                "contains {CAMERA} {} times; it must contain it once, as in {PREFIX}/events/{CAMERA}",
                parts.len() - 1
            ));
        };
        if [before, after]
            .iter()
            .any(|part| part.replace(PREFIX, "").contains(['{', '}']))
        {
            return Err(format!(
                "contains a brace that is not part of {CAMERA} or {PREFIX}; remove it"
            ));
        }
        let topic = EventTopic {
            pattern: pattern.into(),
            before: before.replace(PREFIX, topic_prefix),
            after: after.replace(PREFIX, topic_prefix),
            availability_topic: availability_topic.into(),
        };
        let example = topic.join("x");
        match leading_dollar(&example).or_else(|| name_fault(&example)) {
            None => Ok(topic),
            Some(what) => Err(format!("with {PREFIX} replaced, it {what}")),
        }
    }

    /// The pattern, as it was given.
    pub(super) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The topic of this camera's events.
    ///
    /// # Errors
    /// The camera can't be part of one level of a topic, or its topic would not do for events.
    pub(crate) fn topic(&self, camera: &str) -> Result<String, Error> {
        let fault = |what: String| Error::argument(format!("camera: {what}"));
        check_level(camera).map_err(fault)?;
        let topic = self.join(camera);
        if topic.len() > MAX_TEXT {
            return Err(fault(format!(
                "{} makes a topic of {} bytes; must be shorter by {}",
                quote(camera),
                topic.len(),
                topic.len() - MAX_TEXT
            )));
        }
        if let Some(what) = leading_dollar(&topic) {
            return Err(fault(format!(
                "{} makes a topic that {what}",
                quote(camera)
            )));
        }
        if topic == self.availability_topic {
            return Err(fault(format!(
                "{} would publish its events on the availability topic, {}; give the camera another name, or \
                 change event_topic",
                quote(camera),
                quote(&topic)
            )));
        }
        Ok(topic)
    }

    /// The camera that is refused because its events would go to the availability topic, if a camera can be.
    pub(super) fn refused_camera(&self) -> Option<&str> {
        self.camera(&self.availability_topic)
    }

    /// The camera whose events this topic would be of, if it can be of one's.
    pub(crate) fn camera<'a>(&self, topic: &'a str) -> Option<&'a str> {
        camera_between(topic, &self.before, &self.after)
    }

    fn join(&self, camera: &str) -> String {
        [&self.before, camera, &self.after].concat()
    }
}

/// What stands between these in a topic, if it can be a camera.
pub(super) fn camera_between<'a>(topic: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let camera = topic.strip_prefix(before)?.strip_suffix(after)?;
    check_level(camera).is_ok().then_some(camera)
}

/// What is wrong with a topic that starts with `$`.
pub(super) fn leading_dollar(topic: &str) -> Option<String> {
    topic.starts_with('$').then(|| {
        "starts with '$', which is reserved for the broker; start it with another character".into()
    })
}
