//! Passwords are shown nowhere.

use super::{accepted, refused, with};
use crate::settings::Settings;
use serde_json::json;

#[test]
fn a_password_is_shown_nowhere() {
    let secret = json!({"username": "u", "password": "hunter2"});
    let settings = accepted(&with(secret.clone()));
    let shown = format!(
        "{settings:?} {} {:?}",
        settings.to_value(),
        settings.notes()
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("***"), "it says that there is one: {shown}");
    let report = Settings::check(&with(secret).to_string());
    assert!(!report.contains("hunter2"), "{report}");
    for bad in [
        json!("hunter2".repeat(10_000)),
        json!(["hunter2"]),
        json!({"hunter2": 1}),
    ] {
        let message = refused(&with(json!({"username": "u", "password": bad})));
        assert!(!message.contains("hunter2"), "{message}");
    }
    let message = refused(&json!({"broker_host": "mqtt://me:hunter2@broker"}));
    assert!(!message.contains("hunter2"), "{message}");
}

/// Somebody pastes the broker's URL into the wrong field.
#[test]
fn no_fault_of_any_field_shows_the_password_of_a_url() {
    let schema = Settings::schema();
    let fields = schema["properties"].as_object().expect("it has fields");
    let mut refused = Vec::new();
    for field in fields.keys() {
        for url in [
            "mqtt://me:hunter2@broker/+",
            "mqtts://me:hunter2",
            "file:///run/me:hunter2/pem",
            "{\"a\": \"mqtt://me:hunter2@broker\"}",
        ] {
            let uses_tls = field.starts_with("tls_");
            let settings = with(json!({"use_tls": uses_tls, field.as_str(): url}));
            if let Err(error) = Settings::from_value(&settings) {
                let shown = format!(
                    "{error} {error:?} {}",
                    Settings::check(&settings.to_string())
                );
                assert!(!shown.contains("hunter2"), "{field}: {shown}");
                refused.push(field);
            }
        }
    }
    refused.dedup();
    assert!(refused.len() > 20, "{refused:?}");
}
