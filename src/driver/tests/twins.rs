//! A twin is named on evidence, and no pause is longer than the longest.

use super::*;

fn host() -> Host {
    Host::new(r#""reconnect_max_seconds": 40"#)
}

fn pause(host: &mut Host) -> Time {
    host.next_attempt_pause()
}

impl Host {
    /// The pause before the next attempt, which is not begun.
    fn next_attempt_pause(&mut self) -> Time {
        match self.plan() {
            Plan::Wait(until) => until - self.now,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_named_takeover_takes_the_longest_pause_and_no_longer() {
    for _ in 0..10 {
        let mut host = host();
        host.come_online();
        host.end(EndCause::TakenOver);
        let pause = pause(&mut host);
        assert!(pause >= 20 * SECOND && pause <= 40 * SECOND, "{pause:?}");
        assert!(host.last_error().contains("another client uses"));
    }
}

#[test]
fn somebody_elses_birth_message_before_a_close_names_a_twin_too() {
    let mut host = host();
    host.come_online();
    let payload = Bytes::from_static(b"online");
    host.report(Input::Received {
        subject: Subject::Availability,
        payload: payload.clone(),
        retain: true,
    });
    host.end(EndCause::ByPeer);
    assert!(!host.last_error().contains("another client"), "it was kept");
    host.come_online();
    let retain = false;
    host.report(Input::Received {
        subject: Subject::Availability,
        payload,
        retain,
    });
    let warnings = host
        .driver
        .engine()
        .status(host.now, Duration::ZERO)
        .warnings
        .join("; ");
    assert!(warnings.contains("another client publishes"), "{warnings}");
    host.end(EndCause::ByPeer);
    assert!(host.last_error().contains("another client uses"));
}

#[test]
fn our_own_birth_message_that_comes_back_is_nobody_elses() {
    let mut host = host();
    host.come_online();
    let received = |text: &'static [u8]| Input::Received {
        subject: Subject::Availability,
        payload: Bytes::from_static(text),
        retain: false,
    };
    host.report(received(b"offline"));
    assert_eq!(texts(&host.acknowledge_all()), ["online"]);
    host.report(received(b"online"));
    host.end(EndCause::ByPeer);
    assert!(!host.last_error().contains("another client"));
}

#[test]
fn closes_alone_make_one_possible_at_most() {
    let mut host = host();
    for n in 1..=8 {
        host.come_online();
        host.now += SECOND;
        host.end(EndCause::ByPeer);
        let says = host.last_error().contains("possibly another client");
        assert_eq!(says, n >= 5, "after {n}");
    }
    for kind in [
        EndCause::Stalled,
        EndCause::Disconnected,
        EndCause::Unavailable,
    ] {
        let mut host = self::host();
        for _ in 0..8 {
            host.come_online();
            host.end(kind);
        }
        assert!(!host.last_error().contains("another client"), "{kind:?}");
    }
}

/// One that would be taken to have a twin possibly if its connection were closed once more.
fn suspicious_host() -> Host {
    let mut host = host();
    for _ in 0..4 {
        host.come_online();
        host.end(EndCause::ByPeer);
    }
    host.come_online();
    host
}

#[test]
fn new_settings_are_not_suspected_for_what_was_before_them() {
    for has_new_ones in [false, true] {
        let mut host = suspicious_host();
        if has_new_ones {
            let new = settings(r#""client_id": "another""#);
            let (accepted, effects) = host.driver.reconfigure(host.now, new);
            accepted.expect("it is open");
            host.effects = effects;
            assert_eq!(texts(&host.acknowledge_all()), ["offline"]);
            host.end(EndCause::ByPeer);
            host.come_online();
        }
        host.end(EndCause::ByPeer);
        let says = host.last_error().contains("possibly another client");
        assert_ne!(says, has_new_ones, "{}", host.last_error());
    }
}

#[test]
fn a_close_on_the_way_out_is_no_twin() {
    let mut host = suspicious_host();
    host.publish(None);
    let (accepted, effects) = host.driver.shut_down(host.now, 10 * SECOND);
    accepted.expect("it is open");
    host.effects = effects;
    host.wait(8 * SECOND);
    assert_eq!(texts(&host.sent()), ["{}", "offline"]);
    host.end(EndCause::ByPeer);
    assert!(
        !host.last_error().contains("possibly"),
        "{}",
        host.last_error()
    );
}

#[test]
fn restarts_of_a_broker_are_no_twin() {
    let mut host = host();
    for _ in 0..8 {
        host.come_online();
        host.end(EndCause::ByPeer);
        assert!(!host.last_error().contains("another client"));
        host.fail(FailureKind::Unreachable);
    }
}

#[test]
fn closes_at_the_birth_message_are_no_twin() {
    let mut host = host();
    for _ in 0..8 {
        host.connect();
        host.end(EndCause::ByPeer);
    }
    assert!(!host.last_error().contains("another client"));
}

#[test]
fn a_connection_that_lasted_forgives_a_past_fault() {
    let mut host = host();
    for _ in 0..10 {
        host.fail(FailureKind::Unreachable);
    }
    host.come_online();
    host.wait(41 * SECOND);
    host.end(EndCause::ByPeer);
    assert!(pause(&mut host) <= 2 * SECOND);
}

#[test]
fn a_login_that_was_accepted_once_is_tried_at_the_longest_pause_and_another_ever_less() {
    let mut host = host();
    host.come_online();
    host.end(EndCause::ByPeer);
    for _ in 0..8 {
        host.fail(FailureKind::NotAuthorized);
        assert!(pause(&mut host) <= 40 * SECOND);
    }
    let mut host = self::host();
    let mut longest = Time::ZERO;
    for _ in 0..8 {
        host.fail(FailureKind::NotAuthorized);
        longest = longest.max(pause(&mut host));
    }
    assert!(
        longest > 400 * SECOND && longest <= 900 * SECOND,
        "{longest:?}"
    );
}

#[test]
fn an_attempt_on_demand_forgets_the_closes_before_it() {
    let mut host = host();
    for n in 0..6 {
        if n == 4 {
            host.driver.reconnect(host.now).0.expect("it is open");
        }
        host.come_online();
        host.end(EndCause::ByPeer);
        assert!(!host.last_error().contains("another client"), "after {n}");
    }
}
