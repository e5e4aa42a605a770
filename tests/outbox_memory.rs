//! What the outbox really takes, by an allocator that counts, beside what `max_queued_bytes` allows.
//!
//! No broker is there, so all that is published waits. One test, as the allocator counts the whole process.

mod support;

use argus_mqtt::{Client, Delivery, Error, ErrorKind, PublishOptions, Settings};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// Bytes in use, with what the allocator itself needs for each piece, and the most that it was.
static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

impl Counting {
    fn add(piece: *mut u8) {
        if !piece.is_null() {
            // The usable size and the word before it.
            // SAFETY: malloc gave the piece, as System uses it, and nobody has freed it.
            let size = unsafe { libc::malloc_usable_size(piece.cast()) } + size_of::<usize>();
            PEAK.fetch_max(IN_USE.fetch_add(size, Relaxed) + size, Relaxed);
        }
    }

    fn subtract(piece: *mut u8) {
        // SAFETY: as above.
        let size = unsafe { libc::malloc_usable_size(piece.cast()) } + size_of::<usize>();
        IN_USE.fetch_sub(size, Relaxed);
    }
}

// SAFETY: all is done by System.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps what alloc demands.
        let piece = unsafe { System.alloc(layout) };
        Counting::add(piece);
        piece
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        Counting::subtract(piece);
        // SAFETY: the caller keeps what dealloc demands.
        unsafe { System.dealloc(piece, layout) }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::subtract(piece);
        // SAFETY: the caller keeps what realloc demands.
        let moved = unsafe { System.realloc(piece, layout, size) };
        Counting::add(if moved.is_null() { piece } else { moved });
        moved
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How the messages of one trial are made. `SHARED`: all have the same.
#[derive(Clone, Copy, Debug)]
struct Shape {
    topics: usize,
    topic_bytes: usize,
    lifetimes: usize,
    payload_bytes: usize,
    is_tracked: bool,
}

const SHARED: usize = 1;
const OWN: usize = usize::MAX;

impl Shape {
    fn all() -> Vec<Shape> {
        let mut shapes = Vec::new();
        for (topics, topic_bytes) in [(SHARED, 12), (OWN, 12), (SHARED, 60_000), (OWN, 60_000)] {
            for lifetimes in [SHARED, OWN] {
                for (payload_bytes, is_tracked) in [(0, true), (0, false), (1_000, true)] {
                    shapes.push(Shape {
                        topics,
                        topic_bytes,
                        lifetimes,
                        payload_bytes,
                        is_tracked,
                    });
                }
            }
        }
        shapes
    }

    fn publish(self, client: &Client, number: usize) -> Result<Delivery, Error> {
        let width = self.topic_bytes;
        let topic = format!("{:0width$}", number % self.topics);
        // None expires while the test runs.
        let lifetime = 10_000 + (number % self.lifetimes) as u64;
        let options = PublishOptions::new().expiry(Duration::from_secs(lifetime));
        client.publish(&topic, vec![b'x'; self.payload_bytes], options)
    }
}

/// A client whose first attempt has failed: what it takes by itself it has taken.
fn client(bytes: usize) -> Client {
    let settings = format!(
        r#"{{"broker_host": "127.0.0.1", "broker_port": 1, "max_queued_messages": 100000,
            "max_queued_bytes": {bytes}, "queue_full": "refuse_newest", "reconnect_min_seconds": 3600,
            "reconnect_max_seconds": 3600}}"#
    );
    let settings = Settings::from_json(&settings).expect("they are valid");
    let client = Client::connect(settings).expect("a thread can be started");
    support::wait::eventually("the first attempt fails", || {
        client.status().last_error.is_some()
    });
    client
}

/// What was taken since `before`.
fn taken(before: usize) -> usize {
    IN_USE.load(Relaxed).saturating_sub(before)
}

#[test]
fn memory_is_bounded_as_guarantees_md_says() {
    for shape in Shape::all() {
        a_full_outbox_takes_what_it_may(shape);
    }
    for count in [1_000, 7_200, 14_000, 28_700] {
        a_delivery_takes_little(count);
    }
    for (count, payload_bytes) in [(1_000, 1), (3_700, 1_000), (7_200, 20), (10_000, 1)] {
        states_take_what_they_are_counted_with(count, payload_bytes);
    }
}

fn a_full_outbox_takes_what_it_may(shape: Shape) {
    const BOUND: usize = 4 << 20;
    let client = client(BOUND);
    let mut deliveries = Vec::with_capacity(BOUND / 400);
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let refused = (0..).find_map(|number| match shape.publish(&client, number) {
        Ok(delivery) => {
            deliveries.extend(Some(delivery).filter(|_| shape.is_tracked));
            None
        }
        Err(error) => Some(error),
    });
    let refused = refused.expect("it is full at some time");
    assert_eq!(refused.kind(), ErrorKind::QueueFull, "{refused}");
    let peak = PEAK.load(Relaxed) - before;
    assert!(
        peak <= BOUND + BOUND / 20,
        "{peak} bytes for {BOUND} with {shape:?}"
    );
    drop(deliveries);
    let _ = client.shutdown(Duration::ZERO);
    let left = taken(before);
    assert!(left <= 64 << 10, "{left} bytes are left with {shape:?}");
}

/// A message whose outcome is wanted, on a topic with others: while it waits, and when it has ended.
fn a_delivery_takes_little(count: usize) {
    const MOST: usize = 150;
    let shape = Shape {
        topics: SHARED,
        topic_bytes: 30,
        lifetimes: SHARED,
        payload_bytes: 200,
        is_tracked: true,
    };
    let client = client(64 << 20);
    // To be told of outcomes costs a little more.
    let _ = client.next_notice(Duration::ZERO);
    let mut deliveries = Vec::with_capacity(count);
    let before = IN_USE.load(Relaxed);
    for number in 0..count {
        let delivery = shape.publish(&client, number);
        deliveries.push(delivery.expect("there is room"));
    }
    let queued = taken(before) / count - shape.payload_bytes;
    let _ = client.shutdown(Duration::ZERO);
    let ended = taken(before) / count;
    eprintln!("{count} deliveries take {queued} bytes each beside the payload, and {ended} when they have ended");
    assert!(queued <= MOST && ended <= MOST, "{queued}, {ended}");
}

/// What is remembered of states, beside what the status says that it takes, which is what is bounded.
fn states_take_what_they_are_counted_with(count: usize, payload_bytes: usize) {
    let client = client(64 << 20);
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    for number in 0..count {
        let payload = vec![b'x'; payload_bytes];
        let said = client.publish_state(&format!("{number:012}"), payload);
        said.expect("there is room");
    }
    let peak = PEAK.load(Relaxed) - before;
    let counted = usize::try_from(client.status().states_bytes).expect("it is memory");
    eprintln!(
        "{count} states with {payload_bytes} bytes take {} bytes each, and count {}",
        peak / count,
        counted / count
    );
    assert!(
        peak <= counted + counted / 20,
        "{peak} bytes for {counted}, {count} states"
    );
    let _ = client.shutdown(Duration::ZERO);
}
