//! Cameras in Home Assistant: announces them, and tells what happens at them, by lines of standard input.
//!
//! `cargo run --example home_assistant -- settings.json [system.json]`
//!
//! ```text
//! announce {"id": "front_door", "name": "Front door", "doorbell": true}
//! status front_door online
//! event front_door {"description": "A person at the door", "smart_detection_type": "person"}
//! last_event front_door {"description": "A person at the door"}
//! activity front_door off
//! counts front_door 3 17
//! snapshot front_door picture.jpg
//! diagnostics
//! disable front_door
//! remove front_door
//! reconfigure new-settings.json
//! ```
//!
//! Each line is answered with `done` once all its messages have been delivered, or with what is wrong. The end of the
//! input ends the program in good order; the cameras stay in Home Assistant, unavailable.

use argus_mqtt::home_assistant::{
    Camera, CameraStatus, Diagnostics, HomeAssistant, Message, System,
};
use argus_mqtt::{Client, Notice, Settings, State};
use std::error::Error;
use std::fs::read_to_string;
use std::io::stdin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

type Failure = Box<dyn Error>;

/// The client, and what it is to keep at the broker.
struct Publisher {
    client: Client,
    home: Mutex<HomeAssistant>,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .ok_or("usage: home_assistant SETTINGS_FILE [SYSTEM_FILE]")?;
    let settings = Settings::from_json(&read_to_string(file)?)?;
    let system = match arguments.next() {
        Some(file) => System::from_json(&read_to_string(file)?)?,
        None => System::default(),
    };
    let publisher = Arc::new(Publisher {
        home: Mutex::new(HomeAssistant::new(&settings, system)?),
        client: Client::connect(settings)?,
    });
    std::thread::spawn({
        let publisher = publisher.clone();
        move || publisher.say_again_after_each_connect()
    });
    for line in stdin().lines() {
        match publisher.obey(&line?) {
            Ok(()) => println!("done"),
            Err(error) => println!("home_assistant: {error}"),
        }
    }
    publisher.client.shutdown(Duration::from_secs(10))?;
    Ok(())
}

impl Publisher {
    fn home(&self) -> MutexGuard<'_, HomeAssistant> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The broker may have forgotten everything while we were away.
    fn say_again_after_each_connect(&self) {
        loop {
            match self.client.next_notice(Duration::from_secs(60)) {
                Ok(Notice::State {
                    state: State::Online,
                    ..
                }) => {
                    // Under the lock, so that nothing newer is overtaken.
                    let home = self.home();
                    for message in home.all() {
                        let Message {
                            topic,
                            payload,
                            options,
                            ..
                        } = message;
                        if let Err(error) = self.client.publish(&topic, payload, options) {
                            eprintln!("home_assistant: {error}");
                        }
                    }
                }
                Err(error) if error.kind() != argus_mqtt::ErrorKind::Timeout => return,
                _ => {}
            }
        }
    }

    fn obey(&self, line: &str) -> Result<(), Failure> {
        let mut home = self.home();
        let mut deliveries = Vec::new();
        for message in follow(&self.client, &mut home, line)? {
            let Message {
                topic,
                payload,
                options,
                ..
            } = message;
            deliveries.push(self.client.publish(&topic, payload, options)?);
        }
        drop(home);
        for delivery in deliveries {
            delivery.wait(Duration::from_secs(60))?;
        }
        Ok(())
    }
}

/// The messages that a line asks for.
fn follow(client: &Client, home: &mut HomeAssistant, line: &str) -> Result<Vec<Message>, Failure> {
    let now = SystemTime::now();
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (camera, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    Ok(match command {
        "announce" => home.announce(Camera::from_json(rest)?, CameraStatus::Online, now)?,
        "status" => vec![home.status(camera, CameraStatus::from_word(argument), now)?],
        "event" => home.event(camera, argument.to_owned(), now)?,
        "last_event" => vec![home.last_event(camera, argument.as_bytes(), now)?],
        "activity" => vec![home.activity(camera, argument == "on")?],
        "counts" => {
            let (today, this_week) = argument.split_once(' ').ok_or("counts: give two numbers")?;
            vec![home.counts(camera, today.parse()?, this_week.parse()?, now)?]
        }
        "snapshot" => vec![home.snapshot(camera, std::fs::read(argument)?)?],
        "diagnostics" => {
            let status = client.status();
            let diagnostics = Diagnostics {
                queued: status.queued as u64,
                dropped: status.counters.dropped_queue_full,
                protocol: status.protocol.unwrap_or_default().into(),
            };
            home.diagnostics(&diagnostics).into_iter().collect()
        }
        "disable" => home.disable(camera, now)?,
        "remove" => home.remove(camera)?,
        "reconfigure" => {
            let settings = Settings::from_json(&read_to_string(rest)?)?;
            client.reconfigure(settings.clone())?;
            home.reconfigure(&settings)?
        }
        _ => return Err(format!("there is no command {command:?}").into()),
    })
}
