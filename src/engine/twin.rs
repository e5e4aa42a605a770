//! When to say that another client uses our client id.

use std::time::Duration;

/// So many connections in a row that ended as a takeover looks make a twin possible.
const POSSIBLE: u32 = 5;

/// How the connections to one broker ended, as far as it speaks for a twin.
///
/// A broker that names the takeover (0x8E) leaves no doubt, and neither does one that closes after somebody else said
/// our birth message. One that just closes gives no evidence: restarts, proxies and middleboxes do the same. Many
/// such closes in a row are worth a word, and change no pause.
#[derive(Debug, Default)]
pub(super) struct TwinEvidence {
    closes: u32,
}

/// What the end of a connection says of a twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    Unlikely,
    Possible,
    Certain,
}

/// How a connection ended, as far as it speaks for a twin.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// The broker named the takeover, or somebody else said our birth message before it closed.
    pub(super) is_proven: bool,
    /// Its peer closed it, without a reason, after we had been online.
    pub(super) looks_like_it: bool,
    pub(super) lasted: Duration,
}

impl TwinEvidence {
    /// A connection ended; the longest pause is what two of us can keep each other away.
    pub(super) fn ended(&mut self, end: End, longest_pause: Duration) -> Twin {
        if end.is_proven {
            return Twin::Certain;
        }
        if !end.looks_like_it || end.lasted > longest_pause {
            self.closes = 0;
            return Twin::Unlikely;
        }
        self.closes += 1;
        match self.closes >= POSSIBLE {
            true => Twin::Possible,
            false => Twin::Unlikely,
        }
    }

    /// Connecting failed: the broker or the way to it was away, which a twin does not cause.
    pub(super) fn attempt_failed(&mut self) {
        self.closes = 0;
    }

    /// Begins anew.
    pub(super) fn reset(&mut self) {
        self.closes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn close(seconds: u64) -> End {
        End {
            is_proven: false,
            looks_like_it: true,
            lasted: Duration::from_secs(seconds),
        }
    }

    #[test]
    fn five_closes_in_a_row_make_a_twin_possible_and_never_certain() {
        let mut evidence = TwinEvidence::default();
        let found: Vec<_> = (0..7).map(|_| evidence.ended(close(3), MINUTE)).collect();
        assert!(found[..4].iter().all(|twin| *twin == Twin::Unlikely));
        assert!(found[4..].iter().all(|twin| *twin == Twin::Possible));
    }

    #[test]
    fn what_a_twin_does_not_do_ends_the_row() {
        let ends: [fn(&mut TwinEvidence); 3] = [
            TwinEvidence::attempt_failed,
            |evidence| {
                evidence.ended(close(61), MINUTE);
            },
            |evidence| {
                let end = End {
                    looks_like_it: false,
                    ..close(3)
                };
                evidence.ended(end, MINUTE);
            },
        ];
        for end in ends {
            let mut evidence = TwinEvidence::default();
            for _ in 0..4 {
                evidence.ended(close(3), MINUTE);
            }
            end(&mut evidence);
            for _ in 0..4 {
                assert_eq!(evidence.ended(close(3), MINUTE), Twin::Unlikely);
            }
            assert_eq!(evidence.ended(close(3), MINUTE), Twin::Possible);
        }
    }

    #[test]
    fn one_proof_is_enough() {
        let end = End {
            is_proven: true,
            ..close(3600)
        };
        assert_eq!(TwinEvidence::default().ended(end, MINUTE), Twin::Certain);
    }
}
