//! Things that are named by small numbers.

use super::room::Grow;

/// A number stays with its thing until that is removed, and is then given to another.
#[derive(Debug)]
pub(super) struct Slab<T> {
    // Boxed, so that a place that is free takes little memory.
    places: Vec<Option<Box<T>>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab {
            places: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// How many numbers were in use at once since it was last empty.
    pub(super) fn span(&self) -> usize {
        self.places.len()
    }

    pub(super) fn insert(&mut self, thing: T) -> u32 {
        let thing = Some(Box::new(thing));
        match self.free.pop() {
            Some(number) => {
                self.places[number as usize] = thing;
                number
            }
            None => {
                self.places.grow();
                self.places.push(thing);
                // There are no more things than messages, of which the settings allow 10 million.
                self.places.len() as u32 - 1
            }
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.places.get(number as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.places.get_mut(number as usize)?.as_deref_mut()
    }

    /// Takes the thing out. When it was the last, all memory is given back.
    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let thing = self.places.get_mut(number as usize)?.take()?;
        self.free.grow();
        self.free.push(number);
        if self.free.len() == self.places.len() {
            *self = Slab::default();
        }
        Some(*thing)
    }
}
