//! Makes `reference.md` of the table of fields, and compares it with the one that is checked in.

use super::table::{Allowed, Default, Field, GROUPS};
use std::fmt::Write;
use std::path::Path;

/// The fields in Markdown, a table for each group.
fn reference() -> String {
    let tables: Vec<_> = GROUPS
        .iter()
        .map(|group| {
            let mut text = format!("### {}\n\n", group.title);
            text += "| setting | default | allowed | meaning |\n|---|---|---|---|\n";
            for field in group.fields {
                let Field { name, meaning, .. } = field;
                let (default, allowed) = (default(field), allowed(field.allowed));
                writeln!(text, "| `{name}` | {default} | {allowed} | {meaning} |")
                    .expect("text grows");
            }
            text
        })
        .collect();
    tables.join("\n")
}

pub(super) fn default(field: &Field) -> String {
    match field.default {
        Default::Required => "required".into(),
        Default::Derived(words) => words.into(),
        Default::Integer(number) => format!("{number}"),
        Default::Switch(on) => format!("`{on}`"),
        Default::Text(text) => format!("`{text}`"),
    }
}

pub(super) fn allowed(allowed: Allowed) -> String {
    match allowed {
        Allowed::Host => "a host name, an IPv4 or an IPv6 address".into(),
        Allowed::Integer(low, high) => format!("{low} to {high}"),
        Allowed::ZeroOr(low, high) => format!("0, or {low} to {high}"),
        Allowed::Switch => "`true`, `false`".into(),
        Allowed::Choice(choices) => choices
            .iter()
            .map(|choice| format!("`{choice}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Allowed::Text(longest) | Allowed::Payload(longest) | Allowed::Secret(longest) => {
            format!("text, 1 to {longest} bytes")
        }
        Allowed::Topic => "a topic without wildcards that does not start with `$`".into(),
        Allowed::TopicOrNone => {
            "such a topic as `availability_topic`, or an empty text for none".into()
        }
        Allowed::Pattern => "such a topic, with `{camera}` in it once".into(),
        Allowed::StatePattern => {
            "such a topic as `event_topic`, with `{state}` in it once as well".into()
        }
        Allowed::Identifier(longest) => {
            format!(
                "1 to {longest} of the characters `A` to `Z`, `a` to `z`, `0` to `9`, `-` and `_`"
            )
        }
        Allowed::PemFile => "the path of a readable PEM file".into(),
        Allowed::PasswordFile => "the path of a readable text file".into(),
        Allowed::Fingerprint => "64 hexadecimal digits, with or without colons".into(),
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/settings/reference.md");
    let made = reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &made).expect("the reference is writable");
    }
    let checked_in = std::fs::read_to_string(&path).expect("it is checked in");
    assert_eq!(
        checked_in, made,
        "src/settings/reference.md is out of date: run this test with UPDATE_REFERENCE=1"
    );
}
