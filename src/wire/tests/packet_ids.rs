//! Which packet an acknowledgement is for, in windows of all sizes.

use super::{message, open_with, Told, BOTH, TOPIC};
use crate::engine::{window_span, Packet, Token, Version};
use crate::message::QoS::{AtLeastOnce, AtMostOnce};
use crate::support::codec::{self, Ack, AckKind, Codes, Properties};
use crate::support::scripted::{Answer, Connection, ScriptedBroker};
use serde_json::json;
use std::collections::HashSet;
use std::io::Result;

/// In which order a broker acknowledges what it holds.
#[derive(Clone, Copy, Debug)]
enum Order {
    AsTheyCame,
    Backwards,
    /// All but the oldest first.
    OldestLast,
    /// The second, the fourth ..., and then the others.
    EveryOther,
}

const ORDERS: [Order; 4] = [
    Order::AsTheyCame,
    Order::Backwards,
    Order::OldestLast,
    Order::EveryOther,
];

impl Order {
    fn arrange<T: Clone>(self, all: &[T]) -> Vec<T> {
        let mut arranged = all.to_vec();
        match self {
            Order::AsTheyCame => {}
            Order::Backwards => arranged.reverse(),
            Order::OldestLast => arranged.rotate_left(1),
            Order::EveryOther => {
                let every_other = |start| all.iter().skip(start).step_by(2).cloned();
                arranged = every_other(1).chain(every_other(0)).collect();
            }
        }
        arranged
    }
}

/// Holds so many packets and answers them in its order; fails when a packet id is in use.
fn answer_in_batches(connection: &mut Connection, size: usize, order: Order) -> Result<()> {
    let mut held: Vec<(u16, codec::Packet)> = Vec::new();
    connection.serve_but(|connection, packet| {
        let (id, answer) = match packet {
            codec::Packet::Publish(publish) if publish.qos == 1 => {
                let ack = Ack::new(AckKind::PubAck, publish.id);
                (publish.id, codec::Packet::Ack(ack))
            }
            codec::Packet::Subscribe(subscribe) => {
                let suback = Codes {
                    id: subscribe.id,
                    codes: vec![0],
                    properties: Properties::default(),
                };
                (subscribe.id, codec::Packet::SubAck(suback))
            }
            _ => return Ok(Answer::Ordinary),
        };
        assert!(held.iter().all(|(other, _)| *other != id), "{id} is in use");
        held.push((id, answer));
        if held.len() == size {
            for (_, answer) in order.arrange(&std::mem::take(&mut held)) {
                connection.send(&answer)?;
            }
        }
        Ok(Answer::Nothing)
    })
}

/// So many times round all packet ids, and a bit.
const ROUNDS: usize = 3;

/// Sends batches of so many packets, each when the one before was acknowledged, and expects the broker's order.
fn check(version: Version, max_in_flight: u16, size: usize, order: Order) {
    let broker = ScriptedBroker::start(move |connection| {
        connection.accept()?;
        answer_in_batches(connection, size, order)
    });
    let more = json!({ "max_in_flight": max_in_flight });
    let mut link = open_with(broker.port(), version, &more);
    let span = usize::from(max_in_flight) + 2;
    let mut next: Token = 1;
    for _ in 0..ROUNDS * span / size + 1 {
        // Between them, what needs no packet id, and is in the window until it is written.
        link.send(message(next, AtMostOnce));
        link.send(message(next + 1, AtMostOnce));
        link.poll_until(|told| told.contains(&Told::Written(next + 1)));
        next += 2;
        let mut tokens = Vec::new();
        for place in 0..size {
            let token = next;
            next += 1;
            tokens.push(token);
            link.send(match place {
                1 => Packet::Subscribe {
                    token,
                    topic: TOPIC.into(),
                    no_local: true,
                },
                _ => message(token, AtLeastOnce),
            });
        }
        let told = link.poll_until(|told| answered(told).len() == size);
        assert_eq!(
            answered(&told),
            order.arrange(&tokens),
            "MQTT {version:?}, {max_in_flight} in flight, batches of {size}, {order:?}"
        );
    }
    assert_eq!(broker.connections(), 1);
}

fn answered(told: &[Told]) -> Vec<Token> {
    let answered = told.iter().filter_map(|told| match told {
        Told::Acked(token) | Told::Subscribed(token, Ok(())) => Some(*token),
        _ => None,
    });
    answered.collect()
}

#[test]
fn an_acknowledgement_names_the_packet_whatever_the_order_and_the_window() {
    for version in BOTH {
        for max_in_flight in [1, 2] {
            for size in 1..=usize::from(max_in_flight) + 2 {
                for order in ORDERS {
                    check(version, max_in_flight, size, order);
                }
            }
        }
    }
}

#[test]
fn the_largest_window_can_be_filled() {
    for version in BOTH {
        for order in ORDERS {
            check(version, 1000, 1002, order);
        }
    }
}

#[test]
fn the_oldest_may_wait_while_the_window_fills() {
    const SIZE: Token = 12;
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            let mut oldest = None;
            for _ in 0..SIZE {
                let publish = connection.expect_publish()?;
                if oldest.is_none() {
                    oldest = Some(publish);
                } else {
                    connection.acknowledge(&publish)?;
                }
            }
            connection.acknowledge(&oldest.expect("it was the first"))?;
            connection.serve()
        });
        let more = json!({ "max_in_flight": SIZE - 2 });
        let mut link = open_with(broker.port(), version, &more);
        link.send(message(1, AtLeastOnce));
        // One by one, each when the one before was acknowledged.
        for token in 2..SIZE {
            link.send(message(token, AtLeastOnce));
            link.poll_until(|told| answered(told) == [token]);
        }
        link.send(message(SIZE, AtLeastOnce));
        link.poll_until(|told| answered(told) == [SIZE, 1]);
        // And round again.
        for token in SIZE + 1..=3 * SIZE {
            link.send(message(token, AtLeastOnce));
            link.poll_until(|told| answered(told) == [token]);
        }
    }
}

#[test]
fn no_packet_id_of_a_window_is_too_large_for_the_map() {
    let ids: HashSet<u16> = {
        let broker = ScriptedBroker::ordinary();
        let more = json!({ "max_in_flight": 1 });
        let mut link = open_with(broker.port(), Version::V5, &more);
        for token in 1..=10 {
            link.send(message(token, AtLeastOnce));
            link.poll_until(|told| told.contains(&Told::Acked(token)));
        }
        broker
            .published()
            .iter()
            .map(|publish| publish.id)
            .collect()
    };
    let settings = super::dialer(1, &json!({ "max_in_flight": 1 }))
        .settings()
        .clone();
    assert_eq!(ids, (1..=window_span(&settings)).collect());
}
