//! nats-server with JetStream: MQTT 3.1.1 only; answers MQTT 5 with `20 02 00 01` and closes.

use super::{debian_program, Broker, Ready, Recipe};
use crate::support::codec::Version;

/// Keeps its state on disk, over restarts.
#[track_caller]
pub fn start() -> Broker {
    Broker::launch(Recipe {
        name: "nats-server",
        version: Version::V311,
        // Written last, after the MQTT listener is there.
        ready: Ready::Line("Server is ready"),
        command: Box::new(|directory, port, _| {
            // Its own protocol needs a port too; -1 lets it take any.
            let text = format!(
                "server_name: test\n\
                 listen: \"127.0.0.1:-1\"\n\
                 jetstream {{ store_dir: \"{}\" }}\n\
                 mqtt {{ host: \"127.0.0.1\", port: {port} }}\n",
                directory.join("jetstream").display()
            );
            let file = directory.join("nats.conf");
            std::fs::write(&file, text).expect("the broker's directory is writable");
            let mut command = debian_program("nats-server");
            command.arg("--config").arg(file);
            command
        }),
    })
}
