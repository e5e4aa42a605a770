//! Which field someone meant who wrote a name that is none.

use super::table;

/// The name of the field that a name resembles most, if it resembles it enough to ask for it.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let (distance, field) = table::fields()
        .map(|field| (distance(&name, &plain(field.name)), field.name))
        // Of two that resemble it alike, the one with less beside it: `use_tls` for `tls`.
        .min_by_key(|(distance, field)| (*distance, field.len()))
        .expect("there are fields");
    (distance <= (name.len() / 3).max(1)).then_some(field)
}

/// Without what people leave out or write differently. No field's name is as long as what is kept.
fn plain(name: &str) -> Vec<char> {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).take(64).collect()
}

/// The number of characters to insert, remove or replace; one only where the name is a part of the field's.
fn distance(name: &[char], field: &[char]) -> usize {
    if name != field && name.len() >= 3 && field.windows(name.len()).any(|part| part == name) {
        return 1;
    }
    let mut row: Vec<usize> = (0..=field.len()).collect();
    for (i, a) in name.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in field.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[field.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_write_lead_to_the_field() {
        for (written, meant) in [
            ("broker_hots", "broker_host"),
            ("brokerHost", "broker_host"),
            ("host", "broker_host"),
            ("port", "broker_port"),
            ("pasword", "password"),
            ("Password", "password"),
            ("user_name", "username"),
            ("keepalive", "keep_alive_seconds"),
            ("message_expiry", "message_expiry_seconds"),
            ("expiry_seconds", "message_expiry_seconds"),
            ("messege_expiry_second", "message_expiry_seconds"),
            ("retain", "retain_events"),
            ("tls", "use_tls"),
            ("ca_file", "tls_ca_file"),
            ("client-id", "client_id"),
        ] {
            assert_eq!(nearest(written), Some(meant), "{written}");
        }
    }

    #[test]
    fn a_name_like_none_is_not_asked_for() {
        for name in [
            "",
            "x",
            "id",
            "nope",
            "ssl",
            "foo_bar",
            "hostname",
            "discovery_enabled",
            "_______",
            &"z".repeat(100_000),
        ] {
            assert_eq!(nearest(name), None, "{name:.20}");
        }
    }

    #[test]
    fn distances_count_edits() {
        let of = |a: &str, b: &str| distance(&plain(a), &plain(b));
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "qos"), 3);
        assert_eq!(of("qos", "qos"), 0);
        assert_eq!(of("password", "password"), 0);
    }
}
