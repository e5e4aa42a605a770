//! Every broker starts, keeps a retained message, speaks a will, and comes back.

use std::io::{ErrorKind, Read};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::broker::{aedes, mosquitto, mosquitto::Mosquitto, nats, Broker};
use crate::support::certificates::Certificates;
use crate::support::client::Client;
use crate::support::codec::{property, Connect, Packet, Publish, Value, Version, Will};
use crate::support::process::Process;
use crate::support::subscriber::Subscriber;
use crate::support::wait::{eventually, PATIENCE};
use crate::support::{retained, Access};

/// Retained messages, their absence, and a will, as every broker must have them for our tests.
fn keeps_retained_messages_and_speaks_wills(broker: &Broker) {
    let access = Access::from(broker);
    let subscriber = Subscriber::start(broker, &["home/#"]);
    assert_eq!(retained(broker, "home/door"), None);
    subscriber.publish("home/door", b"open", 1, true);
    let message = subscriber.wait_for_message("home/door", "open");
    assert!(
        !message.retain,
        "it was not retained before it was subscribed to"
    );

    eventually("the retained message is there", || {
        retained(broker, "home/door").is_some_and(|message| message.payload == b"open")
    });
    // A broker that looks retained messages up at leisure may answer the empty one late.
    subscriber.publish("home/door", b"", 1, true);
    eventually("the retained message is gone", || {
        retained(broker, "home/door").is_none()
    });

    let mut connect = access.connect_packet();
    connect.will = Some(Will {
        topic: "home/status".to_owned(),
        payload: b"offline".to_vec(),
        qos: 1,
        retain: true,
        properties: Default::default(),
    });
    Client::connect(broker, connect.clone()).disconnect();
    Client::connect(broker, connect).close();
    subscriber.wait_for_message("home/status", "offline");
    assert_eq!(
        subscriber.on("home/status").len(),
        1,
        "DISCONNECT deletes the will"
    );
    eventually("the will is retained", || {
        retained(broker, "home/status").is_some()
    });
}

#[test]
fn mosquitto_serves() {
    keeps_retained_messages_and_speaks_wills(&mosquitto::start());
}

#[test]
fn nats_serves() {
    keeps_retained_messages_and_speaks_wills(&nats::start());
}

#[test]
fn aedes_0_51_serves() {
    keeps_retained_messages_and_speaks_wills(&aedes::start_0_51());
}

#[test]
fn aedes_2_serves() {
    keeps_retained_messages_and_speaks_wills(&aedes::start_2());
}

#[test]
fn old_brokers_refuse_mqtt_5() {
    for broker in [nats::start(), aedes::start_0_51()] {
        let connect = Connect::new(Version::V5, "new");
        let client = Client::try_connect(&broker, connect).expect("it answers");
        assert_eq!(client.connack.code, 1);
    }
}

#[test]
fn mosquitto_keeps_its_port_and_forgets() {
    let mut broker = mosquitto::start();
    let port = broker.port();
    Subscriber::start(&broker, &["#"]).publish("home/door", b"open", 1, true);
    assert!(retained(&broker, "home/door").is_some());
    broker.restart();
    assert_eq!(broker.port(), port);
    assert_eq!(retained(&broker, "home/door"), None);
}

#[test]
fn mosquitto_with_persistence_survives_a_kill() {
    let mut broker = Mosquitto::default().persistence().start();
    let subscriber = Subscriber::durable(&broker, &["home/#"]);
    subscriber.publish("home/door", b"open", 1, true);
    assert!(retained(&broker, "home/door").is_some());
    broker.kill();
    broker.start();
    assert!(retained(&broker, "home/door").is_some());
    subscriber.wait_for_connections(2);
    subscriber.publish("home/door", b"shut", 1, true);
    subscriber.wait_for_message("home/door", "shut");
}

#[test]
fn mosquitto_lowers_the_expiry_of_a_retained_message() {
    let broker = mosquitto::start();
    let mut publish = Publish {
        topic: "home/door".to_owned(),
        retain: true,
        payload: b"open".to_vec(),
        qos: 1,
        id: 1,
        ..Publish::default()
    };
    publish
        .properties
        .set(property::MESSAGE_EXPIRY_INTERVAL, 100u32);
    let mut client = Client::connect(&broker, Connect::new(Version::V5, "camera"));
    client.publish_packet(publish).expect("it is acknowledged");
    eventually("the interval sinks", || {
        let message = retained(&broker, "home/door").expect("it has not expired");
        message.expiry().is_some_and(|seconds| seconds < 100)
    });
}

#[test]
fn mosquitto_is_limited_by_its_configuration() {
    let broker = mosquitto::with(&[
        "max_qos 0",
        "retain_available false",
        "max_inflight_messages 3",
    ]);
    let client = Client::connect(&broker, Connect::new(Version::V5, "camera"));
    let limits = &client.connack.properties;
    assert_eq!(limits.get(property::MAXIMUM_QOS), Some(&Value::Byte(0)));
    assert_eq!(
        limits.get(property::RETAIN_AVAILABLE),
        Some(&Value::Byte(0))
    );
    assert_eq!(limits.get(property::RECEIVE_MAXIMUM), Some(&Value::Two(3)));
}

#[test]
fn mosquitto_checks_passwords_and_topics() {
    let broker = Mosquitto::default()
        .user("camera", "secret")
        .acl("user camera\ntopic readwrite home/#\n")
        .start();
    let access = Access::from(&broker).login("camera", "secret");
    let subscriber = Subscriber::start(&access, &["home/#"]);
    subscriber.publish("home/door", b"open", 1, false);
    subscriber.wait_for_message("home/door", "open");

    let wrong = Access::from(&broker)
        .login("camera", "wrong")
        .connect_packet();
    let client = Client::try_connect(&broker, wrong).expect("it answers");
    assert_eq!(client.connack.code, 0x87);
}

#[test]
fn mosquitto_listens_on_ipv6_and_tls() {
    let certificates = Certificates::new();
    let mut broker = Mosquitto::default().ipv6().tls(&certificates).start();
    let mut access = Access::from(&broker);
    access.host = "::1".to_owned();
    assert_eq!(retained(&access, "home/door"), None);

    // What is not TLS is refused there, and the broker says why.
    let mut plain =
        std::net::TcpStream::connect(("127.0.0.1", broker.tls_port())).expect("it listens");
    std::io::Write::write_all(&mut plain, b"this is no TLS at all, not even a bit of it")
        .expect("it fits");
    let _ = plain.read(&mut [0; 64]);
    broker.process().wait_for_line("wrong version number");
}

#[test]
fn a_paused_broker_does_nothing_until_it_is_resumed() {
    let mut broker = mosquitto::start();
    let mut client = Client::connect(&broker, Connect::new(Version::V5, "camera"));
    client.ping().expect("it answers");
    broker.pause();
    assert!(broker.process().is_paused());
    client.set_patience(Duration::from_millis(100));
    let silence = client.ping().expect_err("it does nothing");
    assert_eq!(silence.kind(), ErrorKind::WouldBlock);
    broker.resume();
    client.set_patience(PATIENCE);
    assert_eq!(client.read().expect("it goes on"), Packet::PingResp);
}

#[test]
fn a_process_ends_with_its_handle() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo ready; read line; echo got $line; sleep 1000"]);
    let mut process = Process::spawn("sleeper", command);
    process.wait_for_line("ready");
    process.write_line("this");
    assert_eq!(process.wait_for_line("got"), "got this");
    let id = process.id();
    drop(process);
    assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
}

#[test]
fn a_process_outlives_the_thread_that_started_it() {
    let started = std::thread::spawn(|| {
        let mut command = Command::new("sleep");
        command.arg("1000");
        Process::spawn("sleeper", command)
    });
    let mut process = started.join().expect("it starts");
    // The system would have killed it before it delivers another signal.
    process.signal(Signal::TERM);
    let status = process.wait();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(15)
    );
}
