//! What a C program sees of the library: the declarations of the header.

use std::ffi::{c_char, c_int, c_void};

// Links the library, which nothing else here names.
use argus_mqtt as _;

pub const OK: i32 = 0;
pub const TIMEOUT: i32 = 4;
pub const INTERNAL: i32 = 12;
pub const SUPERSEDED: i32 = 13;
pub const INVALID_HANDLE: i32 = 20;
pub const BUFFER_TOO_SMALL: i32 = 22;

pub const MESSAGE_SIZE: usize = 1024;

#[repr(C)]
pub struct Error {
    pub status: i32,
    pub message: [u8; MESSAGE_SIZE],
}

#[repr(C)]
pub struct NamedState {
    pub topic: *const c_char,
    pub payload: *const c_void,
    pub payload_len: usize,
}

#[repr(C)]
pub struct PublishOptions {
    pub struct_size: u32,
    pub qos: i32,
    pub retain: i32,
    pub expiry_seconds: u32,
    pub states: *const NamedState,
    pub state_count: usize,
    /// What a later header may have.
    pub more: [u8; 16],
}

#[derive(Clone)]
#[repr(C)]
pub struct Outcome {
    pub delivery: u64,
    pub outcome: i32,
    pub reason: [u8; 244],
}

extern "C" {
    pub fn argus_mqtt_connect(
        settings: *const c_char,
        client_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_wait_online(client: u64, timeout_ms: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_reconfigure(client: u64, settings: *const c_char, error: *mut Error) -> i32;
    pub fn argus_mqtt_wait_online_change(
        client: u64,
        known: u64,
        timeout_ms: u64,
        changes_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_interrupt_wait(client: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_reconnect(client: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_publish_event(
        client: u64,
        camera: *const c_char,
        event: *const c_void,
        event_len: usize,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_event_with_snapshot(
        client: u64,
        camera: *const c_char,
        event: *const c_void,
        event_len: usize,
        jpeg: *const c_void,
        jpeg_len: usize,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish(
        client: u64,
        topic: *const c_char,
        payload: *const c_void,
        payload_len: usize,
        options: *const PublishOptions,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_state(
        client: u64,
        topic: *const c_char,
        payload: *const c_void,
        payload_len: usize,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_forget_state(
        client: u64,
        topic: *const c_char,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_announce_system(client: u64, system: *const c_char, error: *mut Error)
        -> i32;
    pub fn argus_mqtt_announce_camera(client: u64, camera: *const c_char, error: *mut Error)
        -> i32;
    pub fn argus_mqtt_disable_camera(client: u64, camera: *const c_char, error: *mut Error) -> i32;
    pub fn argus_mqtt_remove_camera(client: u64, camera: *const c_char, error: *mut Error) -> i32;
    pub fn argus_mqtt_publish_camera_status(
        client: u64,
        camera: *const c_char,
        status: *const c_char,
        source_type: *const c_char,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_camera_counts(
        client: u64,
        camera: *const c_char,
        today: u64,
        this_week: u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_camera_activity(
        client: u64,
        camera: *const c_char,
        is_active: i32,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_camera_last_event(
        client: u64,
        camera: *const c_char,
        event: *const c_void,
        event_len: usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_camera_snapshot(
        client: u64,
        camera: *const c_char,
        jpeg: *const c_void,
        jpeg_len: usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_clear_ghosts(
        client: u64,
        timeout_ms: u64,
        cleared_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_publish_diagnostics(client: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_delivery_wait(
        client: u64,
        delivery: u64,
        timeout_ms: u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_delivery_forget(client: u64, delivery: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_try_publish_event(
        client: u64,
        camera: *const c_char,
        event: *const c_void,
        event_len: usize,
        forget: u64,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_try_publish(
        client: u64,
        topic: *const c_char,
        payload: *const c_void,
        payload_len: usize,
        options: *const PublishOptions,
        forget: u64,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_try_publish_state(
        client: u64,
        topic: *const c_char,
        payload: *const c_void,
        payload_len: usize,
        forget: u64,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_try_forget_state(
        client: u64,
        topic: *const c_char,
        forget: u64,
        delivery_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_deliveries_forget(
        client: u64,
        deliveries: *const u64,
        count: usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_flush(
        client: u64,
        timeout_ms: u64,
        left_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_next_notice(
        client: u64,
        timeout_ms: u64,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_notice_fd(client: u64, fd_out: *mut c_int, error: *mut Error) -> i32;
    pub fn argus_mqtt_status(
        client: u64,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_settings_check(
        settings: *const c_char,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_settings_schema(
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_shutdown(
        client: u64,
        timeout_ms: u64,
        left_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_open_notices(client: u64, kinds: u32, error: *mut Error) -> i32;
    pub fn argus_mqtt_next_outcomes(
        client: u64,
        timeout_ms: u64,
        outcomes: *mut Outcome,
        capacity: usize,
        count_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_shutdown_begin(client: u64, timeout_ms: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_close(
        client: u64,
        timeout_ms: u64,
        left_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_test_connection(
        settings: *const c_char,
        timeout_ms: u64,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_connection_test_begin(
        settings: *const c_char,
        timeout_ms: u64,
        test_out: *mut u64,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_connection_test_fd(test: u64, fd_out: *mut c_int, error: *mut Error) -> i32;
    pub fn argus_mqtt_connection_test_report(
        test: u64,
        timeout_ms: u64,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_connection_test_end(test: u64, error: *mut Error) -> i32;
    pub fn argus_mqtt_find_announced(
        settings: *const c_char,
        cameras: *const c_char,
        timeout_ms: u64,
        buffer: *mut c_char,
        capacity: usize,
        length_out: *mut usize,
        error: *mut Error,
    ) -> i32;
    pub fn argus_mqtt_status_name(status: i32) -> *const c_char;
    pub fn argus_mqtt_abi_version() -> u32;
    pub fn argus_mqtt_version() -> *const c_char;
}
