//! `make demo`: what a publisher promises, and what a Home Assistant sees of it, through faults that really happen.

mod broker;
mod chapters;
mod home_assistant;
mod log;
mod promises;
mod publisher;
mod relay;
mod story;

use broker::Broker;
use chapters::Demo;
use home_assistant::HomeAssistant;
use relay::Relay;
use std::process::ExitCode;
use std::sync::Arc;
use story::Story;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => demo(),
        ["broker", address] => broker::serve(address.parse().expect("the demo passes an address")),
        ["publisher", settings] => publisher::run(settings).map_err(|error| error.to_string()),
        _ => Err(
            "usage: argus-mqtt-demo (BROKER=embedded, mosquitto or HOST:PORT chooses the broker)"
                .to_string(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\ndemo: {message}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<(), String> {
    let story = Arc::new(Story::new());
    story.chapter("A camera system publishes through argus-mqtt; a Home Assistant watches on its own connection.");
    let broker = Broker::from_environment(&story)?;
    let relay = Relay::to(broker.address)?;
    let prefix = format!("argus-demo-{}", std::process::id());
    let home = HomeAssistant::start(&story, &broker, "Home Assistant", &prefix);
    home.wait_subscribed(0)?;
    let mut demo = Demo {
        story,
        home,
        relay,
        broker,
        prefix,
    };

    let mut publisher = demo.start("1. The publisher starts")?;
    demo.events(&mut publisher)?;
    demo.outage(&mut publisher)?;
    demo.kill(publisher)?;
    let publisher = demo.start("5. The publisher is started again")?;
    demo.graceful_end(publisher)?;
    demo.verdict()
}
