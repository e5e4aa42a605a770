//! Cameras that a client announces to Home Assistant: what a broker holds of them.

use std::collections::BTreeMap;

use argus_mqtt::home_assistant::{Camera, CameraStatus, System};
use argus_mqtt::{Client, ErrorKind, Settings};
use serde_json::{json, Value};

use crate::support::all_retained;
use crate::support::broker::mosquitto;
use crate::support::broker::Broker;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::{online, publish, settings};

const STATE: &str = "argusai/camera/door/";

/// What the broker keeps, by topic, but the availability topic.
fn kept(broker: &Broker) -> BTreeMap<String, Value> {
    let all = all_retained(broker, "#");
    let states = all.iter().filter(|one| one.topic != "argusai/status");
    states
        .map(|one| {
            let json = serde_json::from_slice(&one.payload);
            (
                one.topic.clone(),
                json.unwrap_or_else(|_| one.text().into()),
            )
        })
        .collect()
}

fn flushed(client: &Client) {
    assert_eq!(client.flush(PATIENCE), 0, "all is delivered");
}

fn announce(client: &Client, id: &str) {
    let mut camera = Camera::new(id, "Front door");
    camera.doorbell = true;
    camera.snapshots = true;
    client.announce_camera(camera).expect("it is announced");
}

#[test]
fn an_event_of_an_announced_camera_feeds_its_entities_and_removing_it_leaves_nothing() {
    let broker = mosquitto::start();
    let client = online(broker.port(), json!({"retain_events": true}));
    client
        .announce_system(System::default())
        .expect("it is sound");
    flushed(&client);
    let before = kept(&broker);
    assert_eq!(before.len(), 1, "the connection sensor: {before:?}");
    announce(&client, "door");
    client
        .publish_camera_snapshot("door", &b"\xFF\xD8\xFF\xE0"[..])
        .expect("a JPEG");
    let event = json!({"description": "A person", "smart_detection_type": "person"});
    client
        .publish_event("door", event.to_string())
        .expect("it is accepted");
    client
        .publish_camera_counts("door", 1, 2)
        .expect("announced");
    flushed(&client);
    let all = kept(&broker);
    assert_eq!(all[&format!("{STATE}status")]["status"], "online");
    assert_eq!(all[&format!("{STATE}activity")]["state"], "ON");
    let last = &all[&format!("{STATE}last_event")];
    assert_eq!(last["description_snippet"], "A person");
    assert_eq!(all[&format!("{STATE}counts")]["events_this_week"], 2);
    assert_eq!(all["argusai/events/door"]["description"], "A person");
    let configs = all.keys().filter(|topic| topic.ends_with("/config"));
    assert_eq!(configs.count(), 10);

    client
        .publish_camera_activity("door", false)
        .expect("announced");
    client
        .publish_camera_status("door", CameraStatus::Offline, Some("rtsp"))
        .expect("announced");
    flushed(&client);
    let all = kept(&broker);
    assert_eq!(all[&format!("{STATE}activity")]["state"], "OFF");
    assert_eq!(all[&format!("{STATE}status")]["source_type"], "rtsp");

    client.remove_camera("door").expect("it is announced");
    flushed(&client);
    assert_eq!(kept(&broker), before);
    let refused = client.disable_camera("door").expect_err("it is gone");
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn all_comes_back_to_a_broker_without_memory_in_the_right_order() {
    let mut broker = mosquitto::start();
    // No Home Assistant comes, for which the event would be held.
    let settings = json!({"reconnect_max_seconds": 1, "hold_seconds": 0});
    let client = online(broker.port(), settings);
    announce(&client, "door");
    announce(&client, "garden");
    flushed(&client);
    let before = kept(&broker);
    broker.kill();
    eventually("the loss is noticed", || client.status().protocol.is_none());
    client.remove_camera("garden").expect("it is announced");
    broker.start();
    let subscriber = Subscriber::start(&broker, &["#"]);
    client.wait_online(PATIENCE).expect("the broker is back");
    let event = publish(&client, "door", 7);
    event.wait(PATIENCE).expect("it ends");
    flushed(&client);
    let mut wanted = before;
    wanted.retain(|topic, _| !topic.contains("garden"));
    let mut now = kept(&broker);
    // They tell of the event.
    for topic in ["activity", "last_event"] {
        now.remove(&format!("{STATE}{topic}"));
        wanted.remove(&format!("{STATE}{topic}"));
    }
    assert_eq!(now, wanted);
    let seen = subscriber.wait_for("the event", |seen| {
        seen.iter().any(|one| one.topic == "argusai/events/door")
    });
    let at = |wanted: &str| seen.iter().position(|one| one.topic == wanted);
    let status = at(&format!("{STATE}status"));
    let config = at("homeassistant/sensor/argusai_door_event/config");
    let event = at("argusai/events/door");
    // The subscriber may come after the first of them; what it sees is in order.
    assert!(status.is_none() || status < config, "{seen:?}");
    assert!(config < event, "{seen:?}");
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn new_settings_move_everything() {
    let broker = mosquitto::start();
    let client = online(broker.port(), json!({}));
    announce(&client, "door");
    publish(&client, "door", 1);
    flushed(&client);
    let more = json!({"topic_prefix": "home", "discovery_prefix": "ha"});
    let moved = Settings::from_value(&settings(broker.port(), more)).expect("they are valid");
    client.reconfigure(moved).expect("they are valid");
    client.wait_online(PATIENCE).expect("it comes back");
    flushed(&client);
    let all = kept(&broker);
    assert!(all.contains_key("home/camera/door/status"), "{all:?}");
    let is_new = |topic: &str| topic.starts_with("home/") || topic.starts_with("ha/");
    assert!(all.keys().all(|topic| is_new(topic)), "{all:?}");
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn ghosts_are_found_and_cleared_and_nothing_else() {
    let broker = mosquitto::start();
    for (prefix, ids) in [("argusai", ["door", "gone"]), ("other", ["kept", "too"])] {
        let more = json!({"topic_prefix": prefix, "discovery_id_prefix": prefix});
        let client = online(broker.port(), more);
        for id in ids {
            announce(&client, id);
            let picture = b"\xFF\xD8\xFF\xE0".to_vec();
            let said = client.publish_camera_snapshot(id, picture);
            said.expect("it is a JPEG");
        }
        flushed(&client);
        client.shutdown(PATIENCE).expect("the first shutdown");
    }
    let client = online(broker.port(), json!({}));
    announce(&client, "door");
    flushed(&client);
    let before = kept(&broker);
    let is_ghost = |topic: &str| topic.contains("gone");
    let picture = "argusai/camera/gone/snapshot";
    assert!(before.contains_key(picture), "{before:?}");
    let cleared = client.clear_ghosts(PATIENCE).expect("it may read");
    assert_eq!(cleared, 9);
    flushed(&client);
    let mut wanted = before;
    wanted.retain(|topic, _| !is_ghost(topic));
    assert_eq!(kept(&broker), wanted);
    assert_eq!(client.clear_ghosts(PATIENCE).expect("it may read"), 0);
    client.shutdown(PATIENCE).expect("the first shutdown");
    let refused = client.clear_ghosts(PATIENCE).expect_err("it is closed");
    assert_eq!(refused.kind(), ErrorKind::ShutDown);
}
