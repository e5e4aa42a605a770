//! Which notices somebody wants.

use crate::error::Error;
use std::ops::BitOr;

/// The selected kinds of [`Notice`](crate::Notice): a set, combined with `|`.
///
/// ```
/// use argus_mqtt::NoticeKinds;
///
/// let wanted = NoticeKinds::STATES | NoticeKinds::OUTCOMES;
/// assert!(wanted.contains(NoticeKinds::STATES) && !wanted.contains(NoticeKinds::LOG));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeKinds(u32);

impl NoticeKinds {
    /// No notices.
    pub const NONE: NoticeKinds = NoticeKinds(0);
    /// [`Notice::State`](crate::Notice::State).
    pub const STATES: NoticeKinds = NoticeKinds(1);
    /// [`Notice::Delivery`](crate::Notice::Delivery). Not together with [`OUTCOMES`](NoticeKinds::OUTCOMES).
    pub const DELIVERIES: NoticeKinds = NoticeKinds(2);
    /// [`Notice::Log`](crate::Notice::Log).
    pub const LOG: NoticeKinds = NoticeKinds(4);
    /// Outcomes, not as notices but for [`next_outcomes`](crate::Client::next_outcomes): the descriptor is readable
    /// while that would not wait.
    pub const OUTCOMES: NoticeKinds = NoticeKinds(8);
    /// The default of [`next_notice`](crate::Client::next_notice): states, deliveries and log lines.
    pub const DEFAULT: NoticeKinds = NoticeKinds(1 | 2 | 4);

    /// The bits that the C ABI has for them.
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// Whether all of these are in it.
    #[must_use]
    pub fn contains(self, kinds: NoticeKinds) -> bool {
        self.0 & kinds.0 == kinds.0
    }

    /// Whether outcomes are wanted, in either way.
    pub(super) fn has_outcomes(self) -> bool {
        self.0 & (Self::DELIVERIES.0 | Self::OUTCOMES.0) != 0
    }

    /// Refuses what can't be had together.
    pub(crate) fn check(self) -> Result<(), Error> {
        match self.contains(Self::DELIVERIES | Self::OUTCOMES) {
            true => Err(Error::argument(
                "kinds: outcomes are reported as notices (DELIVERIES) or taken many at a time (OUTCOMES); choose one of them",
            )),
            false => Ok(()),
        }
    }
}

impl BitOr for NoticeKinds {
    type Output = NoticeKinds;

    fn bitor(self, other: NoticeKinds) -> NoticeKinds {
        NoticeKinds(self.0 | other.0)
    }
}

impl TryFrom<u32> for NoticeKinds {
    type Error = Error;

    /// From the bits that the C ABI has for them.
    fn try_from(bits: u32) -> Result<Self, Error> {
        match bits {
            0..=15 => Ok(NoticeKinds(bits)),
            other => Err(Error::argument(format!(
                "kinds {other}: must be a sum of 1 (states), 2 (deliveries), 4 (log) and 8 (outcomes)"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_that_mean_nothing_and_two_ways_at_once_are_refused() {
        assert_eq!(NoticeKinds::try_from(7), Ok(NoticeKinds::DEFAULT));
        assert_eq!(NoticeKinds::try_from(0), Ok(NoticeKinds::NONE));
        assert!(NoticeKinds::try_from(16).is_err());
        assert!(NoticeKinds::DEFAULT.check().is_ok());
        assert!((NoticeKinds::LOG | NoticeKinds::OUTCOMES).check().is_ok());
        assert!((NoticeKinds::DEFAULT | NoticeKinds::OUTCOMES)
            .check()
            .is_err());
    }
}
