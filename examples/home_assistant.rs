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
//! input ends the program gracefully; the cameras stay in Home Assistant, unavailable.

use argus_mqtt::home_assistant::{Camera, CameraStatus, System};
use argus_mqtt::{Client, Settings};
use std::error::Error;
use std::fs::{read, read_to_string};
use std::io::stdin;
use std::time::Duration;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .ok_or("usage: home_assistant SETTINGS_FILE [SYSTEM_FILE]")?;
    let client = Client::connect(Settings::from_json(&read_to_string(file)?)?)?;
    if let Some(file) = arguments.next() {
        client.announce_system(System::from_json(&read_to_string(file)?)?)?;
    }
    for line in stdin().lines() {
        match obey(&client, &line?) {
            Ok(()) => println!("done"),
            Err(error) => println!("home_assistant: {error}"),
        }
    }
    client.shutdown(Duration::from_secs(10))?;
    Ok(())
}

/// Does what a line asks for, and waits until all of it has been delivered.
fn obey(client: &Client, line: &str) -> Result<(), Failure> {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (camera, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    match command {
        "announce" => client.announce_camera(Camera::from_json(rest)?)?,
        "status" => {
            client.publish_camera_status(camera, CameraStatus::from_word(argument), None)?;
        }
        "event" => drop(client.publish_event(camera, argument.to_owned())?),
        "last_event" => client.publish_camera_last_event(camera, argument)?,
        "activity" => client.publish_camera_activity(camera, argument == "on")?,
        "counts" => {
            let (today, this_week) = argument.split_once(' ').ok_or("counts: give two numbers")?;
            client.publish_camera_counts(camera, today.parse()?, this_week.parse()?)?;
        }
        "snapshot" => client.publish_camera_snapshot(camera, read(argument)?)?,
        "diagnostics" => client.publish_diagnostics()?,
        "disable" => client.disable_camera(camera)?,
        "remove" => client.remove_camera(camera)?,
        "reconfigure" => client.reconfigure(Settings::from_json(&read_to_string(rest)?)?)?,
        _ => return Err(format!("there is no command {command:?}").into()),
    }
    match client.flush(Duration::from_secs(60)) {
        0 => Ok(()),
        left => Err(format!("{left} messages have not been delivered").into()),
    }
}
