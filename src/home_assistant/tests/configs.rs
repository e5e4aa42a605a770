//! Discovery configs: ids, fields, order.

use super::*;

#[test]
fn the_identities_of_argusai_are_as_they_were() {
    let settings = Settings::from_json(ARGUSAI).expect("valid settings");
    let mut home = HomeAssistant::new(&settings, System::default()).expect("a sound system");
    let mut broker = Broker::default();
    broker.take(announce(&mut home, Camera::new("0a-1f", "Yard")));
    let topics: Vec<_> = broker.configs().iter().map(|(topic, _)| *topic).collect();
    assert_eq!(
        topics,
        [
            "homeassistant/binary_sensor/liveobject_0a-1f_activity/config",
            "homeassistant/binary_sensor/liveobject_connection/config",
            "homeassistant/event/liveobject_0a-1f_detection/config",
            "homeassistant/sensor/liveobject_0a-1f_event/config",
            "homeassistant/sensor/liveobject_0a-1f_events_today/config",
            "homeassistant/sensor/liveobject_0a-1f_events_week/config",
            "homeassistant/sensor/liveobject_0a-1f_last_event/config",
            "homeassistant/sensor/liveobject_0a-1f_status/config",
        ]
    );
    for (topic, config) in broker.configs() {
        let id = config["unique_id"].as_str().expect("a text");
        assert!(topic.ends_with(&format!("/{id}/config")), "{topic}");
        assert_eq!(config["object_id"], id);
        let component = topic.split('/').nth(1).expect("a level");
        assert_eq!(config["default_entity_id"], format!("{component}.{id}"));
    }
    let event = parse(&broker.0["homeassistant/sensor/liveobject_0a-1f_event/config"]);
    assert_eq!(event["device"]["identifiers"], json!(["liveobject_0a-1f"]));
    assert_eq!(event["device"]["via_device"], "liveobject");
    assert_eq!(event["state_topic"], "liveobject/camera/0a-1f/event");
    assert_eq!(event["availability"][0]["topic"], "liveobject/status");
    assert_eq!(
        event["availability"][1]["topic"],
        "liveobject/camera/0a-1f/status"
    );
}

#[test]
fn every_config_is_retained_with_qos_1_and_never_expires() {
    let mut home = home(json!({"qos": 0}));
    for message in announce(&mut home, full_camera()) {
        assert_eq!(message.kind, MessageKind::State);
        assert!(message.options.retain, "{}", message.topic);
        assert_eq!(message.options.expiry, None);
        assert_eq!(message.options.qos as u8, 1);
    }
}

#[test]
fn a_device_has_only_keys_that_home_assistant_takes() {
    let allowed = [
        "configuration_url",
        "hw_version",
        "identifiers",
        "manufacturer",
        "model",
        "name",
        "serial_number",
        "suggested_area",
        "sw_version",
        "via_device",
    ];
    let mut camera = full_camera();
    camera.model = "G4".into();
    camera.area = "Garden".into();
    camera.url = "http://10.0.0.1/cameras/1".into();
    camera.serial_number = "17".into();
    camera.hw_version = "2".into();
    let mut home = home(json!({}));
    let mut broker = Broker::default();
    broker.take(announce(&mut home, camera));
    let config = parse(&broker.0["homeassistant/sensor/argusai_front_door_event/config"]);
    let keys: Vec<_> = config["device"]
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(keys, allowed);
    for (topic, config) in broker.configs() {
        assert!(
            !config["device"]["name"]
                .as_str()
                .expect("a text")
                .is_empty(),
            "{topic}"
        );
        for value in config["device"].as_object().expect("an object").values() {
            assert_ne!(*value, "", "{topic}: {config}");
        }
    }
}

#[test]
fn availability_comes_first_then_configs_then_states() {
    let mut home = home(json!({}));
    let announced = announce(&mut home, full_camera());
    let status = position(&announced, "argusai/camera/front_door/status");
    let config = position(
        &announced,
        "homeassistant/sensor/argusai_front_door_event/config",
    );
    let activity = position(&announced, "argusai/camera/front_door/activity");
    assert!(status < config && config < activity, "{announced:?}");
    assert_eq!(parse(&announced[activity].payload)["state"], "OFF");
}

#[test]
fn the_connection_sensor_expires_with_the_heartbeat_and_is_always_available() {
    for (more, wanted) in [
        (json!({"availability_heartbeat_seconds": 0}), Value::Null),
        (json!({"availability_heartbeat_seconds": 20}), json!(60)),
        (json!({}), json!(180)),
    ] {
        let mut home = home(more);
        let mut broker = Broker::default();
        broker.take(announce(&mut home, Camera::new("x", "")));
        let config = parse(&broker.0["homeassistant/binary_sensor/argusai_connection/config"]);
        assert_eq!(config["expire_after"], wanted);
        assert_eq!(config["state_topic"], "argusai/status");
        assert_eq!(config.get("availability"), None);
    }
}

#[test]
fn diagnostics_are_for_those_who_ask() {
    let mut without = home(json!({}));
    assert_eq!(without.diagnostics(&Diagnostics::default()), None);
    let system = System {
        diagnostics: true,
        ..System::default()
    };
    let mut with = HomeAssistant::new(&settings(json!({})), system).expect("a sound system");
    let mut broker = Broker::default();
    broker.take(announce(&mut with, Camera::new("x", "")));
    broker.take(with.diagnostics(&Diagnostics {
        queued: 3,
        ..Diagnostics::default()
    }));
    let config = parse(&broker.0["homeassistant/sensor/argusai_queue_depth/config"]);
    assert_eq!(config["enabled_by_default"], false);
    assert_eq!(parse(&broker.0["argusai/diagnostics"])["queued"], 3);
}

#[test]
fn without_discovery_only_states_are_said() {
    let mut home = home(json!({"homeassistant_discovery": false}));
    let mut broker = Broker::default();
    broker.0.insert(
        "homeassistant/sensor/argusai_front_door_event/config".into(),
        b"{}".into(),
    );
    broker.take(announce(&mut home, full_camera()));
    let topics: Vec<_> = broker.0.keys().collect();
    assert_eq!(
        topics,
        [
            "argusai/camera/front_door/activity",
            "argusai/camera/front_door/status"
        ]
    );
}
