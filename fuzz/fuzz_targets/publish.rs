//! Any topic, camera, event and expiry: accepted exactly if it is what the documentation says.

#![no_main]

use arbitrary::Arbitrary;
use argus_mqtt::{Client, Delivery, Error, ErrorKind, PublishOptions, QoS, Settings};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use std::sync::OnceLock;
use std::time::Duration;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    topic: &'a str,
    camera: &'a str,
    qos: i64,
    retain: bool,
    expiry: Option<Duration>,
    /// The last, so that a seed can be read by a person.
    event: &'a [u8],
}

/// So few that messages make way for others.
const MOST_QUEUED: usize = 8;

/// A client that cannot connect; what it accepts is queued.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let settings = serde_json::json!({
            "broker_host": "127.0.0.1",
            "broker_port": 1,
            "max_queued_messages": MOST_QUEUED,
            "reconnect_min_seconds": 3600,
            "reconnect_max_seconds": 3600,
        });
        let settings = Settings::from_value(&settings).expect("the settings are valid");
        Client::connect(settings).expect("a thread can be started")
    })
}

fuzz_target!(|input: Input| {
    let client = client();
    let qos = match QoS::try_from(input.qos) {
        Ok(qos) => {
            assert!((0..=1).contains(&input.qos));
            qos
        }
        Err(error) => {
            assert!(!(0..=1).contains(&input.qos), "{error}");
            QoS::default()
        }
    };
    let options = PublishOptions::new()
        .qos(qos)
        .retain(input.retain)
        .expiry(input.expiry);
    let whole_seconds = input.expiry.is_none_or(|expiry| {
        (1..u64::from(u32::MAX)).contains(&expiry.as_secs()) && expiry.subsec_nanos() == 0
    });
    let is_fine = is_name(input.topic) && input.topic != "argusai/status" && whole_seconds;
    judge(
        client.publish(input.topic, input.event.to_vec(), options),
        is_fine,
    );

    let event = client.publish_event(input.camera, input.event.to_vec());
    if event.is_ok() {
        assert!(looks_like_an_object(input.event));
    }
    let fits = "argusai/events/".len() + input.camera.len() <= 65_535;
    let is_level = is_name(input.camera) && !input.camera.contains('/') && fits;
    if !is_level {
        judge(event, false);
    } else if serde_json::from_slice::<Map<String, Value>>(input.event).is_ok() {
        judge(event, true);
    }

    let status = client.status();
    assert!(status.queued <= MOST_QUEUED);
    assert_eq!(status.in_flight, 0);
});

fn judge(result: Result<Delivery, Error>, is_fine: bool) {
    match result {
        Ok(_) => assert!(is_fine, "it was accepted"),
        Err(error) => {
            assert!(!is_fine, "{error}");
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
            assert!(error.to_string().len() < 2000, "{error}");
        }
    }
}

/// What the documentation says of a topic name.
fn is_name(text: &str) -> bool {
    let is_fine = |c: char| {
        let code = u32::from(c);
        let is_noncharacter = (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe;
        !c.is_control() && !is_noncharacter && c != '+' && c != '#'
    };
    (1..=65_535).contains(&text.len()) && text.chars().all(is_fine)
}

fn looks_like_an_object(event: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(event) else {
        return false;
    };
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    text.starts_with('{') && text.ends_with('}')
}
