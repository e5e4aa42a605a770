//! The topics on which messages concern us.

use crate::engine::Subject;
use crate::settings::Settings;

/// See the module. A message on any other is ignored, whatever an earlier session of ours has subscribed to.
#[derive(Debug)]
pub(super) struct Topics {
    availability: String,
    /// Empty for none.
    home_assistant: String,
    /// What the topics of discovery configs begin with, where these are asked for.
    configs: Option<String>,
}

impl Topics {
    pub(super) fn new(settings: &Settings, wants_configs: bool) -> Self {
        Topics {
            availability: settings.availability_topic.clone(),
            home_assistant: settings.home_assistant_status_topic.clone(),
            configs: wants_configs.then(|| format!("{}/", settings.discovery_prefix)),
        }
    }

    /// Only the availability topic.
    #[cfg(test)]
    pub(super) fn only(availability: &str) -> Self {
        Topics {
            availability: availability.into(),
            home_assistant: String::new(),
            configs: None,
        }
    }

    /// The topic as text, if it is that of a discovery config and these are asked for.
    pub(super) fn config(&self, topic: &[u8]) -> Option<String> {
        let prefix = self.configs.as_deref()?;
        let topic = std::str::from_utf8(topic).ok()?;
        (topic.starts_with(prefix) && topic.ends_with("/config")).then(|| topic.to_owned())
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
