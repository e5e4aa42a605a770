//! The C ABI: the functions that `include/argus_mqtt.h` declares, and what turns C into Rust and back.
//!
//! No decision about MQTT is made here. Each exported function converts its arguments, calls the [`Client`] and
//! converts the result, inside [`boundary::boundary`], so that neither a panic nor a fork crosses.
//!
//! This is the only module with `unsafe`. What the exported functions demand of their caller is what C demands
//! anyway, and stands in the header: a pointer is NULL or valid for what the function does with it during the call,
//! text ends in NUL, a payload has the length that is passed with it. Everything else is checked.
//!
//! The documentation of the exported items is the text of the header: it is written for a C programmer.
//!
//! [`Client`]: crate::Client

#![allow(
    non_camel_case_types,
    reason = "the types of the C ABI have their C names"
)]
#![allow(
    unreachable_pub,
    reason = "what is `pub` here is reached from C, and goes into the header"
)]

// What the exported functions share.
mod abi;
mod boundary;
mod error;
mod fork;
mod handle;
mod output;
mod signals;
mod slots;
mod status_code;
mod text;

// The exported functions, by what they are about.
mod camera_states;
mod cameras;
mod connect;
mod connection_test;
mod delivery;
mod find_announced;
mod ghosts;
mod notices;
mod outcomes;
mod publish;
mod publish_options;
mod settings;
mod shutdown;
mod states;
mod status;
mod status_name;
mod test_connection;
mod try_publish;
mod version;
