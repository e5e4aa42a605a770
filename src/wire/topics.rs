//! The topics on which messages concern us.

use crate::engine::Subject;
use crate::settings::Settings;

/// See the module. A message on any other is ignored, whatever an earlier session of ours has subscribed to.
#[derive(Debug)]
pub(super) struct Topics {
    availability: String,
    /// Empty for none.
    home_assistant: String,
}

impl Topics {
    pub(super) fn new(settings: &Settings) -> Self {
        Topics {
            availability: settings.availability_topic.clone(),
            home_assistant: settings.home_assistant_status_topic.clone(),
        }
    }

    /// Only the availability topic.
    #[cfg(test)]
    pub(super) fn only(availability: &str) -> Self {
        Topics {
            availability: availability.into(),
            home_assistant: String::new(),
        }
    }

    /// What a message on this topic is about; none when it does not concern us.
    pub(super) fn subject(&self, topic: &[u8]) -> Option<Subject> {
        if topic == self.availability.as_bytes() {
            Some(Subject::Availability)
        } else if topic == self.home_assistant.as_bytes() && !topic.is_empty() {
            Some(Subject::HomeAssistant)
        } else {
            None
        }
    }
}
