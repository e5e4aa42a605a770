//! The topics of the last messages, in the type in which rumqttc takes them.

use bytes::Bytes;
use std::sync::Arc;

/// So many at most, none of them longer.
const MOST: usize = 16;
const MOST_BYTES: usize = 128;

/// See the module. Messages of one topic share its text, so that it is found without reading it.
#[derive(Debug, Default)]
pub(super) struct RecentTopics {
    known: Vec<(Arc<str>, Bytes)>,
    /// The place of the one that was added first.
    oldest: usize,
}

impl RecentTopics {
    pub(super) fn bytes(&mut self, topic: &Arc<str>) -> Bytes {
        let known = self.known.iter().find(|(text, _)| Arc::ptr_eq(text, topic));
        if let Some((_, bytes)) = known {
            return bytes.clone();
        }
        let bytes = Bytes::copy_from_slice(topic.as_bytes());
        if topic.len() <= MOST_BYTES {
            self.add(topic.clone(), bytes.clone());
        }
        bytes
    }

    fn add(&mut self, topic: Arc<str>, bytes: Bytes) {
        if self.known.len() < MOST {
            return self.known.push((topic, bytes));
        }
        self.known[self.oldest] = (topic, bytes);
        self.oldest = (self.oldest + 1) % MOST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_what_it_was_given_and_few_are_kept() {
        let mut recent = RecentTopics::default();
        let topics: Vec<Arc<str>> = (0..3 * MOST).map(|n| format!("a/{n}").into()).collect();
        for topic in topics.iter().chain(&topics[..3]).chain(&topics) {
            let twice = [recent.bytes(topic), recent.bytes(topic)];
            assert_eq!(twice[0], topic.as_bytes());
            assert_eq!(twice[0].as_ptr(), twice[1].as_ptr(), "it is copied once");
        }
        let long: Arc<str> = "x".repeat(MOST_BYTES + 1).into();
        assert_eq!(recent.bytes(&long), long.as_bytes());
        assert!(recent.known.len() == MOST && !recent.known.iter().any(|(text, _)| *text == long));
    }
}
