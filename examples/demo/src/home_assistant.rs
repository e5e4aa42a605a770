//! What a Home Assistant sees: a subscriber that knows nothing of argus-mqtt, on a connection of its own.

use crate::broker::Broker;
use crate::log::Log;
use crate::story::Story;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::{Client, ConnectionError, Event, MqttOptions};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Connected, and everything under the demo's topics subscribed to.
    Subscribed,
    ConnectionLost,
    Message(Message),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub topic: String,
    pub payload: String,
    /// What the broker had kept, as against what was published just now.
    pub retained: bool,
    pub expiry_seconds: Option<u32>,
}

impl Message {
    /// The description in an event; the payload of anything else.
    pub fn description(&self) -> String {
        let event: serde_json::Value = serde_json::from_str(&self.payload).unwrap_or_default();
        event["description"]
            .as_str()
            .unwrap_or(&self.payload)
            .to_string()
    }
}

pub struct HomeAssistant {
    client: Client,
    done: Arc<AtomicBool>,
    pub log: Arc<Log<Seen>>,
}

impl HomeAssistant {
    /// Connects and keeps connected. Prints what it sees under `prefix`.
    pub fn start(
        story: &Arc<Story>,
        broker: &Broker,
        name: &'static str,
        prefix: &str,
    ) -> HomeAssistant {
        let id = format!("{prefix}/{name}").replace(['/', ' '], "-");
        let mut options =
            MqttOptions::new(id, broker.address.ip().to_string(), broker.address.port());
        options.set_keep_alive(Duration::from_secs(30));
        if let Some(username) = &broker.username {
            options.set_credentials(username, broker.password.clone().unwrap_or_default());
        }
        let (client, mut connection) = Client::new(options, 100);
        let (log, done) = (Arc::new(Log::new()), Arc::new(AtomicBool::new(false)));
        thread::spawn({
            let (done, client) = (done.clone(), client.clone());
            let mut watcher = Watcher {
                story: story.clone(),
                log: log.clone(),
                name,
                connected: false,
            };
            let topics = format!("{prefix}/#");
            move || {
                while let Ok(event) = connection.recv() {
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                    if let Ok(Event::Incoming(Packet::ConnAck(_))) = &event {
                        let _ = client.try_subscribe(&topics, QoS::AtLeastOnce);
                    }
                    watcher.take(event);
                }
            }
        });
        HomeAssistant { client, done, log }
    }

    pub fn wait_subscribed(&self, start: usize) -> Result<(), String> {
        let subscribed = self.log.wait(start, Duration::from_secs(20), |seen| {
            *seen == Seen::Subscribed
        });
        subscribed
            .map(|_| ())
            .ok_or_else(|| "the broker gives no MQTT 5 connection and subscription".to_string())
    }

    /// The first message from there on with this topic and description, and when it came.
    pub fn wait_message(
        &self,
        start: usize,
        topic: &str,
        description: &str,
    ) -> Option<(Instant, Message)> {
        let wanted = |seen: &Seen| matches!(seen, Seen::Message(message) if message.topic == topic && message.description() == description);
        match self.log.wait(start, Duration::from_secs(20), wanted) {
            Some((time, Seen::Message(message))) => Some((time, message)),
            _ => None,
        }
    }

    pub fn messages_since(&self, start: usize) -> Vec<Message> {
        let messages = self
            .log
            .since(start)
            .into_iter()
            .filter_map(|seen| match seen {
                Seen::Message(message) => Some(message),
                _ => None,
            });
        messages.collect()
    }

    pub fn publish(&self, topic: &str, payload: &str, retain: bool) {
        let _ = self
            .client
            .try_publish(topic, QoS::AtLeastOnce, retain, payload.to_string());
    }
}

impl Drop for HomeAssistant {
    fn drop(&mut self) {
        self.done.store(true, Ordering::SeqCst);
        let _ = self.client.try_disconnect();
    }
}

struct Watcher {
    story: Arc<Story>,
    log: Arc<Log<Seen>>,
    name: &'static str,
    connected: bool,
}

impl Watcher {
    fn take(&mut self, event: Result<Event, ConnectionError>) {
        match event {
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                self.connected = true;
                self.say("connected to the broker");
                self.log.add(Seen::Subscribed);
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                let message = read(&publish);
                self.say(&describe(&message));
                self.log.add(Seen::Message(message));
            }
            Ok(_) => {}
            Err(_) => {
                if std::mem::take(&mut self.connected) {
                    self.say("lost the broker: everything is unavailable");
                    self.log.add(Seen::ConnectionLost);
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn say(&self, what: &str) {
        self.story.line(self.name, what);
    }
}

fn read(publish: &Publish) -> Message {
    Message {
        topic: String::from_utf8_lossy(&publish.topic).into_owned(),
        payload: String::from_utf8_lossy(&publish.payload).into_owned(),
        retained: publish.retain,
        expiry_seconds: publish
            .properties
            .as_ref()
            .and_then(|properties| properties.message_expiry_interval),
    }
}

fn describe(message: &Message) -> String {
    let kept = if message.retained {
        ", as the broker had kept it"
    } else {
        ""
    };
    let last_level = message.topic.rsplit('/').next().unwrap_or_default();
    match (last_level, message.expiry_seconds) {
        ("status", _) if message.payload.is_empty() => "the demo has removed its topic".to_string(),
        ("status", _) => format!("ArgusAI is {}{kept}", message.payload.to_uppercase()),
        (_, Some(seconds)) => format!(
            "{last_level}: {} (expires in {seconds} s)",
            message.description()
        ),
        (_, None) => format!("{last_level}: {}", message.description()),
    }
}
