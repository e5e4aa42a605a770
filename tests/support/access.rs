//! How to reach a broker, and what it has retained.

use super::client::Client;
use super::codec::{Connect, Publish, Version};

/// How to reach a broker: made from a port (MQTT 5), or from a broker, in a version that it speaks.
#[derive(Clone, Debug)]
pub struct Access {
    pub host: String,
    pub port: u16,
    pub version: Version,
    pub login: Option<(String, String)>,
}

impl Access {
    pub fn new(port: u16, version: Version) -> Access {
        Access {
            host: "127.0.0.1".to_owned(),
            port,
            version,
            login: None,
        }
    }

    pub fn login(mut self, username: &str, password: &str) -> Access {
        self.login = Some((username.to_owned(), password.to_owned()));
        self
    }

    /// A CONNECT with these credentials, a client id that nobody else has, and a keep alive that asks for no ping.
    pub fn connect_packet(&self) -> Connect {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut connect = Connect::new(
            self.version,
            &format!("test{}n{number}", std::process::id()),
        );
        // Longer than any test, and not 0: rumqttd takes that for no time at all.
        connect.keep_alive = u16::MAX;
        if let Some((username, password)) = &self.login {
            connect.username = Some(username.clone());
            connect.password = Some(password.clone().into_bytes());
        }
        connect
    }
}

impl From<u16> for Access {
    fn from(port: u16) -> Access {
        Access::new(port, Version::V5)
    }
}

impl From<&Access> for Access {
    fn from(access: &Access) -> Access {
        access.clone()
    }
}

/// The retained message on a topic, as somebody who subscribes now gets it, or none.
///
/// Waits until the broker has acknowledged the subscription and answered two pings after it, so that
/// none means none. Fails the test when the broker cannot be asked.
#[track_caller]
pub fn retained(access: impl Into<Access>, topic: &str) -> Option<Publish> {
    all_retained(access, topic).into_iter().next()
}

/// As [`retained`]: all the retained messages under a topic filter.
#[track_caller]
pub fn all_retained(access: impl Into<Access>, filter: &str) -> Vec<Publish> {
    let access = access.into();
    let mut client = Client::connect(&access, access.connect_packet());
    let asked = client.all_retained(filter);
    asked.unwrap_or_else(|error| panic!("cannot ask for what is retained on {filter}: {error}"))
}
