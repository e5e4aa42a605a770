//! What needs a look inside a client.

use super::shared::Guarded;
use super::thread::run_guarded;
use super::Client;
use crate::engine::Notice;
use crate::error::ErrorKind;
use crate::home_assistant::Camera;
use crate::message::PublishOptions;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::support::wait::PATIENCE;
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use std::time::Duration;

/// A client whose broker is nowhere.
fn client() -> Client {
    let settings = r#"{"broker_host": "127.0.0.1", "broker_port": 1, "reconnect_max_seconds": 1}"#;
    let settings = Settings::from_json(settings).expect("they are valid");
    Client::connect(settings).expect("it starts")
}

#[test]
fn events_age_while_the_machine_sleeps() {
    let client = client();
    let fd = client.notice_fd().expect("there are descriptors");
    let delivery = client.publish_event("door", "{}").expect("there is room");
    let clock = client.shared.surroundings().waker.clock();
    clock.advance(Duration::from_secs(300));
    // Nobody calls but the background thread.
    loop {
        let timeout = Timespec::try_from(PATIENCE).expect("it fits");
        let ready = poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&timeout));
        assert_eq!(ready, Ok(1), "the background thread sleeps on");
        let notice = client.next_notice(Duration::ZERO).expect("there is one");
        if matches!(notice, Notice::Delivery { outcome, .. } if outcome == Outcome::Expired) {
            break;
        }
    }
    assert_eq!(delivery.wait(PATIENCE), Ok(Outcome::Expired));
}

#[test]
fn a_panic_of_the_background_thread_is_reported_with_its_cause_by_every_call() {
    let client = client();
    let delivery = client.publish_event("door", "{}").expect("there is room");
    run_guarded(&client.shared, || panic!("the cause"));
    let errors = [
        client.wait_online(PATIENCE).err(),
        client.publish_event("door", "{}").err(),
        client.reconnect().err(),
        client.shutdown(PATIENCE).err(),
    ];
    for error in errors {
        let error = error.expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.to_string().contains("the cause"), "{error}");
    }
    assert!(matches!(
        delivery.wait(PATIENCE),
        Ok(Outcome::Dropped(_) | Outcome::Unknown)
    ));
    let status = client.status();
    assert!(status
        .last_error
        .is_some_and(|text| text.contains("the cause")));
}

#[test]
fn a_shutdown_waits_for_its_thread() {
    for _ in 0..20 {
        let client = client();
        client.shutdown(PATIENCE).expect("it is open");
        assert!(client.shared.look(|guarded, _| guarded.is_over()));
    }
}

#[test]
fn the_status_knows_of_every_message() {
    let client = client();
    for count in 1..4 {
        client.publish_event("door", "{}").expect("there is room");
        let status = client.status();
        assert_eq!(
            (status.queued, status.counters.accepted),
            (count, count as u64)
        );
    }
}

#[test]
fn an_event_after_new_settings_obeys_them_though_its_camera_is_known() {
    let client = client();
    let expires_in = |seconds: u64| {
        client.shared.look(|guarded, now| {
            let next = guarded.driver.engine().outbox().next_expiry();
            next.is_some_and(|next| next <= now + Duration::from_secs(seconds))
        })
    };
    for _ in 0..2 {
        client.publish_event("door", "{}").expect("there is room");
    }
    assert!(!expires_in(60));
    let settings =
        r#"{"broker_host": "127.0.0.1", "broker_port": 1, "message_expiry_seconds": 60}"#;
    let settings = Settings::from_json(settings).expect("they are valid");
    client.reconfigure(settings).expect("it is open");
    client.publish_event("door", "{}").expect("there is room");
    assert!(expires_in(60));
}

#[test]
fn states_follow_from_an_event_once_its_camera_is_announced_though_it_is_known() {
    let client = client();
    let states = || {
        let counted = |guarded: &mut Guarded, _| guarded.driver.engine().outbox().states().0;
        client.shared.look(counted)
    };
    for _ in 0..2 {
        client.publish_event("door", "{}").expect("there is room");
    }
    assert_eq!(states(), 0);
    client
        .announce_camera(Camera::new("door", "Door"))
        .expect("it is open");
    let before = states();
    client.publish_event("door", "{}").expect("there is room");
    assert!(states() > before);
}

#[test]
fn a_topic_that_becomes_the_availability_topic_is_refused_though_it_is_known() {
    let client = client();
    for _ in 0..2 {
        let published = client.publish("home/status", "x", PublishOptions::new());
        published.expect("there is room");
    }
    let settings =
        r#"{"broker_host": "127.0.0.1", "broker_port": 1, "availability_topic": "home/status"}"#;
    let settings = Settings::from_json(settings).expect("they are valid");
    client.reconfigure(settings).expect("it is open");
    let refused = client.publish("home/status", "x", PublishOptions::new());
    let error = refused.expect_err("it is the client's own");
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
