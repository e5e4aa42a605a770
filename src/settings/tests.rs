//! Every field by its table: defaults, ends of ranges, types, messages.

use super::table::{fields, find, Allowed, Default};
use super::Settings;
use serde_json::{json, Value};

mod secrets;

/// The least that is valid, with these fields besides.
fn with(more: Value) -> Value {
    let fields = json!({"broker_host": "192.168.1.10"});
    crate::support::fields::with(fields, &more)
}

fn with_field(name: &str, value: Value) -> Value {
    with(Value::Object(
        [(name.to_owned(), value)].into_iter().collect(),
    ))
}

#[track_caller]
fn accepted(settings: &Value) -> Settings {
    Settings::from_value(settings).unwrap_or_else(|error| panic!("{settings}: {error}"))
}

#[track_caller]
fn refused(settings: &Value) -> String {
    match Settings::from_value(settings) {
        Ok(_) => panic!("accepted: {settings}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let filled = accepted(&with(json!({}))).to_value();
    for field in fields() {
        let wanted = match field.default {
            Default::Integer(number) => json!(number),
            Default::Switch(on) => json!(on),
            Default::Text(text) => {
                // What is filled in shows the topics in full, but for the camera.
                json!(text.replace("{topic_prefix}", "argusai"))
            }
            Default::Required | Default::Derived(_) => continue,
        };
        let found = filled[field.name].clone();
        let found = match found.as_str() {
            Some(text) => json!(text.replace("{topic_prefix}", "argusai")),
            None => found,
        };
        assert_eq!(found, wanted, "{}", field.name);
    }
    assert_eq!(filled["broker_port"], 1883);
    let id = filled["client_id"].as_str().expect("a text");
    assert_eq!(id.len(), 23);
    assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
}

#[cfg(feature = "tls")]
#[test]
fn tls_has_a_port_of_its_own() {
    let port = |more| accepted(&with(more)).to_value()["broker_port"].clone();
    assert_eq!(port(json!({"use_tls": true})), 8883);
    assert_eq!(port(json!({"use_tls": true, "broker_port": 1234})), 1234);
}

#[test]
fn null_and_empty_text_stand_for_the_default() {
    let plain = accepted(&with(json!({})));
    for field in fields() {
        for nothing in [Value::Null, json!("")] {
            let settings = with_field(field.name, nothing);
            match field.default {
                Default::Required => {
                    assert!(refused(&settings).starts_with(field.name));
                }
                _ if matches!(field.allowed, Allowed::TopicOrNone)
                    && !settings[field.name].is_null() =>
                {
                    assert_eq!(accepted(&settings).to_value()[field.name], "");
                }
                _ => assert!(accepted(&settings) == plain, "{settings}"),
            }
        }
    }
}

#[test]
fn both_ends_of_a_range_are_allowed_and_nothing_beyond() {
    for field in fields() {
        let Allowed::Integer(low, high) = field.allowed else {
            continue;
        };
        let low = match (field.name, cfg!(feature = "testing")) {
            ("message_expiry_seconds", true) => 1,
            _ => low,
        };
        // The two pauses must fit each other.
        let others = |number: u64| match field.name {
            "reconnect_min_seconds" => json!({"reconnect_max_seconds": 3600}),
            "reconnect_max_seconds" => json!({"reconnect_min_seconds": number.min(1)}),
            _ => json!({}),
        };
        for number in [low, high] {
            let mut settings = with(others(number));
            settings[field.name] = json!(number);
            assert_eq!(accepted(&settings).to_value()[field.name], number);
        }
        let range = format!("a whole number from {low} to {high}");
        let beyond = [json!(high + 1), json!(-1), json!(i64::MIN), json!(u64::MAX)];
        let below = low.checked_sub(1).map(Value::from);
        for number in beyond.into_iter().chain(below) {
            let message = refused(&with_field(field.name, number.clone()));
            let wanted = format!("{}: {number} is out of range; must be {range}", field.name);
            assert_eq!(message, wanted);
        }
        for (value, what) in [
            (json!(low as f64 + 0.5), "is not written as a whole number"),
            (json!(1e20), "is out of range"),
            (json!(-1e20), "is out of range"),
            (json!("many"), "without quotes"),
            (json!(low.to_string()), "without quotes"),
            (json!(true), "is true or false"),
            (json!([low]), "is a list"),
        ] {
            let message = refused(&with_field(field.name, value));
            assert!(message.starts_with(field.name), "{message}");
            assert!(message.contains(what), "{message}");
        }
    }
}

#[test]
fn texts_are_held_to_their_length_in_bytes() {
    for field in fields() {
        let (Allowed::Text(longest) | Allowed::Payload(longest) | Allowed::Secret(longest)) =
            field.allowed
        else {
            continue;
        };
        let settings = |length: usize| {
            let text = "ü".repeat(length / 2) + &"u".repeat(length % 2);
            with(json!({"username": "u", field.name: text}))
        };
        accepted(&settings(longest));
        let message = refused(&settings(longest + 1));
        assert!(message.contains(&format!("at most {longest}")), "{message}");
        assert!(message.starts_with(field.name), "{message}");
    }
}

#[test]
fn a_value_of_another_type_is_never_converted() {
    for field in fields() {
        let (wrong, expected) = match field.allowed {
            Allowed::Switch => (json!(1), "true or false, without quotes"),
            Allowed::Integer(..) | Allowed::ZeroOr(..) => continue,
            _ => (json!(5), "in quotes"),
        };
        let message = refused(&with_field(field.name, wrong));
        assert!(message.contains(expected), "{message}");
    }
    assert!(refused(&with(json!({"use_tls": "true"}))).contains("is text"));
}

#[test]
fn choices_are_named() {
    for (name, value, wanted) in [
        (
            "protocol",
            "4",
            r#"protocol: "4" is unknown; must be "auto", "5" or "3.1.1""#,
        ),
        (
            "queue_full",
            "block",
            r#"queue_full: "block" is unknown; must be "drop_oldest" or "refuse_newest""#,
        ),
    ] {
        assert_eq!(refused(&with_field(name, json!(value))), wanted);
    }
}

#[test]
fn topics_have_no_wildcards_and_no_dollar() {
    for name in [
        "topic_prefix",
        "availability_topic",
        "event_topic",
        "state_topic",
        "discovery_prefix",
        "home_assistant_status_topic",
    ] {
        for topic in ["a/+/{camera}", "a/#", "$SYS/{camera}", "a\0b/{camera}"] {
            let message = refused(&with_field(name, json!(topic)));
            assert!(message.starts_with(name), "{message}");
        }
    }
    for pattern in ["cameras", "{camera}/{camera}", "{other}/{camera}"] {
        let message = refused(&with_field("event_topic", json!(pattern)));
        assert!(message.contains("{camera}"), "{message}");
    }
    for (pattern, missing) in [("{camera}", "{state}"), ("{state}", "{camera}")] {
        let message = refused(&with_field("state_topic", json!(pattern)));
        assert!(message.contains(missing), "{message}");
    }
    for pattern in ["{camera}/{state}/{state}", "{camera}/{state}/{other}"] {
        let message = refused(&with_field("state_topic", json!(pattern)));
        assert!(message.contains("{state}"), "{message}");
    }
    let settings = accepted(&with(json!({
        "topic_prefix": "home", "availability_topic": "{topic_prefix}/here"
    })));
    assert_eq!(
        settings.state_topic.topic("door", "counts"),
        "home/camera/door/counts"
    );
    assert_eq!(settings.availability_topic, "home/here");
    assert_eq!(
        settings.event_topic.topic("door").expect("a valid camera"),
        "home/events/door"
    );
}

#[test]
fn a_heartbeat_is_none_or_not_too_quick() {
    let name = "availability_heartbeat_seconds";
    for right in [0, 5, 3600] {
        let settings = accepted(&with_field(name, json!(right)));
        assert_eq!(settings.to_value()[name], right);
    }
    assert!(accepted(&with(json!({}))).to_value()[name].is_null());
    for (wrong, what) in [
        (json!(1), "1 is out of range"),
        (json!(4), "4 is out of range"),
        (json!(3601), "3601 is out of range"),
        (json!(-1), "-1 is out of range"),
        (json!("5"), "write 5, without quotes"),
        (json!("4"), "without quotes"),
    ] {
        let message = refused(&with_field(name, wrong));
        assert!(message.starts_with(name), "{message}");
        assert!(message.contains(what), "{message}");
    }
    let message = refused(&with_field(name, json!(4)));
    let range = "must be 0, or a whole number from 5 to 3600";
    assert!(message.ends_with(range), "{message}");
}

#[test]
fn fields_must_fit_each_other() {
    for (settings, field, says) in [
        (
            json!({"availability_topic": "homeassistant/status"}),
            "home_assistant_status_topic",
            "the default is also the availability_topic",
        ),
        (
            json!({"birth_message": "offline"}),
            "will_message",
            "the default is also the birth_message",
        ),
        (
            json!({"birth_message": "x", "will_message": "x"}),
            "will_message",
            "must differ",
        ),
        (
            json!({"reconnect_min_seconds": 61}),
            "reconnect_min_seconds",
            "more than reconnect_max_seconds, which is 60",
        ),
        (
            json!({"password": "hunter2"}),
            "username",
            "give a username",
        ),
    ] {
        let message = refused(&with(settings));
        assert!(message.starts_with(field), "{message}");
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn every_fault_is_reported_at_once() {
    let report = Settings::check(
        r#"{"broker_port": 0, "qos": 2, "topic_prefix": "+", "tls": true, "usernam": "x"}"#,
    );
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    assert_eq!(report["valid"], false);
    let mut fields: Vec<_> = report["faults"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| fault["field"].as_str().expect("a text"))
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "broker_host",
            "broker_port",
            "qos",
            "tls",
            "topic_prefix",
            "usernam"
        ]
    );
    let message = refused(&json!({"broker_port": 0, "qos": 2}));
    assert!(
        message.starts_with("3 faults in the settings: (1) "),
        "{message}"
    );
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_name_and_without_its_value() {
    let message = refused(&with(json!({"pasword": "hunter2"})));
    assert_eq!(
        message,
        "pasword: there is no such setting; did you mean password?"
    );
}

#[test]
fn text_that_is_no_json_object_is_refused_with_the_place() {
    for (text, says) in [
        ("", "settings"),
        ("[]", "object"),
        ("null", "object"),
        ("{\"broker_host\": }", "column 17"),
        ("{\"password\": \"hunter2\",}", "column 24"),
    ] {
        let message = Settings::from_json(text).expect_err("refused").to_string();
        assert!(message.contains(says), "{text}: {message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_byte_order_mark_before_the_object_is_ignored() {
    let settings = Settings::from_json("\u{feff}{\"broker_host\": \"a\"}");
    assert_eq!(settings.expect("it is read as meant").broker_host, "a");
}

#[test]
fn a_field_that_is_given_twice_is_refused() {
    let message = Settings::from_json(r#"{"broker_host": "a", "broker_host": "b"}"#)
        .expect_err("which one is meant?")
        .to_string();
    assert!(message.starts_with("broker_host"), "{message}");
}

#[test]
fn what_is_filled_in_can_be_given_back() {
    let given =
        with(json!({"topic_prefix": "home", "username": "u", "qos": 0, "will_delay_seconds": 7}));
    let settings = accepted(&given);
    assert!(accepted(&settings.to_value()) == settings);
}

#[test]
fn notes_say_what_is_allowed_but_worth_knowing() {
    for (settings, says) in [
        (
            json!({"client_id": "a client id of more than 23 bytes"}),
            "client_id",
        ),
        (json!({"broker_port": 8883}), "use_tls is false"),
        (
            json!({"protocol": "3.1.1", "will_delay_seconds": 5}),
            "no will delay",
        ),
        (json!({"topic_prefix": "home/"}), "an empty level"),
        (json!({"tls_insecure_skip_verify": true}), "not used"),
    ] {
        let notes = accepted(&with(settings)).notes();
        assert!(notes.iter().any(|note| note.contains(says)), "{notes:?}");
    }
    assert_eq!(accepted(&with(json!({}))).notes(), [""; 0]);
}

#[test]
fn the_table_can_be_searched() {
    assert!(fields().all(|field| find(field.name).is_some()));
}

#[test]
fn the_schema_has_every_setting_and_the_reference_no_more() {
    let schema = Settings::schema();
    let properties = schema["properties"].as_object().expect("an object");
    assert_eq!(properties.len(), fields().count());
    for field in fields() {
        let property = &properties[field.name];
        for keyword in ["title", "description", "x-group", "x-message", "type"] {
            assert!(!property[keyword].is_null(), "{}: {keyword}", field.name);
        }
        // A text that is empty is the default, unless the schema says what else it is.
        let settings = Settings::from_value(&with_field(field.name, json!("")));
        let stands_for_none = settings.is_ok_and(|read| read.to_value()[field.name] == "");
        assert_eq!(
            property["x-empty"] == "none",
            stands_for_none,
            "{}",
            field.name
        );
        if let Allowed::Integer(low, high) = field.allowed {
            assert_eq!(property["minimum"], low);
            assert_eq!(property["maximum"], high);
        }
        match field.default {
            Default::Integer(number) => assert_eq!(property["default"], number),
            Default::Switch(on) => assert_eq!(property["default"], on),
            Default::Text(text) => assert_eq!(property["default"], text),
            Default::Required | Default::Derived(_) => assert!(property["default"].is_null()),
        }
    }
    assert_eq!(schema["required"], json!(["broker_host"]));
    assert_eq!(schema["properties"]["password"]["writeOnly"], true);
}

#[test]
fn an_id_prefix_is_of_few_characters() {
    let longest = "x".repeat(64);
    for good in ["argusai", "A-z_09", longest.as_str()] {
        accepted(&with_field("discovery_id_prefix", json!(good)));
    }
    let too_long = "x".repeat(65);
    for (bad, says) in [
        ("a/b", "'/' at byte 1"),
        ("Küche", "'ü' at byte 1"),
        (too_long.as_str(), "at most 64"),
    ] {
        let message = refused(&with_field("discovery_id_prefix", json!(bad)));
        assert!(message.starts_with("discovery_id_prefix"), "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn an_empty_text_and_an_empty_name_are_told_as_such() {
    for text in ["", " \n", "\u{feff}"] {
        let error = Settings::from_json(text).expect_err("it is empty");
        assert!(
            error.to_string().contains("the text is empty"),
            "{text:?}: {error}"
        );
    }
    let message = refused(&with(json!({"": 1})));
    assert!(message.contains("a name of 0 bytes"), "{message}");
}
