//! The event: one like a camera's, and the check that it is a JSON object.

use crate::message::{Message, QoS};
use crate::payload::check_event;
use bytes::Bytes;
use criterion::{Criterion, Throughput};
use std::hint::black_box;

/// A JSON object of `size` bytes, most of them in one text.
pub fn event(size: usize) -> Bytes {
    let start = r#"{"camera": "front_door", "confidence": 93, "objects": ["person", "package"], "description": ""#;
    let end = r#""}"#;
    let text = "x".repeat(size - start.len() - end.len());
    Bytes::from(format!("{start}{text}{end}"))
}

/// A message with such an event.
pub fn message() -> Message {
    Message {
        topic: "argusai/events/front_door".into(),
        payload: event(512),
        qos: QoS::AtLeastOnce,
        retain: false,
    }
}

/// The check, by the size of the event.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check_event");
    for size in [512, 16 * 1024] {
        let event = event(size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("{size} bytes"), |bencher| {
            bencher.iter(|| check_event(black_box(&event)).expect("it is a JSON object"));
        });
    }
}
