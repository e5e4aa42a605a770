//! What a call reports: the failure inside the library, and the struct that C reads.

use super::output::put_cut;
use super::status_code::{ARGUS_MQTT_INTERNAL, ARGUS_MQTT_OK};
use crate::Error;
use std::any::Any;
use std::ffi::c_char;
use std::ptr;

/// The size of the message in an argus_mqtt_error, in bytes, including the NUL.
pub const ARGUS_MQTT_MESSAGE_SIZE: usize = 1024;

/// What a call reports in addition to its status. It is owned by the caller, who allocates it, usually on the stack
/// and without initialising it, and passes its address or NULL. Nothing in it has to be freed.
///
/// Written at the end of every call that receives it, including successful ones. Two threads must not pass the same
/// one at the same time.
#[repr(C)]
pub struct argus_mqtt_error {
    /// The status that the call returned.
    pub status: i32,
    /// For a person: what is wrong, with the name and value of the argument or field, and what would be right. UTF-8,
    /// always ends in NUL; empty after ARGUS_MQTT_OK. A text that is too long ends in "...". It never contains a
    /// password.
    pub message: [c_char; ARGUS_MQTT_MESSAGE_SIZE],
}

/// Why a call did not work, or what became of a message that was not delivered.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: i32,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(status: i32, message: impl Into<String>) -> Self {
        Failure {
            status,
            message: message.into(),
        }
    }

    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        Failure::new(
            ARGUS_MQTT_INTERNAL,
            format!("a defect of the library, please report it: {text}"),
        )
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::new(error.kind() as i32, error.to_string())
    }
}

/// Writes `result` to `error`, unless that is NULL, and gives its status.
///
/// # Safety
/// `error` is NULL or valid for writes of an `argus_mqtt_error`. It need not be aligned or initialised.
pub(super) unsafe fn report(error: *mut argus_mqtt_error, result: &Result<(), Failure>) -> i32 {
    let (status, message) = match result {
        Ok(()) => (ARGUS_MQTT_OK, ""),
        Err(failure) => (failure.status, failure.message.as_str()),
    };
    if !error.is_null() {
        // SAFETY: by the caller's promise; `put_cut` stays within the size of the field.
        unsafe {
            ptr::addr_of_mut!((*error).status).write_unaligned(status);
            let field = ptr::addr_of_mut!((*error).message);
            put_cut(field.cast(), ARGUS_MQTT_MESSAGE_SIZE, message);
        }
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use std::ffi::CStr;
    use std::mem::MaybeUninit;

    #[test]
    fn success_clears_an_error() {
        assert_eq!(reported(&Ok(())), (0, String::new()));
    }

    #[test]
    fn a_failure_carries_its_kind_and_message() {
        let failure = Failure::from(Error::new(ErrorKind::QueueFull, "full"));
        assert_eq!(reported(&Err(failure)), (3, "full".to_owned()));
    }

    #[test]
    fn a_message_that_just_fits_is_whole() {
        let message = "x".repeat(ARGUS_MQTT_MESSAGE_SIZE - 1);
        assert_eq!(reported(&Err(Failure::new(1, &*message))).1, message);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let message = "é".repeat(ARGUS_MQTT_MESSAGE_SIZE);
        let (_, written) = reported(&Err(Failure::new(1, message)));
        assert_eq!(
            written,
            "é".repeat((ARGUS_MQTT_MESSAGE_SIZE - 4) / 2) + "..."
        );
    }

    #[test]
    fn a_nul_does_not_end_a_message() {
        assert_eq!(reported(&Err(Failure::new(1, "a\0b"))).1, "a?b");
    }

    #[test]
    fn null_is_allowed() {
        // SAFETY: NULL is what is tested.
        assert_eq!(unsafe { report(ptr::null_mut(), &Ok(())) }, 0);
    }

    fn reported(result: &Result<(), Failure>) -> (i32, String) {
        let mut error = MaybeUninit::<argus_mqtt_error>::uninit();
        // SAFETY: the struct is valid for writes; all that is read was written by `report`.
        unsafe {
            let status = report(error.as_mut_ptr(), result);
            let field = ptr::addr_of!((*error.as_ptr()).message);
            let message = CStr::from_ptr(field.cast())
                .to_str()
                .expect("messages are UTF-8");
            assert_eq!((*error.as_ptr()).status, status);
            (status, message.to_owned())
        }
    }
}
