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
