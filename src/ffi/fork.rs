//! Noticing a fork: a forked child has none of the library's threads, and locks may be held in it forever.

use super::error::Failure;
use super::status_code::ARGUS_MQTT_SYSTEM;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How many forks lie between this process and the one that loaded the library.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// Whether the child handler is registered.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// The generation of this process. What was made in a lower one belongs to a parent.
pub(super) fn generation() -> u32 {
    GENERATION.load(Ordering::Acquire)
}

/// Makes sure that a fork after this call is noticed.
pub(super) fn watch() -> Result<(), Failure> {
    // Two threads may both register, which only makes the generation grow by two. Letting the second one wait for the
    // first instead would leave it waiting forever in a child that is forked meanwhile.
    if WATCHED.load(Ordering::Acquire) {
        return Ok(());
    }
    // SAFETY: the handler only touches an atomic, which is allowed in a forked child, and the library is never
    // unloaded (-z nodelete), so the handler stays valid.
    let status = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    if status != 0 {
        let reason = io::Error::from_raw_os_error(status);
        let message = format!("forks can't be noticed, pthread_atfork: {reason}");
        return Err(Failure::new(ARGUS_MQTT_SYSTEM, message));
    }
    WATCHED.store(true, Ordering::Release);
    Ok(())
}

unsafe extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
}
