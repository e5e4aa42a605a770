//! What a test of a connection says.

use crate::engine::Limits;
use crate::tls::BrokerCertificate;
use serde::Serialize;

/// The report of [`test_connection`](crate::test_connection). As JSON it is one object with the fields below; the names
/// of steps and results are in snake case. It contains no password.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionReport {
    /// Whether no step failed.
    pub works: bool,
    /// The broker, as `host:port`.
    pub broker: String,
    /// The client ID of the test: that of the settings followed by `-test`, so that a running client is not affected.
    pub client_id: String,
    /// The topic of the test, `{topic_prefix}/connection-test`. What is sent there is not retained.
    pub topic: String,
    /// The steps, in order.
    pub steps: Vec<ConnectionStep>,
    /// The MQTT version that the broker accepted: `5` or `3.1.1`.
    pub protocol: Option<&'static str>,
    /// Why this version was used.
    pub protocol_reason: Option<String>,
    /// The limits that the broker announced.
    pub limits: Option<Limits>,
    /// Over TLS, the certificate that the broker presented, whether or not it is trusted.
    pub certificate: Option<BrokerCertificate>,
    /// Why a step failed, in plain words.
    pub cause: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
    /// What the test proves, in sentences.
    pub proves: Vec<String>,
    /// What it does not prove, in sentences.
    pub does_not_prove: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionStep {
    /// The name of the step.
    pub step: StepName,
    /// The result.
    pub result: StepResult,
    /// How long it took; none for a step that was not made or is part of another.
    pub seconds: Option<f64>,
    /// Further information.
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
    /// The TLS handshake: the client accepts the broker, and the broker the client.
    Tls,
    /// An MQTT broker answers.
    Mqtt,
    /// The broker accepts username, password and client ID; part of the answer in the step before.
    Login,
    /// The broker accepts a message.
    Publish,
    /// The broker grants a subscription.
    Subscribe,
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepResult {
    /// It works.
    Passed,
    /// It does not work; the test ended here.
    Failed,
    /// There is no sign of a failure, but this broker would not report one.
    Unproven,
    /// Not needed with these settings.
    Skipped,
    /// Not made, because an earlier one failed.
    NotReached,
}
