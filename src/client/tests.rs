//! What needs a look inside a client.

use super::thread::run_guarded;
use super::Client;
use crate::engine::Notice;
use crate::error::ErrorKind;
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
