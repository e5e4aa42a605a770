//! Pictures that events bring along, and other states that messages name: each arrives before its message.

use std::time::Duration;

use argus_mqtt::home_assistant::Camera;
use argus_mqtt::{Client, PublishOptions};
use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::subscriber::{Message, Subscriber};
use crate::support::wait::{eventually, PATIENCE};
use crate::support::{all_retained, retained};
use crate::{connect, delivered, online};

const EVENTS: &str = "argusai/events/door";
const PICTURES: &str = "argusai/camera/door/snapshot";

fn announced(client: Client) -> Client {
    let mut camera = Camera::new("door", "Front door");
    camera.snapshots = true;
    client.announce_camera(camera).expect("it is announced");
    client
}

fn picture(number: usize) -> Vec<u8> {
    [b"\xFF\xD8\xFF\xE0", number.to_string().as_bytes()].concat()
}

/// For each event what had arrived last on the topic of pictures, where something had since this subscriber came.
fn shown(messages: &[Message]) -> Vec<(String, Option<Vec<u8>>)> {
    let mut last = None;
    let mut shown = Vec::new();
    for message in messages {
        match message.topic.as_str() {
            PICTURES => last = Some(message.payload.to_vec()),
            EVENTS => shown.push((message.text(), last.clone())),
            _ => {}
        }
    }
    shown
}

#[test]
fn each_event_that_waited_shows_its_own_picture() {
    for protocol in ["5", "3.1.1"] {
        let mut broker = mosquitto::start();
        let settings = json!({"protocol": protocol, "reconnect_max_seconds": 1});
        let client = announced(online(broker.port(), settings));
        assert_eq!(client.flush(PATIENCE), 0, "it is announced");
        broker.kill();
        eventually("the loss is noticed", || client.status().protocol.is_none());
        let events: Vec<_> = (0..5)
            .map(|number| {
                let event = json!({"description": number.to_string()}).to_string();
                let event = client.publish_event_with_snapshot("door", event, picture(number));
                event.expect("there is room")
            })
            .collect();
        client
            .publish_camera_snapshot("door", picture(99))
            .expect("a JPEG");
        broker.start();
        let home_assistant = Subscriber::start(&broker, &["argusai/#"]);
        eventually("Home Assistant is heard", || {
            home_assistant.publish("homeassistant/status", b"online", 1, false);
            client.flush(Duration::from_millis(100)) == 0
        });
        events.iter().for_each(delivered);
        let messages = home_assistant.wait_for("all events and the last picture", |messages| {
            let last = messages.iter().rfind(|one| one.topic == PICTURES);
            shown(messages).len() == 5 && last.is_some_and(|one| one.payload == picture(99))
        });
        let wanted: Vec<_> = (0..5)
            .map(|number| {
                let event = json!({"description": number.to_string()}).to_string();
                (event, Some(picture(number)))
            })
            .collect();
        assert_eq!(shown(&messages), wanted, "MQTT {protocol}");
        let kept = retained(&broker, PICTURES).expect("it is kept");
        assert_eq!(kept.payload, picture(99));
        assert_eq!(client.status().counters.states_left_out, 0);
        client.remove_camera("door").expect("it is announced");
        client.shutdown(PATIENCE).expect("the first shutdown");
        assert!(retained(&broker, PICTURES).is_none());
    }
}

#[test]
fn any_message_may_name_states_and_they_are_kept_like_others() {
    let mut broker = mosquitto::start();
    let client = online(broker.port(), json!({"reconnect_max_seconds": 1}));
    let watcher = Subscriber::start(&broker, &["home/#"]);
    let states = [("home/b", "2".into()), ("home/a", "1".into())];
    let options = PublishOptions::new().states(&states);
    let message = client.publish("home/event", "news", options);
    delivered(&message.expect("it is right"));
    let messages = watcher.wait_for("the message", |messages| messages.len() == 3);
    assert_eq!(messages[2].topic, "home/event");
    broker.kill();
    eventually("the loss is noticed", || client.status().protocol.is_none());
    broker.start();
    eventually("the states are back", || {
        all_retained(&broker, "home/#").len() == 2
    });
    client.shutdown(PATIENCE).expect("the first shutdown");
}

#[test]
fn what_is_wrong_with_them_is_said_with_the_remedy() {
    let client = announced(connect(1, json!({})));
    let accepted = client.status().counters.accepted;
    let publish = |states: &[(&str, &'static str)]| {
        let states: Vec<_> = states.iter().map(|(t, p)| (*t, (*p).into())).collect();
        let options = PublishOptions::new().states(&states);
        client.publish("home/event", "news", options).err()
    };
    let many: Vec<_> = (0..17).map(|n| format!("s/{n}")).collect();
    let many: Vec<_> = many.iter().map(|topic| (topic.as_str(), "x")).collect();
    for (refused, says) in [
        (publish(&[("a/#", "x")]), "must not contain"),
        (publish(&[("a", "")]), "forget it"),
        (publish(&[("a", "x"), ("a", "y")]), "its own topic"),
        (publish(&[("home/event", "x")]), "its own topic"),
        (publish(&[("argusai/status", "x")]), "client's own"),
        (publish(&many), "16 at most"),
        (
            client
                .publish_event_with_snapshot("door", "{}", "no picture")
                .err(),
            "not a JPEG",
        ),
        (
            client
                .publish_event_with_snapshot("garden", "{}", picture(1))
                .err(),
            "announce it first",
        ),
    ] {
        let text = refused.expect(says).to_string();
        assert!(text.contains(says), "{text}");
    }
    assert_eq!(client.status().counters.refused_queue_full, 0);
    assert_eq!(client.status().counters.accepted, accepted);
}
