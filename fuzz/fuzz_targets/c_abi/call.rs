//! One call of the C ABI, and what has to hold after it.

use super::abi::*;
use super::arguments::{address, output, room, start, Buffer, Payload, Settings, Text, FILL};
use arbitrary::Arbitrary;
use std::ffi::CStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What calls of all threads have made.
pub struct World {
    pub broker: u16,
    pub clients: Mutex<Vec<u64>>,
    pub deliveries: Mutex<Vec<u64>>,
    pub tests: Mutex<Vec<u64>>,
}

/// A client, a delivery or a connection test: one that was made, in whatever state it is, or any number.
#[derive(Arbitrary, Debug)]
pub enum Number {
    Made(u8),
    Near { made: u8, bit: u8 },
    Any(u64),
}

impl Number {
    fn of(&self, made: &Mutex<Vec<u64>>) -> u64 {
        let made = made.lock().expect("no call panics");
        let get = |index: &u8| {
            let index = usize::from(*index) % made.len().max(1);
            made.get(index).copied().unwrap_or(0)
        };
        match self {
            Number::Made(index) => get(index),
            Number::Near { made, bit } => get(made) ^ 1 << (bit % 64),
            Number::Any(number) => *number,
        }
    }
}

#[derive(Arbitrary, Debug)]
pub struct Call {
    what: What,
    /// Whether there are outputs, where they may be missing or must not.
    output: bool,
    error: bool,
    milliseconds: u8,
}

#[derive(Arbitrary, Debug)]
enum What {
    Connect(Settings),
    WaitOnline(Number),
    Reconfigure(Number, Settings),
    PublishEvent {
        client: Number,
        camera: Text,
        event: Payload,
    },
    Publish {
        client: Number,
        topic: Text,
        payload: Payload,
        qos: Small,
        retain: Small,
        expiry_seconds: u32,
        size: Size,
        states: States,
        more: [u8; 16],
    },
    EventWithSnapshot {
        client: Number,
        camera: Text,
        event: Payload,
        jpeg: Payload,
    },
    DeliveryWait(Number, Number),
    DeliveryForget(Number, Number),
    TryPublishEvent {
        client: Number,
        camera: Text,
        event: Payload,
        forget: Number,
    },
    TryPublish {
        client: Number,
        topic: Text,
        payload: Payload,
        forget: Number,
    },
    TryPublishState {
        client: Number,
        topic: Text,
        payload: Payload,
        forget: Number,
    },
    DeliveriesForget(Number, Vec<u64>, Count),
    Flush(Number),
    NextNotice(Number, Buffer),
    NoticeFd(Number),
    Status(Number, Buffer),
    SettingsCheck(Settings, Buffer),
    SettingsCheckAny(Text, Buffer),
    SettingsSchema(Buffer),
    Shutdown(Number),
    Reconnect(Number),
    OpenNotices(Number, u32),
    NextOutcomes(Number, Outcomes),
    ShutdownBegin(Number),
    Close(Number),
    TestConnection(Settings, Buffer),
    ConnectionTestBegin(Settings),
    ConnectionTestFd(Number),
    ConnectionTestReport(Number, Buffer),
    ConnectionTestEnd(Number),
    FindAnnounced(Settings, Text, Buffer),
    StatusName(i32),
    Versions,
    PublishState {
        client: Number,
        topic: Text,
        payload: Payload,
    },
    ForgetState(Number, Text),
    TryForgetState(Number, Text, Number),
    AnnounceSystem(Number, Text),
    AnnounceCamera(Number, Text),
    /// One that can be announced.
    AnnounceDoor(Number),
    DisableCamera(Number, Text),
    RemoveCamera(Number, Text),
    CameraStatus(Number, Text, Text, Text),
    CameraCounts(Number, Text, u64, u64),
    CameraActivity(Number, Text, Small),
    CameraLastEvent(Number, Text, Payload),
    CameraSnapshot(Number, Text, Payload),
    Diagnostics(Number),
    ClearGhosts(Number),
    WaitOnlineChange(Number, u64),
    InterruptWait(Number),
}

/// An integer that is one of the few that mean something, or any.
#[derive(Arbitrary, Debug)]
enum Small {
    Zero,
    One,
    Any(i32),
}

impl Small {
    fn value(&self) -> i32 {
        match self {
            Small::Zero => 0,
            Small::One => 1,
            Small::Any(value) => *value,
        }
    }
}

/// The size that options say they have: never larger than they are, unless so large that they must not be read.
#[derive(Arbitrary, Debug)]
enum Size {
    NoOptions,
    First,
    Known,
    Within(u8),
    NeverSet(u32),
}

impl Size {
    fn value(&self) -> u32 {
        match self {
            Size::NoOptions => 0,
            Size::First => 16,
            Size::Known => 32,
            Size::Within(size) => u32::from(size % 49),
            Size::NeverSet(size) => (*size).max(1 << 16),
        }
    }

    fn address(&self, options: &PublishOptions) -> *const PublishOptions {
        match self {
            Size::NoOptions => std::ptr::null(),
            _ => options,
        }
    }
}

/// The states that options name.
#[derive(Arbitrary, Debug)]
enum States {
    None,
    Given(Vec<(Text, Payload)>),
    Null(usize),
    /// So many that they must not be read.
    NeverSet(usize),
}

impl States {
    /// Calls with an array of them, and how many they are said to be.
    fn with<T>(&self, call: impl FnOnce(*const NamedState, usize) -> T) -> T {
        let given = match self {
            States::Given(given) => &given[..],
            _ => &[],
        };
        let given = given
            .iter()
            .map(|(topic, payload)| (topic.make(), payload.make()));
        let given: Vec<_> = given.collect();
        let states = given.iter().map(|(topic, (payload, length))| NamedState {
            topic: address(topic),
            payload: start(payload),
            payload_len: *length,
        });
        let states: Vec<_> = states.collect();
        match self {
            States::None => call(std::ptr::null(), 0),
            States::Given(_) => call(states.as_ptr(), states.len()),
            States::Null(count) => call(std::ptr::null(), *count),
            States::NeverSet(count) => call(states.as_ptr(), (*count).max(17)),
        }
    }
}

/// What a call may take beside its timeout, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(10);

impl Call {
    pub fn make(&self, world: &World) {
        let mut error = Error::unset();
        let start = Instant::now();
        let status = self.what.make(world, self, &mut error);
        let (took, timeout) = (start.elapsed(), Duration::from_millis(self.timeout()));
        assert!(took < timeout + PATIENCE, "{self:?} took {took:?}");
        let Some(status) = status else { return };
        assert!(
            (OK..INTERNAL).contains(&status) || status == SUPERSEDED || (20..=23).contains(&status),
            "{self:?}: {status}: {}",
            error.text()
        );
        if self.error {
            assert_eq!(error.status, status, "{self:?}");
            assert_eq!(
                error.text().is_empty(),
                status == OK,
                "{self:?}: {}",
                error.text()
            );
        } else {
            assert_eq!(error.status, -1, "{self:?}");
        }
    }

    fn timeout(&self) -> u64 {
        u64::from(self.milliseconds % 8)
    }
}

impl What {
    fn make(&self, world: &World, call: &Call, error: &mut Error) -> Option<i32> {
        let client = |number: &Number| number.of(&world.clients);
        let delivery = |number: &Number| number.of(&world.deliveries);
        let test = |number: &Number| number.of(&world.tests);
        let timeout = call.timeout();
        let has_output = call.output;
        let error = output(call.error, error);
        // SAFETY (all below): every pointer is NULL or points to what the call may read or write; texts end in NUL.
        let status = match self {
            What::Connect(settings) => {
                let settings = settings.make(world.broker);
                let mut made = 0;
                let status = unsafe {
                    argus_mqtt_connect(address(&settings), output(has_output, &mut made), error)
                };
                assert_eq!(made != 0, status == OK && has_output);
                if made != 0 {
                    world.clients.lock().expect("no call panics").push(made);
                }
                status
            }
            What::WaitOnline(number) => unsafe {
                argus_mqtt_wait_online(client(number), timeout, error)
            },
            What::Reconfigure(number, settings) => {
                let settings = settings.make(world.broker);
                unsafe { argus_mqtt_reconfigure(client(number), address(&settings), error) }
            }
            What::PublishEvent {
                client: number,
                camera,
                event,
            } => {
                let (camera, (event, length)) = (camera.make(), event.make());
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_publish_event(
                        client(number),
                        address(&camera),
                        self::start(&event),
                        length,
                        out,
                        error,
                    )
                })
            }
            What::Publish {
                client: number,
                topic,
                payload,
                qos,
                retain,
                expiry_seconds,
                size,
                states,
                more,
            } => {
                let (topic, (payload, length)) = (topic.make(), payload.make());
                let (qos, retain) = (qos.value(), retain.value());
                let status = states.with(|states, state_count| {
                    let options = PublishOptions {
                        struct_size: size.value(),
                        qos,
                        retain,
                        expiry_seconds: *expiry_seconds,
                        states,
                        state_count,
                        more: *more,
                    };
                    keep_delivery(world, has_output, |out| unsafe {
                        argus_mqtt_publish(
                            client(number),
                            address(&topic),
                            self::start(&payload),
                            length,
                            size.address(&options),
                            out,
                            error,
                        )
                    })
                });
                let in_range = (0..=1).contains(&qos) && (0..=1).contains(&retain);
                let is_read = !matches!(size, Size::NoOptions);
                assert!(
                    in_range || !is_read || status != OK,
                    "qos {qos}, retain {retain}"
                );
                status
            }
            What::EventWithSnapshot {
                client: number,
                camera,
                event,
                jpeg,
            } => {
                let (camera, (event, length)) = (camera.make(), event.make());
                let (jpeg, jpeg_length) = jpeg.make();
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_publish_event_with_snapshot(
                        client(number),
                        address(&camera),
                        self::start(&event),
                        length,
                        self::start(&jpeg),
                        jpeg_length,
                        out,
                        error,
                    )
                })
            }
            What::DeliveryWait(number, which) => unsafe {
                argus_mqtt_delivery_wait(client(number), delivery(which), timeout, error)
            },
            What::DeliveryForget(number, which) => unsafe {
                argus_mqtt_delivery_forget(client(number), delivery(which), error)
            },
            What::TryPublishEvent {
                client: number,
                camera,
                event,
                forget,
            } => {
                let (camera, (event, length)) = (camera.make(), event.make());
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_try_publish_event(
                        client(number),
                        address(&camera),
                        self::start(&event),
                        length,
                        delivery(forget),
                        out,
                        error,
                    )
                })
            }
            What::TryPublishState {
                client: number,
                topic,
                payload,
                forget,
            } => {
                let (topic, (payload, length)) = (topic.make(), payload.make());
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_try_publish_state(
                        client(number),
                        address(&topic),
                        self::start(&payload),
                        length,
                        delivery(forget),
                        out,
                        error,
                    )
                })
            }
            What::TryPublish {
                client: number,
                topic,
                payload,
                forget,
            } => {
                let (topic, (payload, length)) = (topic.make(), payload.make());
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_try_publish(
                        client(number),
                        address(&topic),
                        self::start(&payload),
                        length,
                        std::ptr::null(),
                        delivery(forget),
                        out,
                        error,
                    )
                })
            }
            What::DeliveriesForget(number, deliveries, count) => {
                let (start, count) = count.of(deliveries);
                unsafe { argus_mqtt_deliveries_forget(client(number), start, count, error) }
            }
            What::Flush(number) => {
                let mut left = usize::MAX;
                let out = output(has_output, &mut left);
                unsafe { argus_mqtt_flush(client(number), timeout, out, error) }
            }
            What::NextNotice(number, buffer) => {
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_next_notice(client(number), timeout, buffer, capacity, length, error)
                })
            }
            What::NoticeFd(number) => {
                let mut fd = -1;
                let status = unsafe {
                    argus_mqtt_notice_fd(client(number), output(has_output, &mut fd), error)
                };
                assert_eq!(fd >= 0, status == OK);
                status
            }
            What::Status(number, buffer) => {
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_status(client(number), buffer, capacity, length, error)
                })
            }
            What::SettingsCheck(settings, buffer) => {
                let settings = settings.make(world.broker);
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_settings_check(address(&settings), buffer, capacity, length, error)
                })
            }
            What::SettingsCheckAny(settings, buffer) => {
                let settings = settings.make();
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_settings_check(address(&settings), buffer, capacity, length, error)
                })
            }
            What::SettingsSchema(buffer) => {
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_settings_schema(buffer, capacity, length, error)
                })
            }
            What::Shutdown(number) => {
                let mut left = usize::MAX;
                let out = output(has_output, &mut left);
                unsafe { argus_mqtt_shutdown(client(number), timeout, out, error) }
            }
            What::WaitOnlineChange(number, known) => {
                let mut changes = *known;
                let out = output(has_output, &mut changes);
                let status = unsafe {
                    argus_mqtt_wait_online_change(client(number), *known, timeout, out, error)
                };
                assert!(changes == *known || status == OK);
                status
            }
            What::InterruptWait(number) => unsafe {
                argus_mqtt_interrupt_wait(client(number), error)
            },
            What::Reconnect(number) => unsafe { argus_mqtt_reconnect(client(number), error) },
            What::OpenNotices(number, kinds) => {
                // Mostly of the few bits that mean something.
                let kinds = if kinds % 8 == 0 { *kinds } else { kinds % 16 };
                let status = unsafe { argus_mqtt_open_notices(client(number), kinds, error) };
                let is_sound = kinds < 16 && kinds & 10 != 10;
                assert!(is_sound || status != OK, "kinds {kinds}");
                status
            }
            What::NextOutcomes(number, outcomes) => {
                outcomes.take(has_output, |room, capacity, count| unsafe {
                    argus_mqtt_next_outcomes(client(number), timeout, room, capacity, count, error)
                })
            }
            What::ShutdownBegin(number) => unsafe {
                argus_mqtt_shutdown_begin(client(number), timeout, error)
            },
            What::Close(number) => {
                let mut left = usize::MAX;
                let out = output(has_output, &mut left);
                unsafe { argus_mqtt_close(client(number), timeout, out, error) }
            }
            What::TestConnection(settings, buffer) => {
                let settings = settings.make(world.broker);
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_test_connection(
                        address(&settings),
                        timeout,
                        buffer,
                        capacity,
                        length,
                        error,
                    )
                })
            }
            What::ConnectionTestBegin(settings) => {
                let settings = settings.make(world.broker);
                let mut made = 0;
                let status = unsafe {
                    argus_mqtt_connection_test_begin(
                        address(&settings),
                        timeout,
                        output(has_output, &mut made),
                        error,
                    )
                };
                assert_eq!(made != 0, status == OK && has_output);
                if made != 0 {
                    world.tests.lock().expect("no call panics").push(made);
                }
                status
            }
            What::ConnectionTestFd(number) => {
                let mut fd = -1;
                let out = output(has_output, &mut fd);
                unsafe { argus_mqtt_connection_test_fd(test(number), out, error) }
            }
            What::ConnectionTestReport(number, buffer) => {
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_connection_test_report(
                        test(number),
                        timeout,
                        buffer,
                        capacity,
                        length,
                        error,
                    )
                })
            }
            What::ConnectionTestEnd(number) => unsafe {
                argus_mqtt_connection_test_end(test(number), error)
            },
            What::FindAnnounced(settings, cameras, buffer) => {
                let (settings, cameras) = (settings.make(world.broker), cameras.make());
                text(buffer, has_output, |buffer, capacity, length| unsafe {
                    argus_mqtt_find_announced(
                        address(&settings),
                        address(&cameras),
                        timeout,
                        buffer,
                        capacity,
                        length,
                        error,
                    )
                })
            }
            What::PublishState {
                client: number,
                topic,
                payload,
            } => {
                let (topic, (payload, length)) = (topic.make(), payload.make());
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_publish_state(
                        client(number),
                        address(&topic),
                        self::start(&payload),
                        length,
                        out,
                        error,
                    )
                })
            }
            What::ForgetState(number, topic) => {
                let topic = topic.make();
                keep_delivery(world, has_output, |out| unsafe {
                    argus_mqtt_forget_state(client(number), address(&topic), out, error)
                })
            }
            What::TryForgetState(number, topic, forget) => {
                let (topic, forget) = (topic.make(), delivery(forget));
                keep_delivery(world, has_output, |out| unsafe {
                    let (client, topic) = (client(number), address(&topic));
                    argus_mqtt_try_forget_state(client, topic, forget, out, error)
                })
            }
            What::AnnounceSystem(number, system) => {
                let system = system.make();
                unsafe { argus_mqtt_announce_system(client(number), address(&system), error) }
            }
            What::AnnounceCamera(number, camera) => {
                let camera = camera.make();
                unsafe { argus_mqtt_announce_camera(client(number), address(&camera), error) }
            }
            What::AnnounceDoor(number) => {
                let camera = c"{\"id\": \"door\", \"snapshots\": true}";
                unsafe { argus_mqtt_announce_camera(client(number), camera.as_ptr(), error) }
            }
            What::DisableCamera(number, camera) => {
                let camera = camera.make();
                unsafe { argus_mqtt_disable_camera(client(number), address(&camera), error) }
            }
            What::RemoveCamera(number, camera) => {
                let camera = camera.make();
                unsafe { argus_mqtt_remove_camera(client(number), address(&camera), error) }
            }
            What::CameraStatus(number, camera, status, source) => {
                let (camera, status, source) = (camera.make(), status.make(), source.make());
                let (camera, status) = (address(&camera), address(&status));
                let source = address(&source);
                unsafe {
                    argus_mqtt_publish_camera_status(client(number), camera, status, source, error)
                }
            }
            What::CameraCounts(number, camera, today, week) => {
                let camera = camera.make();
                let camera = address(&camera);
                unsafe {
                    argus_mqtt_publish_camera_counts(client(number), camera, *today, *week, error)
                }
            }
            What::CameraActivity(number, camera, is_active) => {
                let camera = camera.make();
                let (camera, is_active) = (address(&camera), is_active.value());
                unsafe {
                    argus_mqtt_publish_camera_activity(client(number), camera, is_active, error)
                }
            }
            What::CameraLastEvent(number, camera, event) => {
                let (camera, (event, length)) = (camera.make(), event.make());
                let (camera, event) = (address(&camera), self::start(&event));
                unsafe {
                    argus_mqtt_publish_camera_last_event(
                        client(number),
                        camera,
                        event,
                        length,
                        error,
                    )
                }
            }
            What::CameraSnapshot(number, camera, jpeg) => {
                let (camera, (jpeg, length)) = (camera.make(), jpeg.make());
                let (camera, jpeg) = (address(&camera), self::start(&jpeg));
                unsafe {
                    argus_mqtt_publish_camera_snapshot(client(number), camera, jpeg, length, error)
                }
            }
            What::ClearGhosts(number) => {
                let mut cleared = usize::MAX;
                let out = output(has_output, &mut cleared);
                unsafe { argus_mqtt_clear_ghosts(client(number), timeout, out, error) }
            }
            What::Diagnostics(number) => unsafe {
                argus_mqtt_publish_diagnostics(client(number), error)
            },
            What::StatusName(status) => {
                let name = unsafe { CStr::from_ptr(argus_mqtt_status_name(*status)) };
                assert!(!name.is_empty());
                return None;
            }
            What::Versions => {
                assert_eq!(unsafe { argus_mqtt_abi_version() }, 1);
                assert!(!unsafe { CStr::from_ptr(argus_mqtt_version()) }.is_empty());
                return None;
            }
        };
        Some(status)
    }
}

/// A number of deliveries: never more than there are, unless so many that they must not be read.
#[derive(Arbitrary, Debug)]
enum Count {
    All,
    Null(usize),
    NeverSet(usize),
}

impl Count {
    fn of(&self, deliveries: &[u64]) -> (*const u64, usize) {
        match self {
            Count::All => (deliveries.as_ptr(), deliveries.len()),
            Count::Null(count) => (std::ptr::null(), *count),
            Count::NeverSet(count) => (deliveries.as_ptr(), (*count).max(1_000_001)),
        }
    }
}

fn keep_delivery(world: &World, has_output: bool, call: impl FnOnce(*mut u64) -> i32) -> i32 {
    let mut delivery = 0;
    let status = call(output(has_output, &mut delivery));
    assert_eq!(delivery != 0, status == OK && has_output);
    if delivery != 0 {
        world
            .deliveries
            .lock()
            .expect("no call panics")
            .push(delivery);
    }
    status
}

/// Where outcomes go: memory of just this size.
#[derive(Arbitrary, Debug)]
struct Outcomes {
    is_null: bool,
    capacity: u8,
}

impl Outcomes {
    /// A call that takes outcomes: whole ones, and only as many as it says.
    fn take(
        &self,
        has_output: bool,
        call: impl FnOnce(*mut Outcome, usize, *mut usize) -> i32,
    ) -> i32 {
        let capacity = usize::from(self.capacity % 16);
        let unset = Outcome {
            delivery: 0,
            outcome: -1,
            reason: [FILL; 244],
        };
        let mut room = vec![unset; capacity];
        let start = if self.is_null {
            std::ptr::null_mut()
        } else {
            room.as_mut_ptr()
        };
        let mut count = usize::MAX;
        let status = call(start, capacity, output(has_output, &mut count));
        let written = if status == OK { count } else { 0 };
        assert!(written <= capacity && (written > 0) == (status == OK));
        for (index, one) in room.iter().enumerate() {
            if index >= written {
                assert_eq!(one.outcome, -1, "nothing is written there");
                continue;
            }
            let reason = CStr::from_bytes_until_nul(&one.reason).expect("a reason ends in NUL");
            let reason = reason.to_str().expect("a reason is UTF-8");
            assert_ne!(one.delivery, 0);
            assert!([0, 7, 8, 9, 10, 13].contains(&one.outcome));
            assert_eq!(reason.is_empty(), one.outcome == OK);
        }
        status
    }
}

/// A call that writes JSON: all of it, or nothing.
fn text(
    buffer: &Buffer,
    has_output: bool,
    call: impl FnOnce(*mut i8, usize, *mut usize) -> i32,
) -> i32 {
    let (mut buffer, capacity) = buffer.make();
    let mut length = usize::MAX;
    let status = call(room(&mut buffer), capacity, output(has_output, &mut length));
    let written = buffer.unwrap_or_default();
    if status == OK {
        let text = CStr::from_bytes_until_nul(&written)
            .expect("it ends in NUL")
            .to_bytes();
        serde_json::from_slice::<serde_json::Value>(text).expect("it is JSON");
        assert!(!has_output || length == text.len());
    } else {
        assert!(
            written.iter().all(|byte| *byte == FILL),
            "{status}: something was written"
        );
        let knows_length = has_output && status == BUFFER_TOO_SMALL;
        assert!(if knows_length {
            length >= capacity
        } else {
            length == usize::MAX
        });
    }
    status
}
