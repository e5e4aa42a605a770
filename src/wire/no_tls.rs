//! In place of TLS, in a library that was built without it.

use crate::engine::Failure;
use rumqttc::Transport;
use std::error::Error as StdError;

/// How one attempt is secured: not at all.
#[derive(Debug)]
pub(super) struct Security;

impl Security {
    pub(super) fn none() -> Self {
        Security
    }

    pub(super) fn transport(&self) -> Transport {
        Transport::tcp()
    }

    pub(super) fn failure(&self, _: &(dyn StdError + 'static)) -> Option<Failure> {
        None
    }
}
