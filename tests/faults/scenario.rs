//! What a scenario is: a fault as data, and what has to come of it.

use crate::brokers::{Kind, Wishes};
use crate::scene::Place;
use crate::stage::Stage;

/// Five seconds of events are handed over while a fault lasts, so that those that live for three expire.
pub const SHORT: u64 = 1000;
/// Twenty-eight seconds: a connection on which nothing is acknowledged is given up after twenty.
pub const LONG: u64 = 5600;

pub struct Scenario {
    pub name: &'static str,
    /// For the reader of the table.
    pub text: &'static str,
    pub place: Place,
    pub wishes: Wishes,
    /// Whether the fault can be made on this broker.
    pub fits: fn(&Kind) -> bool,
    pub harm: fn(&mut Stage),
    /// How many events are handed over before the cure.
    pub events: u64,
    pub cure: fn(&mut Stage),
    pub expect: Expect,
}

/// What a fault may cost, and what shows that it took place.
#[derive(Clone, Copy)]
pub struct Expect {
    /// The connection ends: the client is to connect again.
    pub breaks: bool,
    pub untrue: Untrue,
    /// Bytes that were sent wait in buffers below the library, and may arrive too late.
    pub delays_bytes: bool,
    /// Events wait long enough to expire.
    pub expires: bool,
    /// The process is killed, and another takes its place.
    pub ends_process: bool,
}

/// For how long the availability in the broker may be untrue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Untrue {
    /// Both sides notice at once.
    Briefly,
    /// Nobody is told that the connection is dead: both sides find out by the keep alive.
    UntilNoticed,
    /// The broker lets the client in no more and speaks no will.
    WhileItLasts,
}

pub const NOTHING: Expect = Expect {
    breaks: false,
    untrue: Untrue::Briefly,
    delays_bytes: false,
    expires: false,
    ends_process: false,
};
pub const BREAKS: Expect = Expect {
    breaks: true,
    ..NOTHING
};
pub const OUTAGE: Expect = Expect {
    expires: true,
    ..BREAKS
};
pub const SILENT: Expect = Expect {
    untrue: Untrue::UntilNoticed,
    ..OUTAGE
};

pub const BASE: Scenario = Scenario {
    name: "",
    text: "",
    place: Place::Loopback,
    wishes: Wishes {
        persistence: false,
        login: false,
        replaced_by: None,
    },
    fits: |_| true,
    harm: |_| {},
    events: SHORT,
    cure: |_| {},
    expect: NOTHING,
};
