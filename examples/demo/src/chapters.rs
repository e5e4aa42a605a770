//! The story that the demo tells, chapter by chapter: each does something and looks at what comes of it.

use crate::broker::Broker;
use crate::home_assistant::{HomeAssistant, Message, Seen};
use crate::promises::{on_camera, LIMIT};
use crate::publisher::Publisher;
use crate::relay::Relay;
use crate::story::Story;
use serde_json::{json, Value};
use std::sync::Arc;
use std::time::Instant;

pub struct Demo {
    pub story: Arc<Story>,
    /// Before the broker, so that it goes first at the end.
    pub home: HomeAssistant,
    pub relay: Relay,
    pub broker: Broker,
    /// Of every topic of the demo.
    pub prefix: String,
}

impl Demo {
    pub fn start(&self, title: &str) -> Result<Publisher, String> {
        self.story.chapter(title);
        let (start, before) = (Instant::now(), self.home.log.end());
        let publisher = Publisher::start(&self.story, &self.settings())?;
        let seen = self
            .home
            .wait_message(before, &self.topic("status"), "online");
        self.promise_within("Home Assistant sees it online", seen, start);
        let online = publisher
            .reports
            .wait(0, LIMIT, |report| report["online"] == true);
        online
            .map(|_| publisher)
            .ok_or_else(|| "the publisher did not get online".to_string())
    }

    pub fn events(&self, publisher: &mut Publisher) -> Result<(), String> {
        self.story.chapter("2. Events, each with its expiry");
        let (before, reports) = (self.home.log.end(), publisher.reports.end());
        for (camera, description) in [
            ("front_door", "a person"),
            ("garden", "a cat"),
            ("front_door", "a parcel"),
        ] {
            publisher.order(&event(camera, description))?;
        }
        // The broker acknowledges when it likes, also after Home Assistant has the event.
        for description in ["a person", "a cat", "a parcel"] {
            self.promise_outcome(publisher, reports, description, "delivered");
        }
        for (camera, last) in [("garden", "a cat"), ("front_door", "a parcel")] {
            self.home
                .wait_message(before, &self.topic(&format!("events/{camera}")), last);
        }
        let messages = self.home.messages_since(before);
        self.story
            .promise("they arrive, in the order of each camera", {
                on_camera(&messages, "front_door") == ["a person", "a parcel"]
                    && on_camera(&messages, "garden") == ["a cat"]
            });
        self.story
            .promise("each expires in 300 s, unless it is read before", {
                messages
                    .iter()
                    .all(|message| message.expiry_seconds == Some(300))
            });
        Ok(())
    }

    pub fn outage(&mut self, publisher: &mut Publisher) -> Result<(), String> {
        self.story
            .chapter("3. The way to the broker is cut, and events come meanwhile");
        let (start, before) = (Instant::now(), self.home.log.end());
        self.relay.cut();
        let offline = self
            .home
            .wait_message(before, &self.topic("status"), "offline");
        self.promise_within(
            "Home Assistant sees it offline: the broker speaks its will",
            offline,
            start,
        );
        let reports = publisher.reports.end();
        self.story.line(
            "demo",
            "hands over 3 events worth 300 s, and between them 2 notices worth 5 s",
        );
        publisher.order(&event("front_door", "first"))?;
        publisher.order(&self.notice("someone rings"))?;
        publisher.order(&event("front_door", "second"))?;
        publisher.order(&self.notice("someone rings again"))?;
        publisher.order(&event("front_door", "third"))?;
        self.tell_status(publisher)?;
        for notice in ["someone rings", "someone rings again"] {
            self.promise_outcome(publisher, reports, notice, "expired");
        }
        self.restart_broker()?;

        let before = self.home.log.end();
        let back = Instant::now();
        self.story
            .line("demo", "the way to the broker is open again");
        self.relay.open()?;
        let third = self
            .home
            .wait_message(before, &self.topic("events/front_door"), "third");
        for description in ["first", "second", "third"] {
            self.promise_outcome(publisher, reports, description, "delivered");
        }
        self.promise_recovery(&self.home.messages_since(before), back - start);
        self.promise_within("all of it is there again", third, back);
        Ok(())
    }

    /// Unless it is somebody's, who would not like it.
    fn restart_broker(&mut self) -> Result<(), String> {
        if !self.broker.is_ours() {
            return Ok(());
        }
        let before = self.home.log.end();
        self.story.line(
            "demo",
            "kills the broker too, and starts it again; it remembers nothing",
        );
        self.broker.stop();
        self.home
            .log
            .wait(before, LIMIT, |seen| *seen == Seen::ConnectionLost);
        self.broker.start()?;
        self.home.wait_subscribed(before)
    }

    pub fn kill(&self, mut publisher: Publisher) -> Result<(), String> {
        self.story
            .chapter("4. The publisher is killed (SIGKILL): it can't say goodbye");
        let (start, before) = (Instant::now(), self.home.log.end());
        publisher.kill();
        let offline = self
            .home
            .wait_message(before, &self.topic("status"), "offline");
        self.promise_within(
            "Home Assistant sees it offline: the broker speaks its will",
            offline,
            start,
        );
        let late = HomeAssistant::start(&self.story, &self.broker, "a second one", &self.prefix);
        let kept = late.wait_message(0, &self.topic("status"), "offline");
        self.story.promise(
            "so does one that looks only now",
            kept.is_some_and(|(_, message)| message.retained),
        );
        Ok(())
    }

    pub fn graceful_end(&self, mut publisher: Publisher) -> Result<(), String> {
        self.story
            .chapter("6. The publisher ends gracefully, with an event just handed over");
        let before = self.home.log.end();
        publisher.order(&event("garden", "a last hedgehog"))?;
        publisher.order(&json!({ "order": "shutdown" }))?;
        let end = publisher
            .reports
            .wait(0, LIMIT, |report| report["left"].is_number());
        self.story.promise(
            "it says that nothing was left, and that offline was acknowledged",
            {
                end.is_some_and(|(_, report)| report["left"] == 0 && report["acknowledged"] == true)
            },
        );
        self.story
            .promise("it exits without an error", publisher.wait_for_exit());
        // What comes after the marker shows that nothing else came before it.
        self.home
            .publish(&self.topic("demo"), "nothing came after that", false);
        let marker = self
            .home
            .wait_message(before, &self.topic("demo"), "nothing came after that");
        let seen: Vec<String> = self
            .home
            .messages_since(before)
            .iter()
            .map(Message::description)
            .collect();
        self.story.promise(
            "Home Assistant saw the event, then offline, once: no will",
            {
                marker.is_some()
                    && seen == ["a last hedgehog", "offline", "nothing came after that"]
            },
        );
        Ok(())
    }

    pub fn verdict(self) -> Result<(), String> {
        if !self.broker.is_ours() {
            let before = self.home.log.end();
            self.home.publish(&self.topic("status"), "", true);
            self.home.wait_message(before, &self.topic("status"), "");
        }
        let failures = self.story.failures();
        if failures.is_empty() {
            self.story.chapter("All of it held.");
            return Ok(());
        }
        Err(format!("not held: {}", failures.join("; ")))
    }

    /// What the publisher's status says to a person who asks why nothing arrives.
    fn tell_status(&self, publisher: &mut Publisher) -> Result<(), String> {
        let before = publisher.reports.end();
        publisher.order(&json!({ "order": "status" }))?;
        let report = publisher
            .reports
            .wait(before, LIMIT, |report| report["status"].is_object());
        let (_, report) = report.ok_or("the publisher gives no status")?;
        let status = &report["status"];
        let error = status["last_error"].as_str().unwrap_or("no error");
        let (state, queued) = (status["state"].as_str().unwrap_or("?"), &status["queued"]);
        self.story.line(
            "publisher",
            &format!("status: {state}, {queued} queued; {error}"),
        );
        Ok(())
    }

    fn settings(&self) -> Value {
        json!({
            "broker_host": self.relay.address.ip().to_string(),
            "broker_port": self.relay.address.port(),
            "username": self.broker.username,
            "password": self.broker.password,
            "topic_prefix": self.prefix,
        })
    }

    pub fn topic(&self, rest: &str) -> String {
        format!("{}/{rest}", self.prefix)
    }

    fn notice(&self, payload: &str) -> Value {
        json!({ "order": "notice", "topic": self.topic("notices"), "payload": payload, "expiry_seconds": 5 })
    }
}

fn event(camera: &str, description: &str) -> Value {
    json!({ "order": "event", "camera": camera, "event": { "description": description } })
}
