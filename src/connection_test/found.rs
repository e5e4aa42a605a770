//! What a broker sends of the discovery configs that it keeps: a broker may send anything, so there are bounds.

use bytes::Bytes;
use std::collections::HashMap;

/// Far more than a home has, and little enough for a small machine.
const MOST_CONFIGS: usize = 20_000;
const MOST_BYTES: usize = 64 << 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Found {
    configs: HashMap<String, Bytes>,
    /// Of topics and payloads.
    bytes: usize,
}

impl Found {
    /// Keeps a config, in place of an earlier one of its topic, or says what there is too much of and what to do.
    pub(super) fn add(&mut self, topic: String, payload: Bytes) -> Result<(), String> {
        let added = topic.len() + payload.len();
        let length = topic.len();
        let before = self.configs.insert(topic, payload);
        self.bytes += added;
        self.bytes -= before.map_or(0, |before| length + before.len());
        if self.configs.len() <= MOST_CONFIGS && self.bytes <= MOST_BYTES {
            return Ok(());
        }
        Err(format!(
            "more than the {MOST_CONFIGS} configs or the {MOST_BYTES} bytes that are read at most; clear those that \
             nobody needs, or use another discovery_prefix,"
        ))
    }

    /// By their topics, in no order.
    pub(super) fn into_configs(self) -> HashMap<String, Bytes> {
        self.configs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_many_nor_large_configs_take_more_than_the_bounds() {
        let mut found = Found::default();
        for number in 0..MOST_CONFIGS {
            assert_eq!(found.add(number.to_string(), Bytes::new()), Ok(()));
        }
        assert_eq!(found.add("0".into(), Bytes::from("again")), Ok(()));
        let why = found.add("one more".into(), Bytes::new());
        assert!(why.is_err_and(|why| why.contains("20000 configs")));

        let mut found = Found::default();
        let large = Bytes::from(vec![b'x'; MOST_BYTES / 2]);
        for _ in 0..3 {
            assert_eq!(found.add("a".into(), large.clone()), Ok(()));
        }
        let why = found.add("b".into(), large);
        assert!(why.is_err_and(|why| why.contains("67108864 bytes")));
    }
}
