//! `docs/faults.md`.

use std::fmt::Write;
use std::process::Command;

use crate::brokers::Kind;
use crate::scenario::Scenario;
use crate::stage::{EVENTS_PER_SECOND, EVENTS_PER_SECOND_TO_DISK};
use crate::table::{table, Cell};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");

const HEAD: &str = "\
# What happens under faults

Measured, not promised: `make faults` writes this page. It runs the library in a process of its own, used from Python, against
real brokers, and does harm to it from outside. [guarantees.md](guarantees.md) says what is promised; each line below was held
against it.

In each run the program hands over @rate@ events a second of four cameras, or @disk@ to a broker that keeps its state on disk. The
events of three live for 60 seconds, those of the fourth for three, so that an outage lets some expire; the outbox holds 1500
messages, so that a long outage lets some be dropped. The
keep alive is 5 seconds and the pause between attempts to connect at most 2. Once the fault is over and all has
gone well for a second, the program shuts down. A subscriber that is connected to the broker directly, beside
the fault, has seen what arrived, and another has looked afterwards at what the broker keeps. The library has told the outcome of each message, and its counters. The accounts
are compared message by message, and what one of them cannot explain breaks the promise.

## The columns

| column | what it counts |
|---|---|
| promises | kept, or broken: then the reason stands below the table; or not possible, as this broker lacks what the fault needs |
| handed over | events that the library accepted |
| delivered, expired, dropped | how they ended, as the library told; its counters told the same |
| lost with the process | handed over to a process that was killed, and not ended before: the outbox lives in memory |
| lost by the broker | acknowledged by the broker in its last second before SIGKILL, and not passed on. What it had acknowledged earlier has arrived, or the promise is broken |
| expired there | acknowledged by the broker with at most two seconds of their life left, not counting those for which it was then paused; it ended before the broker passed them on |
| arrived after all | of those that expired, were dropped or were lost with the process: what arrived all the same, since it had been sent and the acknowledgement was lost. At most what may be in flight, 100, for each connection that ended |
| sent again | what was unacknowledged when a connection ended and was sent again on the next |
| duplicated | events that arrived twice; never more than were sent again, and what a broker that was killed sent again by itself |
| out of order | events that ended as delivered and arrived after a newer one of their camera; none may |
| stale | events that arrived more than 3 seconds after their expiry, or with more of it left than they had. Only where bytes wait in buffers below the library may there be any, and not more than may be in flight, and as many again that the broker had read |
| untrue, s | for how many seconds the broker said online or offline and it was not so. True is online exactly while the program runs, the library says that it is online, and events get through. At most 4 s; where the network or a process falls silent without a word, at most 24 s: the broker ends the connection after one and a half times the keep alive, and the client after twice the keep alive, or when nothing has been acknowledged for 20 s. A broker that is down or paused says nothing, and is not blamed for it |
| seen by a late subscriber | of the retained topics, on how many a subscriber that connects once the fault is over finds what was said last: the availability, a discovery config, and three states, one of which changes every second. All of them, or the promise is broken. Another subscriber looks after the shutdown |
| connections | how often the broker accepted a connection |

## The faults

";

/// Writes the page.
pub fn write(faults: &[&Scenario], brokers: &[(&Kind, Vec<(&str, Cell)>)]) {
    let mut text = HEAD
        .replace("@rate@", &EVENTS_PER_SECOND.to_string())
        .replace("@disk@", &EVENTS_PER_SECOND_TO_DISK.to_string());
    text += "| fault | what is done |\n|---|---|\n";
    for fault in faults {
        write(
            &mut text,
            format_args!("| {} | {} |", fault.name, fault.text),
        );
    }
    let (date, machine) = (output("date", &["+%F"]), output("uname", &["-srm"]));
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    write(
        &mut text,
        format_args!(
            "\n## The run\n\nOn {date}, argus-mqtt {}, {machine}, {processors} processors.",
            env!("CARGO_PKG_VERSION")
        ),
    );
    for (kind, rows) in brokers {
        let heading = format!("\n### {}\n\n{}. {}", kind.name, (kind.version)(), kind.note);
        text += heading.trim_end();
        text += "\n\n";
        text += &table(rows);
    }
    std::fs::write(PATH, text).unwrap_or_else(|error| panic!("{PATH}: {error}"));
    println!("wrote {PATH}");

    fn write(text: &mut String, line: std::fmt::Arguments) {
        writeln!(text, "{line}").expect("a text takes everything");
    }
}

fn output(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
