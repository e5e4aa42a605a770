//! Until when a certificate is valid, and when to warn of its end.

use super::clock::{UnixSeconds, DAY};
use std::time::Duration;

/// So long before its end a certificate is warned of, in days.
const WARNING: i64 = 14;

/// Until when the broker's certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Displayed, it is the day.
    pub(crate) until: UnixSeconds,
    seen_at: UnixSeconds,
}

impl Validity {
    /// Of a certificate that the broker shows now.
    pub(crate) fn seen_now(until: UnixSeconds) -> Self {
        let seen_at = UnixSeconds::now();
        Validity { until, seen_at }
    }

    /// A warning for the status, from 14 days before its end on. `age`: how long ago the broker showed it.
    pub(crate) fn warning(&self, age: Duration) -> Option<String> {
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let now = UnixSeconds(self.seen_at.0.saturating_add(age));
        ends_soon(self.until, now)
            .map(|when| format!("the broker's certificate {when}; replace it in time"))
    }
}

/// When a certificate ends, if that is soon or past, in words that follow its name.
pub(super) fn ends_soon(until: UnixSeconds, now: UnixSeconds) -> Option<String> {
    match until.0.saturating_sub(now.0) {
        left if left < 0 => Some(format!("expired on {until}")),
        left if left < WARNING * DAY => Some(format!("expires on {until}")),
        _ => None,
    }
}

/// Until when a certificate is valid; `None` if it can't be read.
#[cfg(feature = "tls")]
pub(crate) fn valid_until(certificate: &[u8]) -> Option<UnixSeconds> {
    Some(UnixSeconds(super::der::read(certificate)?.not_after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_warned_of_from_14_days_before() {
        let certificate = Validity {
            until: UnixSeconds(40 * DAY),
            seen_at: UnixSeconds(25 * DAY),
        };
        let warning = |days: u64| certificate.warning(Duration::from_secs(days * 86_400));
        assert_eq!(warning(1), None);
        let soon = warning(2).expect("it ends soon");
        assert!(soon.contains("expires on 1970-02-10"), "{soon}");
        let past = warning(16).expect("it has ended");
        assert!(past.contains("expired on 1970-02-10"), "{past}");
    }
}
