//! When the client was last online.

use crate::outbox::Time;

/// The last moment at which the client was seen online; looked at whenever something happens.
#[derive(Debug, Default)]
pub(super) struct LastOnline {
    is_online: bool,
    at: Option<Time>,
}

impl LastOnline {
    /// Notes whether it is online now.
    pub(super) fn note(&mut self, now: Time, is_online: bool) {
        // Until now it was, if it was when it was last looked at: nothing has happened between.
        if is_online || self.is_online {
            self.at = Some(now);
        }
        self.is_online = is_online;
    }

    /// How long ago it was; nothing while it is.
    pub(super) fn age(&self, now: Time) -> Option<Time> {
        match self.is_online {
            true => Some(Time::ZERO),
            false => self.at.map(|at| now.saturating_sub(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_until_it_is_over() {
        let [first, second, third] = [10, 5000, 5060].map(Time::from_secs);
        let mut last = LastOnline::default();
        last.note(Time::ZERO, false);
        assert_eq!(last.age(first), None);
        last.note(first, true);
        assert_eq!(last.age(second), Some(Time::ZERO));
        last.note(second, false);
        assert_eq!(last.age(third), Some(third - second));
    }
}
