//! Testing whether settings make a connection that works, beside whatever client is running.
//!
//! An attempt of the wire, and then a message and a subscription on the connection that comes of it, on the thread of
//! the caller.

mod announced;
mod attempt;
mod found;
mod permissions;
mod remedy;
mod report;
mod running;
mod steps;

pub use announced::{find_announced, AnnouncedEntity};
pub use report::{ConnectionReport, ConnectionStep, StepName, StepResult};
pub use running::ConnectionTest;

use crate::clock::Clock;
use crate::engine::{Failure, FailureKind, Limits};
use crate::error::Error;
use crate::outbox::Time;
use crate::settings::Settings;
use crate::waker::Waker;
use crate::wire::Dialer;
use attempt::connect;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;
use steps::Steps;

/// What a test is made with.
struct Test {
    dialer: Dialer,
    waker: Waker,
    timeout: Duration,
    deadline: Time,
    begun: Time,
    wants_configs: bool,
    is_cancelled: AtomicBool,
}

impl Test {
    /// With these settings, but a client id and a topic of its own.
    fn new(
        settings: &Settings,
        suffix: &str,
        topic: &str,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let mut of_the_test = settings.clone();
        of_the_test.client_id.push_str(suffix);
        of_the_test.availability_topic = topic.into();
        let waker = Waker::new(Clock::new())?;
        let begun = waker.clock().now();
        Ok(Test {
            dialer: Dialer::new(Arc::new(of_the_test))?,
            deadline: begun.saturating_add(timeout),
            timeout,
            waker,
            begun,
            wants_configs: false,
            is_cancelled: AtomicBool::new(false),
        })
    }

    fn now(&self) -> Time {
        self.waker.clock().now()
    }

    fn is_over(&self) -> bool {
        self.deadline <= self.now() || self.is_cancelled.load(Ordering::SeqCst)
    }

    /// Ends it soon, from another thread: nobody wants its report any more.
    fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::SeqCst);
        self.waker.wake();
    }

    fn too_late(&self) -> Failure {
        let seconds = self.timeout.as_secs_f32();
        Failure {
            kind: FailureKind::Unreachable,
            text: format!("the broker did not answer within the {seconds} s of the test"),
        }
    }
}

/// Tests whether a client with these settings can connect and publish: connects as a client would, publishes one
/// message, subscribes to one topic, disconnects, and reports each step. Blocks for at most `timeout`, and ends at the
/// first step that fails. [`ConnectionTest`] does the same in the background.
///
/// Running clients and their topics are not affected: the client ID is that of the settings followed by `-test`, there
/// is no will, and the only topic is `{topic_prefix}/connection-test`, where nothing is retained.
///
/// A failure of the connection is part of the report, not an error.
///
/// ```
/// use argus_mqtt::{test_connection, Settings, StepName, StepResult};
/// use std::time::Duration;
///
/// let settings = Settings::from_json(r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#)?;
/// let report = test_connection(&settings, Duration::from_secs(10))?;
/// let failed = report.steps.iter().find(|step| step.result == StepResult::Failed);
/// assert_eq!(failed.map(|step| step.step), Some(StepName::Tcp));
/// assert!(report.remedy.is_some_and(|remedy| remedy.contains("broker_port")));
/// # Ok::<(), argus_mqtt::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidSettings`](crate::ErrorKind::InvalidSettings) if a TLS file cannot be used;
/// [`ErrorKind::System`](crate::ErrorKind::System) if the process has no file descriptor left.
pub fn test_connection(settings: &Settings, timeout: Duration) -> Result<ConnectionReport, Error> {
    Ok(run(settings, &prepare(settings, timeout)?))
}

/// A test that can be run: its files are read, and it has its descriptors.
fn prepare(settings: &Settings, timeout: Duration) -> Result<Test, Error> {
    Test::new(settings, "-test", &topic(settings), timeout)
}

fn topic(settings: &Settings) -> String {
    format!("{}/connection-test", settings.topic_prefix)
}

fn run(settings: &Settings, test: &Test) -> ConnectionReport {
    let mut steps = Steps::new(test.begun);
    let mut report = blank(settings, test);
    let result = connect(test, &mut steps, &mut report.certificate).and_then(|connected| {
        report.protocol = Some(connected.version.name());
        report.protocol_reason = Some(connected.reason);
        report.limits = Some(Limits::from(&connected.opened.connack));
        let (opened, version) = (connected.opened, connected.version);
        permissions::examine(test, &report.topic, opened, version, &mut steps)
    });
    report.works = result.is_ok();
    if let Err((step, text)) = result {
        let (cause, remedy) = remedy::split(step, &text);
        (report.cause, report.remedy) = (Some(cause), Some(remedy));
    }
    report.steps = steps.finish();
    report.proves = proves(&report);
    report.seconds = (test.now() - test.begun).as_secs_f64();
    report
}

fn blank(settings: &Settings, test: &Test) -> ConnectionReport {
    ConnectionReport {
        works: false,
        broker: settings.broker(),
        client_id: test.dialer.settings().client_id.clone(),
        topic: topic(settings),
        steps: Vec::new(),
        protocol: None,
        protocol_reason: None,
        limits: None,
        certificate: None,
        cause: None,
        remedy: None,
        proves: Vec::new(),
        does_not_prove: vec![
            format!(
                "that the broker accepts the client ID {:?}: the test used another, because a running client has it",
                settings.client_id
            ),
            format!(
                "that {:?} and the topics of events may be published to: access rules can differ from topic to topic",
                settings.availability_topic
            ),
            "that the broker stores retained messages and publishes the will: the test used neither".into(),
        ],
        seconds: 0.0,
    }
}

/// What the steps that passed show.
fn proves(report: &ConnectionReport) -> Vec<String> {
    let passed = |wanted| {
        let mut steps = report.steps.iter();
        steps.any(|step| step.step == wanted && step.result == StepResult::Passed)
    };
    let all = [
        (
            StepName::Login,
            format!("the broker lets this login in as {:?}", report.client_id),
        ),
        (
            StepName::Publish,
            format!("it takes messages on {:?}", report.topic),
        ),
        (
            StepName::Subscribe,
            format!("it grants a subscription to {:?}", report.topic),
        ),
    ];
    let shown = all.into_iter().filter(|(step, _)| passed(*step));
    shown.map(|(_, text)| text).collect()
}
