//! What the fuzz targets share.

pub mod acknowledger;
pub mod many;
pub mod resources;

/// The codec of the tests, independent of the library.
#[path = "../../tests/support/codec/mod.rs"]
pub mod codec;
