//! The client id that holds unless one is given.

/// A client keeps this over reconnects, restarts and machines, so that the broker takes its new connection for the
/// old one's successor, and the old one's will is not spoken after the new birth. It must therefore never depend on
/// anything but the settings, and never be computed in another way.
///
/// The topic is empty for a client that announces nothing there.
///
/// 23 letters and digits: what every broker for MQTT 3.1.1 takes (section 3.1.3.1).
pub(super) fn stable(
    host: &str,
    port: u16,
    username: Option<&str>,
    availability_topic: &str,
) -> String {
    let host = host.to_ascii_lowercase();
    let port = port.to_string();
    let parts = [
        &host,
        &port,
        username.unwrap_or_default(),
        availability_topic,
    ];
    let mut hash = FNV_OFFSET;
    for part in parts {
        // The length before each part keeps ("ab", "c") apart from ("a", "bc").
        hash = fnv1a(hash, part.len().to_string().as_bytes());
        hash = fnv1a(hash, b":");
        hash = fnv1a(hash, part.as_bytes());
    }
    format!("{MARK}{}", digits(hash))
}

/// By this a person finds the client in a broker's log.
const MARK: &str = "argus";
/// 62 to the 18th is 107 bits.
const DIGITS: usize = 23 - MARK.len();
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// FNV-1a with 128 bits: fixed forever, unlike the hashes of the standard library.
const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

fn fnv1a(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(FNV_PRIME)
    })
}

fn digits(mut number: u128) -> String {
    let mut text = String::with_capacity(DIGITS);
    for _ in 0..DIGITS {
        text.push(char::from(ALPHABET[(number % 62) as usize]));
        number /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_hash_is_fnv1a() {
        // From the test vectors of the FNV authors.
        assert_eq!(fnv1a(FNV_OFFSET, b""), FNV_OFFSET);
        assert_eq!(
            fnv1a(FNV_OFFSET, b"a"),
            0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964
        );
        assert_eq!(
            fnv1a(FNV_OFFSET, b"foobar"),
            0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18
        );
    }

    /// These values are a promise: a broker that holds a session of an older version knows the client by them.
    #[test]
    fn the_id_never_changes() {
        assert_eq!(
            stable("192.168.1.10", 1883, None, "argusai/status"),
            "argust43A9zaNhbBJ7jHRzW"
        );
        assert_eq!(
            stable("broker.local", 8883, Some("argus"), "argusai/status"),
            "argusmWcgtTRJ1KF6uXNiCm"
        );
        assert_eq!(
            stable("2001:db8::1", 1883, Some("\u{FC}ser"), "home/cams/state"),
            "argusx5bdyY151ovSrsLE0C"
        );
    }

    #[test]
    fn every_part_counts_and_none_runs_into_the_next() {
        let ids: HashSet<_> = [
            stable("host", 1883, None, "a/b"),
            stable("hosu", 1883, None, "a/b"),
            stable("host", 1884, None, "a/b"),
            stable("host", 1883, Some("u"), "a/b"),
            stable("host", 1883, None, "a/c"),
            stable("host", 1883, Some("ua"), "/b"),
            stable("host", 1883, Some("u"), "aa/b"),
            stable("host1", 883, None, "a/b"),
        ]
        .into();
        assert_eq!(ids.len(), 8);
        for id in ids {
            assert_eq!(id.len(), 23, "{id}");
            assert!(id.bytes().all(|c| c.is_ascii_alphanumeric()), "{id}");
        }
        assert_eq!(
            stable("HOST", 1883, None, "a/b"),
            stable("host", 1883, None, "a/b")
        );
    }
}
