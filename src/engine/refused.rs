//! The states that the broker refuses: whoever said them may not have asked for the outcome.

use std::collections::BTreeSet;
use std::sync::Arc;

/// So many are told apart: as many as there are states.
const MOST: usize = 10_000;

/// See the module. Of one connection, as the rights of a client are those of its login.
#[derive(Debug, Default)]
pub(super) struct RefusedStates {
    topics: BTreeSet<Arc<str>>,
    /// Why the last of them was refused.
    why: String,
}

impl RefusedStates {
    /// The broker took the state of a topic, or refused it for this reason.
    pub(super) fn answered(&mut self, topic: &Arc<str>, refused: Option<&str>) {
        match refused {
            Some(why) => {
                if self.topics.len() < MOST {
                    self.topics.insert(topic.clone());
                }
                why.clone_into(&mut self.why);
            }
            None => {
                self.topics.remove(topic);
            }
        }
    }

    /// What to warn of.
    pub(super) fn warning(&self) -> Option<String> {
        let topic = self.topics.first()?;
        let more = match self.topics.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let why = &self.why;
        Some(format!(
            "the broker refuses the states on {topic:?}{more}: {why}; let this client publish there, or Home Assistant lacks what they say"
        ))
    }
}
