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
        ("a/b", ""),
        (&"x".repeat(129), ""),
        ("x", "localhost:8000"),
        ("x", "http://"),
        ("x", "http://a b"),
    ] {
        let mut camera = Camera::new(id, "");
        camera.url = url.into();
        let refused = home.announce(camera, CameraStatus::Online, now());
        assert!(refused.is_err(), "{id:?} {url:?}");
    }
    assert!(Camera::from_json(r#"{"id": "x", "nam": "y"}"#).is_err());
    let camera = Camera::from_json(r#"{"id": "x", "doorbell": true}"#).expect("a camera");
    assert!(camera.doorbell);
}
