//! What a host that reads notices hears.

mod support;

use argus_mqtt::{
    Client, ErrorKind, Level, Notice, NoticeKinds, Outcome, PublishOptions, Settings, State,
};
use rustix::event::{poll, PollFd, PollFlags};
use std::time::Duration;
use support::broker::mosquitto;
use support::port::Port;
use support::wait::PATIENCE;

const NOW: Duration = Duration::ZERO;

fn connect(port: u16, more: &str) -> Client {
    let text = format!(r#"{{"broker_host": "127.0.0.1", "broker_port": {port}{more}}}"#);
    let settings = Settings::from_json(&text).expect("the settings are valid");
    Client::connect(settings).expect("a thread can be started")
}

/// Reads up to a notice and gives all of them, that one last.
fn read_to(client: &Client, is_it: impl Fn(&Notice) -> bool) -> Vec<Notice> {
    let mut read = Vec::new();
    loop {
        match client.next_notice(PATIENCE) {
            Ok(notice) => read.push(notice),
            Err(error) => panic!("{error}; before that {read:#?}"),
        }
        if read.last().is_some_and(&is_it) {
            return read;
        }
    }
}

fn is_state(notice: &Notice, wanted: State) -> bool {
    matches!(notice, Notice::State { state, .. } if *state == wanted)
}

fn is_readable(client: &Client, timeout: Duration) -> bool {
    let fd = client.notice_fd().expect("a descriptor is left");
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    let timeout = rustix::event::Timespec::try_from(timeout).expect("the time is short");
    poll(&mut fds, Some(&timeout)).expect("poll works") == 1
}

#[test]
fn states_outcomes_and_log_lines_are_told() {
    let broker = mosquitto::start();
    let client = connect(broker.port(), "");
    let read = read_to(&client, |notice| is_state(notice, State::Online));
    assert!(matches!(read[0], Notice::State { .. }), "{read:?}");
    let connected = |notice: &Notice| matches!(notice, Notice::Log { level: Level::Info, text } if text.contains("with MQTT 5"));
    assert!(read.iter().any(connected), "{read:#?}");

    let delivery = client.publish_event("door", "{}").unwrap();
    let read = read_to(&client, |notice| matches!(notice, Notice::Delivery { .. }));
    assert_eq!(
        read.last(),
        Some(&Notice::Delivery {
            delivery: delivery.id(),
            outcome: Outcome::Delivered
        })
    );
    assert_eq!(
        delivery.wait(PATIENCE).unwrap(),
        Outcome::Delivered,
        "to be told is not to take"
    );

    client.shutdown(PATIENCE).unwrap();
    read_to(&client, |notice| is_state(notice, State::Closed));
    let end = client.next_notice(PATIENCE).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ShutDown);
}

#[test]
fn a_failure_says_why_and_when_it_goes_on() {
    let port = Port::claim();
    let client = connect(port.number(), "");
    let line = |notice: &Notice| {
        matches!(notice, Notice::Log { level: Level::Warning, text }
            if text.contains("cannot connect to 127.0.0.1") && text.contains("the next attempt is in"))
    };
    // Of the first attempt or a later one: the first may be over before the notes begin.
    let read = read_to(&client, line);
    let waits = |notice: &Notice| matches!(notice, Notice::State { state: State::Waiting, reason: Some(reason) } if reason.contains("refused"));
    if !read.iter().any(waits) {
        read_to(&client, waits);
    }
}

#[test]
fn what_is_forgotten_is_not_told_and_losses_are() {
    let port = Port::claim();
    let client = connect(port.number(), r#", "max_queued_messages": 2"#);
    // Begins the notes.
    let _ = client.next_notice(NOW);
    let once = PublishOptions::default();
    let kept = client.publish("a", "1", once).unwrap();
    drop(client.publish("a", "2", once).unwrap());
    drop(client.publish("a", "3", once).unwrap());
    drop(client.publish("a", "4", once).unwrap());
    let read = read_to(&client, |notice| matches!(notice, Notice::Delivery { .. }));
    let Some(Notice::Delivery { delivery, outcome }) = read.last() else {
        unreachable!("what was read to");
    };
    assert_eq!(*delivery, kept.id());
    assert!(matches!(outcome, Outcome::Dropped(_)), "{outcome:?}");
    let losses = |notice: &Notice| {
        matches!(notice, Notice::Log { level: Level::Warning, text }
            if text.contains("dropped because the outbox was full"))
    };
    assert!(read.iter().any(losses), "{read:#?}");
    client.shutdown(NOW).unwrap();
    let rest = read_to(&client, |notice| is_state(notice, State::Closed));
    let told = |notice: &&Notice| matches!(notice, Notice::Delivery { .. });
    assert_eq!(rest.iter().filter(told).count(), 0, "{rest:#?}");
}

#[test]
fn the_descriptor_is_readable_while_there_is_something_to_read() {
    let broker = mosquitto::start();
    let client = connect(broker.port(), "");
    read_to(&client, |notice| is_state(notice, State::Online));
    assert!(!is_readable(&client, NOW));
    let delivery = client.publish_event("door", "{}").unwrap();
    assert!(is_readable(&client, PATIENCE));
    assert!(is_readable(&client, NOW), "it stays so until it is read");
    assert!(matches!(
        client.next_notice(NOW).unwrap(),
        Notice::Delivery { delivery: id, .. } if id == delivery.id()
    ));
    assert!(!is_readable(&client, NOW));
    assert_eq!(
        client.next_notice(NOW).unwrap_err().kind(),
        ErrorKind::Timeout
    );
}

#[test]
fn a_reader_that_waits_hears_of_the_end() {
    let port = Port::claim();
    let client = connect(port.number(), "");
    let readers = [client.clone(), client.clone()].map(|reader| {
        std::thread::spawn(move || loop {
            if let Err(error) = reader.next_notice(PATIENCE) {
                break error.kind();
            }
        })
    });
    client.shutdown(NOW).unwrap();
    for reader in readers {
        assert_eq!(reader.join().unwrap(), ErrorKind::ShutDown);
    }
}

#[test]
fn notices_have_a_form_in_json() {
    let json = |notice: Notice| serde_json::to_string(&notice).unwrap();
    let outcome = Outcome::Rejected("too large".into());
    assert_eq!(
        json(Notice::Delivery {
            delivery: 7,
            outcome
        }),
        r#"{"kind":"delivery","delivery":7,"outcome":"rejected","reason":"too large"}"#
    );
    let (state, reason) = (State::ShuttingDown, None);
    assert_eq!(
        json(Notice::State { state, reason }),
        r#"{"kind":"state","state":"shutting_down","reason":null}"#
    );
}

#[test]
fn a_notice_wakes_its_reader_though_outcomes_wait() {
    let port = Port::claim();
    let client = connect(port.number(), r#", "max_queued_messages": 1"#);
    client
        .open_notices(NoticeKinds::LOG | NoticeKinds::OUTCOMES)
        .unwrap();
    let once = PublishOptions::default();
    let dropped = client.publish("a", "1", once).unwrap();
    let _second = client.publish("a", "2", once).unwrap();
    // An outcome waits all the time, so the descriptor stays readable.
    assert!(is_readable(&client, PATIENCE));
    let is_line = |notice: &Notice| matches!(notice, Notice::Log { .. });
    while let Ok(notice) = client.next_notice(NOW) {
        assert!(is_line(&notice), "{notice:?}");
    }
    // For ever, as a wait that ends looks once more, whoever has woken it.
    let (told, hears) = std::sync::mpsc::channel();
    let reader = client.clone();
    std::thread::spawn(move || {
        let _ = told.send(reader.next_notice(Duration::MAX));
    });
    let notice = hears.recv_timeout(PATIENCE).expect("it is woken").unwrap();
    assert!(is_line(&notice), "{notice:?}");
    let taken = client.next_outcomes(8, NOW).unwrap();
    assert!(
        matches!(&taken[..], [(id, Outcome::Dropped(_))] if *id == dropped.id()),
        "{taken:?}"
    );
    let again = dropped.wait(NOW).expect_err("it was taken");
    assert_eq!(again.kind(), ErrorKind::InvalidArgument);
    let none = client.next_outcomes(8, NOW).expect_err("nothing is left");
    assert_eq!(none.kind(), ErrorKind::Timeout);
}

#[test]
fn what_ended_before_somebody_asked_is_taken_and_what_is_waited_for_is_not() {
    let broker = mosquitto::start();
    let client = connect(broker.port(), "");
    let once = PublishOptions::default();
    let publish = || client.publish("a", "x", once).unwrap();
    let (first, second, third) = (publish(), publish(), publish());
    assert_eq!(client.flush(PATIENCE), 0);
    assert_eq!(second.wait(NOW), Ok(Outcome::Delivered));
    let wanted = [first.id(), third.id()].map(|id| (id, Outcome::Delivered));
    let _ = (first.into_id(), third.into_id());
    let mut taken = client.next_outcomes(1, PATIENCE).unwrap();
    taken.extend(client.next_outcomes(8, PATIENCE).unwrap());
    assert_eq!(taken, wanted);
    assert_eq!(client.status().outcomes_kept, 0);
}

#[test]
fn who_waits_for_outcomes_hears_of_them_and_of_the_end() {
    let broker = mosquitto::start();
    let client = connect(broker.port(), "");
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut taken = Vec::new();
            loop {
                match client.next_outcomes(8, PATIENCE) {
                    Ok(more) => taken.extend(more),
                    Err(error) => return (taken, error.kind()),
                }
            }
        });
        let id = client
            .publish("a", "x", PublishOptions::default())
            .unwrap()
            .into_id();
        assert_eq!(client.flush(PATIENCE), 0);
        client.begin_shutdown(PATIENCE).unwrap();
        let (taken, end) = reader.join().expect("it does not panic");
        assert_eq!(taken, [(id, Outcome::Delivered)]);
        assert_eq!(end, ErrorKind::ShutDown);
    });
    let report = client.close(NOW).unwrap();
    assert_eq!((report.left, report.offline_acknowledged), (0, true));
    assert_eq!(client.close(NOW), Ok(report), "it is the same again");
    let again = client.begin_shutdown(NOW).expect_err("it is over");
    assert_eq!(again.kind(), ErrorKind::ShutDown);
}

#[test]
fn a_late_thread_learns_of_every_connection() {
    let mut broker = mosquitto::start();
    let client = connect(broker.port(), r#", "reconnect_max_seconds": 1"#);
    let timeout = client.wait_online_change(0, NOW);
    assert_eq!(timeout.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(client.wait_online_change(0, PATIENCE), Ok(1));
    assert_eq!(client.wait_online(NOW), Ok(()), "in one order");
    broker.kill();
    assert_eq!(client.wait_online_change(1, PATIENCE), Ok(2));
    broker.start();
    client.wait_online(PATIENCE).unwrap();
    assert_eq!(client.wait_online_change(1, NOW), Ok(3), "not only the end");

    let waiting = std::thread::spawn({
        let client = client.clone();
        move || client.wait_online_change(3, Duration::MAX)
    });
    client.interrupt_wait();
    assert_eq!(waiting.join().expect("it does not panic"), Ok(3));
    let waiting = std::thread::spawn({
        let client = client.clone();
        move || client.wait_online_change(3, Duration::MAX)
    });
    client.shutdown(PATIENCE).unwrap();
    assert_eq!(waiting.join().expect("it does not panic"), Ok(4));
    let end = client.wait_online_change(4, Duration::MAX);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ShutDown);
}
