//! Reading text and payloads that C passes.

use super::error::Failure;
use super::status_code::{ARGUS_MQTT_INVALID_ARGUMENT, ARGUS_MQTT_SYSTEM};
use bytes::Bytes;
use std::ffi::{c_char, c_void, CStr};
use std::slice;

/// The most that an MQTT packet can hold after its first bytes (MQTT 5, section 1.5.5). A longer payload is refused
/// before it is read: a length like that is a mistake, and reading on would leave the caller's memory.
const LONGEST_PAYLOAD: usize = 268_435_455;

/// The text that `pointer` points to, borrowed for the call.
///
/// # Safety
/// `pointer` is NULL or points to bytes that end in NUL and do not change during the call.
pub(super) unsafe fn text<'call>(
    name: &str,
    pointer: *const c_char,
) -> Result<&'call str, Failure> {
    if pointer.is_null() {
        return Err(invalid(format!(
            "{name} is NULL: pass text that ends in NUL"
        )));
    }
    // SAFETY: by the caller's promise.
    let bytes = unsafe { CStr::from_ptr(pointer) };
    bytes.to_str().map_err(|fault| {
        let position = fault.valid_up_to();
        invalid(format!(
            "{name} is not UTF-8: see byte {position} of it, counted from 0"
        ))
    })
}

/// As [`text`], where NULL is none.
///
/// # Safety
/// As of [`text`].
pub(super) unsafe fn text_or_none<'call>(
    name: &str,
    pointer: *const c_char,
) -> Result<Option<&'call str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: by the caller's promise.
    unsafe { text(name, pointer) }.map(Some)
}

/// A copy of the `length` bytes that `pointer` points to.
///
/// # Safety
/// `pointer` is NULL or points to `length` bytes that do not change during the call.
pub(super) unsafe fn payload(
    name: &str,
    pointer: *const c_void,
    length: usize,
) -> Result<Bytes, Failure> {
    if length == 0 {
        return Ok(Bytes::new());
    }
    if pointer.is_null() {
        return Err(invalid(format!(
            "{name} is NULL, but {name}_len is {length}: pass both, or NULL and 0"
        )));
    }
    if length > LONGEST_PAYLOAD {
        return Err(invalid(format!(
            "{name} has {length} bytes: an MQTT packet holds at most {LONGEST_PAYLOAD}"
        )));
    }
    // SAFETY: by the caller's promise, and the length is not 0 and far below isize::MAX.
    let bytes = unsafe { slice::from_raw_parts(pointer.cast::<u8>(), length) };
    let mut copy = Vec::new();
    copy.try_reserve_exact(length).map_err(|_| {
        Failure::new(
            ARGUS_MQTT_SYSTEM,
            format!("no memory for the {length} bytes of {name}"),
        )
    })?;
    copy.extend_from_slice(bytes);
    Ok(Bytes::from(copy))
}

fn invalid(message: String) -> Failure {
    Failure::new(ARGUS_MQTT_INVALID_ARGUMENT, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn text_is_utf8_and_not_null() {
        // SAFETY: NULL and texts that end in NUL.
        let [null, bad, good] = unsafe {
            [
                text("topic", ptr::null()),
                text("topic", c"ab\xff".as_ptr()),
                text("topic", c"caf\u{e9}".as_ptr()),
            ]
        };
        assert_eq!(
            null.unwrap_err().message,
            "topic is NULL: pass text that ends in NUL"
        );
        assert_eq!(
            bad.unwrap_err().message,
            "topic is not UTF-8: see byte 2 of it, counted from 0"
        );
        assert_eq!(good.unwrap(), "café");
    }

    #[test]
    fn a_payload_without_length_is_empty() {
        let dangling = ptr::without_provenance(1);
        for pointer in [ptr::null(), dangling] {
            // SAFETY: no byte is read.
            let empty = unsafe { payload("payload", pointer, 0) };
            assert_eq!(empty.unwrap(), Bytes::new());
        }
    }

    #[test]
    fn a_length_without_payload_or_beyond_a_packet_is_refused_unread() {
        let dangling = ptr::without_provenance(1);
        for pointer in [ptr::null(), dangling] {
            for length in [
                LONGEST_PAYLOAD + 1,
                isize::MAX as usize,
                isize::MAX as usize + 1,
                usize::MAX,
            ] {
                // SAFETY: no byte is read.
                let failure = unsafe { payload("payload", pointer, length) }.unwrap_err();
                assert_eq!(failure.status, ARGUS_MQTT_INVALID_ARGUMENT);
                assert!(
                    failure.message.contains(&length.to_string()),
                    "{}",
                    failure.message
                );
            }
        }
    }

    #[test]
    fn a_payload_is_copied() {
        let mut original = *b"abc";
        // SAFETY: three bytes.
        let copy = unsafe { payload("payload", original.as_ptr().cast(), 3) }.unwrap();
        original[0] = b'x';
        assert_eq!((&copy[..], original), (&b"abc"[..], *b"xbc"));
    }
}
