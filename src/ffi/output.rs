//! Writing results where the caller wants them.

use super::error::Failure;
use super::status_code::{
    ARGUS_MQTT_BUFFER_TOO_SMALL, ARGUS_MQTT_INTERNAL, ARGUS_MQTT_INVALID_ARGUMENT,
};
use serde::Serialize;
use std::ffi::c_char;
use std::ptr;

/// Refuses a NULL for an output that a call can't do without.
pub(super) fn required<T>(name: &str, output: *mut T) -> Result<*mut T, Failure> {
    if output.is_null() {
        return Err(Failure::new(
            ARGUS_MQTT_INVALID_ARGUMENT,
            format!("{name} is NULL: pass the address of a variable"),
        ));
    }
    Ok(output)
}

/// Writes an output, unless the caller passed NULL for it.
///
/// # Safety
/// `output` is NULL or valid for writes. It need not be aligned: it may point into another output, and the copy costs
/// nothing more.
pub(super) unsafe fn put<T>(output: *mut T, value: T) {
    if !output.is_null() {
        // SAFETY: by the caller's promise.
        unsafe { output.write_unaligned(value) };
    }
}

/// Refuses a NULL for a buffer that is said to have room.
pub(super) fn check_buffer(buffer: *mut c_char, capacity: usize) -> Result<(), Failure> {
    if buffer.is_null() && capacity > 0 {
        return Err(Failure::new(
            ARGUS_MQTT_INVALID_ARGUMENT,
            format!("buffer is NULL, but capacity is {capacity}: pass a buffer, or 0 to ask for the length"),
        ));
    }
    Ok(())
}

/// Writes `text` and a NUL to `buffer` if both fit, and in either case the length of the text to `length_out`.
///
/// # Safety
/// `buffer` is NULL or valid for writes of `capacity` bytes, `length_out` is NULL or valid for a write.
pub(super) unsafe fn put_text(
    text: &str,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
) -> Result<(), Failure> {
    check_buffer(buffer, capacity)?;
    let length = text.len();
    if length >= capacity {
        // SAFETY: by the caller's promise.
        unsafe { put(length_out, length) };
        return Err(Failure::new(
            ARGUS_MQTT_BUFFER_TOO_SMALL,
            format!(
                "capacity {capacity}: the text and its NUL need {}",
                length + 1
            ),
        ));
    }
    // SAFETY: the buffer is not NULL, as the capacity is not 0, and has room for the text and the NUL. It can't overlap
    // the text, which is the library's own.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast(), length);
        buffer.add(length).write(0);
        put(length_out, length);
    }
    Ok(())
}

/// As [`put_text`], for the JSON of `value`; `what` names it in an error.
///
/// # Safety
/// As for [`put_text`].
pub(super) unsafe fn put_json(
    what: &str,
    value: &impl Serialize,
    buffer: *mut c_char,
    capacity: usize,
    length_out: *mut usize,
) -> Result<(), Failure> {
    let json = serde_json::to_string(value)
        .map_err(|fault| Failure::new(ARGUS_MQTT_INTERNAL, format!("{what} as JSON: {fault}")))?;
    // SAFETY: by the caller's promise.
    unsafe { put_text(&json, buffer, capacity, length_out) }
}

/// What a text that is too long for its field ends in.
const CUT: &str = "...";

/// Writes as much of `message` as there is room for, and a NUL.
///
/// # Safety
/// `field` is valid for writes of `size` bytes, which are more than `CUT` has.
pub(super) unsafe fn put_cut(field: *mut u8, size: usize, message: &str) {
    let room = size - 1;
    let (kept, end) = if message.len() <= room {
        (message, "")
    } else {
        (&message[..boundary_before(message, room - CUT.len())], CUT)
    };
    let bytes = kept.bytes().chain(end.bytes());
    let mut length = 0;
    for byte in bytes {
        // A NUL from a text that the message quotes would end it early.
        let byte = if byte == 0 { b'?' } else { byte };
        // SAFETY: `kept` and `end` have at most `room` bytes together.
        unsafe { field.add(length).write(byte) };
        length += 1;
    }
    // SAFETY: `length` is at most `room`, the last index of the field.
    unsafe { field.add(length).write(0) };
}

/// The last boundary between characters of `text` at or before `index`.
fn boundary_before(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_needs_room_for_its_nul() {
        let mut buffer = [b'x'; 4];
        let mut length = 0;
        let mut put = |capacity| {
            // SAFETY: the capacities below are at most the size of the buffer.
            let result =
                unsafe { put_text("abc", buffer.as_mut_ptr().cast(), capacity, &mut length) };
            (result.map_err(|failure| failure.status), buffer, length)
        };
        assert_eq!(put(3), (Err(ARGUS_MQTT_BUFFER_TOO_SMALL), *b"xxxx", 3));
        assert_eq!(put(4), (Ok(()), *b"abc\0", 3));
    }

    #[test]
    fn no_buffer_asks_for_the_length() {
        let mut length = 0;
        // SAFETY: a NULL buffer with capacity 0 is what is tested.
        let result = unsafe { put_text("abc", ptr::null_mut(), 0, &mut length) };
        assert_eq!(
            result.map_err(|failure| failure.status),
            Err(ARGUS_MQTT_BUFFER_TOO_SMALL)
        );
        assert_eq!(length, 3);
    }
}
