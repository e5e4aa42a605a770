//! How a message is published: a struct that can grow.

use super::error::Failure;
use super::status_code::ARGUS_MQTT_INVALID_ARGUMENT;
use crate::{PublishOptions, QoS};
use std::ptr;
use std::slice;
use std::time::Duration;

/// How argus_mqtt_publish() publishes a message. Owned by the caller, and read during the call only.
///
/// Later versions of the library may add fields at the end. Therefore a program must set struct_size, and every field
/// that it does not use must be 0, as with the initialiser {.struct_size = sizeof(argus_mqtt_publish_options), .qos =
/// 1}.
///
/// A library that is older than the header does not know the last fields: it accepts the struct if they are 0, and
/// refuses the message otherwise, so that no option is ignored. A newer library treats missing fields as 0.
#[repr(C)]
pub struct argus_mqtt_publish_options {
    /// sizeof(argus_mqtt_publish_options).
    pub struct_size: u32,
    /// 0 (sent once, not acknowledged) or 1 (sent until the broker acknowledges it).
    pub qos: i32,
    /// 1 if the broker should retain the message for later subscribers, or 0.
    pub retain: i32,
    /// The lifetime of the message in seconds, both in the queue and at the broker; 0 means that it does not expire.
    pub expiry_seconds: u32,
}

/// The size of the first version: all that has ever been published, so what is smaller is a mistake.
const SMALLEST: usize = 16;
const KNOWN: usize = size_of::<argus_mqtt_publish_options>();
/// What is larger is a size that was never set: nothing is read by it.
const LARGEST: usize = 4096;

const _: () = assert!(KNOWN == SMALLEST, "without padding, which would not be 0");

/// The options that `pointer` points to. NULL is QoS 1, not retained, no expiry.
///
/// # Safety
/// `pointer` is NULL or points to as many bytes as the number says that it points to, which do not change during the
/// call. It need not be aligned.
pub(super) unsafe fn read(
    pointer: *const argus_mqtt_publish_options,
) -> Result<PublishOptions, Failure> {
    if pointer.is_null() {
        return Ok(PublishOptions::new());
    }
    // SAFETY: by the caller's promise; the field comes first, and is read before anything else.
    let size = unsafe { ptr::addr_of!((*pointer).struct_size).read_unaligned() } as usize;
    if !(SMALLEST..=LARGEST).contains(&size) {
        return Err(invalid(format!(
            "options.struct_size {size}: set it to sizeof(argus_mqtt_publish_options), which is {KNOWN} here"
        )));
    }
    // SAFETY: by the caller's promise, and the size is within reason.
    let bytes = unsafe { slice::from_raw_parts(pointer.cast::<u8>(), size) };
    let unknown = bytes.get(KNOWN..).unwrap_or_default();
    if let Some(at) = unknown.iter().position(|byte| *byte != 0) {
        let at = KNOWN + at;
        return Err(invalid(format!(
            "options.struct_size {size}: this library knows the first {KNOWN} bytes of the options, and byte {at} is not 0; \
             use a newer library, or leave the newer fields 0"
        )));
    }
    // SAFETY: the size says that all known fields are there.
    let options = unsafe { pointer.read_unaligned() };
    let expiry = options.expiry_seconds;
    Ok(PublishOptions::new()
        .qos(QoS::try_from(i64::from(options.qos))?)
        .retain(flag("retain", options.retain)?)
        .expiry((expiry > 0).then(|| Duration::from_secs(expiry.into()))))
}

fn flag(name: &str, value: i32) -> Result<bool, Failure> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(invalid(format!("{name} {other}: must be 0 or 1"))),
    }
}

fn invalid(message: String) -> Failure {
    Failure::new(ARGUS_MQTT_INVALID_ARGUMENT, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Options as a later header may have them.
    #[repr(C)]
    struct Later {
        now: argus_mqtt_publish_options,
        more: [u8; 8],
    }

    fn options(struct_size: usize) -> argus_mqtt_publish_options {
        argus_mqtt_publish_options {
            struct_size: struct_size as u32,
            qos: 1,
            retain: 1,
            expiry_seconds: 7,
        }
    }

    fn read_later(more: [u8; 8]) -> Result<PublishOptions, Failure> {
        let now = options(size_of::<Later>());
        let later = Later { now, more };
        // SAFETY: a struct of the size that it says.
        unsafe { read(ptr::addr_of!(later).cast()) }
    }

    #[test]
    fn fields_that_are_not_known_are_taken_only_when_they_say_nothing() {
        let known = PublishOptions::new()
            .retain(true)
            .expiry(Duration::from_secs(7));
        assert_eq!(read_later([0; 8]).expect("they are 0"), known);
        let message = read_later([0, 0, 0, 0, 0, 0, 0, 1])
            .expect_err("they are not 0")
            .message;
        assert!(message.contains("byte 23"), "{message}");
    }

    #[test]
    fn a_size_that_was_not_set_is_refused_unread() {
        for size in [0, 1, SMALLEST - 1, LARGEST + 1, u32::MAX as usize] {
            // SAFETY: nothing is read but the size, which is there.
            let failure = unsafe { read(&options(size)) }.expect_err("it is no size");
            assert_eq!(failure.status, ARGUS_MQTT_INVALID_ARGUMENT);
            assert!(
                failure.message.contains(&size.to_string()),
                "{}",
                failure.message
            );
        }
    }

    #[test]
    fn no_options_are_the_usual_ones() {
        // SAFETY: NULL.
        let options = unsafe { read(ptr::null()) };
        assert_eq!(options.expect("NULL is allowed"), PublishOptions::new());
    }
}
