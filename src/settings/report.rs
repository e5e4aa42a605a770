//! Settings as others may see them: without the password.

use super::table::{self, Allowed};
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
    let mut fields = Map::new();
    for field in table::fields().filter(|field| !matches!(field.allowed, Allowed::Secret(_))) {
        fields.insert(field.name.to_owned(), (field.get)(settings));
    }
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
