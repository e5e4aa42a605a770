//! Any calls of the C ABI, with any arguments that C allows, from several threads at once.

#![no_main]

mod abi;
mod arguments;
mod call;

use abi::{
    argus_mqtt_connection_test_end, argus_mqtt_shutdown, Error, INVALID_HANDLE, OK, TIMEOUT,
};
use argus_mqtt_fuzz::acknowledger;
use argus_mqtt_fuzz::many::Many;
use argus_mqtt_fuzz::resources::Watch;
use call::{Call, World};
use libfuzzer_sys::fuzz_target;
use std::ptr;
use std::sync::{LazyLock, Mutex};
use std::thread;

/// What each thread calls.
type Input = [Many<Call, 24>; 3];

static BROKER: LazyLock<u16> = LazyLock::new(acknowledger::start);
static WATCH: LazyLock<Mutex<Watch>> = LazyLock::new(Mutex::default);

fuzz_target!(|input: Input| {
    let world = World {
        broker: *BROKER,
        clients: Mutex::default(),
        deliveries: Mutex::default(),
        tests: Mutex::default(),
    };
    thread::scope(|scope| {
        for Many(calls) in &input {
            scope.spawn(|| calls.iter().for_each(|call| call.make(&world)));
        }
    });
    for test in world.tests.into_inner().expect("no call panics") {
        // SAFETY: an error that may be NULL.
        unsafe { argus_mqtt_connection_test_end(test, ptr::null_mut()) };
    }
    for client in world.clients.into_inner().expect("no call panics") {
        close(client);
    }
    WATCH.lock().expect("no run panics and goes on").look();
});

/// Shuts a client down that perhaps was shut down before; from then on it is none.
fn close(client: u64) {
    let mut error = Error::unset();
    // SAFETY: an error to write to, and an output that may be NULL.
    let status = unsafe { argus_mqtt_shutdown(client, 2, ptr::null_mut(), &mut error) };
    assert!(
        [OK, TIMEOUT, INVALID_HANDLE].contains(&status),
        "{}",
        error.text()
    );
    // SAFETY: as above.
    let again = unsafe { argus_mqtt_shutdown(client, 2, ptr::null_mut(), &mut error) };
    assert_eq!(again, INVALID_HANDLE, "{}", error.text());
}
