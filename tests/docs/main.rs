//! The documentation, held against the code: what it shows compiles and runs, what it names exists.
//!
//! Needs Mosquitto (`tools/setup`), gcc, Python and rustc.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "it serves the tests of the C ABI too")]
#[path = "../ffi/compiler.rs"]
mod compiler;

mod command_line;
mod examples;
mod markdown;
mod names;
mod scene;
mod snippets;
mod wording;
