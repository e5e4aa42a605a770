//! PEM files (RFC 7468), as people save them. Says what is wrong with the form of one, and never quotes it: it may hold
//! a private key.

use crate::fault::{Fault, FaultCode};
use crate::file;
use crate::topic::quote;
use rustls::pki_types::pem::{Error, PemObject, SectionKind};
use std::path::Path;

/// No PEM file comes near this.
const MOST: u64 = 16 << 20;

/// What a file should hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Certificates,
    PrivateKey,
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Content::Certificates => "certificate",
            Content::PrivateKey => "private key",
        }
    }

    fn is(self, kind: SectionKind) -> bool {
        let is_key = matches!(
            kind,
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey
        );
        match self {
            Content::Certificates => kind == SectionKind::Certificate,
            Content::PrivateKey => is_key,
        }
    }
}

/// The sections of a file that are what it should hold, at least one.
pub(super) fn read(
    field: &str,
    path: &Path,
    content: Content,
) -> Result<Vec<(SectionKind, Vec<u8>)>, Fault> {
    let name = content.name();
    let remedy = format!("give the path of a PEM file with a {name}, which this program may read");
    let bytes = file::read(path, MOST).map_err(|what| {
        let what = format!("{what}; {remedy}");
        file_fault(field, path, FaultCode::UnreadableFile, &what)
    })?;
    parse(&bytes, content).map_err(|what| {
        let what = match what {
            Wrong::Form(what) => format!("{what}; save it as PEM, as openssl writes it"),
            Wrong::Content(what) => format!("{what}; {remedy}"),
            Wrong::Remedied(what) => what,
        };
        file_fault(field, path, FaultCode::WrongFileContent, &what)
    })
}

/// A fault of a file. `what` follows its path.
pub(super) fn file_fault(field: &str, path: &Path, code: FaultCode, what: &str) -> Fault {
    let shown = quote(&path.to_string_lossy());
    let message = format!("{shown} {what}");
    Fault::new(field, code, Some(shown), message)
}

/// What is wrong with the content of a file.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    /// It is no readable PEM.
    Form(String),
    /// It is PEM of something else.
    Content(String),
    /// The words say what to do.
    Remedied(String),
}

fn parse(bytes: &[u8], content: Content) -> Result<Vec<(SectionKind, Vec<u8>)>, Wrong> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Wrong::Content("is empty".into()));
    }
    let text = text(bytes).map_err(Wrong::Form)?;
    let labels = labels(&text).map_err(Wrong::Form)?;
    let is_encrypted =
        text.contains("Proc-Type: 4,ENCRYPTED") || labels.contains(&"ENCRYPTED PRIVATE KEY");
    if is_encrypted && content == Content::PrivateKey {
        return Err(Wrong::Remedied(
            "contains an encrypted private key, which can't be used here; give one without a passphrase \
             (openssl pkey writes one)"
                .into(),
        ));
    }
    if labels.is_empty() {
        return Err(Wrong::Content(
            "contains no PEM (openssl converts other forms to PEM)".into(),
        ));
    }
    if content == Content::Certificates {
        let old = ["TRUSTED CERTIFICATE", "X509 CERTIFICATE"];
        if labels.contains(&"PKCS7") {
            return Err(Wrong::Remedied(
                "contains certificates in the form of PKCS #7; write them as PEM (openssl pkcs7 -print_certs)".into(),
            ));
        }
        if let Some(label) = labels.iter().find(|label| old.contains(label)) {
            return Err(Wrong::Remedied(format!(
                "contains one with the label {label}; write it with the label CERTIFICATE, as `openssl x509` does"
            )));
        }
    }
    let sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Wrong::Form(form_fault(&error).into()))?;
    let kept: Vec<_> = sections
        .into_iter()
        .filter(|(kind, _)| content.is(*kind))
        .collect();
    let has_other_key = || labels.iter().any(|label| label.contains("PRIVATE KEY"));
    match kept.is_empty() {
        false => Ok(kept),
        true if labels.contains(&"OPENSSH PRIVATE KEY") && content == Content::PrivateKey => {
            Err(Wrong::Remedied(
                "contains a private key in OpenSSH's form, which can't be used here; give one that openssl made \
                 (openssl genpkey)"
                    .into(),
            ))
        }
        true if has_other_key() && content == Content::PrivateKey => Err(Wrong::Form(
            "contains a private key whose BEGIN line is not one that openssl writes".into(),
        )),
        true => Err(Wrong::Content(format!(
            "contains {}, but no {}",
            found(&labels),
            content.name()
        ))),
    }
}

/// The lines without what editors put around them.
fn text(bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err("is saved as UTF-16".into());
    }
    // What DER begins with: a sequence with a length of two or three bytes, or the whole file in a short one.
    let is_short = |length: u8, rest: &[u8]| length < 0x80 && rest.len() == usize::from(length);
    if matches!(bytes, [0x30, 0x81..=0x83, ..])
        || matches!(bytes, [0x30, length, rest @ ..] if is_short(*length, rest))
    {
        return Err("is in binary form (DER or PKCS #12)".into());
    }
    let text = String::from_utf8_lossy(bytes);
    let lines = text
        .trim_start_matches('\u{FEFF}')
        .split(['\n', '\r'])
        .map(str::trim);
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

const BEGIN: &str = "-----BEGIN ";

/// What stands in the marks that begin sections.
fn labels(text: &str) -> Result<Vec<&str>, String> {
    let mut labels = Vec::new();
    for line in text.lines().filter(|line| line.contains(BEGIN.trim_end())) {
        let label = line
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix("-----"))
            .filter(|label| !label.contains('-'));
        match label {
            Some(label) => labels.push(label),
            None if line.contains("\\n") => {
                return Err("has the two characters \\n where its lines should end".into())
            }
            // A short line has little beside the mark, such as quotes.
            None if line.trim_end().len() < 2 * BEGIN.len() + "CERTIFICATE REQUEST".len() => {
                return Err(
                    "has something other than a mark, such as quotes, on a BEGIN line".into(),
                )
            }
            None => return Err("has lost its line breaks".into()),
        }
    }
    Ok(labels)
}

/// Never the text of the error, which quotes the file.
fn form_fault(error: &Error) -> &'static str {
    match error {
        Error::MissingSectionEnd { .. } => "is cut off: a section has no END line",
        Error::Base64Decode(_) => "is damaged: a section is not Base64",
        _ => "is damaged",
    }
}

fn found(labels: &[&str]) -> &'static str {
    let any = |what: &str| labels.iter().any(|label| label.contains(what));
    match labels {
        _ if any("PRIVATE KEY") => "a private key",
        _ if any("CERTIFICATE REQUEST") => "a request for a certificate",
        _ if any("CERTIFICATE") => "a certificate",
        _ if any("PUBLIC KEY") => "a public key",
        _ => "other PEM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &str =
        "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

    fn certificates(text: &str) -> Result<usize, Wrong> {
        parse(text.as_bytes(), Content::Certificates).map(|found| found.len())
    }

    #[test]
    fn what_editors_do_to_a_file_changes_nothing() {
        let plain = parse(CERTIFICATE.as_bytes(), Content::Certificates);
        for text in [
            format!("\u{FEFF}{CERTIFICATE}"),
            CERTIFICATE.replace('\n', "\r\n"),
            CERTIFICATE.replace('\n', "\r"),
            CERTIFICATE.replace('\n', "  \n\t"),
            format!(
                "\n\n  a comment\n    {}",
                CERTIFICATE.replace('\n', "\n    ")
            ),
            CERTIFICATE.trim_end().to_owned(),
        ] {
            assert_eq!(
                parse(text.as_bytes(), Content::Certificates),
                plain,
                "{text:?}"
            );
        }
        assert_eq!(certificates(&CERTIFICATE.repeat(3)), Ok(3));
        assert_eq!(certificates(&format!("{KEY}{CERTIFICATE}")), Ok(1));
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_it() {
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(CERTIFICATE.bytes().flat_map(|byte| [byte, 0]))
            .collect();
        for (bytes, says) in [
            (&b""[..], "is empty"),
            (b" \n", "is empty"),
            (&utf16, "UTF-16"),
            (b"\x30\x82\x01\x00", "binary"),
            (b"\x30\x03\x02\x01\x01", "binary"),
            (b"0\ncertificate", "no PEM"),
            (b"certificate", "no PEM"),
            (KEY.as_bytes(), "a private key, but no certificate"),
            (KEY.replace('\n', " ").as_bytes(), "lost its line breaks"),
            (
                format!("\"{CERTIFICATE}\"").as_bytes(),
                "such as quotes, on a BEGIN line",
            ),
            (
                KEY.replace('\n', "\\n").as_bytes(),
                "the two characters \\n",
            ),
            (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "cut off"),
            (
                b"-----BEGIN CERTIFICATE-----\nMI*IB\n-----END CERTIFICATE-----\n",
                "not Base64",
            ),
            (
                CERTIFICATE.replace("CERTIFICATE", "PKCS7").as_bytes(),
                "openssl pkcs7 -print_certs",
            ),
            (
                CERTIFICATE.replace(" C", " TRUSTED C").as_bytes(),
                "the label TRUSTED CERTIFICATE",
            ),
        ] {
            let wrong = parse(bytes, Content::Certificates).expect_err(says);
            let shown = format!("{wrong:?}").replace("\\\\", "\\");
            assert!(shown.contains(says), "{shown}");
            assert!(!shown.contains("MI") && !shown.contains("77"), "{shown}");
        }
        for (label, says) in [
            ("OPENSSH PRIVATE KEY", "OpenSSH"),
            ("PRIVATE KEY ", "BEGIN line"),
        ] {
            let key = KEY.replace("PRIVATE KEY", label);
            let wrong = parse(key.as_bytes(), Content::PrivateKey).expect_err(says);
            let shown = format!("{wrong:?}");
            assert!(
                shown.contains(says) && !shown.contains("no private key"),
                "{shown}"
            );
        }
        let encrypted = KEY.replace(" P", " ENCRYPTED P");
        let wrong = parse(encrypted.as_bytes(), Content::PrivateKey).expect_err("it is");
        assert!(format!("{wrong:?}").contains("passphrase"), "{wrong:?}");
    }
}
