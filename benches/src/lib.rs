//! What the Rust programs of the benchmark share: the options, the clock, the modes, and the sink.

pub mod measure;
pub mod modes;
pub mod options;
pub mod packet;
pub mod tls;

pub use modes::{run, Peer};
pub use options::Options;
