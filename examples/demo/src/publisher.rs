//! The publisher: a process of its own, so that it can really be killed. It is all the demo has of argus-mqtt.

use crate::log::Log;
use crate::story::Story;
use argus_mqtt::{Client, Delivery, Error, PublishOptions, Settings};
use serde_json::{json, Value};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The process as the demo sees it: orders go in as lines of JSON, reports come out.
pub struct Publisher {
    child: Child,
    orders: Option<ChildStdin>,
    pub reports: Arc<Log<Value>>,
}

impl Publisher {
    pub fn start(story: &Arc<Story>, settings: &Value) -> Result<Publisher, String> {
        let this = std::env::current_exe().map_err(|e| format!("finding this program: {e}"))?;
        let mut child = Command::new(this)
            .args(["publisher", &settings.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("starting the publisher: {e}"))?;
        let reports = Arc::new(Log::new());
        let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        thread::spawn({
            let (story, reports) = (story.clone(), reports.clone());
            move || {
                for line in lines.map_while(Result::ok) {
                    let report: Value =
                        serde_json::from_str(&line).expect("the publisher reports in JSON");
                    if let Some(text) = report["text"].as_str() {
                        story.line("publisher", text);
                    }
                    reports.add(report);
                }
            }
        });
        let orders = child.stdin.take();
        Ok(Publisher {
            child,
            orders,
            reports,
        })
    }

    pub fn order(&mut self, order: &Value) -> Result<(), String> {
        let orders = self
            .orders
            .as_mut()
            .expect("orders stay open while the publisher lives");
        writeln!(orders, "{order}").map_err(|e| format!("the publisher takes no more orders: {e}"))
    }

    /// SIGKILL: it can't say goodbye.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn wait_for_exit(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What runs in the process.
pub fn run(settings: &str) -> Result<(), Error> {
    let client = Client::connect(Settings::from_json(settings)?)?;
    thread::spawn({
        let client = client.clone();
        move || match client.wait_online(Duration::from_secs(60)) {
            Ok(()) => report(
                json!({ "text": "online: the broker has acknowledged the birth message", "online": true }),
            ),
            Err(error) => report(json!({ "text": error.to_string() })),
        }
    });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let order: Value = serde_json::from_str(&line).expect("the demo orders in JSON");
        let text = |field: &str| order[field].as_str().unwrap_or_default().to_string();
        match order["order"].as_str() {
            Some("event") => {
                let name = order["event"]["description"]
                    .as_str()
                    .unwrap_or_default()
                    .to_string();
                follow(
                    name,
                    client.publish_event(&text("camera"), order["event"].to_string())?,
                );
            }
            Some("notice") => {
                let options = PublishOptions::new()
                    .expiry(order["expiry_seconds"].as_u64().map(Duration::from_secs));
                follow(
                    text("payload"),
                    client.publish(&text("topic"), text("payload"), options)?,
                );
            }
            Some("status") => {
                report(
                    json!({ "status": serde_json::to_value(client.status()).expect("a status is JSON") }),
                );
            }
            _ => {
                let end = client.shutdown(Duration::from_secs(10))?;
                report(json!({ "left": end.left, "acknowledged": end.offline_acknowledged }));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Reports what becomes of a message.
fn follow(name: String, delivery: Delivery) {
    thread::spawn(move || {
        if let Ok(outcome) = delivery.wait(Duration::from_secs(60)) {
            let outcome = format!("{outcome:?}").to_lowercase();
            report(
                json!({ "text": format!("{name}: {outcome}"), "name": name, "outcome": outcome }),
            );
        }
    });
}

fn report(report: Value) {
    println!("{report}");
}
