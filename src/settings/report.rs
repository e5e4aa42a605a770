//! Settings as others may see them: without the password.

use super::{parse, Settings};
use serde_json::{json, Map, Value};
use std::fmt;

/// The report of [`Settings::check`].
pub(super) fn check(text: &str) -> String {
    match parse::text(text) {
        Ok(settings) => {
            json!({"valid": true, "settings": fields(&settings), "notes": settings.notes()})
        }
        Err(faults) => json!({"valid": false, "faults": faults}),
    }
    .to_string()
}

/// Every field but the password.
pub(super) fn fields(settings: &Settings) -> Map<String, Value> {
    let tls = settings.tls.as_ref().unwrap_or(&settings.unused_tls);
    let Value::Object(fields) = json!({
        "broker_host": settings.broker_host,
        "broker_port": settings.broker_port,
        "username": settings.username,
        "client_id": settings.client_id,
        "protocol": settings.protocol.name(),
        "keep_alive_seconds": settings.keep_alive_seconds,
        "connect_timeout_seconds": settings.connect_timeout_seconds,
        "topic_prefix": settings.topic_prefix,
        "event_topic": settings.event_topic.pattern(),
        "state_topic": settings.state_topic.pattern(),
        "availability_topic": settings.availability_topic,
        "birth_message": settings.birth_message,
        "will_message": settings.will_message,
        "message_expiry_seconds": settings.message_expiry_seconds,
        "will_delay_seconds": settings.will_delay_seconds,
        "qos": settings.qos as u8,
        "retain_events": settings.retain_events,
        "max_in_flight": settings.max_in_flight,
        "max_queued_messages": settings.max_queued_messages,
        "max_queued_bytes": settings.max_queued_bytes,
        "queue_full": settings.queue_full.name(),
        "reconnect_min_seconds": settings.reconnect_min_seconds,
        "reconnect_max_seconds": settings.reconnect_max_seconds,
        "guard_availability": settings.guard_availability,
        "homeassistant_discovery": settings.homeassistant_discovery,
        "discovery_prefix": settings.discovery_prefix,
        "discovery_id_prefix": settings.discovery_id_prefix,
        "use_tls": settings.tls.is_some(),
        "tls_ca_file": tls.ca_file,
        "tls_client_cert_file": tls.client_cert_file,
        "tls_client_key_file": tls.client_key_file,
        "tls_insecure_skip_verify": tls.insecure_skip_verify,
    }) else {
        unreachable!("what is written in braces is an object")
    };
    fields
}

/// Shows every field but the password, and of that only whether there is one.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        for (name, value) in fields(self) {
            shown.field(&name, &format_args!("{value}"));
        }
        let password = self.password.as_ref().map(|_| "***");
        shown.field("password", &password).finish()
    }
}
