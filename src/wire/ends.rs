//! How connections end, in plain words.

use crate::engine::{ConnectionEnd, EndCause};
use std::io;

/// The broker sent what it must not.
pub(super) fn breach(fault: &str) -> ConnectionEnd {
    ConnectionEnd {
        kind: EndCause::Disconnected,
        text: format!("the broker broke the protocol: {fault}"),
    }
}

pub(super) fn closed() -> ConnectionEnd {
    by_peer("the broker closed the connection".into())
}

/// Reading or writing failed.
pub(super) fn broke(error: &io::Error) -> ConnectionEnd {
    by_peer(format!("the connection broke: {error}"))
}

/// It does not go on, or not with us.
pub(super) fn stalled(text: &str) -> ConnectionEnd {
    ConnectionEnd {
        kind: EndCause::Stalled,
        text: text.into(),
    }
}

fn by_peer(text: String) -> ConnectionEnd {
    ConnectionEnd {
        kind: EndCause::ByPeer,
        text,
    }
}
