//! A publisher that runs for ever: reads events from standard input, one `CAMERA JSON` a line, and ends gracefully.
//!
//! `cargo run --example daemon -- settings.json`
//!
//! SIGTERM, SIGINT or the end of the input deliver what is queued, say offline and exit with status 0, or with 1 if
//! something was left. SIGHUP reads the settings file again and goes over to it, with what is queued.

use argus_mqtt::{Client, Error, Settings};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

enum Order {
    Publish(String),
    ReadSettings,
    End,
}

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("usage: daemon SETTINGS_FILE");
        return ExitCode::from(2);
    };
    match run(Path::new(&file)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(left) => {
            eprintln!("daemon: {left} messages were left undelivered");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("daemon: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    // A broker that is down is no reason to end: the client goes on trying.
    let client = Client::connect(read_settings(file)?)?;
    for order in orders()? {
        let result = match order {
            Order::Publish(line) => publish(&client, &line),
            Order::ReadSettings => reconfigure(&client, file),
            Order::End => break,
        };
        if let Err(error) = result {
            eprintln!("daemon: {error}");
        }
    }
    println!("ending");
    Ok(client.shutdown(Duration::from_secs(10))?.left)
}

fn publish(client: &Client, line: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (camera, event) = line
        .split_once(' ')
        .ok_or_else(|| format!("expected CAMERA JSON, got {line:?}"))?;
    client.publish_event(camera, event.to_string())?;
    Ok(())
}

/// Settings with a fault change nothing; the error names every fault.
fn reconfigure(client: &Client, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    client.reconfigure(read_settings(file)?)?;
    println!("new settings");
    Ok(())
}

fn read_settings(file: &Path) -> Result<Settings, Box<dyn std::error::Error>> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(
        Settings::from_json(&text)
            .map_err(|error: Error| format!("{}: {error}", file.display()))?,
    )
}

/// Signals and lines as they come, each read by a thread of its own.
fn orders() -> std::io::Result<Receiver<Order>> {
    let (sender, receiver) = mpsc::channel();
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let signal_sender: Sender<Order> = sender.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            let order = if signal == SIGHUP {
                Order::ReadSettings
            } else {
                Order::End
            };
            let _ = signal_sender.send(order);
        }
    });
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = sender.send(Order::Publish(line));
        }
        let _ = sender.send(Order::End);
    });
    Ok(receiver)
}
