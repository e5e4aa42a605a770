//! Two processes with the same settings, of which one was thought dead.

use std::time::Duration;

use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::retained;
use crate::support::wait::{eventually, eventually_within};
use crate::{publisher, settings, STATUS};

#[test]
fn a_half_open_old_session_does_not_leave_the_new_one_offline() {
    let broker = mosquitto::start();
    let settings = settings(broker.port(), json!({}));
    let mut old = publisher::start("old", &settings);
    old.pause();
    let new = publisher::start("new", &settings);
    eventually("the new one is shown online", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "online")
    });
    old.resume();
    // The two take the connection from each other until one of them suspects the other and rests for minutes.
    let names_its_twin = "another client uses our client id";
    eventually_within(
        Duration::from_secs(90),
        "one of them names its twin",
        || {
            [&old, &new].into_iter().any(|process| {
                process
                    .lines()
                    .iter()
                    .any(|line| line.contains(names_its_twin))
            })
        },
    );
    eventually("the one that stays is shown online", || {
        retained(&broker, STATUS).is_some_and(|kept| kept.text() == "online")
    });
}
