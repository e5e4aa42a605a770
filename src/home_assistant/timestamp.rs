//! Times as Home Assistant reads them (RFC 3339, UTC).

use crate::calendar::date;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY_SECONDS: i64 = 86_400;

/// The time in whole seconds, such as `2026-02-28T23:59:59Z`. Times before 1970 are 1970.
pub(super) fn utc(time: SystemTime) -> String {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    let (days, second) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
    let (year, month, day) = date(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Whether a text is a date and a time with a zone, in the form of RFC 3339.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((date_and_time, zone)) = text.get(..19).zip(text.get(19..)) else {
        return false;
    };
    let shape = b"0000-00-00T00:00:00";
    let has_shape = date_and_time
        .bytes()
        .zip(shape)
        .all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            b'T' => matches!(found, b'T' | b't' | b' '),
            _ => found == *wanted,
        });
    let number = |at: usize| date_and_time[at..at + 2].parse::<u32>().unwrap_or(99);
    has_shape
        // In another zone, the time must not be of a year that there is not.
        && ("0002".."9999").contains(&&date_and_time[..4])
        && (1..=12).contains(&number(5))
        && (1..=28 + late_days(&date_and_time[..4], number(5))).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
        && is_zone(zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()))
        && is_fraction(zone)
}

/// How many days a month has beyond the 28th.
fn late_days(year: &str, month: u32) -> u32 {
    let year: u32 = year.parse().unwrap_or(1);
    match month {
        2 => u32::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
        4 | 6 | 9 | 11 => 2,
        _ => 3,
    }
}

fn is_fraction(rest: &str) -> bool {
    let digits = match rest.strip_prefix('.') {
        None => return !rest.starts_with(|c: char| c.is_ascii_digit()),
        Some(rest) => rest.chars().take_while(char::is_ascii_digit).count(),
    };
    // Home Assistant reads microseconds.
    (1..=6).contains(&digits)
}

fn is_zone(zone: &str) -> bool {
    let offset = zone
        .strip_prefix(['+', '-'])
        .and_then(|z| z.split_once(':'));
    let below = |text: &str, limit: u32| {
        text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number < limit)
    };
    matches!(zone, "Z" | "z")
        || offset.is_some_and(|(hours, minutes)| below(hours, 24) && below(minutes, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let found = utc(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(found, wanted);
            assert!(is_timestamp(&found));
        }
        assert_eq!(
            utc(UNIX_EPOCH - Duration::from_secs(1)),
            "1970-01-01T00:00:00Z"
        );
    }

    #[test]
    fn only_what_home_assistant_reads_is_a_timestamp() {
        for good in [
            "2026-01-02T03:04:05Z",
            "2026-01-02 03:04:05.123456+01:00",
            "2024-02-29T00:00:00-05:30",
            "0002-01-01T00:00:00+23:59",
            "9998-12-31T23:59:59-23:59",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "yesterday",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-13-02T03:04:05Z",
            "2026-02-29T03:04:05Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.1234567Z",
            "2026-01-02T03:04:055Z",
            "2026-01-02T03:04:05+1:00",
            "2026-01-02T03:04:05ZZ",
            "2026-01-02T03:04:0\u{665}Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
