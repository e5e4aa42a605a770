//! The registry of clients and connection tests: what their handles stand for.
//!
//! A handle is three numbers in one, so that any number a caller may pass is answered without touching memory that it
//! did not get from here. Clients and tests share one set of numbers, so none of one kind is ever taken for the other:
//!
//! ```text
//! bits 63..32  generation of the process that made the client (fork.rs): tells a parent's client, before any lock
//! bits 31..16  generation of the slot, never 0: tells a client that was shut down; and so no handle is 0
//! bits 15..0   index of the slot
//! ```

use super::error::Failure;
use super::fork;
use super::slots::{Key, Slots};
use super::status_code::{ARGUS_MQTT_FORKED, ARGUS_MQTT_INVALID_HANDLE, ARGUS_MQTT_SYSTEM};
use crate::{Client, ConnectionTest};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, TryLockError};

/// A client: one connection to one broker, with a thread of its own that establishes it. Created by
/// argus_mqtt_connect(), and ended only by argus_mqtt_shutdown() or argus_mqtt_close().
///
/// It is a number, not an address. Zero is never a client, and no number is issued twice: a number that was never
/// issued, or whose client has been shut down, gets ARGUS_MQTT_INVALID_HANDLE. Any number of threads may use one
/// client at the same time.
pub type argus_mqtt_client = u64;

/// A connection test in the background. Created by argus_mqtt_connection_test_begin(), and ended only by
/// argus_mqtt_connection_test_end().
///
/// It is a number, as a client is, and no number is ever issued for both. Any number of threads may use one test at the
/// same time.
pub type argus_mqtt_connection_test = u64;

enum Entry {
    Client(Client),
    Test(Arc<ConnectionTest>),
}

struct Registry {
    /// The generation of the process that it belongs to.
    process: u32,
    entries: RwLock<Slots<Entry>>,
}

/// The registry of this process, or that of its parent just after a fork. Never freed: other threads may be reading.
static REGISTRY: AtomicPtr<Registry> = AtomicPtr::new(ptr::null_mut());

/// Gives a client its handle.
pub(super) fn insert(client: Client) -> Result<argus_mqtt_client, Failure> {
    insert_entry(Entry::Client(client))
}

/// Gives a connection test its handle.
pub(super) fn insert_test(test: ConnectionTest) -> Result<argus_mqtt_connection_test, Failure> {
    insert_entry(Entry::Test(Arc::new(test)))
}

fn insert_entry(entry: Entry) -> Result<u64, Failure> {
    let registry = registry();
    let mut entries = registry
        .entries
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    match entries.insert(entry) {
        Ok(key) => Ok(pack(registry.process, key)),
        Err(_) => Err(Failure::new(
            ARGUS_MQTT_SYSTEM,
            "this process has 65,536 clients and connection tests: end those that are no longer needed",
        )),
    }
}

/// The client of a handle. It is a clone, so that no lock is held while it works and a shutdown can't take it away.
pub(super) fn find(handle: argus_mqtt_client) -> Result<Client, Failure> {
    let key = key_in_this_process(CLIENT, handle)?;
    client(&entries(), key).ok_or_else(|| invalid(CLIENT, handle))
}

/// As [`find`], but gives none where that would wait for another thread.
pub(super) fn try_find(handle: argus_mqtt_client) -> Result<Option<Client>, Failure> {
    let key = key_in_this_process(CLIENT, handle)?;
    let entries = match registry().entries.try_read() {
        Ok(entries) => entries,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return Ok(None),
    };
    let client = client(&entries, key);
    client.map(Some).ok_or_else(|| invalid(CLIENT, handle))
}

/// The connection test of a handle.
pub(super) fn find_test(
    handle: argus_mqtt_connection_test,
) -> Result<Arc<ConnectionTest>, Failure> {
    let key = key_in_this_process(TEST, handle)?;
    match entries().get(key) {
        Some(Entry::Test(test)) => Ok(test.clone()),
        _ => Err(invalid(TEST, handle)),
    }
}

/// Makes the handle of a client or a connection test invalid. One that is so already stays so.
pub(super) fn remove(handle: u64) {
    if let Ok(key) = key_in_this_process(CLIENT, handle) {
        let removed = registry()
            .entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
        // After the lock, as the end of a client is none of the registry's business.
        drop(removed);
    }
}

fn entries() -> RwLockReadGuard<'static, Slots<Entry>> {
    let entries = registry().entries.read();
    entries.unwrap_or_else(PoisonError::into_inner)
}

fn client(entries: &Slots<Entry>, key: Key) -> Option<Client> {
    match entries.get(key) {
        Some(Entry::Client(client)) => Some(client.clone()),
        _ => None,
    }
}

/// What a caller took a number for, in messages.
struct Kind {
    name: &'static str,
    is_not: &'static str,
    remedy: &'static str,
}

const CLIENT: &Kind = &Kind {
    name: "client",
    is_not: "is not a client: it was shut down, or never connected",
    remedy: "connect a new client in this process",
};

const TEST: &Kind = &Kind {
    name: "test",
    is_not: "is not a connection test: it was ended, or never begun",
    remedy: "begin a new test in this process",
};

/// Reads a handle without any lock: one that a thread of the parent held at the fork stays locked in the child.
fn key_in_this_process(kind: &Kind, handle: u64) -> Result<Key, Failure> {
    let (process, key) = unpack(handle);
    let this_process = fork::generation();
    if key.generation == 0 || process > this_process {
        return Err(invalid(kind, handle));
    }
    if process < this_process {
        return Err(Failure::new(
            ARGUS_MQTT_FORKED,
            format!(
                "{} belongs to the process that this one was forked from: {}",
                kind.name, kind.remedy
            ),
        ));
    }
    Ok(key)
}

fn invalid(kind: &Kind, handle: u64) -> Failure {
    Failure::new(
        ARGUS_MQTT_INVALID_HANDLE,
        format!("{} {handle} {}", kind.name, kind.is_not),
    )
}

fn registry() -> &'static Registry {
    let process = fork::generation();
    loop {
        let current = REGISTRY.load(Ordering::Acquire);
        // SAFETY: NULL, or published below and never freed.
        if let Some(registry) = unsafe { current.as_ref() } {
            if registry.process == process {
                return registry;
            }
        }
        // Its own, in a forked child: the parent's may be locked by a thread that does not exist here, and dropping
        // the clients in it would speak on the parent's connections.
        let fresh = Box::into_raw(Box::new(Registry {
            process,
            entries: RwLock::new(Slots::new()),
        }));
        let published =
            REGISTRY.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire);
        if published.is_err() {
            // SAFETY: from Box::into_raw above, and seen by no other thread.
            drop(unsafe { Box::from_raw(fresh) });
        }
    }
}

fn pack(process: u32, key: Key) -> argus_mqtt_client {
    u64::from(process) << 32 | u64::from(key.generation) << 16 | u64::from(key.index)
}

fn unpack(handle: argus_mqtt_client) -> (u32, Key) {
    let process = (handle >> 32) as u32;
    let generation = (handle >> 16) as u16;
    let index = handle as u16;
    (process, Key { index, generation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_holds_its_three_numbers() {
        let key = Key {
            index: 0xfffe,
            generation: 0xabcd,
        };
        assert_eq!(unpack(pack(0x1234_5678, key)), (0x1234_5678, key));
    }

    #[test]
    fn numbers_that_were_never_given_out_are_no_clients() {
        for handle in [
            0,
            1,
            0xffff,
            0x0001_ffff,
            u64::MAX,
            1 << 32,
            (1 << 32) | (1 << 16),
        ] {
            let found = [find(handle).map(drop), find_test(handle).map(drop)];
            for status in found.map(|found| found.unwrap_err().status) {
                assert_eq!(status, ARGUS_MQTT_INVALID_HANDLE, "{handle:#x}");
            }
        }
    }
}
