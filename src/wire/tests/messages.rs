//! Messages to us.

use super::{message, open, open_with, Told, BOTH};
use crate::engine::{Input, Version};
use crate::message::QoS::AtLeastOnce;
use crate::outbox::Time;
use crate::support::codec::{self, AckKind, Packet, Properties, Publish, Value};
use crate::support::scripted::{Connection, ScriptedBroker};
use crate::wire::exchange::{Exchange, Start};
use crate::wire::frame::{FrameCutter, MOST_KEPT};
use crate::wire::keep_alive::KeepAlive;
use crate::wire::requests::channel;
use crate::wire::stream::Stream;
use crate::wire::topics::Topics;
use serde_json::json;
use std::io::{ErrorKind, Result};

const STATUS: &str = "argusai/status";

fn publish(topic: &str, payload: &[u8]) -> Publish {
    Publish {
        topic: topic.to_owned(),
        payload: payload.to_vec(),
        retain: true,
        ..Publish::default()
    }
}

/// Sends these, and is an ordinary broker from then on.
fn says(messages: &[Publish]) -> impl Fn(&mut Connection) -> Result<()> {
    let packets: Vec<_> = messages.iter().cloned().map(Packet::Publish).collect();
    move |connection| {
        connection.accept()?;
        for packet in &packets {
            connection.send(packet)?;
        }
        connection.serve()
    }
}

#[test]
fn messages_on_the_availability_topic_are_passed_on_and_others_are_not() {
    for version in BOTH {
        let broker = ScriptedBroker::start(says(&[
            publish("argusai/other", b"1"),
            publish(STATUS, b"offline"),
            publish("argusai/status/more", b"2"),
            publish(STATUS, b""),
        ]));
        let told = open(broker.port(), version).poll_until(|told| told.len() == 2);
        assert_eq!(
            told,
            [Told::Received("offline".into()), Told::Received("".into())]
        );
    }
}

#[test]
fn what_home_assistant_says_is_passed_on_as_such_and_whether_it_is_new() {
    let live = Publish {
        retain: false,
        ..publish("homeassistant/status", b"online")
    };
    for version in BOTH {
        let broker = ScriptedBroker::start(says(&[
            publish("homeassistant/status", b"offline"),
            publish("homeassistant/statu", b"online"),
            live.clone(),
            publish("", b"online"),
            publish(STATUS, b"online"),
        ]));
        let told = open(broker.port(), version).poll_until(|told| told.len() == 3);
        let wanted = [
            Told::FromHomeAssistant("offline".into(), true),
            Told::FromHomeAssistant("online".into(), false),
            Told::Received("online".into()),
        ];
        assert_eq!(told, wanted);
        let none = &json!({"home_assistant_status_topic": ""});
        let told = open_with(broker.port(), version, none).poll_until(|told| !told.is_empty());
        assert_eq!(told, [Told::Received("online".into())]);
    }
}

#[test]
fn a_message_too_large_for_us_is_skipped_but_for_its_beginning() {
    for version in BOTH {
        let large = [vec![b'x'; 4 << 20], vec![b'y'; 4 << 20]].concat();
        let broker = ScriptedBroker::start(says(&[
            publish(STATUS, &large),
            publish(STATUS, b"offline"),
        ]));
        let mut link = open(broker.port(), version);
        let told = link.poll_until(|told| told.len() == 2);
        let [Told::Received(beginning), Told::Received(last)] = told.as_slice() else {
            panic!("{} told", told.len());
        };
        assert!(beginning.len() <= MOST_KEPT && beginning.len() > MOST_KEPT - 100);
        assert!(beginning.iter().all(|byte| *byte == b'x'));
        assert_eq!(last.as_ref(), b"offline");
        link.send(message(1, AtLeastOnce));
        link.poll_until(|told| told.contains(&Told::Acked(1)));
    }
}

#[test]
fn properties_that_are_larger_than_what_is_kept_are_no_harm() {
    let pairs = (0..30).map(|_| {
        let pair = Value::Pair("k".repeat(60_000), "v".repeat(60_000));
        (codec::property::USER_PROPERTY, pair)
    });
    let large = Publish {
        properties: Properties(pairs.collect()),
        ..publish(STATUS, b"offline")
    };
    let broker = ScriptedBroker::start(says(&[large]));
    let mut link = open(broker.port(), Version::V5);
    let told = link.poll_until(|told| !told.is_empty());
    assert_eq!(told, [Told::Received("".into())]);
}

#[test]
fn properties_that_cant_be_read_cost_nothing_but_themselves() {
    let topic_and_id = b"\x00\x0eargusai/status\x00\x07";
    for properties in [
        // None of this kind, one of a length that is too large, half of one, and three that rumqttc loses count of.
        &[0x02, 0x7f, 0x00][..],
        &[0x03, 0x26, 0xff, 0xff],
        &[0x01, 0x01],
        &[0x06, 0x0b, 0x01, 0x0b, 0x02, 0x0b, 0x03],
    ] {
        let body = [&topic_and_id[..], properties, b"offline"].concat();
        let bytes = [&[0x33, body.len() as u8], &body[..]].concat();
        let broker = ScriptedBroker::start(move |connection| {
            connection.accept()?;
            connection.send_bytes(&bytes)?;
            connection.serve()
        });
        let mut link = open(broker.port(), Version::V5);
        let told = link.poll_until(|told| !told.is_empty());
        assert_eq!(told, [Told::Received("offline".into())], "{properties:x?}");
        link.send(message(1, AtLeastOnce));
        link.poll_until(|told| told.contains(&Told::Acked(1)));
    }
}

#[test]
fn a_broker_that_sends_more_than_qos_0_gets_what_it_is_owed() {
    for version in BOTH {
        let broker = ScriptedBroker::start(|connection| {
            connection.accept()?;
            for (qos, id) in [(1, 7), (2, 8)] {
                let message = Publish {
                    qos,
                    id,
                    ..publish(STATUS, b"offline")
                };
                connection.send(&Packet::Publish(message))?;
            }
            let answers = [connection.read()?, connection.read()?];
            let kinds = answers.map(|answer| match answer {
                Packet::Ack(ack) => (ack.kind, ack.id),
                other => panic!("{other:?}"),
            });
            assert_eq!(kinds, [(AckKind::PubAck, 7), (AckKind::PubRec, 8)]);
            connection.send(&Packet::Ack(codec::Ack::new(AckKind::PubRel, 8)))?;
            let done = connection.read()?;
            assert_eq!(done, Packet::Ack(codec::Ack::new(AckKind::PubComp, 8)));
            connection.send(&Packet::Publish(publish(STATUS, b"last")))?;
            connection.serve()
        });
        let mut link = open_with(broker.port(), version, &json!({}));
        link.poll_until(|told| told.len() == 3);
        link.send(message(1, AtLeastOnce));
        link.poll_until(|told| told.contains(&Told::Acked(1)));
    }
}

/// Says one message after another, each of which wants an answer, and reads nothing.
struct Flood {
    message: Vec<u8>,
    said: usize,
}

impl Stream for Flood {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let size = self.message.len().min(buffer.len());
        buffer[..size].copy_from_slice(&self.message[..size]);
        self.said += size;
        Ok(size)
    }

    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(ErrorKind::WouldBlock.into())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn answers_that_the_broker_does_not_read_make_nothing_grow() {
    let message = Packet::Publish(Publish {
        qos: 1,
        id: 7,
        ..publish("other", b"")
    });
    let stream = Flood {
        message: message.encode(codec::Version::V5),
        said: 0,
    };
    let (_client, requests) = channel(Version::V5, 1);
    let mut exchange = Exchange::new(Start {
        stream,
        version: Version::V5,
        topics: Topics::only(STATUS),
        requests,
        span: 1,
        keep_alive: KeepAlive::new(Time::ZERO, 30, None),
        incoming: FrameCutter::default(),
    });
    let mut inputs = Vec::new();
    for _ in 0..10_000 {
        exchange.step(Time::ZERO, &mut inputs);
    }
    assert!(inputs.is_empty(), "{inputs:?}");
    assert!(!exchange.wants_read());
    assert!(
        exchange.stream().said < 1 << 20,
        "it has read {} bytes",
        exchange.stream().said
    );
    // As any write that is not taken.
    exchange.step(Time::from_secs(30), &mut inputs);
    let [Input::Ended(ended)] = inputs.as_slice() else {
        panic!("{inputs:?}");
    };
    assert!(ended.text.contains("stopped reading"), "{ended:?}");
}
