//! Members in the order of a number that each has, which may change.

use super::room::{Grow, Room};

/// A binary heap that knows where each member stands: the least is known at once, and to move or remove any member
/// costs a logarithm. Members are the small numbers of a [`Slab`](super::slab::Slab).
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// Key and member. Below place `p` stand `2p + 1` and `2p + 2`, neither with a lesser key.
    heap: Vec<(u64, u32)>,
    /// The place of each member in the heap, or [`ABSENT`].
    places: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl Ranking {
    /// The least key, and who has it.
    pub(super) fn first(&self) -> Option<(u64, u32)> {
        self.heap.first().copied()
    }

    /// All members, in no order.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.heap.iter().map(|(_, member)| *member)
    }

    /// Gives this member this key; without one, it is no member any more.
    pub(super) fn set(&mut self, member: u32, key: Option<u64>) {
        match (self.place(member), key) {
            (Some(place), Some(key)) => {
                self.heap[place].0 = key;
                self.settle(place);
            }
            (Some(place), None) => self.remove(place),
            (None, Some(key)) => {
                while self.places.len() <= member as usize {
                    self.places.grow();
                    self.places.push(ABSENT);
                }
                self.heap.grow();
                self.heap.push((key, member));
                self.settle(self.heap.len() - 1);
            }
            (None, None) => {}
        }
    }

    fn place(&self, member: u32) -> Option<usize> {
        let place = *self.places.get(member as usize)?;
        (place != ABSENT).then_some(place as usize)
    }

    fn remove(&mut self, place: usize) {
        let (_, member) = self.heap.swap_remove(place);
        self.places[member as usize] = ABSENT;
        if place < self.heap.len() {
            self.settle(place);
        }
        self.heap.give_back();
    }

    /// Moves what stands here up or down to where it belongs. Which of two with the same key stands above the other makes no
    /// difference.
    fn settle(&mut self, mut place: usize) {
        let moving = self.heap[place];
        while place > 0 && moving.0 < self.heap[(place - 1) / 2].0 {
            self.put(place, self.heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        loop {
            let mut below = 2 * place + 1;
            if below + 1 < self.heap.len() && self.heap[below + 1].0 < self.heap[below].0 {
                below += 1;
            }
            if below >= self.heap.len() || moving.0 <= self.heap[below].0 {
                break;
            }
            self.put(place, self.heap[below]);
            place = below;
        }
        self.put(place, moving);
    }

    fn put(&mut self, place: usize, item: (u64, u32)) {
        self.heap[place] = item;
        self.places[item.1 as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_has_the_least_key_whatever_was_set() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut ranking = Ranking::default();
        let mut keys = [None; 50];
        for _ in 0..20_000 {
            let member = random.usize(..keys.len());
            keys[member] = random.bool().then(|| random.u64(..100));
            ranking.set(member as u32, keys[member]);
            let least = keys.iter().flatten().min().copied();
            assert_eq!(ranking.first().map(|(key, _)| key), least);
            if let Some((key, member)) = ranking.first() {
                assert_eq!(keys[member as usize], Some(key));
            }
        }
    }
}
