//! What a test of a connection says.

use crate::engine::Limits;
use crate::tls::BrokerCertificate;
use serde::Serialize;

/// What [`test_connection`](crate::test_connection) found. As JSON it is one object with the fields below; names of steps
/// and results are spelt in snake case. Holds no password.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionReport {
    /// Whether no step failed.
    pub works: bool,
    /// The broker, as `host:port`.
    pub broker: String,
    /// The client id of the test: that of the settings and `-test`, so that a running client is not disturbed.
    pub client_id: String,
    /// The topic of the test, `{topic_prefix}/connection-test`. What is sent there is not retained.
    pub topic: String,
    /// The steps, in the order in which they were made.
    pub steps: Vec<ConnectionStep>,
    /// The MQTT version that the broker accepted: `5` or `3.1.1`.
    pub protocol: Option<&'static str>,
    /// Why that version.
    pub protocol_reason: Option<String>,
    /// What the broker said of itself.
    pub limits: Option<Limits>,
    /// Over TLS, the certificate that the broker showed, whether or not it is trusted.
    pub certificate: Option<BrokerCertificate>,
    /// Why the step that failed failed, in plain words.
    pub cause: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
    /// What the test shows, in sentences.
    pub proves: Vec<String>,
    /// What it does not show, in sentences.
    pub does_not_prove: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionStep {
    /// Which.
    pub step: StepName,
    /// What it came to.
    pub result: StepResult,
    /// How long it took; none for one that was not made, or that comes with another.
    pub seconds: Option<f64>,
    /// What else there is to say.
    pub detail: Option<String>,
}

/// The steps of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepName {
    /// The broker's name has an address.
    Name,
    /// A TCP connection can be made.
    Tcp,
    /// TLS accepts the broker, and the broker us.
    Tls,
    /// What answers speaks MQTT.
    Mqtt,
    /// The broker accepts username, password and client id; comes with the answer of the step before.
    Login,
    /// The broker takes a message.
    Publish,
    /// The broker grants a subscription.
    Subscribe,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepResult {
    /// It works.
    Passed,
    /// It does not: the test ended here.
    Failed,
    /// Nothing speaks against it, but a broker that refuses it would not say so either.
    Unproven,
    /// Not needed with these settings.
    Skipped,
    /// Not made, because an earlier one failed.
    NotReached,
}
