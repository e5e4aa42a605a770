//! How much room collections keep beside what they hold.
//!
//! The standard ones double when they are full and never shrink: at worst half of their memory is empty, which the bound
//! of bytes would have to allow for, and an outage that is over would still take the memory of its longest queue.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

/// A collection that gives memory back.
pub(super) trait Room {
    fn len_and_capacity(&self) -> (usize, usize);
    fn shrink(&mut self, capacity: usize);

    /// Gives back what is empty when that is most of it.
    fn give_back(&mut self) {
        let (len, capacity) = self.len_and_capacity();
        if capacity > 16 && len < capacity / 4 {
            self.shrink(len * 2);
        }
    }
}

/// A collection that grows by an eighth: adding is still of constant cost on average.
pub(super) trait Grow: Room {
    fn reserve(&mut self, additional: usize);

    /// Makes room for one more.
    fn grow(&mut self) {
        let (len, capacity) = self.len_and_capacity();
        if len == capacity {
            self.reserve((len / 8).max(len.clamp(1, 4)));
        }
    }
}

macro_rules! sequence {
    ($name:ident) => {
        impl<T> Room for $name<T> {
            fn len_and_capacity(&self) -> (usize, usize) {
                (self.len(), self.capacity())
            }

            fn shrink(&mut self, capacity: usize) {
                self.shrink_to(capacity);
            }
        }

        impl<T> Grow for $name<T> {
            fn reserve(&mut self, additional: usize) {
                self.reserve_exact(additional);
            }
        }
    };
}

sequence!(Vec);
sequence!(VecDeque);

impl<K: Eq + Hash, V, S: BuildHasher> Room for HashMap<K, V, S> {
    fn len_and_capacity(&self) -> (usize, usize) {
        (self.len(), self.capacity())
    }

    fn shrink(&mut self, capacity: usize) {
        self.shrink_to(capacity);
    }
}

impl<T: Eq + Hash, S: BuildHasher> Room for HashSet<T, S> {
    fn len_and_capacity(&self) -> (usize, usize) {
        (self.len(), self.capacity())
    }

    fn shrink(&mut self, capacity: usize) {
        self.shrink_to(capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many<C: FromIterator<u32>>() -> C {
        (0..1000).collect()
    }

    #[test]
    fn what_is_empty_is_given_back_once_it_is_three_quarters_of_it() {
        let given_back = |capacity: usize, len: usize| {
            let mut all = Vec::with_capacity(capacity);
            assert_eq!(all.capacity(), capacity);
            all.resize(len, 0_u64);
            all.give_back();
            capacity - all.capacity()
        };
        assert_eq!(given_back(1000, 250), 0);
        assert_eq!(given_back(1000, 249), 1000 - 2 * 249);
        assert_eq!(given_back(16, 1), 0, "it is little");
        assert_eq!(given_back(17, 1), 15);
    }

    #[test]
    fn each_collection_gives_back_what_is_empty() {
        let (mut queue, mut list) = (many::<VecDeque<u32>>(), many::<Vec<u32>>());
        let (mut set, mut map) = (
            many::<HashSet<u32>>(),
            many::<Vec<u32>>()
                .into_iter()
                .map(|n| (n, n))
                .collect::<HashMap<_, _>>(),
        );
        queue.truncate(10);
        list.truncate(10);
        set.retain(|n| *n < 10);
        map.retain(|n, _| *n < 10);
        queue.give_back();
        list.give_back();
        set.give_back();
        map.give_back();
        for capacity in [
            queue.capacity(),
            list.capacity(),
            set.capacity(),
            map.capacity(),
        ] {
            assert!((10..100).contains(&capacity), "{capacity}");
        }
    }

    #[test]
    fn a_collection_grows_by_an_eighth_and_by_a_few_while_it_is_small() {
        let mut all = Vec::new();
        let mut capacities = Vec::new();
        for n in 0..1000 {
            all.grow();
            if capacities.last() != Some(&all.capacity()) {
                capacities.push(all.capacity());
            }
            all.push(n);
        }
        assert_eq!(capacities[..5], [1, 2, 4, 8, 12]);
        for two in capacities.windows(2).filter(|two| two[0] >= 32) {
            assert_eq!(two[1], two[0] + two[0] / 8);
        }
    }
}
