//! The shortest publisher: online, one event, offline.
//!
//! `cargo run --example publish -- '{"broker_host": "homeassistant.local"}'`

use argus_mqtt::{Client, Error, Settings};
use std::time::Duration;

fn main() -> Result<(), Error> {
    let settings = std::env::args()
        .nth(1)
        .expect("usage: publish SETTINGS_AS_JSON");
    let client = Client::connect(Settings::from_json(&settings)?)?;
    client.publish_event("front_door", r#"{"description": "A person at the door"}"#)?;
    let report = client.shutdown(Duration::from_secs(10))?;
    println!("left undelivered: {}", report.left);
    Ok(())
}
