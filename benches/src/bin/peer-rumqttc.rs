//! The peer: rumqttc's MQTT 5 client as it is, its connection polled on a thread of its own.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use argus_mqtt_benches::options::EXPIRY_SECONDS;
use argus_mqtt_benches::{run, tls, Options, Peer};
use rumqttc::v5::mqttbytes::v5::{Packet, PublishProperties};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::{Client, Connection, Event, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};

struct Rumqttc {
    client: Client,
    progress: Arc<Progress>,
}

/// How far the polling thread is.
#[derive(Default)]
struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connected: bool,
    acknowledged: u64,
    awaited: u64,
}

impl Rumqttc {
    fn connect(options: &Options) -> Rumqttc {
        let mut mqtt = MqttOptions::new("bench-rumqttc", "127.0.0.1", options.port);
        mqtt.set_keep_alive(Duration::from_secs(30));
        mqtt.set_outgoing_inflight_upper_limit(options.window);
        let mut network = rumqttc::NetworkOptions::new();
        network.set_tcp_nodelay(true);
        mqtt.set_network_options(network);
        if let Some(authority) = &options.tls_ca {
            let config = TlsConfiguration::Rustls(tls::client(authority));
            mqtt.set_transport(Transport::tls_with_config(config));
        }

        let backlog = if options.backlog > 0 {
            options.backlog
        } else {
            options.messages + 1
        };
        let (client, connection) =
            Client::new(mqtt, backlog.try_into().expect("it fits the memory"));
        let progress = Arc::new(Progress::default());
        let shared = Arc::clone(&progress);
        std::thread::spawn(move || shared.poll(connection));
        progress.wait(|state| state.connected);
        Rumqttc { client, progress }
    }

    fn send(&self, topic: &str, payload: &[u8], retain: bool, properties: PublishProperties) {
        self.client
            .publish_with_properties(
                topic,
                QoS::AtLeastOnce,
                retain,
                payload.to_vec(),
                properties,
            )
            .expect("the connection lives as long as the client");
    }
}

impl Progress {
    fn poll(&self, mut connection: Connection) {
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::PubAck(_))) => {
                    let mut state = self.state.lock().expect("nobody panics holding it");
                    state.acknowledged += 1;
                    if state.acknowledged >= state.awaited {
                        self.changed.notify_all();
                    }
                }
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    self.state
                        .lock()
                        .expect("nobody panics holding it")
                        .connected = true;
                    self.changed.notify_all();
                }
                Ok(_) => {}
                // It retries at once and without end, which would take the processor from the others.
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    fn wait(&self, done: impl Fn(&State) -> bool) {
        let mut state = self.state.lock().expect("nobody panics holding it");
        while !done(&state) {
            state = self.changed.wait(state).expect("nobody panics holding it");
        }
    }
}

impl Peer for Rumqttc {
    fn publish(&self, topic: &str, payload: &[u8]) {
        let properties = PublishProperties {
            message_expiry_interval: Some(EXPIRY_SECONDS),
            ..PublishProperties::default()
        };
        self.send(topic, payload, false, properties);
    }

    fn announce(&self) {
        self.send(
            "argusai/status",
            b"online",
            true,
            PublishProperties::default(),
        );
    }

    fn wait_acknowledged(&self, count: u64) {
        self.progress
            .state
            .lock()
            .expect("nobody panics holding it")
            .awaited = count;
        self.progress.wait(|state| state.acknowledged >= count);
    }
}

fn main() {
    let options = Options::from_arguments();
    let peer = Rumqttc::connect(&options);
    run(&options, &peer);
}
