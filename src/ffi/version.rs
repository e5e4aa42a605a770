//! Which library this is.

use super::abi::ARGUS_MQTT_ABI_VERSION;
use std::ffi::{c_char, CStr};

/// The ABI number of the library that is loaded. A program that was built with this header works with it if that is
/// ARGUS_MQTT_ABI_VERSION; for a program that is linked to it, the linker ensures that.
///
/// Never blocks. Any thread, also in a forked child.
#[no_mangle]
pub extern "C" fn argus_mqtt_abi_version() -> u32 {
    ARGUS_MQTT_ABI_VERSION
}

/// The version of the library that is loaded, such as "1.2.3". Returns a text that is never freed and never NULL.
///
/// Never blocks. Any thread, also in a forked child.
#[no_mangle]
pub extern "C" fn argus_mqtt_version() -> *const c_char {
    VERSION.as_ptr()
}

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("the version has no NUL but its last"),
    };
