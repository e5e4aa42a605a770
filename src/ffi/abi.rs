//! The number of the C ABI, in a file of its own because the build script reads it too, for the name of the library.

/// The number of the ABI that this header describes, and the N in libargus_mqtt.so.N.
///
/// It changes only when a program that was built with an older header would break; new functions and new statuses do
/// not change it. A program that loads the library at run time compares it with argus_mqtt_abi_version().
pub const ARGUS_MQTT_ABI_VERSION: u32 = 1;
