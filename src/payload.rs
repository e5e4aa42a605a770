//! What a payload has to be.

use crate::error::Error;
use crate::event;

/// The largest payload accepted: what MQTT can carry (256 MiB) less the longest topic and properties.
const MAX_PAYLOAD: usize = 268_435_455 - 65_535 - 64;

/// Refuses a payload that no MQTT packet can carry.
pub(crate) fn check_payload(payload: &[u8]) -> Result<(), Error> {
    if payload.len() <= MAX_PAYLOAD {
        return Ok(());
    }
    Err(Error::argument(format!(
        "payload: {} bytes, must be at most {MAX_PAYLOAD}",
        payload.len()
    )))
}

/// Refuses anything but a JSON object, with the position of the fault.
pub(crate) fn check_event(event: &[u8]) -> Result<(), Error> {
    let fault = |what: String| {
        Error::argument(format!(
            "event: {what}; an event is one JSON object, in UTF-8"
        ))
    };
    check_payload(event)?;
    let text = std::str::from_utf8(event)
        .map_err(|e| fault(format!("not UTF-8 at byte {}", e.valid_up_to())))?;
    if event::is_plainly_accepted(text) {
        return Ok(());
    }
    if let Some((at, found)) = text
        .char_indices()
        .find(|(_, c)| !matches!(c, ' ' | '\t' | '\n' | '\r'))
    {
        if found != '{' {
            return Err(fault(format!(
                "starts with {found:?} at byte {at}, not with '{{'"
            )));
        }
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|e| fault(e.to_string()))?;
    event::refused(text).map_or(Ok(()), |what| Err(fault(what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_json_object() {
        for good in ["{}", " {\"a\": [1, 2.5, null]}\n", "{\"t\": \"\u{1F4F7}\"}"] {
            assert!(check_event(good.as_bytes()).is_ok(), "{good}");
        }
        for (bad, says) in [
            (&b""[..], "EOF"),
            (b"[1]", "starts with '['"),
            (b"\"x\"", "starts with '\"'"),
            (b"{\"a\":}", "line 1 column 6"),
            (b"{} {}", "trailing characters"),
            (b"{\"a\":\"\xff\"}", "not UTF-8 at byte 6"),
            (b"{\"a\":NaN}", "line 1 column 6"),
        ] {
            let message = check_event(bad).expect_err("must be refused").to_string();
            assert!(message.contains(says), "{message}");
            assert!(message.contains("JSON object"), "{message}");
        }
    }

    #[test]
    fn nesting_without_end_is_refused_not_a_crash() {
        let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert!(check_event(deep.as_bytes()).is_err());
    }
}
