//! The brokers of the matrix.

use crate::support::broker::mosquitto::Mosquitto;
use crate::support::broker::{aedes, amqtt, ejabberd, nats, rumqttd, Broker};
use crate::versions;

/// What a run wants of a broker.
#[derive(Clone, Copy, Default)]
pub struct Wishes {
    /// It keeps its state on disk.
    pub persistence: bool,
    /// Clients need a password.
    pub login: bool,
    /// A second one that takes its place.
    pub replaced_by: Option<&'static Kind>,
}

/// Whether what a broker knows survives a SIGKILL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// As we wish.
    Either,
    Kept,
    Lost,
}

pub struct Kind {
    pub name: &'static str,
    /// As it says itself.
    pub version: fn() -> String,
    /// For the reader of the table.
    pub note: &'static str,
    pub memory: Memory,
    /// It lets nobody in who names no user.
    pub needs_user: bool,
    /// It ends a connection on which it hears nothing for one and a half times the keep alive.
    pub honours_keep_alive: bool,
    /// It ends a connection when its client id connects anew.
    pub takes_over: bool,
    pub start: fn(&Wishes) -> Broker,
}

const ORDINARY: Kind = Kind {
    name: "",
    version: String::new,
    note: "",
    memory: Memory::Lost,
    needs_user: false,
    honours_keep_alive: true,
    takes_over: true,
    start: |_| unreachable!("each kind has its own way"),
};

pub static MOSQUITTO: Kind = Kind {
    name: "Mosquitto",
    version: versions::mosquitto,
    memory: Memory::Either,
    start: |wishes| {
        // By default it drops what a subscriber is behind by more than 1000.
        let mut mosquitto = Mosquitto::default().line("max_queued_messages 0");
        if wishes.persistence {
            mosquitto = mosquitto.persistence();
        }
        if wishes.login {
            mosquitto = mosquitto
                .user("camera", "secret")
                .user("witness", "witness");
        }
        mosquitto.start()
    },
    ..ORDINARY
};

pub static NATS: Kind = Kind {
    name: "nats-server",
    version: versions::nats,
    memory: Memory::Kept,
    start: |_| nats::start(),
    ..ORDINARY
};

pub static AEDES_0_51: Kind = Kind {
    name: "aedes 0.51",
    version: versions::aedes_0_51,
    memory: Memory::Lost,
    start: |_| aedes::start_0_51(),
    ..ORDINARY
};

pub static AEDES_2: Kind = Kind {
    name: "aedes 2",
    version: versions::aedes_2,
    memory: Memory::Lost,
    start: |_| aedes::start_2(),
    ..ORDINARY
};

pub static EJABBERD: Kind = Kind {
    name: "ejabberd",
    version: versions::ejabberd,
    memory: Memory::Kept,
    note: "It keeps retained messages on disk, and sessions in memory.",
    needs_user: true,
    start: |_| ejabberd::start(),
    ..ORDINARY
};

pub static RUMQTTD: Kind = Kind {
    name: "rumqttd",
    version: versions::rumqttd,
    memory: Memory::Lost,
    start: |_| rumqttd::start(),
    ..ORDINARY
};

pub static AMQTT: Kind = Kind {
    name: "amqtt",
    version: versions::amqtt,
    memory: Memory::Lost,
    note: "It ends no connection on which it hears nothing, and none whose client id connects anew; so where a link \
           falls silent, it says online for as long as the fault lasts.",
    honours_keep_alive: false,
    takes_over: false,
    start: |_| amqtt::start(),
    ..ORDINARY
};

pub static ALL: [&Kind; 7] = [
    &MOSQUITTO,
    &NATS,
    &AEDES_0_51,
    &AEDES_2,
    &EJABBERD,
    &RUMQTTD,
    &AMQTT,
];
