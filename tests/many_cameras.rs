//! What it costs to announce a camera where many are announced, by an allocator that counts.

use argus_mqtt::home_assistant::{Camera, CameraStatus, HomeAssistant, System};
use argus_mqtt::{Client, Settings};
use std::alloc::{GlobalAlloc, Layout, System as Allocator};
use std::cell::Cell;
use std::time::SystemTime;

thread_local! {
    /// Pieces of memory that this thread has asked for.
    static PIECES: Cell<u64> = const { Cell::new(0) };
    /// Their bytes.
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PIECES.set(PIECES.get() + 1);
        BYTES.set(BYTES.get() + layout.size());
        // SAFETY: the caller keeps what alloc demands.
        unsafe { Allocator.alloc(layout) }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps what dealloc demands.
        unsafe { Allocator.dealloc(piece, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Announces a camera with other cameras, changes it and removes it; gives how many pieces of memory that took.
fn pieces_among(others: usize) -> u64 {
    let settings = Settings::from_json(r#"{"broker_host": "b"}"#).expect("valid settings");
    let mut home = HomeAssistant::new(&settings, System::default()).expect("a sound system");
    for number in 0..others {
        let camera = Camera::new(format!("camera_{number:04}"), "One of many");
        let announced = home.announce(camera, CameraStatus::Online, SystemTime::UNIX_EPOCH);
        announced.expect("it is announced");
    }
    let before = PIECES.get();
    for name in ["Door", "Front door"] {
        let camera = Camera::new("door_0000", name);
        let announced = home.announce(camera, CameraStatus::Online, SystemTime::UNIX_EPOCH);
        announced.expect("it is announced");
    }
    home.remove("door_0000").expect("it was announced");
    PIECES.get() - before
}

#[test]
fn a_camera_costs_the_same_however_many_there_are() {
    let (few, many) = (pieces_among(1), pieces_among(100));
    assert!(
        many < few + 100,
        "{few} pieces of memory with one other camera, {many} with 100"
    );
}

/// Announces a camera to a client with other cameras and removes it, twice; gives how many bytes of memory the second
/// time took.
fn bytes_among(others: usize) -> usize {
    let settings = r#"{"broker_host": "127.0.0.1", "broker_port": 1}"#;
    let settings = Settings::from_json(settings).expect("valid settings");
    let client = Client::connect(settings).expect("it begins");
    for number in 0..others {
        let camera = Camera::new(format!("camera_{number:04}"), "One of many");
        client.announce_camera(camera).expect("there is room");
    }
    let mut before = 0;
    for _ in 0..2 {
        before = BYTES.get();
        let camera = Camera::new("door_0000", "Door");
        client.announce_camera(camera).expect("there is room");
        client.remove_camera("door_0000").expect("it was announced");
    }
    BYTES.get() - before
}

#[test]
fn a_camera_of_a_client_costs_the_same_however_many_there_are() {
    let (few, many) = (bytes_among(1), bytes_among(300));
    assert!(
        many < few + 4096,
        "{few} bytes of memory with one other camera, {many} with 300"
    );
}
