//! The one place where a call from C enters and leaves the library.

use super::error::{self, argus_mqtt_error, Failure};
use std::panic::{self, AssertUnwindSafe};

/// Runs `call`, reports its result to `error` and gives the status. A panic becomes a status.
///
/// Outputs are written by `call`, and the error last, so a caller who lets them overlap gets garbage but no more.
///
/// # Safety
/// `error` is NULL or valid for writes.
pub(super) unsafe fn boundary(
    error: *mut argus_mqtt_error,
    call: impl FnOnce() -> Result<(), Failure>,
) -> i32 {
    // What a panic may leave half done is behind the locks of the client, which notice it themselves.
    let result = panic::catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|panic| Err(Failure::panicked(&*panic)));
    // SAFETY: by the caller's promise.
    unsafe { error::report(error, &result) }
}

#[cfg(test)]
mod tests {
    use super::super::status_code::ARGUS_MQTT_INTERNAL;
    use super::*;
    use std::ffi::CStr;
    use std::mem::MaybeUninit;

    #[test]
    fn a_panic_becomes_a_status() {
        let mut error = MaybeUninit::uninit();
        // SAFETY: the error is valid for writes, and read after it was written.
        let (status, message) = unsafe {
            let status = boundary(error.as_mut_ptr(), || panic!("number {}", 7));
            (
                status,
                CStr::from_ptr(error.assume_init_ref().message.as_ptr()),
            )
        };
        assert_eq!(status, ARGUS_MQTT_INTERNAL);
        assert!(
            message.to_string_lossy().ends_with("number 7"),
            "{message:?}"
        );
    }
}
