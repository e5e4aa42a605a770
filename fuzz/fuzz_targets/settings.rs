//! Any text as settings: it is read or refused, and no password is shown either way.

#![no_main]

use argus_mqtt::{ErrorKind, Settings};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

/// A password that no text holds by chance.
const SECRET: &str = "neither-seen-nor-heard";

fuzz_target!(|text: &str| {
    let shown = check(text);
    let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
        // What is wrong with it is told without showing it.
        assert!(shown.len() < 2000, "{shown}");
        return;
    };
    if !Value::from(fields.clone()).to_string().contains(SECRET) {
        shows_no_password(&mut fields);
    }
});

fn shows_no_password(fields: &mut Map<String, Value>) {
    for password in [
        Value::from(SECRET),
        [SECRET].as_slice().into(),
        SECRET.repeat(4000).into(),
    ] {
        fields.insert("password".into(), password);
        let shown = check(&Value::from(fields.clone()).to_string());
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// Reads settings in every way, and gives all that is shown of them.
fn check(text: &str) -> String {
    let report = Settings::check(text);
    let parsed: Value = serde_json::from_str(&report).expect("a report is JSON");
    match Settings::from_json(text) {
        Ok(settings) => {
            let value = settings.to_value();
            assert_eq!(parsed["valid"], true, "{report}");
            assert_eq!(parsed["settings"], value);
            let again = Settings::from_value(&value).expect("what is filled in can be given back");
            assert_eq!(again.to_value(), value);
            let as_text = Settings::from_json(&value.to_string()).expect("as text too");
            assert_eq!(as_text, again);
            format!("{report} {settings:?} {value}")
        }
        Err(error) => {
            assert_eq!(parsed["valid"], false, "{report}");
            assert_eq!(error.kind(), ErrorKind::InvalidSettings);
            assert!(!error.to_string().is_empty());
            format!("{report} {error} {error:?}")
        }
    }
}
