//! Callers and background thread of a client, in every order that their locks and conditions allow: nobody waits for
//! something that has happened.
//!
//! The library's own files are compiled in here, over the primitives of Shuttle in the place of those of the standard
//! library. No time passes in these schedules; so a wake-up that is lost is a thread that waits for ever, which
//! Shuttle takes for a failure.

// What is tested needs only a part of these files. It has no harness, so that their own tests are left out.
#![allow(dead_code, unused_imports, unexpected_cfgs)]

#[path = "../../src/calendar.rs"]
mod calendar;
#[path = "../../src/driver/mod.rs"]
mod driver;
#[path = "../../src/engine/mod.rs"]
mod engine;
#[path = "../../src/error.rs"]
mod error;
#[path = "../../src/event.rs"]
mod event;
#[path = "../../src/fault.rs"]
mod fault;
#[path = "../../src/file.rs"]
mod file;
#[path = "../../src/message.rs"]
mod message;
#[path = "../../src/client/monitor/mod.rs"]
mod monitor;
#[path = "../../src/outbox/mod.rs"]
mod outbox;
#[path = "../../src/outcome.rs"]
mod outcome;
#[path = "../../src/payload.rs"]
mod payload;
#[path = "../../src/settings/mod.rs"]
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod sync;
#[path = "../../src/tls/mod.rs"]
mod tls;
#[path = "../../src/topic.rs"]
mod topic;
#[path = "../../src/words.rs"]
mod words;

// As the library's root does.
use error::{Error, ErrorKind};
use fault::{Fault, FaultCode};
use settings::Settings;

mod host;

use engine::Notice;
use host::Client;
use libtest_mimic::{Arguments, Trial};
use shuttle::thread;

/// Random schedules explored for each case.
const SCHEDULES: usize = 1000;

fn main() {
    let cases: [(&str, fn()); 7] = [
        (
            "whoever_waits_for_a_message_or_to_be_online_is_woken",
            whoever_waits_for_a_message_or_to_be_online_is_woken,
        ),
        (
            "two_that_wait_for_one_message_are_both_told",
            two_that_wait_for_one_message_are_both_told,
        ),
        (
            "whoever_reads_notices_gets_each_outcome_and_the_end",
            whoever_reads_notices_gets_each_outcome_and_the_end,
        ),
        (
            "whoever_waits_for_a_message_that_another_forgets_is_told",
            whoever_waits_for_a_message_that_another_forgets_is_told,
        ),
        (
            "messages_go_out_though_nobody_waits_for_them",
            messages_go_out_though_nobody_waits_for_them,
        ),
        (
            "the_descriptor_is_right_though_an_outcome_is_forgotten_as_it_comes",
            the_descriptor_is_right_though_an_outcome_is_forgotten_as_it_comes,
        ),
        ("a_shutdown_ends_every_wait", a_shutdown_ends_every_wait),
    ];
    let trials = cases.map(|(name, case)| {
        Trial::test(name, move || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

/// Explores what `case` does with a client that has a background thread, and shuts it down at the end.
fn explore(case: fn(Client)) {
    shuttle::check_random(
        move || {
            let client = Client::new();
            let background = {
                let client = client.clone();
                thread::spawn(move || client.run())
            };
            case(client.clone());
            client.shut_down();
            background.join().expect("the background thread panicked");
        },
        SCHEDULES,
    );
}

fn whoever_waits_for_a_message_or_to_be_online_is_woken() {
    explore(|client| {
        let publisher = {
            let client = client.clone();
            thread::spawn(move || {
                let id = client.publish();
                client.wait_for_outcome(id);
            })
        };
        client.wait_online();
        let id = client.publish();
        client.wait_for_outcome(id);
        publisher.join().expect("the publisher panicked");
    });
}

fn two_that_wait_for_one_message_are_both_told() {
    explore(|client| {
        let id = client.publish();
        let other = {
            let client = client.clone();
            thread::spawn(move || client.wait_for_outcome(id))
        };
        let (mine, others) = (
            client.wait_for_outcome(id),
            other.join().expect("the other panicked"),
        );
        assert!(mine.is_some() != others.is_some(), "one of them gets it");
    });
}

fn whoever_waits_for_a_message_that_another_forgets_is_told() {
    explore(|client| {
        // The second does not need the driver to be forgotten.
        let ids = [client.publish_in_vain(), client.publish_in_vain()];
        let other = {
            let client = client.clone();
            thread::spawn(move || ids.map(|id| client.wait_for_outcome(id)))
        };
        client.wait_arrived(1);
        for id in ids {
            client.forget(id);
        }
        let outcomes = other.join().expect("the other panicked");
        assert_eq!(outcomes, [None, None]);
        client.finish();
    });
}

fn messages_go_out_though_nobody_waits_for_them() {
    explore(|client| {
        let other = {
            let client = client.clone();
            thread::spawn(move || client.publish())
        };
        for count in 1..=4 {
            client.publish();
            client.wait_arrived(count);
        }
        client.wait_arrived(5);
        other.join().expect("the other panicked");
    });
}

fn whoever_reads_notices_gets_each_outcome_and_the_end() {
    explore(|client| {
        let reader = {
            let client = client.clone();
            client.open_notices();
            thread::spawn(move || {
                let mut outcomes = 0;
                while let Some(notice) = client.read() {
                    outcomes += usize::from(matches!(notice, Notice::Delivery { .. }));
                    client.check_descriptor();
                }
                outcomes
            })
        };
        let ids: Vec<_> = (0..3).map(|_| client.publish()).collect();
        client.flush();
        client.shut_down();
        assert_eq!(reader.join().expect("the reader panicked"), ids.len());
    });
}

fn the_descriptor_is_right_though_an_outcome_is_forgotten_as_it_comes() {
    explore(|client| {
        client.open_notices();
        client.wait_online();
        let other = {
            let client = client.clone();
            thread::spawn(move || client.check_descriptor())
        };
        // What else there is to read is read before.
        while client.has_news() {
            client.read();
        }
        for _ in 0..2 {
            let id = client.publish();
            client.forget(id);
            client.check_descriptor();
        }
        other.join().expect("the other panicked");
    });
}

fn a_shutdown_ends_every_wait() {
    explore(|client| {
        let waits: Vec<_> = [Client::wait_online, Client::flush, Client::wait_closed]
            .into_iter()
            .map(|wait| {
                let client = client.clone();
                thread::spawn(move || wait(&client))
            })
            .collect();
        client.shut_down();
        for wait in waits {
            wait.join().expect("a waiter panicked");
        }
    });
}
