//! What it costs to announce a camera where many are announced, by an allocator that counts.

use argus_mqtt::home_assistant::{Camera, CameraStatus, HomeAssistant, System};
use argus_mqtt::Settings;
use std::alloc::{GlobalAlloc, Layout, System as Allocator};
use std::cell::Cell;
use std::time::SystemTime;

thread_local! {
    /// Pieces of memory that this thread has asked for.
    static PIECES: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PIECES.set(PIECES.get() + 1);
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
