//! Any bytes as a certificate, and any damage to a PEM file with a secret in it: it is read or refused, and nothing of
//! it is shown either way.

#![no_main]

use arbitrary::Arbitrary;
use argus_mqtt::Settings;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use std::path::PathBuf;
use std::sync::OnceLock;

/// What no text holds by chance; it is in the file.
const SECRET: &str = "neither-seen-nor-heard";

#[derive(Arbitrary, Debug)]
struct Given {
    field: Field,
    content: Content,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Field {
    Ca,
    Certificate,
    Key,
    Password,
}

#[derive(Arbitrary, Debug)]
enum Content {
    /// As a certificate, in sound PEM.
    Certificate(Vec<u8>),
    /// As they are, with the secret behind them.
    Any(Vec<u8>),
    /// A key with the secret in it, in lines that end so, with something in front.
    Damaged {
        front: String,
        break_with: Break,
        at: u8,
        insert: String,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Break {
    Line,
    Return,
    Blank,
    Literal,
    Nothing,
}

fuzz_target!(|given: Given| {
    let path = file();
    std::fs::write(path, given.content.bytes()).expect("the temporary directory is writable");
    let mut settings = json!({"broker_host": "broker", "use_tls": true, "username": "me"});
    let other = "/nonexistent/other.pem";
    // Only where it is tried: reading the system's authorities takes longer than all else.
    settings["tls_insecure_skip_verify"] = json!(!matches!(given.field, Field::Ca));
    match given.field {
        Field::Ca => settings["tls_ca_file"] = json!(path),
        Field::Certificate => {
            settings["tls_client_cert_file"] = json!(path);
            settings["tls_client_key_file"] = json!(other);
        }
        Field::Key => {
            settings["tls_client_cert_file"] = json!(other);
            settings["tls_client_key_file"] = json!(path);
        }
        Field::Password => settings["password_file"] = json!(path),
    }
    let shown = match Settings::from_value(&settings) {
        Ok(settings) => format!("{settings:?} {}", settings.to_value()),
        Err(error) => format!("{error} {error:?}"),
    };
    let shown = format!("{shown} {}", Settings::check(&settings.to_string()));
    assert!(!shown.contains(SECRET), "{shown}");
    // Nor as a list of numbers.
    let numbers: Vec<_> = SECRET
        .bytes()
        .take(4)
        .map(|byte| byte.to_string())
        .collect();
    assert!(!shown.contains(&numbers.join(", ")), "{shown}");
});

fn file() -> &'static PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        std::env::temp_dir().join(format!("argus-mqtt-fuzz-{}.pem", std::process::id()))
    })
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Content::Certificate(der) => {
                let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
                format!("{begin}\n{}\n{end}\n", base64(der)).into_bytes()
            }
            Content::Any(bytes) => [bytes, SECRET.as_bytes()].concat(),
            Content::Damaged {
                front,
                break_with,
                at,
                insert,
            } => {
                let end = match break_with {
                    Break::Line => "\n",
                    Break::Return => "\r",
                    Break::Blank => " ",
                    Break::Literal => "\\n",
                    Break::Nothing => "",
                };
                let lines = [
                    "-----BEGIN PRIVATE KEY-----",
                    SECRET,
                    SECRET,
                    "-----END PRIVATE KEY-----",
                    "",
                ];
                let mut text = lines.join(end);
                let at = usize::from(*at).min(text.len());
                text.insert_str(at, insert);
                format!("{front}{text}").into_bytes()
            }
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, index| {
            number << 8 | u32::from(three.get(index).copied().unwrap_or(0))
        });
        for index in 0..4 {
            let digit = number >> (18 - 6 * index) & 63;
            text.push(match index <= three.len() {
                true => char::from(DIGITS[digit as usize]),
                false => '=',
            });
        }
    }
    text
}
