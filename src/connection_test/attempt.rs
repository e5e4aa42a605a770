//! From the settings to CONNACK, as a client would come there.

use super::report::{StepName, StepResult};
use super::steps::Steps;
use super::Test;
use crate::engine::{
    attempt_limit, Attempt, AvailabilityFlags, Failure, FailureKind, Version, VersionChoice,
};
use crate::outbox::Time;
use crate::settings::Settings;
use crate::tls::BrokerCertificate;
use crate::wire::{Opened, Progress};
use std::net::IpAddr;

/// A connection that stands, or where it failed and why.
pub(super) struct Connected {
    pub(super) opened: Opened,
    pub(super) version: Version,
    pub(super) reason: String,
}

/// Connects, with MQTT 5 first and 3.1.1 after it, as the settings and the broker's answers say.
pub(super) fn connect(
    test: &Test,
    steps: &mut Steps,
    certificate: &mut Option<BrokerCertificate>,
) -> Result<Connected, (StepName, String)> {
    let settings = test.dialer.settings();
    let mut choice = VersionChoice::new(settings.protocol);
    let mut version = choice.first(test.now());
    let mut number = 0;
    loop {
        number += 1;
        let begun = test.now();
        let attempt = Attempt {
            number,
            version,
            will: AvailabilityFlags::FULL,
            has_will: false,
            wants_configs: test.wants_configs,
            clean_start: true,
            limit: attempt_limit(settings, version),
        };
        let mut opening = test.dialer.open(attempt);
        let done = loop {
            match opening.poll(test.deadline, &test.waker) {
                Some(done) => break done,
                None if test.is_over() => break Err(test.too_late()),
                None => {}
            }
        };
        let progress = opening.progress();
        // The last attempt that came so far: another version of MQTT shows the same one.
        if let Some(shown) = opening.certificate() {
            *certificate = Some(shown);
        }
        let failure = match done {
            Ok(opened) => {
                choice.opened(test.now(), version);
                *steps = passed(settings, begun, progress);
                steps.at(test.now(), StepName::Mqtt, StepResult::Passed, None);
                steps.beside(StepName::Login, StepResult::Passed, anonymous(settings));
                return Ok(Connected {
                    opened,
                    version,
                    reason: choice.reason,
                });
            }
            Err(failure) => failure,
        };
        match choice.next(version, failure.kind, &failure.text) {
            Some(next) if !test.is_over() => version = next,
            _ => {
                *steps = passed(settings, begun, progress);
                let step = failed_step(settings, progress, failure.kind);
                if step == StepName::Login {
                    steps.at(test.now(), StepName::Mqtt, StepResult::Passed, None);
                    steps.beside(step, StepResult::Failed, None);
                } else {
                    steps.at(test.now(), step, StepResult::Failed, None);
                }
                return Err((step, text(&choice, version, &failure)));
            }
        }
    }
}

fn text(choice: &VersionChoice, version: Version, failure: &Failure) -> String {
    match choice.earlier_failure() {
        Some(earlier) if version == Version::V311 => {
            format!("MQTT 5: {earlier}; then MQTT 3.1.1: {}", failure.text)
        }
        _ => failure.text.clone(),
    }
}

/// The steps before MQTT that an attempt came through.
fn passed(settings: &Settings, begun: Time, progress: Progress) -> Steps {
    let mut steps = Steps::new(begun);
    let Some(addressed) = progress.addressed else {
        return steps;
    };
    match settings.broker_host.parse::<IpAddr>() {
        Ok(_) => steps.beside(StepName::Name, StepResult::Skipped, None),
        Err(_) => steps.at(addressed, StepName::Name, StepResult::Passed, None),
    }
    let Some((connected, address)) = progress.connected else {
        return steps;
    };
    let address = Some(address.to_string());
    steps.at(connected, StepName::Tcp, StepResult::Passed, address);
    match (&settings.tls, progress.secured) {
        (None, _) => steps.beside(StepName::Tls, StepResult::Skipped, None),
        (Some(_), Some(secured)) => {
            let is_checked = settings
                .tls
                .as_ref()
                .is_none_or(|tls| !tls.insecure_skip_verify);
            let detail = "the broker's certificate is not verified, as the settings say";
            let detail = (!is_checked).then(|| detail.into());
            steps.at(secured, StepName::Tls, StepResult::Passed, detail);
        }
        (Some(_), None) => {}
    }
    steps
}

fn failed_step(settings: &Settings, progress: Progress, kind: FailureKind) -> StepName {
    match (progress.addressed, progress.connected, progress.secured) {
        (None, ..) => StepName::Name,
        (_, None, _) => StepName::Tcp,
        (.., None) if settings.tls.is_some() => StepName::Tls,
        _ if kind == FailureKind::NotAuthorized => StepName::Login,
        _ => StepName::Mqtt,
    }
}

fn anonymous(settings: &Settings) -> Option<String> {
    let is_anonymous = settings.username.is_none();
    is_anonymous.then(|| "without a username".into())
}
