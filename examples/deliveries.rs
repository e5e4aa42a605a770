//! Waits for each delivery, and says what became of it.
//!
//! `cargo run --example deliveries -- '{"broker_host": "homeassistant.local"}'`

use argus_mqtt::{Client, Error, Outcome, PublishOptions, Settings};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let Some(settings) = std::env::args().nth(1) else {
        eprintln!("usage: deliveries SETTINGS_AS_JSON");
        return ExitCode::from(2);
    };
    match run(&settings) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("deliveries: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything was delivered.
fn run(settings: &str) -> Result<bool, Error> {
    let client = Client::connect(Settings::from_json(settings)?)?;
    // Fails at once where waiting is no cure, as with a wrong password.
    client.wait_online(Duration::from_secs(30))?;

    // Nothing below waits for the network until `wait`.
    let mut deliveries = Vec::new();
    for description in ["A person at the door", "A parcel", "Nobody"] {
        let event = serde_json::json!({ "description": description }).to_string();
        deliveries.push((description, client.publish_event("front_door", event)?));
    }
    // Any other message: here a state that the broker keeps, and that never expires.
    let kept = PublishOptions::new().retain(true);
    deliveries.push((
        "state",
        client.publish("argusai/front_door/state", "idle", kept)?,
    ));

    let mut all = true;
    for (name, delivery) in deliveries {
        let outcome = delivery.wait(Duration::from_secs(30))?;
        let text = match &outcome {
            Outcome::Delivered => "delivered".to_string(),
            Outcome::Expired => "expired before it could be sent".to_string(),
            Outcome::Dropped(reason) => format!("dropped: {reason}"),
            Outcome::Rejected(reason) => format!("rejected: {reason}"),
            Outcome::Unknown => "unknown: it may have arrived".to_string(),
            // A later version may know more.
            other => format!("{other:?}"),
        };
        println!("{name}: {text}");
        all &= outcome == Outcome::Delivered;
    }
    client.shutdown(Duration::from_secs(10))?;
    Ok(all)
}
