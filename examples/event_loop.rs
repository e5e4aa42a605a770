//! A publisher in an event loop: `poll` waits for events to publish and for what happens to them at the same time.
//!
//! `cargo run --example event_loop -- '{"broker_host": "homeassistant.local"}'`
//!
//! Each line of standard input is an event, as JSON, of the camera "front_door". Everything that happens is written to
//! standard output. The end of the input ends the program in good order.

use argus_mqtt::{Client, Delivery, Notice, Settings};
use rustix::event::{poll, PollFd, PollFlags};
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{stdin, BufRead, BufReader};
use std::os::fd::AsFd;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let settings = std::env::args()
        .nth(1)
        .ok_or("usage: event_loop SETTINGS_AS_JSON")?;
    let client = Client::connect(Settings::from_json(&settings)?)?;
    // A delivery that is held is told of when it ends.
    let mut pending = HashMap::new();
    let mut input = BufReader::new(File::from(stdin().as_fd().try_clone_to_owned()?));
    loop {
        let notices = client.notice_fd()?;
        let mut waiting = [
            PollFd::new(input.get_ref(), PollFlags::IN),
            PollFd::new(&notices, PollFlags::IN),
        ];
        poll(&mut waiting, None)?;
        let [has_events, has_notice] = waiting.map(|fd| !fd.revents().is_empty());
        if has_events && !publish_lines(&client, &mut input, &mut pending)? {
            break;
        }
        if has_notice {
            let notice = client.next_notice(Duration::ZERO)?;
            println!("{notice:?}");
            if let Notice::Delivery { delivery, .. } = notice {
                pending.remove(&delivery);
            }
        }
    }
    client.shutdown(Duration::from_secs(10))?;
    Ok(())
}

/// Publishes the lines that have come; false at the end of the input.
fn publish_lines(
    client: &Client,
    input: &mut BufReader<File>,
    pending: &mut HashMap<u64, Delivery>,
) -> Result<bool, Box<dyn Error>> {
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        match client.publish_event("front_door", line.clone()) {
            Ok(delivery) => drop(pending.insert(delivery.id(), delivery)),
            Err(error) => eprintln!("event_loop: {error}"),
        }
        // `poll` does not know of lines that were read already.
        if input.buffer().is_empty() {
            return Ok(true);
        }
    }
}
