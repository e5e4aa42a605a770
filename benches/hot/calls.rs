//! The publish call from C and from Rust while no broker is there: its steady state, a full queue that drops the oldest.

use crate::events::event;
use argus_mqtt::{Client, Settings};
use criterion::Criterion;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

/// Nobody listens on port 1. The queue is short so that it is full, and its memory warm, at once.
const SETTINGS: &std::ffi::CStr =
    c"{\"broker_host\": \"127.0.0.1\", \"broker_port\": 1, \"max_queued_messages\": 1000}";

// As in argus_mqtt.h.
unsafe extern "C" {
    fn argus_mqtt_connect(settings: *const c_char, client: *mut u64, error: *mut c_void) -> i32;
    fn argus_mqtt_publish_event(
        client: u64,
        camera: *const c_char,
        event: *const c_void,
        event_len: usize,
        delivery: *mut u64,
        error: *mut c_void,
    ) -> i32;
}

/// See the module.
pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("publish_event");
    let event = event(512);

    let mut client = 0;
    // SAFETY: the text ends with a NUL, and the error may be NULL.
    let status = unsafe { argus_mqtt_connect(SETTINGS.as_ptr(), &mut client, null_mut()) };
    assert_eq!(status, 0);
    group.bench_function("from C", |bencher| {
        bencher.iter(|| {
            // SAFETY: the event is as long as said, and the outputs may be NULL.
            let status = unsafe {
                argus_mqtt_publish_event(
                    client,
                    c"front_door".as_ptr(),
                    event.as_ptr().cast(),
                    event.len(),
                    null_mut(),
                    null_mut(),
                )
            };
            assert_eq!(status, 0);
        });
    });

    let settings = SETTINGS.to_str().expect("it is UTF-8");
    let settings = Settings::from_json(settings).expect("the settings are valid");
    let client = Client::connect(settings).expect("a thread can be started");
    group.bench_function("from Rust", |bencher| {
        bencher.iter(|| {
            client
                .publish_event("front_door", event.to_vec())
                .expect("it drops the oldest")
        });
    });
}
