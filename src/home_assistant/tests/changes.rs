//! What is said anew and what is cleared when something changes.

use super::*;

#[test]
fn everything_that_is_known_can_be_said_again_and_no_event() {
    let mut home = home(json!({"retain_events": true}));
    let mut broker = Broker::default();
    broker.take(announce(&mut home, full_camera()));
    broker.take([home
        .snapshot("front_door", &b"\xFF\xD8\xFF\xE0"[..])
        .expect("a JPEG")]);
    broker.take(home.event("front_door", "{}", now()).expect("an event"));
    broker.take([home.counts("front_door", 1, 2, now()).expect("announced")]);
    broker.0.remove("argusai/events/front_door");
    let mut forgetful = Broker::default();
    forgetful.take(home.all());
    assert_eq!(forgetful.0, broker.0);
    assert!(home.all().iter().all(|one| !one.payload.is_empty()));
}

#[test]
fn nothing_of_a_removed_camera_is_left() {
    let mut home = home(json!({"retain_events": true}));
    let mut broker = Broker::default();
    broker.take(announce(&mut home, Camera::new("yard", "Yard")));
    let before = broker.0.clone();
    broker.take(announce(&mut home, full_camera()));
    broker.take(home.event("front_door", "{}", now()).expect("an event"));
    // Said before this process began.
    broker
        .0
        .insert("argusai/camera/front_door/counts".into(), b"{}".into());
    let removed = home.remove("front_door").expect("announced");
    let config = position(
        &removed,
        "homeassistant/sensor/argusai_front_door_event/config",
    );
    let state = position(&removed, "argusai/camera/front_door/status");
    assert!(config < state, "configs go before what they name");
    broker.take(removed);
    assert_eq!(broker.0, before);
    let message = home.remove("front_door").expect_err("gone").to_string();
    assert!(message.contains("announce it first"), "{message}");
    broker.take(home.remove_all());
    assert_eq!(broker.0, BTreeMap::new());
}

#[test]
fn disabling_keeps_the_configs() {
    let mut home = home(json!({}));
    announce(&mut home, full_camera());
    let messages = home.disable("front_door", now()).expect("announced");
    let topics: Vec<_> = messages.iter().map(|one| one.topic.as_str()).collect();
    assert_eq!(
        topics,
        [
            "argusai/camera/front_door/status",
            "argusai/camera/front_door/activity"
        ]
    );
    assert_eq!(parse(&messages[0].payload)["status"], "offline");
}

#[test]
fn a_camera_that_changes_says_only_what_is_different() {
    let mut home = home(json!({}));
    let mut broker = Broker::default();
    broker.take(announce(&mut home, full_camera()));
    broker.take([home
        .snapshot("front_door", &b"\xFF\xD8\xFF\xE0"[..])
        .expect("a JPEG")]);
    assert_eq!(announce(&mut home, full_camera()), []);
    let mut camera = full_camera();
    camera.doorbell = false;
    camera.snapshots = false;
    let changed = announce(&mut home, camera);
    let topics: Vec<_> = changed.iter().map(|one| one.topic.as_str()).collect();
    assert_eq!(
        topics,
        [
            "homeassistant/event/argusai_front_door_doorbell/config",
            "homeassistant/image/argusai_front_door_snapshot/config",
            "argusai/camera/front_door/snapshot",
        ]
    );
    assert!(changed.iter().all(|one| one.payload.is_empty()));
    let refused = home
        .snapshot("front_door", &b"\xFF\xD8\xFF\xE0"[..])
        .expect_err("off");
    assert!(
        refused.to_string().contains("snapshots set to true"),
        "{refused}"
    );
}

#[test]
fn new_settings_leave_nothing_of_the_old() {
    for (old, new) in [
        (json!({}), json!({"topic_prefix": "home"})),
        (
            json!({}),
            json!({"discovery_prefix": "ha", "discovery_id_prefix": "home"}),
        ),
        (json!({}), json!({"homeassistant_discovery": false})),
        (
            json!({"retain_events": true}),
            json!({"event_topic": "e/{camera}"}),
        ),
        (
            json!({}),
            json!({"birth_message": "here", "will_message": "gone"}),
        ),
    ] {
        let mut home = home(old.clone());
        let mut broker = Broker::default();
        broker.take(announce(&mut home, full_camera()));
        broker.take(home.event("front_door", "{}", now()).expect("an event"));
        broker.take(
            home.reconfigure(&settings(new.clone()))
                .expect("no camera is in the way"),
        );
        let mut fresh = Broker::default();
        fresh.take(home.all());
        // The one that an event left is not said again, and goes with its topic.
        broker.0.retain(|topic, _| topic != "e/front_door");
        assert_eq!(broker.0, fresh.0, "{old} to {new}");
    }
}

#[test]
fn only_our_own_ghosts_are_cleared() {
    let mut old = home(json!({}));
    let mut broker = Broker::default();
    broker.take(announce(&mut old, Camera::new("gone", "")));
    let mut other = home(json!({"topic_prefix": "other", "discovery_id_prefix": "other"}));
    broker.take(announce(&mut other, Camera::new("kept", "")));
    broker
        .0
        .insert("homeassistant/sensor/x/config".into(), b"no JSON".into());
    broker.0.insert(
        "homeassistant/sensor/y/config".into(),
        json!({"origin": {"name": "z"}, "availability": [{"topic": "argusai/status"}]})
            .to_string()
            .into(),
    );
    let mut home = home(json!({}));
    broker.take(announce(&mut home, Camera::new("new", "")));
    let found: Vec<_> = broker
        .0
        .iter()
        .map(|(t, p)| (t.as_str(), p.as_slice()))
        .collect();
    let cleared = home.ghosts(found);
    assert!(cleared.iter().all(|one| one.payload.is_empty()));
    let (configs, states) = cleared.split_at(7);
    assert!(configs
        .iter()
        .all(|one| one.topic.contains("argusai_gone_")));
    // Nothing was retained of its events.
    let of_gone = ["activity", "counts", "last_event", "status"];
    let of_gone = of_gone.map(|state| format!("argusai/camera/gone/{state}"));
    assert!(states.iter().map(|one| &one.topic).eq(&of_gone));
    // Once everything is given up, the system's own are ghosts too; what is not a config is none.
    let nobody =
        HomeAssistant::new(&settings(json!({})), System::default()).expect("a sound system");
    let found = broker.0.iter().map(|(t, p)| (t.as_str(), p.as_slice()));
    assert_eq!(nobody.ghosts(found).len(), (7 + 4) * 2 + 1);
}

#[test]
fn only_what_no_camera_uses_is_cleared_with_a_ghost() {
    let retained = json!({"retain_events": true});
    let mut before = home(retained.clone());
    let mut broker = Broker::default();
    // The ids are to look like those of other entities.
    broker.take(announce(&mut before, Camera::new("last", "")));
    broker.take(announce(&mut before, full_camera()));
    let ghosts = |settings: serde_json::Value, camera: Camera| {
        let mut home = home(settings);
        announce(&mut home, camera);
        let found = broker.0.iter().map(|(t, p)| (t.as_str(), p.as_slice()));
        let topics = home.ghosts(found).into_iter().map(|one| one.topic);
        topics
            .filter(|topic| !topic.ends_with("/config"))
            .collect::<Vec<_>>()
    };
    // Without its doorbell and its snapshots it keeps all states, and clears the picture itself.
    let others = [
        "argusai/camera/last/activity",
        "argusai/camera/last/counts",
        "argusai/camera/last/last_event",
        "argusai/camera/last/status",
    ];
    let plain = Camera::new("front_door", "");
    assert_eq!(ghosts(json!({}), plain.clone()), others);
    let with_event = [&others[..], &["argusai/events/last"]].concat();
    assert_eq!(ghosts(retained, plain), with_event);
}

#[test]
fn a_config_of_a_stranger_clears_no_topic_that_cannot_be_published_to() {
    let home = home(json!({}));
    let topic = "homeassistant/sensor/argusai_gone_status/config";
    for stranger in [
        "#",
        "argusai/camera/+/status",
        "argusai/camera/a/b/status",
        "argusai/camera/gone/other",
        "zigbee2mqtt/bridge/state",
        topic,
    ] {
        let config = json!({
            "origin": {"name": "argus-mqtt"},
            "unique_id": "argusai_gone_status",
            "device": {"identifiers": ["argusai_gone"]},
            "availability": [{"topic": "argusai/status"}],
            "state_topic": stranger,
            "image_topic": 7,
            "json_attributes_topic": "argusai/status",
        });
        let cleared = home.ghosts([(topic, config.to_string().as_bytes())]);
        assert!(cleared.iter().map(|one| one.topic.as_str()).eq([topic]));
    }
}
