//! Fingerprints of certificates.

use std::fmt::{self, Write};

/// SHA-256 of a certificate's DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) [u8; 32]);

/// How to come by one.
const REMEDY: &str = "give the 64 hexadecimal digits that \
                      `openssl x509 -in broker.crt -noout -fingerprint -sha256` prints after the equals sign";

impl Fingerprint {
    /// Reads hexadecimal digits of either case, with or without colons. Gives what is wrong, in words that follow the
    /// text itself.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut digits = Vec::with_capacity(64);
        for c in text.chars().filter(|c| *c != ':') {
            match c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
                Some(digit) => digits.push(digit),
                None => return Err(format!("contains {c:?}; {REMEDY}")),
            }
        }
        let mut bytes = [0; 32];
        match digits.len() {
            64 => {
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair[0] << 4 | pair[1];
                }
                Ok(Fingerprint(bytes))
            }
            40 => Err(format!("is a SHA-1 fingerprint; {REMEDY}")),
            length => Err(format!("has {length} digits; {REMEDY}")),
        }
    }
}

#[cfg(feature = "tls")]
impl Fingerprint {
    /// That of a certificate.
    pub(super) fn of(certificate: &[u8]) -> Self {
        // The hash that comes with the ciphers, so that it needs no crate of its own.
        let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
        let suite = suite.tls13().expect("it is a suite of TLS 1.3");
        let hash = suite.common.hash_provider.hash(certificate);
        let bytes = hash.as_ref().try_into();
        Fingerprint(bytes.expect("SHA-256 gives 32 bytes"))
    }
}

/// As openssl writes it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, byte) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_char(':')?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_either_case_with_and_without_colons() {
        let shown = ["AB"; 32].join(":");
        for text in [&shown, &"ab".repeat(32), &shown.to_lowercase()] {
            let fingerprint = Fingerprint::parse(text).expect("it is one");
            assert_eq!(fingerprint.to_string(), shown);
        }
        for (text, says) in [
            ("ab".repeat(20), "SHA-1"),
            ("ab".repeat(31), "62 digits"),
            ("SHA256 Fingerprint=AB".into(), "'S'"),
            ("é".repeat(64), "'é'"),
        ] {
            let message = Fingerprint::parse(&text).expect_err(&text);
            assert!(message.contains(says), "{message}");
            assert!(message.contains("-fingerprint -sha256"), "{message}");
        }
    }
}
