//! Lists that are often long.

use arbitrary::{Arbitrary, Result, Unstructured};

/// At most so many of a kind, each number as likely as another; half of the vectors that `arbitrary` makes are empty.
#[derive(Debug)]
pub struct Many<T, const MOST: usize>(pub Vec<T>);

impl<'a, T: Arbitrary<'a>, const MOST: usize> Arbitrary<'a> for Many<T, MOST> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let count = u.int_in_range(0..=MOST)?;
        let mut all = Vec::new();
        while all.len() < count && !u.is_empty() {
            all.push(u.arbitrary()?);
        }
        Ok(Many(all))
    }
}
