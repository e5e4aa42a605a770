//! The number of each topic that messages wait for.

use super::room::Room;
use std::array;
use std::collections::HashMap;
use std::sync::Arc;

/// So many topics may be found without hashing: more than a home has cameras.
const RECENT: usize = 64;

/// Publishers share the text of a topic, so most messages have the same as the one before them on their topic. Then
/// its address tells the topic, and the text, which has up to 64 KiB, need not be hashed.
#[derive(Debug)]
pub(super) struct TopicNumbers {
    numbers: HashMap<Arc<str>, u32>,
    /// Texts that are equal to one of the keys, each where its address belongs.
    recent: [Option<(Arc<str>, u32)>; RECENT],
}

impl Default for TopicNumbers {
    fn default() -> Self {
        TopicNumbers {
            numbers: HashMap::new(),
            recent: array::from_fn(|_| None),
        }
    }
}

impl TopicNumbers {
    pub(super) fn get(&self, topic: &str) -> Option<u32> {
        self.numbers.get(topic).copied()
    }

    /// As [`TopicNumbers::get`], for a text that comes again.
    pub(super) fn get_shared(&mut self, topic: &Arc<str>) -> Option<u32> {
        match &self.recent[slot(topic)] {
            Some((text, number)) if Arc::ptr_eq(text, topic) => return Some(*number),
            _ => {}
        }
        let number = self.get(topic)?;
        self.recent[slot(topic)] = Some((topic.clone(), number));
        Some(number)
    }

    pub(super) fn insert(&mut self, topic: Arc<str>, number: u32) {
        self.numbers.insert(topic, number);
    }

    pub(super) fn remove(&mut self, topic: &str) {
        if let Some(number) = self.numbers.remove(topic) {
            for recent in &mut self.recent {
                recent.take_if(|(_, other)| *other == number);
            }
        }
        self.numbers.give_back();
    }
}

fn slot(topic: &Arc<str>) -> usize {
    // Allocations are 16 bytes apart at least.
    Arc::as_ptr(topic).cast::<u8>() as usize / 16 % RECENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_its_number_by_its_text_whoever_holds_it() {
        let mut random = fastrand::Rng::with_seed(3);
        let texts: Vec<Arc<str>> = (0..400).map(|n| (n % 200).to_string().into()).collect();
        let mut numbers = TopicNumbers::default();
        let mut model = HashMap::new();
        for number in 0..20_000 {
            let text = &texts[random.usize(..texts.len())];
            match random.u8(..3) {
                0 => {
                    numbers.remove(text);
                    model.remove(&**text);
                }
                1 if !model.contains_key(&**text) => {
                    numbers.insert(text.clone(), number);
                    model.insert(text.to_string(), number);
                }
                _ => {}
            }
            assert_eq!(numbers.get_shared(text), model.get(&**text).copied());
            assert_eq!(numbers.get(text), model.get(&**text).copied());
        }
    }

    #[test]
    fn the_text_of_a_topic_that_was_removed_is_not_kept() {
        let mut numbers = TopicNumbers::default();
        let topic: Arc<str> = "a".into();
        numbers.insert(topic.clone(), 1);
        let equal: Arc<str> = "a".into();
        for text in [&topic, &equal] {
            assert_eq!(numbers.get_shared(text), Some(1));
        }
        numbers.remove("a");
        assert_eq!(
            (Arc::strong_count(&topic), Arc::strong_count(&equal)),
            (1, 1)
        );
    }
}
