//! The states that the broker refuses: whoever said them may not have asked for the outcome.

use crate::outbox::MOST_STATES;
use std::sync::Arc;

/// See the module. What is refused is of one connection, as the rights of a client are those of its login; what the
/// broker closes connections on is not sent again on the next.
#[derive(Debug, Default)]
pub(super) struct RefusedStates {
    /// Topics, in order, and why. (A vector, as it is empty nearly always; a map would add 7 kB of code.)
    refused: Vec<(Arc<str>, Arc<str>)>,
}

impl RefusedStates {
    /// The broker took the state of a topic, or its deletion; or it did not, or can't, for this reason.
    pub(super) fn answered(&mut self, topic: &Arc<str>, refused: Option<&str>) {
        let place = self.refused.binary_search_by(|(other, _)| other.cmp(topic));
        match (refused, place) {
            (Some(why), Ok(place)) => self.refused[place].1 = why.into(),
            (Some(why), Err(place)) => {
                if self.refused.len() < MOST_STATES {
                    self.refused.insert(place, (topic.clone(), why.into()));
                }
            }
            (None, Ok(place)) => {
                self.refused.remove(place);
            }
            (None, Err(_)) => {}
        }
    }

    /// What to warn of.
    pub(super) fn warning(&self) -> Option<String> {
        let remedy = "if this client has not the right to publish there, give it that";
        self.text("refuses", remedy)
    }

    /// What to warn of, where the broker closed connections on them.
    pub(super) fn closing_warning(&self) -> Option<String> {
        let remedy = "they are not sent again until they change; if they are larger than the broker takes, make them \
                      smaller, or raise its limit; if this client has not the right to publish there, give it that";
        self.text("does not take", remedy)
    }

    fn text(&self, refuses: &str, remedy: &str) -> Option<String> {
        let (topic, why) = self.refused.first()?;
        let more = match self.refused.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        Some(format!(
            "the broker {refuses} the states on {topic:?}{more}: {why}; what it holds there is out of date; {remedy}"
        ))
    }
}
