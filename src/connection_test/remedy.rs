//! What to do about a step that failed.

use super::report::StepName;

/// How the advice in a failure's text begins, behind its last semicolon.
const BEGINNINGS: [&str; 11] = [
    "check ", "give ", "if ", "let ", "make ", "name ", "raise ", "renew ", "replace ", "set ",
    "update ",
];

/// A failure's text as a cause and a remedy: its own advice, or else what is worth looking at for such a step.
pub(super) fn split(step: StepName, text: &str) -> (String, String) {
    if let Some((cause, advice)) = with_advice(text) {
        // What stands within quotes is a broker's word.
        let is_ours = advice.matches('"').count() % 2 == 0;
        let is_advice = |beginning: &&str| advice.starts_with(beginning);
        if is_ours && BEGINNINGS.iter().any(is_advice) {
            // A text about two attempts has it twice.
            return (cause.replace(&format!("; {advice}"), ""), advice.into());
        }
    }
    (text.into(), usual(step).into())
}

/// Apart from what may be advice, of which an alternative is a part.
fn with_advice(text: &str) -> Option<(&str, &str)> {
    let (mut cause, last) = text.rsplit_once("; ")?;
    if last.starts_with("or ") {
        cause = cause.rsplit_once("; ")?.0;
    }
    Some((cause, &text[cause.len() + 2..]))
}

fn usual(step: StepName) -> &'static str {
    match step {
        StepName::Name => "check broker_host, and that this machine can resolve names; or give an IP address",
        StepName::Tcp => {
            "check broker_host and broker_port, that the broker runs, and that no firewall blocks the connection"
        }
        StepName::Tls => "check the TLS settings, and that broker_port is the broker's port for TLS",
        StepName::Mqtt => "check that broker_port is the port of an MQTT broker, and use_tls",
        StepName::Login => "check username and password",
        StepName::Publish => {
            "let the access rules of the broker allow this username to publish below topic_prefix"
        }
        StepName::Subscribe => {
            "let the access rules of the broker allow this username to subscribe below topic_prefix"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_told_from_a_cause_that_has_a_semicolon() {
        let text = "the broker refuses the login; check username and password";
        let (cause, remedy) = split(StepName::Login, text);
        assert_eq!(cause, "the broker refuses the login");
        assert_eq!(remedy, "check username and password");
        let (cause, remedy) = split(StepName::Mqtt, "it says \"a; b\"");
        assert_eq!(cause, "it says \"a; b\"");
        assert_eq!(remedy, usual(StepName::Mqtt));
        let text =
            "it has no name; make one that does, with: openssl; or set tls_fingerprint to 0A";
        let (cause, remedy) = split(StepName::Tls, text);
        assert_eq!(cause, "it has no name");
        assert_eq!(
            remedy,
            "make one that does, with: openssl; or set tls_fingerprint to 0A"
        );
        let text = "MQTT 5: no answer; if it expects TLS, set use_tls; then MQTT 3.1.1: no answer; if it expects TLS, \
                    set use_tls";
        let (cause, remedy) = split(StepName::Mqtt, text);
        assert_eq!(cause, "MQTT 5: no answer; then MQTT 3.1.1: no answer");
        assert_eq!(remedy, "if it expects TLS, set use_tls");
        // Nothing is wrong with the name that could not be looked up.
        let text = crate::error::no_thread(&std::io::Error::from_raw_os_error(11));
        let (cause, remedy) = split(StepName::Name, &text);
        assert!(cause.ends_with("(os error 11)"), "{cause}");
        assert!(remedy.starts_with("raise the limit"), "{remedy}");
        let text = "the broker is busy (\"a; set use_tls\")";
        assert_eq!(split(StepName::Mqtt, text).1, usual(StepName::Mqtt));
    }
}
