//! Makes Python's `TypedDict` of the table of fields, and compares it with the one that is checked in.

use super::reference::{allowed, default};
use super::table::{fields, Allowed, Default, Field};
use std::path::Path;

/// As long as a line of the Python package may be.
const LINE: usize = 118;

const HEAD: &str = r#""""The settings by name, as type checkers and editors know them.

Made from the table of the library, src/settings/table/, by its tests; changes belong there.
"""

from __future__ import annotations

from os import PathLike
from typing import Literal, TypedDict


class _Required(TypedDict):
"#;

const REST: &str = r#"

class Settings(_Required, total=False):
    """The settings of a client; `broker_host` alone is enough. None, or an empty text, stands for the default."""

"#;

fn python() -> String {
    let (required, others): (Vec<_>, Vec<_>) =
        fields().partition(|field| matches!(field.default, Default::Required));
    let lines = |fields: Vec<&Field>| fields.into_iter().map(entry).collect::<String>();
    format!("{HEAD}{}{REST}{}", lines(required), lines(others))
}

fn entry(field: &Field) -> String {
    let Field { name, meaning, .. } = field;
    let kind = kind(field.allowed);
    let (none, default) = match field.default {
        Default::Required => ("", String::new()),
        _ => (" | None", format!(" Default: {}.", default(field))),
    };
    let text = format!(
        "\"\"\"{meaning} Allowed: {}.{default}\"\"\"",
        allowed(field.allowed)
    );
    format!("    {name}: {kind}{none}\n{}", wrapped(&text))
}

fn kind(allowed: Allowed) -> String {
    match allowed {
        Allowed::Integer(..) | Allowed::ZeroOr(..) => "int".into(),
        Allowed::Switch => "bool".into(),
        Allowed::Choice(choices) => {
            let quoted: Vec<_> = choices
                .iter()
                .map(|choice| format!("\"{choice}\""))
                .collect();
            format!("Literal[{}]", quoted.join(", "))
        }
        Allowed::PemFile | Allowed::PasswordFile => "str | PathLike[str]".into(),
        _ => "str".into(),
    }
}

/// The text in lines, indented.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("   ");
    for word in text.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > LINE {
            lines += &line;
            lines.push('\n');
            line = "   ".into();
        }
        line.push(' ');
        line += word;
    }
    lines + &line + "\n"
}

#[test]
fn the_typed_dict_of_python_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("bindings/python/argus_mqtt/_settings_fields.py");
    let made = python();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &made).expect("it is writable");
    }
    let checked_in = std::fs::read_to_string(&path).expect("it is checked in");
    assert_eq!(
        checked_in,
        made,
        "{} is out of date: run this test with UPDATE_REFERENCE=1",
        path.display()
    );
}
