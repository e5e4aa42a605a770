//! One run: a broker, a proxy before it, a witness beside it, and publishers.

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::brokers::{Kind, Wishes};
use crate::clock::now;
use crate::publisher::{Plan, Publisher, PATIENCE};
use crate::scene::{self, Scene};
use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::proxy::Proxy;
use crate::support::subscriber::Subscriber;
use crate::support::wait::eventually;
use crate::support::Access;

pub const STATUS: &str = "argusai/status";
pub const CLIENT_ID: &str = "argusfaults";
pub const KEEP_ALIVE_SECONDS: f64 = 5.0;
pub const EVENTS_PER_SECOND: u32 = 200;
/// The same to a broker that writes its whole state to disk after every message: it has to catch up on a busy machine.
pub const EVENTS_PER_SECOND_TO_DISK: u32 = 50;
/// Small enough that long outages let some events be dropped.
const MAX_QUEUED_MESSAGES: u32 = 1500;

/// When a broker says that another client has our client id, the library leaves it alone for up to four minutes.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// From when to when something was so.
pub type Span = (f64, f64);

/// A broker with its witness, and when it was the one that served.
pub struct Served {
    pub broker: Broker,
    pub witness: Subscriber,
    pub access: Access,
    /// When it could not be asked: it was dead, or paused, or not the one in use.
    pub away: Vec<Span>,
    /// When it was killed.
    pub kills: Vec<f64>,
    /// When it was paused.
    pub pauses: Vec<Span>,
    away_since: Option<f64>,
}

impl Served {
    fn new(broker: Broker, has_users: bool) -> Served {
        let mut access = Access::from(&broker);
        if has_users {
            access = access.login("witness", "witness");
        }
        Served {
            witness: Subscriber::durable(&access, &["argusai/#"]),
            broker,
            access,
            away: Vec::new(),
            kills: Vec::new(),
            pauses: Vec::new(),
            away_since: None,
        }
    }

    fn is_in_use(&self) -> bool {
        self.away_since.is_none()
    }

    fn goes(&mut self) {
        self.away_since.get_or_insert_with(now);
    }

    fn comes(&mut self) {
        if let Some(since) = self.away_since.take() {
            self.away.push((since, now()));
        }
    }
}

/// See the module. The methods are what harms and cures are made of; they note when what was so.
pub struct Stage {
    /// The first serves at first.
    pub served: Vec<Served>,
    pub scene: Scene,
    pub publishers: Vec<Publisher>,
    /// When no event could get through although nobody was told.
    pub silent: Vec<Span>,
    /// When the process was dead or stood still.
    pub process_away: Vec<Span>,
    silent_since: Option<f64>,
    process_away_since: Option<f64>,
    has_users: bool,
    plan: Plan,
    directory: TempDir,
}

impl Stage {
    /// Everything is up, and the publisher publishes.
    pub fn set(kind: &Kind, wishes: &Wishes, place: scene::Place, seed: Option<u64>) -> Stage {
        let has_users = wishes.login || kind.needs_user;
        let mut served = vec![Served::new((kind.start)(wishes), has_users)];
        if let Some(other) = wishes.replaced_by {
            let mut second = Served::new((other.start)(&Wishes::default()), false);
            second.goes();
            served.push(second);
        }
        let directory = TempDir::new().expect("the system's temporary directory is writable");
        let scene = Scene::set(place, served[0].broker.port(), directory.path());
        let mut settings = json!({
            "broker_host": scene.host,
            "broker_port": scene.proxy().port(),
            "client_id": CLIENT_ID,
            "keep_alive_seconds": KEEP_ALIVE_SECONDS as u32,
            "message_expiry_seconds": 60,
            "reconnect_max_seconds": 2,
            "max_queued_messages": MAX_QUEUED_MESSAGES,
        });
        if has_users {
            settings["username"] = json!("camera");
            settings["password"] = json!("secret");
        }
        let plan = Plan {
            settings,
            events_per_second: match wishes.persistence {
                true => EVENTS_PER_SECOND_TO_DISK,
                false => EVENTS_PER_SECOND,
            },
            seed,
            prefix: scene.prefix.clone(),
            environment: scene.environment.clone(),
        };
        let mut stage = Stage {
            served,
            scene,
            publishers: Vec::new(),
            silent: Vec::new(),
            process_away: Vec::new(),
            silent_since: None,
            process_away_since: None,
            has_users,
            plan,
            directory,
        };
        stage.start_publisher();
        stage
    }

    pub fn proxy(&self) -> &Proxy {
        self.scene.proxy()
    }

    /// The one that serves now.
    pub fn serving(&self) -> &Served {
        let serving = self.served.iter().find(|served| served.is_in_use());
        serving.expect("one serves")
    }

    pub fn publisher(&mut self) -> &mut Publisher {
        self.publishers.last_mut().expect("there is one")
    }

    /// Waits until so many more events were handed over: time, as the publisher measures it.
    pub fn let_publish(&mut self, events: u64) {
        let before = self.publisher().number("/counters/accepted");
        self.publisher()
            .wait("events are handed over", |publisher| {
                publisher.number("/counters/accepted") >= before + events
            });
    }

    /// Waits until the publisher is online, nothing waits any more, and a second's worth of events came through.
    pub fn recover(&mut self) {
        self.recover_within(PATIENCE);
    }

    fn recover_within(&mut self, deadline: Duration) {
        let wanted =
            self.publisher().number("/counters/delivered") + u64::from(self.plan.events_per_second);
        self.publisher()
            .wait_within(deadline, "all is well again", |publisher| {
                publisher.is_online()
                    && publisher.number("/queued") == 0
                    && publisher.number("/counters/delivered") >= wanted
            });
    }

    fn start_publisher(&mut self) {
        let number = self.publishers.len();
        let publisher = Publisher::start(&self.plan, self.directory.path(), number);
        self.publishers.push(publisher);
        self.publisher().wait("it is online", Publisher::is_online);
    }

    /// From now on nothing gets through, and no side is told.
    pub fn falls_silent(&mut self) {
        self.silent_since.get_or_insert_with(now);
    }

    pub fn is_heard(&mut self) {
        if let Some(since) = self.silent_since.take() {
            self.silent.push((since, now()));
        }
    }

    pub fn kill_broker(&mut self) {
        let served = &mut self.served[0];
        served.goes();
        served.kills.push(now());
        served.broker.kill();
        // Whoever connects now is refused, as by a host on which no broker runs.
        self.proxy().down();
    }

    /// The publisher is let in when the witness is back: what a broker that has forgotten the witness takes
    /// before that, reaches nobody.
    pub fn start_broker(&mut self) {
        let served = &mut self.served[0];
        let connections = served.witness.connections();
        served.broker.start();
        served.witness.wait_for_connections(connections + 1);
        served.comes();
        self.proxy().up();
    }

    pub fn pause_broker(&mut self) {
        self.served[0].goes();
        self.served[0].broker.pause();
    }

    pub fn resume_broker(&mut self) {
        let served = &mut self.served[0];
        served.broker.resume();
        served.comes();
        served.pauses.extend(served.away.last());
    }

    /// The broker of this number serves from now on; the others run, but are not asked.
    pub fn replace_broker(&mut self, number: usize) {
        self.proxy().down();
        for (index, served) in self.served.iter_mut().enumerate() {
            if index == number {
                served.comes();
            } else {
                served.goes();
            }
        }
        self.proxy().set_upstream(self.served[number].broker.port());
        self.proxy().up();
    }

    pub fn kill_process(&mut self) {
        self.process_away_since = Some(now());
        self.publisher().process.kill();
        self.wait_for_offline();
    }

    pub fn restart_process(&mut self) {
        self.start_publisher();
        self.process_is_back();
    }

    pub fn pause_process(&mut self) {
        self.process_away_since = Some(now());
        self.publisher().process.pause();
        self.wait_for_offline();
    }

    pub fn resume_process(&mut self) {
        self.publisher().process.resume();
        self.process_is_back();
    }

    fn process_is_back(&mut self) {
        if let Some(since) = self.process_away_since.take() {
            self.process_away.push((since, now()));
        }
    }

    /// Another client connects with the publisher's client id, and stays until the publisher takes it back.
    pub fn take_over(&mut self) {
        let mut access = Access::from(&self.served[0].broker);
        if self.has_users {
            access = access.login("camera", "secret");
        }
        let mut connect = access.connect_packet();
        connect.client_id = CLIENT_ID.to_owned();
        let twin = Client::connect(&access, connect);
        self.recover_within(LONGEST_REST);
        twin.close();
    }

    fn wait_for_offline(&self) {
        let witness = &self.served[0].witness;
        eventually("the witness sees that it is offline", || {
            let last = witness.on(STATUS).pop();
            last.is_some_and(|message| message.text() == "offline")
        });
    }
}
