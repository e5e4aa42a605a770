//! The broker of the demo: one inside this program, Mosquitto if it is installed, or any other that BROKER names.

use crate::story::Story;
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Broker {
    pub address: SocketAddr,
    pub username: Option<String>,
    pub password: Option<String>,
    /// How to start it; none for a broker that is not ours.
    program: Option<Program>,
    process: Option<Child>,
}

#[derive(Clone, Copy)]
enum Program {
    Embedded,
    Mosquitto,
}

impl Broker {
    /// Chooses by the environment variable BROKER, which is empty, `embedded`, `mosquitto` or `HOST:PORT`.
    pub fn from_environment(story: &Story) -> Result<Broker, String> {
        let wanted = std::env::var("BROKER").unwrap_or_default();
        let program = match wanted.as_str() {
            "" if mosquitto_is_installed() => Program::Mosquitto,
            "" | "embedded" => Program::Embedded,
            "mosquitto" => Program::Mosquitto,
            address => return Broker::external(story, address),
        };
        let mut broker = Broker {
            address: free_address()?,
            username: None,
            password: None,
            program: Some(program),
            process: None,
        };
        broker.start()?;
        let name = match program {
            Program::Embedded => "rumqttd, inside this program",
            Program::Mosquitto => "Mosquitto, started for this demo",
        };
        story.line(
            "demo",
            &format!("the broker is {name}, on {}", broker.address),
        );
        Ok(broker)
    }

    fn external(story: &Story, address: &str) -> Result<Broker, String> {
        let resolved = address
            .to_socket_addrs()
            .map_err(|e| {
                format!("BROKER={address}: {e}; expected HOST:PORT, embedded or mosquitto")
            })?
            .next()
            .ok_or_else(|| format!("BROKER={address}: no address is known for this name"))?;
        story.line("demo", &format!("the broker is the one at {address}"));
        Ok(Broker {
            address: resolved,
            username: std::env::var("BROKER_USERNAME").ok(),
            password: std::env::var("BROKER_PASSWORD").ok(),
            program: None,
            process: None,
        })
    }

    /// Whether the demo may stop it.
    pub fn is_ours(&self) -> bool {
        self.program.is_some()
    }

    /// Starts it and waits until it accepts connections. A broker that is not ours is left alone.
    pub fn start(&mut self) -> Result<(), String> {
        let Some(program) = self.program else {
            return Ok(());
        };
        let mut child = program
            .command(self.address)?
            .spawn()
            .map_err(|e| format!("starting the broker: {e}"))?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.address).is_err() {
            let ended = child
                .try_wait()
                .map_err(|e| format!("waiting for the broker: {e}"))?;
            if ended.is_some() || Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("the broker did not come up on {}", self.address));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(child);
        Ok(())
    }

    /// Kills it, as a power cut would: all it kept in memory is gone.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Program {
    fn command(self, address: SocketAddr) -> Result<Command, String> {
        let mut command = match self {
            Program::Embedded => {
                let this =
                    std::env::current_exe().map_err(|e| format!("finding this program: {e}"))?;
                let mut command = Command::new(this);
                command.arg("broker").arg(address.to_string());
                command
            }
            Program::Mosquitto => {
                // Ends with the demo, however the demo ends.
                let mut command = Command::new("setpriv");
                command.args([
                    "--pdeathsig",
                    "KILL",
                    "mosquitto",
                    "-p",
                    &address.port().to_string(),
                ]);
                command.env(
                    "PATH",
                    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()),
                );
                command
            }
        };
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(command)
    }
}

/// The child process in which the embedded broker runs. Ends when the demo does, which closes standard input.
pub fn serve(address: SocketAddr) -> Result<(), String> {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let listener = rumqttd::ServerSettings {
        name: "mqtt5".into(),
        listen: address,
        tls: None,
        next_connection_delay_ms: 0,
        connections: rumqttd::ConnectionSettings {
            connection_timeout_ms: 5000,
            max_payload_size: 1024 * 1024,
            max_inflight_count: 100,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        },
    };
    let config = rumqttd::Config {
        router: rumqttd::RouterConfig {
            max_connections: 100,
            max_outgoing_packet_count: 200,
            max_segment_size: 10 * 1024 * 1024,
            max_segment_count: 10,
            ..Default::default()
        },
        v5: Some(HashMap::from([("1".to_string(), listener)])),
        ..Default::default()
    };
    rumqttd::Broker::new(config)
        .start()
        .map_err(|e| format!("the embedded broker: {e}"))
}

fn mosquitto_is_installed() -> bool {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    std::env::split_paths(&path).any(|directory| directory.join("mosquitto").is_file())
}

/// Below the ports that the system gives to outgoing connections, so that none takes it while the broker is down.
pub fn free_address() -> Result<SocketAddr, String> {
    let start = std::process::id() as u16 % 10_000;
    (0..10_000)
        .map(|step| SocketAddr::from(([127, 0, 0, 1], 20_000 + (start + step) % 10_000)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or_else(|| "no TCP port from 20000 to 29999 is free".to_string())
}
