//! What settings allow, but a person should know of.

use super::table::{PORT, TLS_PORT};
use super::{host_notes, Protocol, Settings};
use crate::tls::Tls;
use crate::topic::quote;
use crate::words::{is_blank, is_unseen};

/// Brokers for MQTT 3.1.1 need not take a longer client id (section 3.1.3.1), in bytes.
const LONGEST_SURE_CLIENT_ID: usize = 23;

/// A sentence for each thing worth knowing.
pub(super) fn notes(settings: &Settings) -> Vec<String> {
    let mut notes = empty_levels(settings);
    notes.extend(odd_texts(settings));
    let others = [
        host_notes::unresolvable(&settings.broker_host),
        host_notes::without_interface(&settings.broker_host),
        host_notes::unknown_interface(&settings.broker_host),
        host_notes::unspecified(&settings.broker_host),
        broken_password(settings),
        long_client_id(settings),
        unlikely_port(settings),
        delay_without_effect(settings),
        refused_camera(settings),
        unverified(settings),
        unused_ca_file(settings),
        unused_tls(&settings.unused_tls),
    ];
    notes.extend(others.into_iter().flatten());
    notes
}

fn empty_levels(settings: &Settings) -> Vec<String> {
    let is_empty = |topic: &str| topic.split('/').any(is_unseen);
    // The prefix is part of the others; it is told once.
    let prefix = settings.topic_prefix.as_str();
    let given = [
        ("topic_prefix", prefix, is_empty(prefix)),
        (
            "event_topic",
            settings.event_topic.pattern(),
            is_empty(settings.event_topic.pattern()),
        ),
        (
            "state_topic",
            settings.state_topic.pattern(),
            is_empty(settings.state_topic.pattern()),
        ),
        (
            "discovery_prefix",
            settings.discovery_prefix.as_str(),
            is_empty(&settings.discovery_prefix),
        ),
        (
            "availability_topic",
            settings.availability_topic.as_str(),
            is_empty(&settings.availability_topic.replacen(prefix, "x", 1)),
        ),
    ];
    given
        .iter()
        .filter(|(_, _, is_empty)| *is_empty)
        .map(|(field, topic, _)| {
            format!(
                "{field} {} has an empty level: a '/' at an end, two in a row, or nothing that can be seen between them; it is \
                 probably one '/' too many",
                quote(topic)
            )
        })
        .collect()
}

/// Texts that are used as they are, by their names.
fn texts(settings: &Settings) -> Vec<(&'static str, &str)> {
    let password = match settings.password_file {
        None => "password",
        Some(_) => "the password in password_file",
    };
    // A prefix that is part of it is told already.
    let availability = settings
        .availability_topic
        .strip_prefix(&settings.topic_prefix)
        .unwrap_or(&settings.availability_topic);
    vec![
        ("username", settings.username.as_deref().unwrap_or_default()),
        (password, settings.password.as_deref().unwrap_or_default()),
        ("client_id", &settings.client_id),
        ("topic_prefix", &settings.topic_prefix),
        ("event_topic", settings.event_topic.pattern()),
        ("state_topic", settings.state_topic.pattern()),
        ("discovery_prefix", &settings.discovery_prefix),
        ("birth_message", &settings.birth_message),
        ("will_message", &settings.will_message),
        ("availability_topic", availability),
    ]
}

/// None of these notes quotes a text, which may be the password.
fn odd_texts(settings: &Settings) -> Vec<String> {
    let what = |text: &str| {
        let is_in =
            |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        if text.starts_with(is_blank) || text.ends_with(is_blank) {
            Some("begins or ends with a space or another character that can't be seen; it is used as it is")
        } else if is_in('"') || is_in('\'') {
            Some("begins and ends with a quotation mark; both are part of it, so remove them if they are not meant")
        } else if text.starts_with("${") && text.ends_with('}') {
            Some("looks like the name of a variable, which nothing here replaces by its value")
        } else {
            None
        }
    };
    let texts = texts(settings).into_iter();
    texts
        .filter_map(|(field, text)| Some(format!("{field} {}", what(text)?)))
        .collect()
}

fn broken_password(settings: &Settings) -> Option<String> {
    let password = settings.password.as_deref()?;
    let is_from_file = settings.password_file.is_some();
    match (password.contains(['\n', '\r']), is_from_file) {
        (true, false) => Some(
            "password contains a line break, which most passwords don't: was it read from a file? password_file leaves \
             out the line break at the end"
                .into(),
        ),
        (true, true) => Some(
            "the password in password_file has more than one line; only the last line break is left out".into(),
        ),
        // At an end it is told already.
        (false, _) if password.trim_matches(is_blank).contains(char::is_control) => {
            let field = if is_from_file { "the password in password_file" } else { "password" };
            Some(format!("{field} contains a control character; it is used as it is"))
        }
        (false, _) => None,
    }
}

fn long_client_id(settings: &Settings) -> Option<String> {
    let length = settings.client_id.len();
    (length > LONGEST_SURE_CLIENT_ID).then(|| {
        format!("client_id is {length} bytes long; an MQTT 3.1.1 broker may refuse more than {LONGEST_SURE_CLIENT_ID}")
    })
}

fn unlikely_port(settings: &Settings) -> Option<String> {
    match (settings.broker_port, &settings.tls) {
        (TLS_PORT, None) => Some(format!(
            "broker_port {TLS_PORT} is usually a port for TLS, but use_tls is false"
        )),
        (PORT, Some(_)) => Some(format!(
            "broker_port {PORT} is usually a port without TLS, but use_tls is true"
        )),
        _ => None,
    }
}

fn delay_without_effect(settings: &Settings) -> Option<String> {
    let delay = settings.will_delay_seconds;
    (delay > 0 && settings.protocol == Protocol::V311)
        .then(|| format!("will_delay_seconds {delay} has no effect: MQTT 3.1.1 has no will delay"))
}

fn refused_camera(settings: &Settings) -> Option<String> {
    let camera = quote(settings.event_topic.refused_camera()?);
    Some(format!(
        "event_topic gives a camera named {camera} the availability topic; its events are refused"
    ))
}

fn unverified(settings: &Settings) -> Option<String> {
    settings.tls.as_ref().filter(|tls| tls.insecure_skip_verify).map(|_| {
        "tls_insecure_skip_verify is on: anyone on the network path to the broker can read and change everything, \
         including the password"
            .into()
    })
}

fn unused_ca_file(settings: &Settings) -> Option<String> {
    let tls = settings.tls.as_ref().filter(|tls| tls.ca_file.is_some())?;
    let why = match (&tls.fingerprint, tls.insecure_skip_verify) {
        (Some(_), _) => "tls_fingerprint is set",
        (None, true) => "tls_insecure_skip_verify is on",
        (None, false) => return None,
    };
    Some(format!("tls_ca_file is not used, because {why}"))
}

fn unused_tls(tls: &Tls) -> Option<String> {
    let given = [
        ("tls_ca_file", tls.ca_file.is_some()),
        ("tls_fingerprint", tls.fingerprint.is_some()),
        ("tls_server_name", tls.server_name.is_some()),
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

#[cfg(test)]
mod tests {
    use crate::support::fields::with;
    use crate::Settings;
    use serde_json::{json, Value};

    #[track_caller]
    fn notes(more: Value) -> Vec<String> {
        let settings = json!({"broker_host": "broker"});
        let settings = Settings::from_value(&with(settings, &more)).expect("it is valid");
        settings.notes()
    }

    #[test]
    fn what_is_surely_not_meant_is_told_once() {
        for (more, says) in [
            (json!({"topic_prefix": "a//b"}), "topic_prefix \"a//b\""),
            (json!({"topic_prefix": "home/"}), "topic_prefix \"home/\""),
            (json!({"topic_prefix": "a/ /b"}), "has an empty level"),
            (
                json!({"availability_topic": "a//b"}),
                "availability_topic \"a//b\"",
            ),
            (json!({"event_topic": "/{camera}"}), "event_topic"),
            (json!({"state_topic": "/{camera}/{state}"}), "state_topic"),
            (
                json!({"discovery_prefix": "homeassistant/"}),
                "discovery_prefix",
            ),
            (
                json!({"topic_prefix": "home "}),
                "topic_prefix begins or ends",
            ),
            (json!({"username": "\u{FEFF}me"}), "username begins or ends"),
            (
                json!({"client_id": "me\u{200B}"}),
                "client_id begins or ends",
            ),
            (json!({"birth_message": "online "}), "birth_message"),
            (json!({"will_message": "off\n"}), "will_message"),
            (
                json!({"topic_prefix": "\u{202E}home"}),
                "topic_prefix begins or ends",
            ),
            (
                json!({"topic_prefix": "\"home\""}),
                "topic_prefix begins and ends with a quotation mark",
            ),
            (
                json!({"username": "me", "password": "'hunter2'"}),
                "password begins and ends with a quotation mark",
            ),
            (
                json!({"username": "me", "password": "${MQTT_PASSWORD:-hunter2}"}),
                "password looks like the name of a variable",
            ),
            (
                json!({"username": "me", "password": " hunter2"}),
                "password begins or ends",
            ),
            (
                json!({"username": "me", "password": "hun\0ter2"}),
                "password contains a control character",
            ),
        ] {
            let notes = notes(more.clone());
            assert_eq!(notes.len(), 1, "{more}: {notes:?}");
            assert!(notes[0].contains(says), "{notes:?}");
            assert!(!notes[0].contains("hunter2"), "{notes:?}");
        }
    }

    #[test]
    fn a_password_with_a_line_break_is_told_without_it() {
        let notes = notes(json!({"username": "me", "password": "hunter2\n"})).join(" ");
        assert!(notes.contains("line break"), "{notes}");
        assert!(notes.contains("password_file"), "{notes}");
        assert!(!notes.contains("hunter2"), "{notes}");
    }
}
