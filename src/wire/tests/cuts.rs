//! However bytes are cut and delayed in both directions, the same comes of them.

use super::cases::{answer, case, expected, packet, payload, Case, Extra, Handed};
use super::pipe::{Close, Pipe, Sizes};
use super::{Told, TOPIC};
use crate::engine::{Attempt, Input, Link as _, Token, Version};
use crate::outbox::Time;
use crate::settings::Settings;
use crate::support::codec::{self, ConnAck};
use crate::wire::exchange::{Exchange, Start};
use crate::wire::handshake::Handshake;
use crate::wire::keep_alive::KeepAlive;
use crate::wire::requests::channel;
use crate::wire::sender::Sender;
use crate::wire::topics::Topics;
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// The handshake and the exchange, over a pipe with these cuts.
fn play(case: &Case) -> (Vec<Told>, Vec<codec::Packet>) {
    let settings =
        serde_json::json!({"broker_host": "x", "availability_topic": TOPIC, "max_in_flight": 1000});
    let settings = Settings::from_value(&settings).expect("they are valid");
    let seen = Rc::new(RefCell::new(Vec::new()));
    let broker = {
        let (seen, packets, close) = (seen.clone(), case.packets.clone(), case.close);
        let mut extras = packets.into_iter().map(|(_, extra)| extra);
        move |packet: codec::Packet| {
            let mut bytes = Vec::new();
            let mut said = |packet: Option<codec::Packet>| {
                bytes.extend(packet.iter().flat_map(|one| one.encode(codec::Version::V5)));
            };
            match &packet {
                // And, with the same breath, what belongs to no packet of the client.
                codec::Packet::Connect(_) => {
                    said(Some(codec::Packet::ConnAck(ConnAck::default())));
                    said(Extra::OtherTopic.packet());
                }
                codec::Packet::Publish(_) | codec::Packet::Subscribe(_) => {
                    said(answer(&packet));
                    said(extras.next().and_then(|extra| extra.packet()));
                }
                // Answers to what the broker said besides.
                _ => return (bytes, None),
            }
            seen.borrow_mut().push(packet);
            (bytes, (extras.len() == 0).then_some(close))
        }
    };
    let attempt = super::attempt(Version::V5, Duration::from_secs(1));
    let pipe = Pipe::new(
        broker,
        Sizes::new(case.reads.clone()),
        Sizes::new(case.writes.clone()),
    );
    let told = exchange(pipe, &settings, &attempt, case, || seen.borrow().len() - 1);
    let seen = seen.borrow().clone();
    (told, seen)
}

fn exchange<B>(
    pipe: Pipe<B>,
    settings: &Settings,
    attempt: &Attempt,
    case: &Case,
    arrived: impl Fn() -> usize,
) -> Vec<Told>
where
    B: FnMut(codec::Packet) -> (Vec<u8>, Option<Close>),
{
    let mut handshake =
        Handshake::new(pipe, settings, attempt, Time::ZERO).expect("there is a CONNECT");
    let connack = std::iter::from_fn(|| Some(handshake.step(Time::ZERO)))
        .take(100_000)
        .flatten()
        .next();
    connack
        .expect("it comes to something")
        .expect("it is accepted");
    let (stream, incoming) = handshake.finish();
    let (client, requests) = channel(attempt.version, 1000);
    let mut sender = Sender::new(client);
    let mut exchange = Exchange::new(Start {
        stream,
        version: attempt.version,
        topics: Topics::new(settings, false),
        requests,
        span: 100,
        keep_alive: KeepAlive::new(Time::ZERO, 30, None),
        incoming,
    });
    let mut packets = (1..).zip(&case.packets);
    let mut inputs = Vec::new();
    for count in case.hand_over.iter().cycle().take(1_000_000) {
        for (token, (handed, _)) in packets.by_ref().take(*count) {
            sender.send(packet(token, *handed)).expect("it is taken");
        }
        exchange.step(Time::ZERO, &mut inputs);
        let written = inputs
            .iter()
            .filter(|input| matches!(input, Input::Written(_)));
        assert!(
            written.count() <= arrived(),
            "a packet is written when its last byte is"
        );
        if matches!(inputs.last(), Some(Input::Ended(_))) {
            return inputs.into_iter().map(Told::from).collect();
        }
    }
    panic!("it does not end: {} inputs", inputs.len());
}

/// Whether each packet was written before it was acknowledged.
fn in_order(told: &[Told]) -> bool {
    told.iter().enumerate().all(|(place, one)| match one {
        Told::Acked(token) | Told::Subscribed(token, _) => {
            told[..place].contains(&Told::Written(*token))
        }
        _ => true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_bytes_are_cut_and_delayed_the_same_comes_of_them(case in case()) {
        let (told, seen) = play(&case);
        let (written, mut heard): (Vec<_>, Vec<_>) =
            told.iter().cloned().partition(|told| matches!(told, Told::Written(_)));
        let all: Vec<_> = (1..=case.packets.len() as Token).map(Told::Written).collect();
        prop_assert_eq!(written, all);
        prop_assert!(in_order(&told), "acknowledged before it was written");
        let Some(Told::Ended(ended)) = heard.pop() else {
            panic!("the end is the last of {}", heard.len());
        };
        let says = match case.close {
            Close::Orderly => "closed the connection",
            Close::Reset => "the connection broke",
        };
        prop_assert!(ended.text.contains(says) || ended.text.contains("broken pipe"), "{:?}", ended);
        let expected = expected(&case);
        let first = heard.iter().zip(&expected).position(|(one, other)| one != other);
        prop_assert!(heard == expected, "{} of {} told, other than expected at {first:?}", heard.len(), expected.len());
        // The broker saw CONNECT and every packet, whole and in order.
        prop_assert_eq!(seen.len(), case.packets.len() + 1);
        for (packet, (handed, _)) in seen[1..].iter().zip(&case.packets) {
            match (packet, handed) {
                (codec::Packet::Publish(publish), Handed::Qos0(size) | Handed::Qos1(size)) => {
                    prop_assert!(publish.payload == payload(*size));
                }
                (codec::Packet::Subscribe(_), Handed::Subscribe) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
