//! What a peer program is asked to do: `key=value` arguments, the same for every language.

use std::collections::HashMap;
use std::path::PathBuf;

/// Seconds after which a broker forgets an event.
pub const EXPIRY_SECONDS: u32 = 300;

/// The arguments of a peer program.
#[derive(Debug, Clone)]
pub struct Options {
    /// `throughput`, `calls`, `roundtrip`, `queue` or `start`.
    pub mode: String,
    /// The broker's port on 127.0.0.1.
    pub port: u16,
    /// Events to publish.
    pub messages: u64,
    /// Events in flight at most.
    pub window: u16,
    /// Events handed over and not yet acknowledged at most; 0: all of them.
    pub backlog: u64,
    /// Threads that publish (mode `calls`).
    pub threads: usize,
    /// Pause of each thread between two calls in microseconds (mode `calls`); 0: back to back.
    pub pause_us: u64,
    /// The event's topics, used in turn.
    pub topics: Vec<String>,
    /// The event.
    pub payload: Vec<u8>,
    /// The file with the certificate of the broker's authority; none: without TLS.
    pub tls_ca: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments of this process.
    ///
    /// # Panics
    /// When one is missing or malformed: the caller is the driver, not a person.
    pub fn from_arguments() -> Options {
        let arguments: HashMap<String, String> = std::env::args()
            .skip(1)
            .map(|argument| {
                let (key, value) = argument.split_once('=').expect("key=value");
                (key.to_owned(), value.to_owned())
            })
            .collect();
        let text = |key: &str| {
            arguments
                .get(key)
                .unwrap_or_else(|| panic!("{key}= is missing"))
        };
        let number = |key: &str| {
            text(key)
                .parse::<u64>()
                .unwrap_or_else(|_| panic!("{key}= is not a number"))
        };
        Options {
            mode: text("mode").clone(),
            port: number("port").try_into().expect("port= is below 65536"),
            messages: number("messages"),
            window: number("window").try_into().expect("window= is below 65536"),
            backlog: number("backlog"),
            threads: number("threads").try_into().expect("threads= fits"),
            pause_us: number("pause_us"),
            topics: (0..number("topics"))
                .map(|index| format!("argusai/events/camera{index}"))
                .collect(),
            payload: std::fs::read(text("payload")).expect("payload= names a readable file"),
            tls_ca: Some(text("tls_ca"))
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
        }
    }

    /// The camera part of an event's topic.
    pub fn camera(topic: &str) -> &str {
        topic
            .rsplit('/')
            .next()
            .expect("rsplit yields at least one part")
    }
}
