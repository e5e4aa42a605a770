//! What settings allow, but a person should know of.

use super::fields::{PORT, TLS_PORT};
use super::tls::Tls;
use super::{Protocol, Settings};
use crate::topic::quote;

/// Brokers for MQTT 3.1.1 need not take a longer client id (section 3.1.3.1), in bytes.
const LONGEST_SURE_CLIENT_ID: usize = 23;

/// A sentence for each thing worth knowing.
pub(super) fn notes(settings: &Settings) -> Vec<String> {
    [
        long_client_id(settings),
        unlikely_port(settings),
        delay_without_effect(settings),
        empty_level(settings),
        refused_camera(settings),
        unverified(settings),
        unused_tls(&settings.unused_tls),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn long_client_id(settings: &Settings) -> Option<String> {
    let length = settings.client_id.len();
    (length > LONGEST_SURE_CLIENT_ID).then(|| {
        format!("client_id is {length} bytes long; some brokers for MQTT 3.1.1 refuse more than {LONGEST_SURE_CLIENT_ID}")
    })
}

fn unlikely_port(settings: &Settings) -> Option<String> {
    match (settings.broker_port, &settings.tls) {
        (TLS_PORT, None) => Some(format!(
            "broker_port {TLS_PORT} is most often for TLS, but use_tls is false"
        )),
        (PORT, Some(_)) => Some(format!(
            "broker_port {PORT} is most often not for TLS, but use_tls is true"
        )),
        _ => None,
    }
}

fn delay_without_effect(settings: &Settings) -> Option<String> {
    let delay = settings.will_delay_seconds;
    (delay > 0 && settings.protocol == Protocol::V311)
        .then(|| format!("will_delay_seconds {delay} has no effect: MQTT 3.1.1 has no such delay"))
}

fn empty_level(settings: &Settings) -> Option<String> {
    let prefix = &settings.topic_prefix;
    (prefix.starts_with('/') || prefix.ends_with('/')).then(|| {
        format!(
            "topic_prefix {} makes topics with an empty level; it needs no '/' at its ends",
            quote(prefix)
        )
    })
}

fn refused_camera(settings: &Settings) -> Option<String> {
    let camera = quote(settings.event_topic.refused_camera()?);
    Some(format!(
        "event_topic leads a camera {camera} to the availability topic; its events are refused"
    ))
}

fn unverified(settings: &Settings) -> Option<String> {
    settings.tls.as_ref().filter(|tls| tls.insecure_skip_verify).map(|_| {
        "tls_insecure_skip_verify is on: anyone on the way to the broker can read and change everything, the \
         password included"
            .into()
    })
}

fn unused_tls(tls: &Tls) -> Option<String> {
    let given = [
        ("tls_ca_file", tls.ca_file.is_some()),
        ("tls_client_cert_file", tls.client_cert_file.is_some()),
        ("tls_client_key_file", tls.client_key_file.is_some()),
        ("tls_insecure_skip_verify", tls.insecure_skip_verify),
    ];
    let names: Vec<_> = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    (!names.is_empty()).then(|| format!("not used, because use_tls is false: {}", names.join(", ")))
}
