//! A subscriber that comes late: whether it finds on each retained topic what was said last.

use std::collections::HashMap;
use std::io::Result;
use std::iter;

use crate::ledger::Ledger;
use crate::stage::{Stage, STATUS};
use crate::support::client::Client;
use crate::support::wait::{find_within, PATIENCE};

/// What it found.
#[derive(Clone, Debug, Default)]
pub struct Late {
    /// On how many topics it found what was said last.
    pub found: usize,
    pub topics: usize,
    /// What it found elsewhere.
    pub faults: Vec<String>,
}

/// Looks while the publisher goes on; gives the first look that found everything, or the last.
pub fn look(stage: &Stage, availability: &str) -> Late {
    let mut late = Late::default();
    find_within(PATIENCE, || {
        // A broker may fail the connection of one subscriber while another comes: amqtt does.
        late = look_once(stage, availability).unwrap_or_else(|error| Late {
            faults: vec![format!("a late subscriber cannot read: {error}")],
            ..Late::default()
        });
        late.faults.is_empty().then_some(())
    });
    late
}

fn look_once(stage: &Stage, availability: &str) -> Result<Late> {
    let publisher = stage.publishers.last().expect("there is one");
    let before = last_said(&publisher.ledger());
    let access = &stage.serving().access;
    let mut client = Client::try_connect(access, access.connect_packet())?;
    let topics = iter::once(STATUS).chain(before.keys().map(String::as_str));
    let found: Vec<_> = topics
        .map(|topic| Ok((topic, client.retained(topic)?.map(|message| message.text()))))
        .collect::<Result<_>>()?;
    client.close();
    // A state that was said meanwhile may have been found, or not yet.
    let said = publisher.ledger().said;
    let mut late = Late {
        topics: found.len(),
        ..Late::default()
    };
    for (topic, payload) in found {
        let is_true = match before.get(topic) {
            None => payload.as_deref() == Some(availability),
            Some(since) => said[*since..]
                .iter()
                .any(|said| said.topic == topic && Some(&said.payload) == payload.as_ref()),
        };
        match is_true {
            true => late.found += 1,
            false => late
                .faults
                .push(format!("a late subscriber finds {payload:?} on {topic}")),
        }
    }
    Ok(late)
}

/// Where in the ledger each topic was said last.
fn last_said(ledger: &Ledger) -> HashMap<String, usize> {
    let said = ledger.said.iter().enumerate();
    said.map(|(index, said)| (said.topic.clone(), index))
        .collect()
}
