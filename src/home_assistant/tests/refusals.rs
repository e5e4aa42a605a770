//! Cameras that can't be announced, and what is made of incomplete ones.

use super::*;

#[test]
fn ids_that_would_be_equal_are_refused() {
    for (first, second) in [
        ("front door", "front_door"),
        ("Küche", "K\u{e4}che"),
        // The id of one's event is the id of the other's last event.
        ("yard", "yard_last"),
    ] {
        let mut home = home(json!({}));
        announce(&mut home, Camera::new(first, ""));
        let all = home.all();
        let refused = home
            .announce(Camera::new(second, ""), CameraStatus::Online, now())
            .expect_err("refused")
            .to_string();
        assert!(refused.contains(&format!("{second:?}")), "{refused}");
        assert!(refused.contains("choose another id"), "{refused}");
        assert_eq!(home.all(), all, "nothing has changed");
    }
}

#[test]
fn topics_with_another_use_are_refused() {
    for (more, camera) in [
        (
            json!({"state_topic": "{topic_prefix}/{camera}/{state}", "event_topic": "argusai/{camera}/status"}),
            "x",
        ),
        (
            json!({"state_topic": "a/{camera}/{state}", "availability_topic": "a/x/status"}),
            "x",
        ),
        (
            json!({"state_topic": "a/{camera}/{state}", "event_topic": "a/y/{camera}"}),
            "status",
        ),
    ] {
        let mut home = home(more.clone());
        if camera == "status" {
            announce(&mut home, Camera::new("y", ""));
        }
        let refused = home.announce(Camera::new(camera, ""), CameraStatus::Online, now());
        assert!(refused.is_err(), "{more}");
    }
    let mut home = home(json!({}));
    announce(&mut home, Camera::new("x", ""));
    let all = home.all();
    home.reconfigure(&settings(
        json!({"availability_topic": "argusai/camera/x/status"}),
    ))
    .expect_err("the topic is the camera's");
    assert_eq!(home.all(), all, "nothing has changed");
}

#[test]
fn what_a_camera_lacks_is_filled_in_or_left_out() {
    let mut home = home(json!({}));
    let mut camera = Camera::new("front door", " \n ");
    camera.area = " The\tgarden \u{7}".into();
    let mut broker = Broker::default();
    broker.take(announce(&mut home, camera));
    let config = parse(&broker.0["homeassistant/sensor/argusai_front_door_event/config"]);
    assert_eq!(config["device"]["name"], "front door");
    assert_eq!(config["device"]["suggested_area"], "The garden");
    assert_eq!(config["device"].get("model"), None);
    for (id, url) in [
        ("", ""),
        (" ", ""),
        ("\u{200b}\u{feff}", ""),
        ("a/b", ""),
        (&"x".repeat(129), ""),
        ("x", "localhost:8000"),
        ("x", "http://"),
        ("x", "http://a b"),
        ("x", "http://me:pw@host/"),
    ] {
        let mut camera = Camera::new(id, "");
        camera.url = url.into();
        let refused = home.announce(camera, CameraStatus::Online, now());
        assert!(refused.is_err(), "{id:?} {url:?}");
    }
    announce(&mut home, Camera::new("x", "\u{200b}"));
    let all = home.all();
    home.set_source_type("x", "rtsp://me:pw@10.0.0.5/stream")
        .expect_err("a password");
    let mut camera = Camera::new("x", "");
    camera.source_type = "rtsp://me:pw@10.0.0.5/stream".into();
    home.announce(camera, CameraStatus::Online, now())
        .expect_err("a password");
    assert_eq!(home.all(), all, "nothing has changed");
    let text = r#"{"id": "x", "doorbell": true, "area": null}"#;
    let mut expected = Camera::new("x", "");
    expected.doorbell = true;
    assert_eq!(Camera::from_json(text).expect("a camera"), expected);
    let system = System::from_json(r#"{"name": "House", "model": null}"#).expect("a system");
    assert_eq!((&*system.name, &*system.model), ("House", "Camera system"));
}

#[test]
fn a_fault_in_json_is_named_with_its_field_and_a_remedy() {
    for (text, says) in [
        (
            r#"{"id": "x", "nam": "y"}"#,
            "camera: there is no field \"nam\"; the fields are id, name, ",
        ),
        (
            r#"{"id": 5}"#,
            "camera: id: is a number; must be text, in quotes",
        ),
        (
            r#"{"id": "x", "doorbell": "hunter2"}"#,
            "camera: doorbell: is text; must be true or false, without quotes",
        ),
        (
            r#"{"id": "x", "doorbell": 1}"#,
            "camera: doorbell: is a number; must be true or false, without quotes",
        ),
        (
            r#"{"id": "x", "area": ["hunter2"]}"#,
            "camera: area: is a list; must be text, in quotes",
        ),
        (
            r#"{"id": "x", "id": "y"}"#,
            "camera: \"id\" is given more than once; keep one",
        ),
        (
            r#"{"id": "x""#,
            "camera: EOF while parsing an object at line 1 column 10",
        ),
        (r#""front_door""#, "camera: must be an object, not text"),
        ("[]", "camera: invalid type: sequence, expected an object"),
    ] {
        let error = Camera::from_json(text)
            .expect_err("it is refused")
            .to_string();
        assert!(error.contains(says), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let error = System::from_json(r#"{"diagnostics": null, "url": 1}"#).expect_err("it is refused");
    assert!(
        error.to_string().contains("system: url: is a number"),
        "{error}"
    );
}

#[test]
fn the_password_in_the_url_of_a_video_is_not_quoted() {
    let mut camera = Camera::new("x", "");
    camera.url = "rtsp://admin:hunter2@192.168.1.5/stream".into();
    let refused = home(json!({})).announce(camera, CameraStatus::Online, now());
    let error = refused.expect_err("it is not a page").to_string();
    assert!(!error.contains("hunter2"), "{error}");
    assert!(
        error.contains("camera: url is not an http or https URL; give one"),
        "{error}"
    );
}
