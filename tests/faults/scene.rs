//! Where the publisher meets the broker: directly on this host, under a name, or over a network of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::network::Network;
use crate::support::proxy::{self, Proxy};

/// Kinds of scenes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Loopback,
    /// The publisher knows the broker by a name, whose address can change.
    Name,
    /// The publisher is on the other side of a link that can go down. Needs root.
    Link,
}

/// See the module.
pub struct Scene {
    /// What the publisher calls the broker.
    pub host: String,
    /// How the publisher's command begins, and its environment.
    pub prefix: Vec<String>,
    pub environment: Vec<(&'static str, PathBuf)>,
    /// The last one is in use. They go before the network does.
    proxies: Vec<Proxy>,
    network: Option<Network>,
    address_file: PathBuf,
    upstream: u16,
}

impl Scene {
    pub fn set(place: Place, upstream: u16, directory: &Path) -> Scene {
        let mut scene = Scene {
            host: "127.0.0.1".to_owned(),
            prefix: Vec::new(),
            environment: Vec::new(),
            network: None,
            proxies: Vec::new(),
            address_file: directory.join("address"),
            upstream,
        };
        match place {
            Place::Loopback => scene.proxies.push(Proxy::start(upstream)),
            Place::Name => {
                scene.host = "broker.test".to_owned();
                scene.environment = vec![
                    ("LD_PRELOAD", compile_resolver(directory)),
                    ("ARGUS_MQTT_TEST_ADDRESS", scene.address_file.clone()),
                ];
                scene.proxies.push(Proxy::start(upstream));
                scene.name_means("127.0.0.1");
            }
            Place::Link => {
                let network = Network::set();
                scene.host = network.broker_address().to_string();
                scene.prefix = network.command_prefix();
                let site = proxy::Site {
                    address: network.broker_address(),
                    namespace: Some(network.broker_namespace()),
                };
                scene.proxies.push(Proxy::start_at(site, None, upstream));
                scene.network = Some(network);
            }
        }
        scene
    }

    pub fn proxy(&self) -> &Proxy {
        self.proxies.last().expect("there is one")
    }

    pub fn network(&self) -> &Network {
        self.network.as_ref().expect("the scene is set on a link")
    }

    /// The broker is to be found at another address of this host, and the name follows it.
    pub fn change_address(&mut self) {
        let site = proxy::Site {
            address: [127, 0, 0, 2].into(),
            namespace: None,
        };
        let port = self.proxy().port();
        let moved = Proxy::start_at(site, Some(port), self.upstream);
        self.proxies.push(moved);
        self.name_means("127.0.0.2");
    }

    fn name_means(&self, address: &str) {
        std::fs::write(&self.address_file, address).expect("the directory is ours");
    }
}

fn compile_resolver(directory: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/resolver.c");
    let library = directory.join("resolver.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "gcc".to_owned());
    let mut command = Command::new(&compiler);
    command.args([
        "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
    ]);
    command.arg(source).arg("-o").arg(&library).arg("-ldl");
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{compiler}: {error}; install it or set CC"));
    assert!(output.status.success(), "{output:?}");
    library
}
