//! Link options of the shared library. Writes nothing.

use std::env;

#[allow(unreachable_pub, reason = "it is `pub` for the header")]
#[path = "src/ffi/abi.rs"]
mod abi;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/ffi/abi.rs");

    let os = env::var("CARGO_CFG_TARGET_OS").expect("cargo sets it for build scripts");
    if matches!(
        os.as_str(),
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly"
    ) {
        let abi = abi::ARGUS_MQTT_ABI_VERSION;
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libargus_mqtt.so.{abi}");
        // The background thread may still run when a host unloads the library, and a fork handler stays registered.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
