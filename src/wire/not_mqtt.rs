//! Naming what answers where a broker should.

use super::said::quote;

/// So much of an answer is looked at, and waited for.
pub(super) const MOST_BYTES: usize = 256;
/// So many bytes of text, and no packet, begin an answer that is no MQTT.
const ENOUGH_TEXT: usize = 4;

/// What these bytes, the first of an answer to CONNECT, look like; none when they may be MQTT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotMqtt {
    Http,
    Ssh,
    Tls,
    Amqp,
    Text,
}

impl NotMqtt {
    pub(super) fn recognise(bytes: &[u8]) -> Option<NotMqtt> {
        // A record of the handshake or an alert, of any version (RFC 8446, section 5.1).
        if matches!(bytes, [0x15 | 0x16, 0x03, 0..=4, ..]) {
            return Some(NotMqtt::Tls);
        }
        let is_text =
            |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        // No CONNACK looks like text: its second byte is its length.
        let is_text = bytes.len() >= ENOUGH_TEXT && bytes.iter().take(MOST_BYTES).all(is_text);
        let starts = |with: &str| bytes.starts_with(with.as_bytes());
        match is_text {
            _ if starts("HTTP/") => Some(NotMqtt::Http),
            _ if starts("SSH-") => Some(NotMqtt::Ssh),
            _ if starts("AMQP\0") => Some(NotMqtt::Amqp),
            true => Some(NotMqtt::Text),
            false => None,
        }
    }

    /// Whether there is enough of it to be quoted: a line.
    pub(super) fn is_complete(self, bytes: &[u8]) -> bool {
        matches!(self, NotMqtt::Tls | NotMqtt::Amqp)
            || bytes.len() >= MOST_BYTES
            || bytes.contains(&b'\n')
    }

    /// In words that follow "the broker's port", with the remedy.
    pub(super) fn explain(self, bytes: &[u8], uses_tls: bool) -> String {
        let line = first_line(bytes);
        match self {
            NotMqtt::Http => format!("a web server answers there, not an MQTT broker: {line}; check broker_port"),
            NotMqtt::Ssh => format!("an SSH server answers there, not an MQTT broker: {line}; check broker_host and broker_port"),
            NotMqtt::Text => format!("what answers there is not an MQTT broker: {line}; check broker_host and broker_port"),
            NotMqtt::Amqp => format!("what answers there speaks AMQP, not MQTT: {line}; check broker_port (RabbitMQ has MQTT on a port of its own)"),
            NotMqtt::Tls if uses_tls => "it answers in TLS within TLS; check broker_port".into(),
            NotMqtt::Tls => "it answers in TLS; set use_tls".into(),
        }
    }
}

/// Bytes that are neither MQTT nor anything known.
pub(super) fn quote_bytes(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(MOST_BYTES)];
    quote(
        &shown
            .iter()
            .map(|byte| char::from(*byte))
            .collect::<String>(),
    )
}

fn first_line(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next();
    quote_bytes(line.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_mqtt_is_recognised_and_what_may_be_is_not() {
        for (bytes, expected) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Some(NotMqtt::Http)),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", Some(NotMqtt::Ssh)),
            (b"220 mail ready\r\n", Some(NotMqtt::Text)),
            (b"* OK IMAP\r\n", Some(NotMqtt::Text)),
            (
                &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46],
                Some(NotMqtt::Tls),
            ),
            (b"AMQP\x00\x00\x09\x01", Some(NotMqtt::Amqp)),
            (b"RFB 003.008\n", Some(NotMqtt::Text)),
            (b"-ERR unknown command\r\n", Some(NotMqtt::Text)),
            (&[0x20, 0x02, 0x00, 0x01], None),
            (&[0x20, 0x03, 0x00, 0x00, 0x00], None),
            (&[0xd0, 0x00], None),
            (&[0xff; 8], None),
            (b"HT", None),
            (b"", None),
        ] {
            assert_eq!(NotMqtt::recognise(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn the_advice_does_not_contradict_the_settings() {
        let alert = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];
        assert!(NotMqtt::Tls.explain(&alert, false).contains("set use_tls"));
        assert!(!NotMqtt::Tls.explain(&alert, true).contains("set use_tls"));
    }

    #[test]
    fn an_answer_is_quoted_by_its_first_line_and_cut_short() {
        let text = NotMqtt::Http.explain(b"HTTP/1.1 400 Bad\x1b Request\r\nServer: x\r\n", false);
        assert!(
            text.contains(r#""HTTP/1.1 400 Bad\u{1b} Request""#),
            "{text}"
        );
        let long = NotMqtt::Text.explain(&[b'x'; 100_000], false);
        assert!(long.len() < 400, "{}", long.len());
    }
}
