//! A broker-shaped sink: accepts any client, acknowledges what it sends at once, forgets it and counts.
//!
//! `sink PORT RECEIVE_MAXIMUM [AUTHORITY]` listens on 127.0.0.1 (PORT 0: any that is free) and prints a line of JSON with
//! the port and the time. With AUTHORITY it speaks TLS, and writes the certificate to trust to that file. Every line on its standard input is answered with a line of counts since the one before; the end
//! of the input ends it. It speaks MQTT 5 and 3.1.1. Acknowledgements of all that one read brought go out in one
//! write.

use std::io::{BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use argus_mqtt_benches::measure::{cpu_seconds, now_ns};
use argus_mqtt_benches::packet::{skip_text, split, variable_integer, Packet, Publish};
use argus_mqtt_benches::tls;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

const BUFFER: usize = 256 * 1024;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |what: &str| -> u16 {
        arguments
            .next()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| panic!("{what} is missing"))
    };
    let port = number("PORT");
    let receive_maximum = number("RECEIVE_MAXIMUM");
    let tls = arguments
        .next()
        .map(|authority| tls::server(&PathBuf::from(authority)));

    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    let port = listener.local_addr().expect("it is bound").port();
    println!("{}", json!({ "port": port, "listening_ns": now_ns() }));

    let counts = Arc::new(Mutex::new(Counts::default()));
    let shared = Arc::clone(&counts);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (counts, tls) = (Arc::clone(&shared), tls.clone());
            std::thread::spawn(move || serve(stream, tls, receive_maximum, counts));
        }
    });
    for line in std::io::stdin().lock().lines() {
        line.expect("the driver writes text");
        let counts =
            std::mem::take(&mut *counts.lock().expect("no connection panics while counting"));
        println!("{}", counts.to_json());
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    receive_maximum: u16,
    counts: Arc<Mutex<Counts>>,
) {
    stream
        .set_nodelay(true)
        .expect("a fresh connection takes options");
    match tls {
        None => Connection::new(stream, receive_maximum, counts).serve(),
        Some(config) => {
            let session = ServerConnection::new(config).expect("the settings are valid");
            Connection::new(StreamOwned::new(session, stream), receive_maximum, counts).serve();
        }
    }
}

/// What arrived since the last report.
#[derive(Debug, Default)]
struct Counts {
    /// Connections accepted by protocol: MQTT 5 and 3.1.1.
    connections: [u64; 2],
    events: u64,
    retained: u64,
    with_expiry: u64,
    below_qos1: u64,
    payload_bytes: u64,
    reads: u64,
    first_ns: u64,
    last_ns: u64,
}

impl Counts {
    fn add(&mut self, publish: Publish) {
        if publish.retain {
            self.retained += 1;
            return;
        }
        self.events += 1;
        self.with_expiry += u64::from(publish.expiry.is_some());
        self.below_qos1 += u64::from(publish.qos == 0);
        self.payload_bytes += publish.payload_length as u64;
    }

    fn to_json(&self) -> serde_json::Value {
        let (user, system) = cpu_seconds();
        json!({
            "connections_5": self.connections[0], "connections_311": self.connections[1],
            "events": self.events, "retained": self.retained, "with_expiry": self.with_expiry,
            "below_qos1": self.below_qos1, "payload_bytes": self.payload_bytes, "reads": self.reads,
            "first_ns": self.first_ns, "last_ns": self.last_ns, "sink_user": user, "sink_system": system,
        })
    }
}

struct Connection<S> {
    stream: S,
    receive_maximum: u16,
    version_5: bool,
    answer: Vec<u8>,
    counts: Arc<Mutex<Counts>>,
}

impl<S: Read + Write> Connection<S> {
    fn new(stream: S, receive_maximum: u16, counts: Arc<Mutex<Counts>>) -> Self {
        Connection {
            stream,
            receive_maximum,
            version_5: false,
            answer: Vec::new(),
            counts,
        }
    }

    /// Reads and acknowledges until the client goes.
    fn serve(mut self) {
        let mut buffer = vec![0; BUFFER];
        let mut filled = 0;
        loop {
            if filled == buffer.len() {
                buffer.resize(buffer.len() * 2, 0);
            }
            match self.stream.read(&mut buffer[filled..]) {
                Ok(0) | Err(_) => return,
                Ok(count) => filled += count,
            }
            let Some(used) = self.take(&buffer[..filled]) else {
                return;
            };
            buffer.copy_within(used..filled, 0);
            filled -= used;
            if self.stream.write_all(&self.answer).is_err() {
                return;
            }
            self.answer.clear();
        }
    }

    /// Answers the whole packets in a buffer and gives their length; `None` when the client says goodbye.
    fn take(&mut self, buffer: &[u8]) -> Option<usize> {
        let shared = Arc::clone(&self.counts);
        let mut counts = shared.lock().expect("no connection panics while counting");
        let events = counts.events;
        let mut used = 0;
        while let Some((packet, length)) = split(&buffer[used..]) {
            used += length;
            self.answer_packet(packet, &mut counts)?;
        }
        counts.reads += 1;
        if counts.events > events {
            counts.last_ns = now_ns();
            if events == 0 {
                counts.first_ns = counts.last_ns;
            }
        }
        Some(used)
    }

    fn answer_packet(&mut self, packet: Packet<'_>, counts: &mut Counts) -> Option<()> {
        match packet.header >> 4 {
            1 => {
                self.version_5 = *skip_text(packet.body)?.first()? == 5;
                counts.connections[usize::from(!self.version_5)] += 1;
                match self.version_5 {
                    true => {
                        let [high, low] = self.receive_maximum.to_be_bytes();
                        self.answer.extend([0x20, 6, 0, 0, 3, 0x21, high, low]);
                    }
                    false => self.answer.extend([0x20, 2, 0, 0]),
                }
            }
            3 => {
                let publish = Publish::read(packet, self.version_5)?;
                counts.add(publish);
                if let Some([high, low]) = publish.packet_id {
                    self.answer.extend([0x40, 2, high, low]);
                }
            }
            8 => self.answer_subscribe(packet.body)?,
            12 => self.answer.extend([0xd0, 0]),
            14 => return None,
            _ => {}
        }
        Some(())
    }

    fn answer_subscribe(&mut self, body: &[u8]) -> Option<()> {
        let id = *body.first_chunk::<2>()?;
        let mut rest = &body[2..];
        if self.version_5 {
            let (length, digits) = variable_integer(rest)?;
            rest = rest.get(digits + length..)?;
        }
        let mut granted = Vec::new();
        while !rest.is_empty() {
            let after = skip_text(rest)?;
            granted.push(*after.first()? & 1);
            rest = &after[1..];
        }
        let properties: &[u8] = if self.version_5 { &[0] } else { &[] };
        let length = 2 + properties.len() + granted.len();
        self.answer.extend([0x90, u8::try_from(length).ok()?]);
        self.answer.extend(id);
        self.answer.extend(properties);
        self.answer.extend(granted);
        Some(())
    }
}
