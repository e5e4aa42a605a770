//! How a message is published: a struct that can grow.

use super::error::Failure;
use super::status_code::ARGUS_MQTT_INVALID_ARGUMENT;
use super::text::{payload, text};
use crate::message::MOST_NAMED_STATES;
use crate::{PublishOptions, QoS};
use bytes::Bytes;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::slice;
use std::time::Duration;

/// A state that goes before a message, such as the picture that belongs to an event. See argus_mqtt_publish_options.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct argus_mqtt_named_state {
    /// Its topic, as for argus_mqtt_publish_state().
    pub topic: *const c_char,
    /// payload_len bytes of any kind, at least 1.
    pub payload: *const c_void,
    pub payload_len: usize,
}

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
    /// The states that go before the message, state_count of them, each of another topic; NULL and 0 for none. Copied.
    ///
    /// Each becomes the state of its topic, as by argus_mqtt_publish_state(), when the turn of the message comes: so
    /// each of two messages that wait has its own. The message does not wait for a state that the broker refuses. They
    /// count against the limits of the states; if there is no room for all, the oldest messages go without theirs,
    /// which the status counts as "states_left_out".
    pub states: *const argus_mqtt_named_state,
    /// At most 16.
    pub state_count: usize,
}

/// The size of the first version. All that has ever been published is that and what is known now, so every other size
/// that is smaller is a mistake.
const SMALLEST: usize = 16;
const KNOWN: usize = size_of::<argus_mqtt_publish_options>();
/// What is larger is a size that was never set: nothing is read by it.
const LARGEST: usize = 4096;

const _: () = assert!(
    KNOWN == SMALLEST + 2 * size_of::<usize>(),
    "without padding, which would not be 0"
);
/// Options with what they point to, copied.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Given<'call> {
    options: PublishOptions<'static>,
    states: Vec<(&'call str, Bytes)>,
}

impl Given<'_> {
    pub(super) fn options(&self) -> PublishOptions<'_> {
        self.options.states(&self.states)
    }
}

/// The options that `pointer` points to. NULL is QoS 1, not retained, no expiry.
///
/// # Safety
/// `pointer` is NULL or points to as many bytes as the number says that it points to, which do not change during the
/// call, and neither do the states that these point to, with their topics and payloads. It need not be aligned.
pub(super) unsafe fn read<'call>(
    pointer: *const argus_mqtt_publish_options,
) -> Result<Given<'call>, Failure> {
    if pointer.is_null() {
        return Ok(Given::default());
    }
    // SAFETY: by the caller's promise; the field comes first, and is read before anything else.
    let size = unsafe { ptr::addr_of!((*pointer).struct_size).read_unaligned() } as usize;
    if size != SMALLEST && !(KNOWN..=LARGEST).contains(&size) {
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
    let mut options = MaybeUninit::<argus_mqtt_publish_options>::zeroed();
    let known = size.min(KNOWN);
    // SAFETY: so many bytes are there on both sides; of fields that are missing, all bytes are 0, which is a value of
    // each.
    let options = unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), options.as_mut_ptr().cast::<u8>(), known);
        options.assume_init()
    };
    let expiry = options.expiry_seconds;
    Ok(Given {
        options: PublishOptions::new()
            .qos(QoS::try_from(i64::from(options.qos))?)
            .retain(flag("retain", options.retain)?)
            .expiry((expiry > 0).then(|| Duration::from_secs(expiry.into()))),
        // SAFETY: by the caller's promise.
        states: unsafe { states(options.states, options.state_count) }?,
    })
}

/// # Safety
/// `pointer` is NULL or points to `count` states that do not change during the call, and neither do their topics and
/// payloads. It need not be aligned.
unsafe fn states<'call>(
    pointer: *const argus_mqtt_named_state,
    count: usize,
) -> Result<Vec<(&'call str, Bytes)>, Failure> {
    // Nor are they read.
    if count > MOST_NAMED_STATES {
        return Err(invalid(format!(
            "states: there are {count}; a message may name at most {MOST_NAMED_STATES}"
        )));
    }
    if pointer.is_null() && count > 0 {
        return Err(invalid(format!(
            "options.states is NULL, but options.state_count is {count}: pass both, or NULL and 0"
        )));
    }
    let read = |at| {
        // SAFETY: by the caller's promise.
        unsafe {
            let state = pointer.add(at).read_unaligned();
            let topic = text("options.states: topic", state.topic)?;
            Ok((
                topic,
                payload("options.states: payload", state.payload, state.payload_len)?,
            ))
        }
    };
    (0..count).map(read).collect()
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
            states: ptr::null(),
            state_count: 0,
        }
    }

    fn read_later(more: [u8; 8]) -> Result<Given<'static>, Failure> {
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
        assert_eq!(read_later([0; 8]).expect("they are 0").options(), known);
        let message = read_later([0, 0, 0, 0, 0, 0, 0, 1])
            .expect_err("they are not 0")
            .message;
        let last = format!("byte {}", KNOWN + 7);
        assert!(message.contains(&last), "{message}");
    }

    #[test]
    fn fields_that_an_older_program_does_not_have_are_not_read() {
        let mut older = options(SMALLEST);
        (older.states, older.state_count) = (ptr::without_provenance(1), usize::MAX);
        // SAFETY: a struct of at least the size that it says.
        let given = unsafe { read(&older) }.expect("the rest is right");
        assert!(given.options().retain && given.options().states.is_empty());
    }

    #[test]
    fn states_are_copied_and_mistakes_are_refused_unread() {
        let state = |topic: *const c_char, payload: &'static [u8]| argus_mqtt_named_state {
            topic,
            payload: payload.as_ptr().cast(),
            payload_len: payload.len(),
        };
        let read_states = |states: *const argus_mqtt_named_state, state_count| {
            let options = argus_mqtt_publish_options {
                states,
                state_count,
                ..options(KNOWN)
            };
            // SAFETY: the states are there, or a mistake in their number is noticed.
            unsafe { read(&options) }
        };
        let two = [state(c"a".as_ptr(), b"1"), state(c"b".as_ptr(), b"2")];
        let given = read_states(two.as_ptr(), 2).expect("they are right");
        assert_eq!(
            given.options().states,
            [("a", Bytes::from("1")), ("b", Bytes::from("2"))]
        );
        let bad = [state(ptr::null(), b"1")];
        let dangling = ptr::without_provenance(1);
        for (states, count, says) in [
            (ptr::null(), 1, "options.states is NULL"),
            (dangling, usize::MAX, "at most 16"),
            (dangling, MOST_NAMED_STATES + 1, "at most 16"),
            (bad.as_ptr(), 1, "topic is NULL"),
        ] {
            let message = read_states(states, count).expect_err(says).message;
            assert!(message.contains(says), "{message}");
        }
        assert!(read_states(dangling, 0).is_ok());
    }

    #[test]
    fn a_size_that_was_not_set_is_refused_unread() {
        for size in [
            0,
            1,
            SMALLEST - 1,
            SMALLEST + 8,
            KNOWN - 1,
            LARGEST + 1,
            u32::MAX as usize,
        ] {
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
        let given = options.expect("NULL is allowed");
        assert_eq!(given.options(), PublishOptions::new());
    }
}
