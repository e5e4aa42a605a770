//! Numbered places for values, where a number that was given up is never valid again.

/// The name of a place in [`Slots`] at one time of its use. The generation is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) index: u16,
    pub(super) generation: u16,
}

/// Values by [`Key`].
pub(super) struct Slots<T> {
    slots: Vec<Slot<T>>,
    /// The empty slots that can be used again.
    free: Vec<u16>,
}

struct Slot<T> {
    /// Of the value that is here, or of the one that was here last.
    generation: u16,
    value: Option<T>,
}

impl<T> Slots<T> {
    pub(super) const fn new() -> Self {
        Slots {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Keeps `value`, or gives it back when every place is taken.
    pub(super) fn insert(&mut self, value: T) -> Result<Key, T> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => match u16::try_from(self.slots.len()) {
                Ok(index) => {
                    self.slots.push(Slot {
                        generation: 0,
                        value: None,
                    });
                    index
                }
                Err(_) => return Err(value),
            },
        };
        let slot = &mut self.slots[usize::from(index)];
        slot.generation += 1;
        slot.value = Some(value);
        Ok(Key {
            index,
            generation: slot.generation,
        })
    }

    pub(super) fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(usize::from(key.index))?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == key.generation)
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(usize::from(key.index))?;
        if slot.generation != key.generation {
            return None;
        }
        let value = slot.value.take()?;
        // A slot whose generations are used up stays empty for good, so that no old key can become valid again.
        if slot.generation < u16::MAX {
            self.free.push(key.index);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_valid_until_its_value_is_removed() {
        let mut slots = Slots::new();
        let [a, b] = ["a", "b"].map(|value| slots.insert(value).unwrap());
        assert_eq!((slots.get(a), slots.get(b)), (Some(&"a"), Some(&"b")));
        assert_eq!(slots.remove(a), Some("a"));
        assert_eq!((slots.get(a), slots.get(b)), (None, Some(&"b")));
        assert_eq!(slots.remove(a), None);
    }

    #[test]
    fn an_old_key_does_not_name_the_next_value_in_its_place() {
        let mut slots = Slots::new();
        let old = slots.insert("old").unwrap();
        slots.remove(old);
        let new = slots.insert("new").unwrap();
        assert_eq!(old.index, new.index);
        assert_eq!(slots.get(old), None);
        assert_eq!(slots.remove(old), None);
        assert_eq!(slots.get(new), Some(&"new"));
    }

    #[test]
    fn no_key_is_given_twice() {
        let mut slots = Slots::new();
        let first = slots.insert(()).unwrap();
        slots.remove(first);
        for _ in 0..u16::MAX {
            let key = slots.insert(()).unwrap();
            assert_ne!(key, first);
            slots.remove(key);
        }
        assert_eq!(slots.get(first), None);
    }

    #[test]
    fn a_value_comes_back_when_every_place_is_taken() {
        let mut slots = Slots::new();
        for value in 0..=u32::from(u16::MAX) {
            slots.insert(value).unwrap();
        }
        assert_eq!(slots.insert(7), Err(7));
    }
}
