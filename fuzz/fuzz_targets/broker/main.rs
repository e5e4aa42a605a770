//! A broker that means harm, or lost its mind: what it sends is the input. The client must not crash, hang or grow,
//! and must end every message.

#![no_main]

mod hostile;
mod player;
mod script;

use arbitrary::Arbitrary;
use argus_mqtt::{Client, Delivery, ErrorKind, Outcome, PublishOptions, QoS, Settings};
use argus_mqtt_fuzz::many::Many;
use argus_mqtt_fuzz::resources::Watch;
use hostile::Hostile;
use libfuzzer_sys::fuzz_target;
use script::Script;
use serde::Serialize;
use serde_json::json;
use std::panic;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

#[derive(Arbitrary, Debug)]
struct Input {
    protocol: Protocol,
    guard: bool,
    max_in_flight: u8,
    messages: Many<Message, 20>,
    /// One for each connection; the client makes another when one is refused in a way that the next may not be.
    scripts: [Script; 2],
}

#[derive(Arbitrary, Debug)]
enum Protocol {
    Auto,
    V5,
    V311,
}

#[derive(Arbitrary, Debug)]
struct Message {
    is_qos_1: bool,
    retain: bool,
    size: u16,
}

/// What a shutdown is given, and what it may take on a loaded machine.
const SHUTDOWN: Duration = Duration::from_millis(4);
const PATIENCE: Duration = Duration::from_secs(10);

static BROKER: LazyLock<Hostile> = LazyLock::new(Hostile::start);
static WATCH: LazyLock<Mutex<Watch>> = LazyLock::new(Mutex::default);

fuzz_target!(init: prepare(), |input: Input| {
    BROKER.play(input.scripts.into());
    let client = connect(&input.protocol, input.guard, input.max_in_flight);
    let messages = input.messages.0.iter();
    let deliveries: Vec<_> = messages.map(|message| publish(&client, message)).collect();
    BROKER.wait_until_played();

    is_short(&client.status(), 8192);
    while let Ok(notice) = client.next_notice(Duration::ZERO) {
        is_short(&notice, 2048);
    }
    let start = Instant::now();
    client.shutdown(SHUTDOWN).expect("it is the first shutdown");
    let took = start.elapsed();
    assert!(took < PATIENCE, "the shutdown took {took:?}");
    deliveries.iter().for_each(has_ended);
    drop(client);
    BROKER.stop();
    WATCH.lock().expect("no run panics and goes on").look();
});

fn connect(protocol: &Protocol, guard: bool, max_in_flight: u8) -> Client {
    let settings = json!({
        "broker_host": "127.0.0.1",
        "broker_port": BROKER.port(),
        "protocol": match protocol {
            Protocol::Auto => "auto",
            Protocol::V5 => "5",
            Protocol::V311 => "3.1.1",
        },
        "guard_availability": guard,
        "max_in_flight": u16::from(max_in_flight) + 1,
        "connect_timeout_seconds": 1,
    });
    let settings = Settings::from_value(&settings).expect("the settings are valid");
    let client = Client::connect(settings).expect("a thread can be started");
    // Begins to take notes.
    let _ = client.next_notice(Duration::ZERO);
    client
}

fn publish(client: &Client, message: &Message) -> Delivery {
    let qos = if message.is_qos_1 {
        QoS::AtLeastOnce
    } else {
        QoS::AtMostOnce
    };
    let options = PublishOptions::new().qos(qos).retain(message.retain);
    let payload = vec![b'x'; message.size.into()];
    client
        .publish("a", payload, options)
        .expect("it is accepted")
}

/// What a broker says must not fill the memory: these sizes are what the header calls usually enough.
fn is_short(told: &impl Serialize, most: usize) {
    let text = serde_json::to_string(told).expect("it can be JSON");
    assert!(text.len() < most, "{} bytes: {text}", text.len());
}

fn has_ended(delivery: &Delivery) {
    match delivery.wait(Duration::ZERO) {
        Ok(Outcome::Delivered | Outcome::Rejected(_) | Outcome::Dropped(_) | Outcome::Unknown) => {}
        other => panic!("delivery {}: {other:?}", delivery.id()),
    }
    // Only once.
    let again = delivery.wait(Duration::ZERO).map_err(|error| error.kind());
    assert_eq!(again, Err(ErrorKind::InvalidArgument));
}

fn prepare() {
    // As every Rust program does before its main function, which a fuzz target does not have.
    // SAFETY: no other thread is there yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    forgive_the_client_underneath();
}

/// A panic of rumqttc, which the library turns into the end of a connection, is told once and forgiven. Any other
/// ends the process.
fn forgive_the_client_underneath() {
    let abort = panic::take_hook();
    let told = Mutex::new(Vec::new());
    panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        if !place.contains("/rumqttc-") {
            abort(panic);
        }
        let mut told = told.lock().expect("nothing panics here");
        if !told.contains(&place) {
            eprintln!("forgiven: {panic}");
            told.push(place);
        }
    }));
}
