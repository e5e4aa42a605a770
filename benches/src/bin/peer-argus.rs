//! argus-mqtt through its Rust interface.

use std::sync::Mutex;
use std::time::Duration;

use argus_mqtt::{Client, Delivery, Outcome, Settings};
use argus_mqtt_benches::options::EXPIRY_SECONDS;
use argus_mqtt_benches::{run, Options, Peer};

const LONG: Duration = Duration::from_secs(600);

struct Argus {
    client: Client,
    /// Deliveries in the order of the calls and how many were waited for; empty where only the end is awaited.
    deliveries: Option<Mutex<(std::collections::VecDeque<Delivery>, u64)>>,
}

impl Argus {
    fn connect(options: &Options) -> Argus {
        let settings = serde_json::json!({
            "broker_host": "127.0.0.1",
            "broker_port": options.port,
            "message_expiry_seconds": EXPIRY_SECONDS,
            "max_in_flight": options.window,
            "max_queued_messages": options.messages + 1,
            "max_queued_bytes": 4_u64 << 30,
            "reconnect_max_seconds": 1,
            "use_tls": options.tls_ca.is_some(),
            "tls_ca_file": options.tls_ca,
        });
        let settings = Settings::from_value(&settings).expect("the settings are valid");
        let client = Client::connect(settings).expect("a thread can be started");
        client.wait_online(LONG).expect("the broker is there");
        let one_by_one = options.backlog > 0 || options.mode == "roundtrip";
        Argus {
            client,
            deliveries: one_by_one.then(Mutex::default),
        }
    }
}

impl Peer for Argus {
    fn publish(&self, topic: &str, payload: &[u8]) {
        let delivery = self
            .client
            .publish_event(Options::camera(topic), payload.to_vec())
            .expect("the queue is long enough");
        if let Some(deliveries) = &self.deliveries {
            deliveries
                .lock()
                .expect("nobody panics holding it")
                .0
                .push_back(delivery);
        }
    }

    fn announce(&self) {}

    fn wait_acknowledged(&self, count: u64) {
        let Some(deliveries) = &self.deliveries else {
            assert_eq!(self.client.flush(LONG), 0, "all are delivered in time");
            return;
        };
        let mut deliveries = deliveries.lock().expect("nobody panics holding it");
        while deliveries.1 < count {
            let delivery = deliveries
                .0
                .pop_front()
                .expect("only what was published is awaited");
            let outcome = delivery.wait(LONG).expect("it ends in time");
            assert_eq!(outcome, Outcome::Delivered);
            deliveries.1 += 1;
        }
    }
}

fn main() {
    let options = Options::from_arguments();
    let peer = Argus::connect(&options);
    run(&options, &peer);
}
