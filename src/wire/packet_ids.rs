//! Which packet ids are in use, and for what.

use crate::engine::Token;

/// A packet that was written and is not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InUse {
    pub(super) token: Token,
    pub(super) is_subscription: bool,
    pub(super) size: u64,
}

/// A packet id is the token in a circle of the size of the largest window. The engine gives out a token only while
/// the oldest one that is not acknowledged is nearer than that, so no two in use share an id, in whatever order a
/// broker acknowledges.
#[derive(Debug)]
pub(super) struct PacketIds {
    slots: Vec<Option<InUse>>,
    unacknowledged_bytes: u64,
}

impl PacketIds {
    /// `span`: as many tokens as the window may hold at once.
    pub(super) fn new(span: u16) -> Self {
        PacketIds {
            slots: vec![None; usize::from(span.max(1))],
            unacknowledged_bytes: 0,
        }
    }

    /// The packet id that goes with a token, from 1 on.
    pub(super) fn id(&self, token: Token) -> u16 {
        // At most the span, which is a u16.
        (token.saturating_sub(1) % self.slots.len() as u64) as u16 + 1
    }

    /// From now on the packet may be acknowledged.
    pub(super) fn written(&mut self, packet: InUse) {
        let id = self.id(packet.token);
        self.unacknowledged_bytes += packet.size;
        if let Some(slot) = self.slots.get_mut(usize::from(id) - 1) {
            *slot = Some(packet);
        }
    }

    /// The packet that is acknowledged under this id; none when there is none of this kind.
    pub(super) fn acknowledged(&mut self, id: u16, is_subscription: bool) -> Option<Token> {
        let slot = self.slots.get_mut(usize::from(id.checked_sub(1)?))?;
        let packet = slot.take_if(|packet| packet.is_subscription == is_subscription)?;
        self.unacknowledged_bytes -= packet.size;
        Some(packet.token)
    }

    /// The size of what was written and is not acknowledged.
    pub(super) fn unacknowledged_bytes(&self) -> u64 {
        self.unacknowledged_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(token: Token) -> InUse {
        InUse {
            token,
            is_subscription: false,
            size: 10,
        }
    }

    #[test]
    fn an_id_is_good_once_and_for_its_kind() {
        let mut ids = PacketIds::new(3);
        ids.written(publish(1));
        ids.written(InUse {
            is_subscription: true,
            ..publish(2)
        });
        for (id, is_subscription, token) in [
            (0, false, None),
            (4, false, None),
            (2, false, None),
            (1, true, None),
            (1, false, Some(1)),
            (1, false, None),
            (2, true, Some(2)),
        ] {
            assert_eq!(ids.acknowledged(id, is_subscription), token, "{id}");
        }
        assert_eq!(ids.unacknowledged_bytes(), 0);
    }

    #[test]
    fn they_go_round() {
        let ids = PacketIds::new(3);
        let all: Vec<_> = (1..=7).map(|token| ids.id(token)).collect();
        assert_eq!(all, [1, 2, 3, 1, 2, 3, 1]);
        assert_eq!(PacketIds::new(u16::MAX).id(65_535), 65_535);
    }
}
