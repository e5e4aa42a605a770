//! Events and states of a camera.

use super::*;

#[test]
fn an_event_is_told_and_its_states_follow() {
    let mut home = home(json!({"message_expiry_seconds": 60, "retain_events": true}));
    announce(&mut home, full_camera());
    let text =
        json!({"event_id": 5, "description": "ü".repeat(200), "smart_detection_type": "person",
        "timestamp": "2026-01-01T00:00:00+01:00"})
        .to_string();
    let messages = home
        .event("front_door", text.clone(), now())
        .expect("an event");
    let [event, last_event, activity] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(event.kind, MessageKind::Event);
    assert_eq!(event.topic, "argusai/events/front_door");
    assert_eq!(event.payload, text);
    assert_eq!(event.options.expiry, Some(Duration::from_secs(60)));
    assert!(event.options.retain);
    let said = parse(&last_event.payload);
    assert_eq!(said["event_id"], "5");
    assert_eq!(said["timestamp"], "2026-01-01T00:00:00+01:00");
    assert_eq!(said["description_snippet"], "ü".repeat(100));
    assert_eq!(said["smart_detection_type"], "person");
    assert_eq!(parse(&activity.payload)["state"], "ON");
    assert_eq!(
        parse(&activity.payload)["last_event_at"],
        "2026-01-01T00:00:00+01:00"
    );
}

#[test]
fn an_event_without_anything_gets_a_time() {
    let mut home = home(json!({}));
    announce(&mut home, full_camera());
    for event in ["{}", r#"{"timestamp": "soon", "description": null}"#] {
        let messages = home.event("front_door", event, now()).expect("an event");
        let said = parse(&messages[1].payload);
        assert_eq!(said["timestamp"], "2026-01-01T00:00:00Z");
        assert_eq!(said["description_snippet"], "");
    }
    for (camera, event) in [("front_door", "[]"), ("yard", "{}")] {
        home.event(camera, event, now()).expect_err("refused");
    }
}

#[test]
fn words_of_camera_systems_become_a_status() {
    for (word, wanted) in [
        ("Connected", CameraStatus::Online),
        ("starting", CameraStatus::Online),
        ("disconnected", CameraStatus::Offline),
        ("error", CameraStatus::Unavailable),
        ("", CameraStatus::Unavailable),
    ] {
        assert_eq!(CameraStatus::from_word(word), wanted);
    }
}

#[test]
fn a_snapshot_is_a_jpeg_of_bounded_size() {
    let mut home = home(json!({}));
    announce(&mut home, full_camera());
    let jpeg = |size| {
        let mut bytes = vec![0; size];
        bytes[..3].copy_from_slice(b"\xFF\xD8\xFF");
        bytes
    };
    home.snapshot("front_door", jpeg(1 << 20))
        .expect("the largest");
    for (bytes, says) in [
        (jpeg((1 << 20) + 1), "at most 1048576"),
        (b"PNG".into(), "not a JPEG"),
    ] {
        let refused = home
            .snapshot("front_door", bytes)
            .expect_err("refused")
            .to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

#[test]
fn what_is_deep_or_twice_in_an_event_is_no_fault() {
    let mut home = home(json!({}));
    announce(&mut home, Camera::new("door", ""));
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let event = format!(
        r#"{{"event_id": "a", "event_id": "b", "more": {deep}, "description": 5, "timestamp": 1}}"#
    );
    let messages = home.event("door", event, now()).expect("it is taken");
    let said = &messages[position(&messages, "argusai/camera/door/last_event")];
    let said = parse(&said.payload);
    assert_eq!(said["event_id"], "b");
    assert_eq!(said["description_snippet"], "5");
    assert_eq!(said["timestamp"], "2026-01-01T00:00:00Z");
    position(&messages, "argusai/camera/door/activity");
}
