//! Any text as settings: it is read or refused, and no password is shown either way.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use argus_mqtt::{ErrorKind, Settings};
use argus_mqtt_fuzz::many::Many;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// A password that no text holds by chance.
const SECRET: &str = "neither-seen-nor-heard";

/// Some fields of the settings, so that not every one has to be found letter by letter.
#[derive(Arbitrary, Debug)]
struct Fields(Many<(u8, Given), 8>);

#[derive(Arbitrary, Debug)]
enum Given {
    Null,
    Bool(bool),
    Small(u16),
    Number(i64),
    Fraction(f64),
    Text(String),
    /// Four numbers with dots, colons and the like between them.
    Numbers([(u16, Between); 4]),
    Path([Placeholder; 3]),
    List(Vec<u8>),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
#[repr(u8)]
enum Between {
    Nothing,
    Dot = b'.',
    Colon = b':',
    Slash = b'/',
    Percent = b'%',
    Bracket = b'[',
    OtherBracket = b']',
    Dash = b'-',
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Placeholder {
    Prefix,
    Camera,
    Level,
    Wildcard,
    Dollar,
    Nothing,
}

// A text as it is, if it looks like one: so the seeds can be read by a person.
fuzz_target!(|data: &[u8]| {
    if data.first().is_none_or(|byte| b" \n{[\"".contains(byte)) {
        return look_at(&String::from_utf8_lossy(data));
    }
    if let Ok(fields) = Fields::arbitrary_take_rest(Unstructured::new(data)) {
        look_at(&fields.json().to_string());
    }
});

fn look_at(text: &str) {
    let shown = check(text);
    let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
        // What is wrong with it is told without showing it.
        assert!(shown.len() < 2000, "{shown}");
        return;
    };
    if !Value::from(fields.clone()).to_string().contains(SECRET) {
        shows_no_password(&mut fields);
    }
}

impl Fields {
    fn json(&self) -> Value {
        let names = names();
        let mut fields = Map::new();
        fields.insert("broker_host".into(), "broker".into());
        for (number, given) in &self.0 .0 {
            let name = &names[usize::from(*number) % names.len()];
            fields.insert(name.clone(), given.json());
        }
        fields.into()
    }
}

/// The names of all fields.
fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let least = Settings::from_json(r#"{"broker_host": "broker"}"#).expect("it is enough");
        let all = least.to_value();
        let all = all.as_object().expect("settings are an object");
        all.keys().cloned().collect()
    })
}

impl Given {
    fn json(&self) -> Value {
        match self {
            Given::Null => Value::Null,
            Given::Bool(is) => (*is).into(),
            Given::Small(number) => (*number).into(),
            Given::Number(number) => (*number).into(),
            Given::Fraction(number) => (*number).into(),
            Given::Text(text) => text.as_str().into(),
            Given::Numbers(numbers) => {
                let parts = numbers.iter().map(|(number, between)| match between {
                    Between::Nothing => number.to_string(),
                    other => format!("{number}{}", char::from(*other as u8)),
                });
                parts.collect::<String>().into()
            }
            Given::Path(levels) => {
                let levels = levels.map(|level| match level {
                    Placeholder::Prefix => "{topic_prefix}",
                    Placeholder::Camera => "{camera}",
                    Placeholder::Level => "a",
                    Placeholder::Wildcard => "+",
                    Placeholder::Dollar => "$SYS",
                    Placeholder::Nothing => "",
                });
                levels.join("/").into()
            }
            Given::List(list) => list.as_slice().into(),
        }
    }
}

/// A password where it belongs, and where people put it.
fn shows_no_password(fields: &mut Map<String, Value>) {
    for host in [
        format!("mqtt://bob:{SECRET}"),
        format!("mqtt://bob:{SECRET}@broker:1883"),
        format!("bob:{SECRET}"),
        format!("{SECRET}@broker"),
        format!("broker?password={SECRET}"),
    ] {
        let mut fields = fields.clone();
        fields.insert("broker_host".into(), host.into());
        let shown = check(&Value::from(fields).to_string());
        assert!(!shown.contains(SECRET), "{shown}");
    }
    for name in ["password_file", "tls_client_key_file"] {
        let mut fields = fields.clone();
        fields.insert("use_tls".into(), true.into());
        fields.insert(
            name.into(),
            format!("-----BEGIN PRIVATE KEY-----\\n{SECRET}").into(),
        );
        let shown = check(&Value::from(fields).to_string());
        assert!(!shown.contains(SECRET), "{shown}");
    }
    let mut misplaced = fields.clone();
    misplaced.insert(format!("mqtt://bob:{SECRET}@broker"), 1.into());
    let shown = check(&Value::from(misplaced).to_string());
    assert!(!shown.contains(SECRET), "{shown}");
    for password in [Value::from(SECRET), [SECRET].as_slice().into()] {
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
