//! A subscription: to our own availability topic, or to that of Home Assistant; and when to ask for it again.

use super::input::Token;
use crate::outbox::Time;
use std::time::Duration;

/// A SUBSCRIBE that is not answered by then will not be.
const SUBACK_LIMIT: Duration = Duration::from_secs(10);
/// After a failure the broker is asked again after this, and after twice the time for each further failure.
const FIRST_REST: Duration = Duration::from_secs(15);
const LONGEST_REST: Duration = Duration::from_secs(3600);

/// Where the subscription of one connection stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subscription {
    /// The settings want none.
    Unwanted,
    Due,
    Asked {
        token: Token,
        until: Time,
    },
    Granted,
    /// It failed, for this reason; it is tried again.
    Failed {
        again: Time,
        reason: String,
    },
}

impl Subscription {
    /// SUBSCRIBE was handed over.
    pub(super) fn asked(now: Time, token: Token) -> Self {
        Subscription::Asked {
            token,
            until: now + SUBACK_LIMIT,
        }
    }

    /// Whether it is to be asked for.
    pub(super) fn is_due(&self) -> bool {
        *self == Subscription::Due
    }

    /// Whether this SUBSCRIBE is the one that an answer is awaited to.
    pub(super) fn is_asked(&self, token: Token) -> bool {
        matches!(self, Subscription::Asked { token: asked, .. } if *asked == token)
    }

    /// Whether it is not on its way, nor about to be.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Subscription::Due | Subscription::Asked { .. })
    }

    /// When the broker should have answered by.
    pub(super) fn answer_due(&self) -> Option<Time> {
        match self {
            Subscription::Asked { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// When to ask again.
    pub(super) fn again(&self) -> Option<Time> {
        match self {
            Subscription::Failed { again, .. } => Some(*again),
            _ => None,
        }
    }
}

/// How long to do without the subscription after it failed. It outlasts the connection: a broker that ends each
/// connection over the subscription must not be kept from carrying messages.
#[derive(Debug, Default)]
pub(super) struct SubscriptionRest {
    failures: u32,
    /// A connection ended while it was unanswered.
    was_closed: bool,
    until: Time,
}

impl SubscriptionRest {
    /// Where the subscription of a new connection stands.
    pub(super) fn begin(&self, now: Time) -> Subscription {
        match self.until > now {
            true => Subscription::Failed {
                again: self.until,
                reason: "the broker ended an earlier connection over the subscription".into(),
            },
            false => Subscription::Due,
        }
    }

    /// The broker ended the connection while it was unanswered. Once, that may have another cause, as when the broker
    /// restarts: the next connection asks at once, so that it misses nothing that is said meanwhile.
    pub(super) fn closed(&mut self, now: Time) {
        if std::mem::replace(&mut self.was_closed, true) || self.failures > 0 {
            self.failed(now);
        }
    }

    /// It was refused, not answered, or connections end over it. Says when to ask again.
    pub(super) fn failed(&mut self, now: Time) -> Time {
        let doublings = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures += 1;
        self.until = now + FIRST_REST.saturating_mul(doublings).min(LONGEST_REST);
        self.until
    }

    /// The broker granted it.
    pub(super) fn granted(&mut self) {
        *self = SubscriptionRest::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_longer_each_time_but_never_for_good() {
        let mut rest = SubscriptionRest::default();
        let mut now = Time::ZERO;
        let mut asked = Vec::new();
        for _ in 0..12 {
            assert_eq!(rest.begin(now), Subscription::Due);
            asked.push(now.as_secs());
            let again = rest.failed(now);
            assert_eq!(
                rest.begin(again - Duration::from_millis(1)).again(),
                Some(again)
            );
            now = again;
        }
        assert_eq!(asked[..5], [0, 15, 45, 105, 225]);
        assert_eq!(asked[11] - asked[10], 3600);
        rest.granted();
        assert_eq!(rest.begin(Time::ZERO), Subscription::Due);
        assert_eq!(rest.failed(Time::ZERO), FIRST_REST);
    }

    #[test]
    fn a_single_close_costs_no_rest() {
        let mut rest = SubscriptionRest::default();
        for _ in 0..3 {
            rest.closed(Time::ZERO);
            assert_eq!(rest.begin(Time::ZERO), Subscription::Due);
            rest.granted();
        }
        rest.closed(Time::ZERO);
        rest.closed(Time::ZERO);
        assert_eq!(rest.begin(Time::ZERO).again(), Some(FIRST_REST));
        rest.closed(FIRST_REST);
        assert_eq!(rest.begin(FIRST_REST).again(), Some(FIRST_REST * 3));
    }
}
