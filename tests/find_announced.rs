//! What Home Assistant is told, as a look beside every client finds it; at a real Mosquitto.

mod support;

use std::time::{Duration, SystemTime};

use argus_mqtt::home_assistant::{Camera, CameraStatus, HomeAssistant, System};
use argus_mqtt::{find_announced, AnnouncedEntity, Client, ErrorKind, PublishOptions, Settings};
use support::broker::{mosquitto, Broker};

const PATIENCE: Duration = Duration::from_secs(60);

fn settings(broker: &Broker, more: &str) -> Settings {
    let port = broker.port();
    let json = format!(r#"{{"broker_host": "127.0.0.1", "broker_port": {port}{more}}}"#);
    Settings::from_json(&json).expect("they are valid")
}

/// Announces cameras, as a service does that ends then.
fn announce(settings: &Settings, ids: &[&str]) {
    let mut home = HomeAssistant::new(settings, System::default()).expect("it is a system");
    let client = Client::connect(settings.clone()).expect("it can be connected");
    for id in ids {
        let camera = Camera::new(*id, id.to_uppercase());
        let messages = home.announce(camera, CameraStatus::Online, SystemTime::now());
        for message in messages.expect("it can be announced") {
            client
                .publish(&message.topic, message.payload, message.options)
                .expect("there is room");
        }
    }
    // Configs of others: another system, and another program.
    for (topic, payload) in [
        (
            "homeassistant/sensor/other/config",
            r#"{"unique_id": "other", "origin": {"name": "other"}}"#,
        ),
        ("homeassistant/sensor/strange/config", "no JSON"),
        ("homeassistant/sensor/node/other/config", "{}"),
    ] {
        let options = PublishOptions::new().retain(true);
        client
            .publish(topic, payload, options)
            .expect("there is room");
    }
    let report = client.shutdown(PATIENCE);
    assert_eq!(report.expect("it was open").left, 0);
}

fn devices(found: &[AnnouncedEntity]) -> Vec<(&str, &str)> {
    let mut devices: Vec<_> = found
        .iter()
        .map(|entity| (entity.device.as_str(), entity.device_name.as_str()))
        .collect();
    devices.dedup();
    devices
}

#[test]
fn the_entities_of_this_system_are_found_and_no_others() {
    let broker = mosquitto::start();
    let garden = settings(
        &broker,
        r#", "topic_prefix": "garden", "discovery_id_prefix": "garden""#,
    );
    let house = settings(&broker, "");
    announce(&garden, &["pond"]);
    announce(&house, &["door", "hall"]);
    let found = find_announced(&house, None, PATIENCE).expect("it can be looked at");
    assert_eq!(
        devices(&found),
        [
            ("argusai", "ArgusAI"),
            ("argusai_door", "DOOR"),
            ("argusai_hall", "HALL")
        ]
    );
    let event = found
        .iter()
        .find(|entity| entity.unique_id == "argusai_door_event");
    let event = event.expect("it is announced");
    assert_eq!(
        event.topic,
        "homeassistant/sensor/argusai_door_event/config"
    );
    assert_eq!(event.is_ghost, None);
    assert_eq!(event.state_topics, [""; 0], "its events are not retained");
    let found = find_announced(&garden, None, PATIENCE).expect("it can be looked at");
    assert_eq!(
        devices(&found),
        [("garden", "ArgusAI"), ("garden_pond", "POND")]
    );
}

#[test]
fn ghosts_are_what_no_camera_has() {
    let broker = mosquitto::start();
    let settings = settings(&broker, "");
    announce(&settings, &["door", "hall"]);
    let ghosts = |cameras: &str| {
        let found =
            find_announced(&settings, Some(cameras), PATIENCE).expect("it can be looked at");
        let ghosts = found
            .into_iter()
            .filter(|entity| entity.is_ghost == Some(true));
        ghosts.collect::<Vec<_>>()
    };
    let found = ghosts(r#"{"cameras": [{"id": "door"}]}"#);
    assert_eq!(devices(&found), [("argusai_hall", "HALL")]);
    let mut topics: Vec<_> = found.iter().flat_map(|one| &one.state_topics).collect();
    topics.sort_unstable();
    topics.dedup();
    let states = ["activity", "counts", "last_event", "status"];
    let states = states.map(|state| format!("argusai/camera/hall/{state}"));
    assert!(topics.into_iter().eq(&states));
    assert_eq!(
        ghosts(r#"{"cameras": [{"id": "door"}, {"id": "hall"}]}"#),
        []
    );
    assert_eq!(
        devices(&ghosts(r#"{"cameras": []}"#)).len(),
        2,
        "not the system"
    );
    for cameras in ["[]", "null", "{}", r#"{"cameras": 1}"#, "{"] {
        let error = find_announced(&settings, Some(cameras), PATIENCE).expect_err(cameras);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let text = error.to_string();
        assert!(text.starts_with("cameras: "), "{text}");
        assert!(
            text.contains("give a JSON object with \"cameras\""),
            "{text}"
        );
        assert!(!text.contains("struct"), "{text}");
    }
}

#[test]
fn a_broker_that_is_not_there_is_told_with_what_to_do() {
    let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#);
    let error = find_announced(&settings.expect("they are valid"), None, PATIENCE);
    let error = error.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("broker_port"), "{error}");
}
