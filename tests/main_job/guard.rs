//! Others that write to the availability topic while the client is online.

use serde_json::json;

use crate::support::broker::mosquitto;
use crate::support::codec::{Connect, Version};
use crate::support::wait::eventually;
use crate::support::{client, retained};
use crate::{delivered, online, publish, STATUS};

#[test]
fn what_others_write_there_is_set_right_and_counted() {
    for payload in [&b"offline"[..], b"", b"nonsense"] {
        let broker = mosquitto::start();
        let ours = online(broker.port(), json!({}));
        let mut other = client::Client::connect(&broker, Connect::new(Version::V5, "other"));
        // The subscription follows the birth message; what is written before it is not seen.
        eventually("it is set right", || {
            other.publish(STATUS, payload, 1, true);
            ours.status().counters.guard_repairs > 0
        });
        eventually("it is online again", || {
            retained(&broker, STATUS).is_some_and(|kept| kept.text() == "online")
        });
        assert!(
            ours.status().warnings.is_empty(),
            "{:?}",
            ours.status().warnings
        );
    }
}

#[test]
fn a_broker_that_forbids_the_subscription_costs_only_the_guard() {
    let broker = mosquitto::Mosquitto::default()
        .acl("topic write argusai/#\n")
        .start();
    let client = online(broker.port(), json!({}));
    delivered(&publish(&client, "door", 1));
    assert_eq!(client.status().connections, 1);
}
