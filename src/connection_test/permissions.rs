//! What the broker allows a client that it has let in: a message and a subscription.

use super::report::{StepName, StepResult};
use super::steps::Steps;
use super::Test;
use crate::engine::{Input, Link, Packet, Token, Version};
use crate::message::QoS;
use crate::outbox::Time;
use crate::wire::{Connection, Opened};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// The message of a test.
const MESSAGE: &[u8] = b"A test of the connection by argus-mqtt";

/// With MQTT 3.1.1 the message itself is the only answer that shows anything; it comes at once where it comes.
const READ_BACK: Duration = Duration::from_secs(2);

/// What is said on the open connection of a test.
pub(super) struct Exchange<'a, L> {
    test: &'a Test,
    topic: Arc<str>,
    qos: QoS,
    link: L,
    connection: &'a mut Connection,
    next: Token,
    inputs: std::vec::IntoIter<Input>,
    was_read_back: bool,
}

/// Makes both steps, and says goodbye.
pub(super) fn examine(
    test: &Test,
    topic: &str,
    opened: Opened,
    version: Version,
    steps: &mut Steps,
) -> Result<(), (StepName, String)> {
    let Opened {
        connack,
        link,
        mut connection,
    } = opened;
    let mut exchange = Exchange {
        test,
        topic: topic.into(),
        qos: connack.maximum_qos,
        link,
        connection: &mut connection,
        next: 1,
        inputs: Vec::new().into_iter(),
        was_read_back: false,
    };
    let examined = match version {
        Version::V5 => exchange.by_answers(steps),
        Version::V311 => exchange.by_reading_back(steps),
    };
    // A broker that is gone already hears no goodbye.
    let _ = exchange.link.send(Packet::Disconnect { with_will: false });
    connection.close();
    examined
}

type Step = Result<(), (StepName, String)>;

impl<L: Link> Exchange<'_, L> {
    /// MQTT 5 tells what it refuses.
    fn by_answers(&mut self, steps: &mut Steps) -> Step {
        self.publish(steps)?;
        let detail = "the broker supports QoS 0 only, which is not acknowledged";
        match self.qos {
            QoS::AtLeastOnce => self.done(steps, StepName::Publish, StepResult::Passed, None),
            QoS::AtMostOnce => {
                self.done(steps, StepName::Publish, StepResult::Unproven, Some(detail));
            }
        }
        self.subscribe(steps)?;
        self.done(steps, StepName::Subscribe, StepResult::Passed, None);
        Ok(())
    }

    /// MQTT 3.1.1 acknowledges also what is refused (section 3.3.5); but who has subscribed gets his own message.
    fn by_reading_back(&mut self, steps: &mut Steps) -> Step {
        self.subscribe(steps)?;
        let subscribed = self.test.now();
        self.publish(steps)?;
        let published = self.test.now();
        let until = (published + READ_BACK).min(self.test.deadline);
        while !self.was_read_back && self.input(until).is_some() {}
        let (result, detail) = match self.was_read_back {
            true => (StepResult::Passed, "the message came back"),
            false => (
                StepResult::Unproven,
                "acknowledged, but the message did not come back: the broker may not let this username publish, \
                 or not let it read, and MQTT 3.1.1 can't say so",
            ),
        };
        steps.at(subscribed, StepName::Subscribe, result, Some(detail.into()));
        steps.at(published, StepName::Publish, result, Some(detail.into()));
        Ok(())
    }

    fn done(&self, steps: &mut Steps, step: StepName, result: StepResult, detail: Option<&str>) {
        steps.at(self.test.now(), step, result, detail.map(str::to_owned));
    }

    fn publish(&mut self, steps: &mut Steps) -> Step {
        let token = self.token();
        let packet = Packet::Publish {
            token,
            topic: self.topic.clone(),
            payload: Bytes::from_static(MESSAGE),
            qos: self.qos,
            retain: false,
            expiry_seconds: None,
        };
        let qos = self.qos;
        self.ask(steps, StepName::Publish, packet, move |input| match input {
            Input::Acked(acked, result) if *acked == token => Some(result.clone()),
            Input::Unmatched(acked) if *acked == token => Some(Ok(())),
            Input::Written(written) if *written == token && qos == QoS::AtMostOnce => Some(Ok(())),
            _ => None,
        })
    }

    fn subscribe(&mut self, steps: &mut Steps) -> Step {
        let token = self.token();
        let topic = self.topic.clone();
        let packet = Packet::Subscribe {
            token,
            topic,
            no_local: true,
        };
        self.ask(
            steps,
            StepName::Subscribe,
            packet,
            move |input| match input {
                Input::Subscribed(answered, result) if *answered == token => Some(result.clone()),
                _ => None,
            },
        )
    }

    fn token(&mut self) -> Token {
        let token = self.next;
        self.next += 1;
        token
    }

    /// Sends a packet and waits for the answer to it.
    fn ask(
        &mut self,
        steps: &mut Steps,
        step: StepName,
        packet: Packet,
        answer: impl Fn(&Input) -> Option<Result<(), String>>,
    ) -> Step {
        let mut failed = |exchange: &Self, text: String| {
            steps.at(exchange.test.now(), step, StepResult::Failed, None);
            Err((step, text))
        };
        if let Err(ended) = self.link.send(packet) {
            return failed(self, ended.text);
        }
        loop {
            match self.input(self.test.deadline) {
                None => return failed(self, self.test.too_late().text),
                Some(Input::Ended(ended)) => {
                    let text = format!("{}, on topic {:?}", ended.text, self.topic);
                    return failed(self, text);
                }
                Some(input) => match answer(&input) {
                    Some(Ok(())) => return Ok(()),
                    Some(Err(why)) => {
                        let text =
                            format!("the broker refuses it on topic {:?}: {why}", self.topic);
                        return failed(self, text);
                    }
                    None => {}
                },
            }
        }
    }

    /// The next thing that happens, until this time. The message of the test, when it comes back, is noted.
    fn input(&mut self, until: Time) -> Option<Input> {
        loop {
            if let Some(input) = self.inputs.next() {
                if let Input::Received { payload, .. } = &input {
                    self.was_read_back |= payload == MESSAGE;
                }
                return Some(input);
            }
            if until <= self.test.now() || self.test.is_over() {
                return None;
            }
            let mut inputs = Vec::new();
            self.connection.poll(until, &self.test.waker, &mut inputs);
            self.inputs = inputs.into_iter();
        }
    }
}
