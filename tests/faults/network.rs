//! A link between two network namespaces, which can go down or lose everything. Needs root.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::Process;
use crate::support::wait::eventually;

/// Addresses for examples, which no network uses; these namespaces have no way out in any case.
const BROKER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const CABLE: &str = "cable";
const NOBODY: &str = "02:00:00:00:00:99";

pub struct Network {
    broker: Namespace,
    client: Namespace,
}

impl Network {
    /// Fails, and says why, where network namespaces cannot be made.
    #[track_caller]
    pub fn set() -> Network {
        let network = Network {
            broker: Namespace::new(),
            client: Namespace::new(),
        };
        let client = network.client.process.id().to_string();
        let cable = ["link", "add", "name", CABLE, "type", "veth"];
        let peer = ["peer", "name", CABLE, "netns", &client];
        network.broker.ip(&[&cable[..], &peer[..]].concat());
        for (namespace, address) in [(&network.broker, BROKER), (&network.client, CLIENT)] {
            let address = format!("{address}/24");
            namespace.ip(&["address", "add", &address, "dev", CABLE]);
            namespace.ip(&["link", "set", CABLE, "up"]);
            namespace.ip(&["link", "set", "lo", "up"]);
        }
        network
    }

    pub fn broker_address(&self) -> IpAddr {
        BROKER.into()
    }

    pub fn broker_namespace(&self) -> PathBuf {
        self.broker.file()
    }

    /// Runs a command on the client's side.
    pub fn command_prefix(&self) -> Vec<String> {
        self.client.enter()
    }

    /// As a cable that is pulled out.
    pub fn link_down(&self) {
        self.broker.ip(&["link", "set", CABLE, "down"]);
    }

    pub fn link_up(&self) {
        self.broker.ip(&["link", "set", CABLE, "up"]);
    }

    /// The link is up, and what is sent over it reaches nobody.
    pub fn lose_everything(&self) {
        self.set_neighbours("replace", &["lladdr", NOBODY, "nud", "permanent"]);
    }

    pub fn lose_nothing(&self) {
        self.set_neighbours("del", &[]);
    }

    fn set_neighbours(&self, action: &str, state: &[&str]) {
        for (namespace, other) in [(&self.broker, CLIENT), (&self.client, BROKER)] {
            let other = other.to_string();
            let words = ["neigh", action, &other, "dev", CABLE];
            namespace.ip(&[&words[..], state].concat());
        }
    }
}

/// Lives as long as the process in it, which ends with this one.
struct Namespace {
    process: Process,
}

impl Namespace {
    #[track_caller]
    fn new() -> Namespace {
        assert!(
            rustix::process::geteuid().is_root(),
            "a network namespace needs root: run it as root, or this fault stays untried"
        );
        let mut command = Command::new("unshare");
        // It waits for an input that never comes.
        command.args(["--net", "cat"]);
        let namespace = Namespace {
            process: Process::spawn("unshare", command),
        };
        let ours = std::fs::read_link("/proc/self/ns/net").expect("the system has namespaces");
        eventually("there is a network namespace", || {
            std::fs::read_link(namespace.file()).is_ok_and(|file| file != ours)
        });
        namespace
    }

    fn file(&self) -> PathBuf {
        Path::new("/proc")
            .join(self.process.id().to_string())
            .join("ns/net")
    }

    fn enter(&self) -> Vec<String> {
        let file = self.file().display().to_string();
        vec!["nsenter".to_owned(), format!("--net={file}")]
    }

    #[track_caller]
    fn ip(&self, words: &[&str]) {
        let enter = self.enter();
        let mut command = Command::new(&enter[0]);
        command.args(&enter[1..]).arg("ip").args(words);
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("nsenter: {error}; install util-linux"));
        let complaint = String::from_utf8_lossy(&output.stderr);
        let words = words.join(" ");
        assert!(output.status.success(), "ip {words}: {complaint}");
    }
}
