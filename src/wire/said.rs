//! What a broker says of itself, as it is shown to a person.

/// So many characters of it.
const SHOWN: usize = 160;

/// In quotes, with what is not seen escaped, and cut short.
pub(super) fn quote(text: &str) -> String {
    crate::words::quote(text, SHOWN)
}

/// `NotAuthorized` as "not authorized".
pub(super) fn words(code: &impl std::fmt::Debug) -> String {
    crate::words::words(&format!("{code:?}"))
}

/// A reason code that has no name.
pub(super) fn unnamed(code: u8) -> String {
    format!("reason code {code:#04x}")
}

/// The reason string and the server reference of a packet, to be put behind its reason (MQTT 5, sections 3.2.2.3.9
/// and 3.2.2.3.16); nothing where there is none.
pub(super) fn detail(reason: Option<&str>, server: Option<&str>) -> String {
    let reason = reason.filter(|text| !text.is_empty()).map(quote);
    let server = server.filter(|text| !text.is_empty());
    let server = server.map(|text| format!("it names the server {}", quote(text)));
    let all: Vec<_> = reason.into_iter().chain(server).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!(" ({})", all.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_as_words() {
        assert_eq!(
            words(&rumqttc::v5::mqttbytes::v5::ConnectReturnCode::ServerBusy),
            "server busy"
        );
    }

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(quote("a\nb\u{7}\""), r#""a\nb\u{7}\"""#);
        assert!(quote(&"\u{1}".repeat(60_000)).len() < 200);
        assert_eq!(detail(None, Some("")), "");
        assert_eq!(
            detail(Some("go away"), Some("other:1883")),
            r#" ("go away"; it names the server "other:1883")"#
        );
    }
}
