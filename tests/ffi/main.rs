//! The C ABI, as C programs see it: the header, the shared library, and what they do when used and misused.
//!
//! Needs a C and a C++ compiler (gcc and g++, or what `CC` and `CXX` name) and binutils.

#[path = "../support/mod.rs"]
mod support;

mod compiler;
mod header;
mod host;
mod library;
mod programs;
mod watched;
