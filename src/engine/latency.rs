//! How long brokers take to acknowledge messages.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// The upper bounds of the buckets, in milliseconds.
const BOUNDS_MS: [u64; 12] = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/// A histogram of times in the form of Prometheus: how many were at most so long, for each of twelve bounds from 1 ms
/// to 10 s, each counting those of the bounds below it too; and how many there were, and their sum.
///
/// As JSON `{"buckets": [{"le": 0.001, "count": 0}, ...], "count": 0, "sum_seconds": 0.0}`, with `le` in seconds; the
/// bucket without a bound is `count`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Histogram {
    #[serde(rename = "buckets", serialize_with = "buckets")]
    at_most: [u64; BOUNDS_MS.len()],
    /// How many times were measured.
    pub count: u64,
    /// Their sum.
    pub sum_seconds: f64,
}

impl Histogram {
    /// The bounds in seconds, each with the number of times that were at most so long.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let bounds = BOUNDS_MS
            .iter()
            .map(|bound| Duration::from_millis(*bound).as_secs_f64());
        bounds.zip(self.at_most)
    }

    pub(super) fn add(&mut self, time: Duration) {
        for (bound, at_most) in BOUNDS_MS.iter().zip(&mut self.at_most) {
            *at_most += u64::from(time <= Duration::from_millis(*bound));
        }
        self.count += 1;
        self.sum_seconds += time.as_secs_f64();
    }
}

fn buckets<S: Serializer>(at_most: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Bucket {
        le: f64,
        count: u64,
    }
    let mut list = serializer.serialize_seq(Some(at_most.len()))?;
    for (bound, count) in BOUNDS_MS.iter().zip(at_most) {
        list.serialize_element(&Bucket {
            le: Duration::from_millis(*bound).as_secs_f64(),
            count: *count,
        })?;
    }
    list.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Connack, Engine, Input, Plan};
    use crate::message::{Message, QoS};
    use crate::outbox::Time;
    use crate::settings::Settings;
    use std::sync::Arc;

    #[test]
    fn each_bucket_counts_what_is_not_longer() {
        let mut histogram = Histogram::default();
        for milliseconds in [0, 1, 2, 10_000, 10_001] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let counts: Vec<_> = histogram.buckets().map(|(_, count)| count).collect();
        assert_eq!(counts, [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
        assert_eq!(histogram.count, 5);
        assert!(
            (histogram.sum_seconds - 20.004).abs() < 1e-9,
            "{histogram:?}"
        );
        let json = serde_json::to_value(&histogram).expect("it can be written");
        assert_eq!(
            json["buckets"][0],
            serde_json::json!({"le": 0.001, "count": 2})
        );
        assert_eq!(
            json["buckets"][11],
            serde_json::json!({"le": 10.0, "count": 4})
        );
        assert_eq!(json["count"], 5);
    }

    #[test]
    fn a_message_of_qos_1_is_measured_from_the_moment_it_was_written() {
        let json = r#"{"broker_host": "h", "guard_availability": false, "home_assistant_status_topic": ""}"#;
        let settings = Settings::from_json(json);
        let settings = Arc::new(settings.expect("they are valid"));
        let mut engine = Engine::new(settings, Time::ZERO, 1);
        let Plan::Open(attempt) = engine.plan(Time::ZERO) else {
            panic!("it connects at once");
        };
        let (number, opened) = (attempt.number, Input::Opened(Connack::default()));
        let [written, answered] = [10_000, 10_020].map(Time::from_millis);
        engine.input(Time::ZERO, number, opened);
        assert!(
            engine.next_packet(Time::ZERO).is_some(),
            "the birth message"
        );
        engine.input(Time::ZERO, number, Input::Acked(1, Ok(())));
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
            let message = Message {
                topic: "a".into(),
                payload: "x".into(),
                qos,
                retain: false,
            };
            let accepted = engine.publish(Time::ZERO, message, None, false, Vec::new());
            accepted.expect("there is room");
            assert!(engine.next_packet(Time::ZERO).is_some(), "the message");
        }
        for token in [2, 3] {
            engine.input(written, number, Input::Written(token));
        }
        engine.input(answered, number, Input::Acked(3, Ok(())));
        let times = engine.status(answered, Time::ZERO).acknowledgement_seconds;
        assert_eq!((times.count, times.sum_seconds), (1, 0.02));
    }
}
