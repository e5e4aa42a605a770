"""The C functions: each with its prototype as the header has it, and nothing else decided here.

A call releases the interpreter's lock, unless it is bound with `keep_lock`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_char, c_char_p, c_int, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from . import _library

MESSAGE_SIZE = 1024
REASON_SIZE = 244

NOTICE_STATES = 1
NOTICE_DELIVERIES = 2
NOTICE_LOG = 4
NOTICE_OUTCOMES = 8


class Error(ctypes.Structure):
    """`argus_mqtt_error`: what a call writes its status and its message for a person into."""

    _fields_ = (("status", c_int32), ("message", c_char * MESSAGE_SIZE))

    @property
    def text(self) -> str:
        """The message."""
        message: bytes = self.message
        return message.decode("utf-8", "replace")


class NamedState(ctypes.Structure):
    """`argus_mqtt_named_state`: a state that goes before a message."""

    _fields_ = (("topic", c_char_p), ("payload", c_char_p), ("payload_len", c_size_t))


class PublishOptions(ctypes.Structure):
    """`argus_mqtt_publish_options`: how a message is published."""

    _fields_ = (
        ("struct_size", c_uint32),
        ("qos", c_int32),
        ("retain", c_int32),
        ("expiry_seconds", c_uint32),
        ("states", POINTER(NamedState)),
        ("state_count", c_size_t),
    )


class Outcome(ctypes.Structure):
    """`argus_mqtt_outcome`: what became of one message."""

    _fields_ = (("delivery", c_uint64), ("outcome", c_int32), ("reason", c_char * REASON_SIZE))


_releasing, _keeping = _library.load()


def _bind(name: str, *argtypes: Any, keep_lock: bool = False) -> Callable[..., int]:  # noqa: ANN401  (private in typeshed)
    """Declare a function that returns a status."""
    library = _keeping if keep_lock else _releasing
    try:
        function = library[name]
    except AttributeError:
        raise _library.lacks(library, name) from None
    function.argtypes = argtypes
    function.restype = c_int32
    return function


# int32_t argus_mqtt_connect(const char *settings_json, argus_mqtt_client *client_out,
#                            argus_mqtt_error *error);
connect = _bind("argus_mqtt_connect", c_char_p, POINTER(c_uint64), POINTER(Error))

# int32_t argus_mqtt_wait_online(argus_mqtt_client client, uint64_t timeout_ms, argus_mqtt_error *error);
wait_online = _bind("argus_mqtt_wait_online", c_uint64, c_uint64, POINTER(Error))

# int32_t argus_mqtt_publish_event(argus_mqtt_client client, const char *camera, const void *event,
#                                  size_t event_len, argus_mqtt_delivery *delivery_out,
#                                  argus_mqtt_error *error);
publish_event = _bind("argus_mqtt_publish_event", c_uint64, c_char_p, c_char_p, c_size_t, c_void_p, c_void_p)

# int32_t argus_mqtt_publish_event_with_snapshot(argus_mqtt_client client, const char *camera, const void *event,
#                                                size_t event_len, const void *jpeg, size_t jpeg_len,
#                                                argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
publish_event_with_snapshot = _bind(
    "argus_mqtt_publish_event_with_snapshot",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    c_char_p,
    c_size_t,
    c_void_p,
    c_void_p,
)

# int32_t argus_mqtt_publish(argus_mqtt_client client, const char *topic, const void *payload,
#                            size_t payload_len, const argus_mqtt_publish_options *options,
#                            argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
publish = _bind(
    "argus_mqtt_publish",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    c_void_p,
    c_void_p,
    c_void_p,
)

# int32_t argus_mqtt_publish_state(argus_mqtt_client client, const char *topic, const void *payload,
#                                  size_t payload_len, argus_mqtt_delivery *delivery_out,
#                                  argus_mqtt_error *error);
publish_state = _bind("argus_mqtt_publish_state", c_uint64, c_char_p, c_char_p, c_size_t, c_void_p, c_void_p)

# int32_t argus_mqtt_forget_state(argus_mqtt_client client, const char *topic,
#                                 argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
forget_state = _bind("argus_mqtt_forget_state", c_uint64, c_char_p, c_void_p, c_void_p)

# int32_t argus_mqtt_announce_system(argus_mqtt_client client, const char *system_json,
#                                    argus_mqtt_error *error);
announce_system = _bind("argus_mqtt_announce_system", c_uint64, c_char_p, POINTER(Error))

# int32_t argus_mqtt_announce_camera(argus_mqtt_client client, const char *camera_json,
#                                    argus_mqtt_error *error);
announce_camera = _bind("argus_mqtt_announce_camera", c_uint64, c_char_p, POINTER(Error))

# int32_t argus_mqtt_disable_camera(argus_mqtt_client client, const char *camera, argus_mqtt_error *error);
disable_camera = _bind("argus_mqtt_disable_camera", c_uint64, c_char_p, POINTER(Error))

# int32_t argus_mqtt_remove_camera(argus_mqtt_client client, const char *camera, argus_mqtt_error *error);
remove_camera = _bind("argus_mqtt_remove_camera", c_uint64, c_char_p, POINTER(Error))

# int32_t argus_mqtt_publish_camera_status(argus_mqtt_client client, const char *camera, const char *status,
#                                          const char *source_type, argus_mqtt_error *error);
publish_camera_status = _bind(
    "argus_mqtt_publish_camera_status",
    c_uint64,
    c_char_p,
    c_char_p,
    c_char_p,
    POINTER(Error),
)

# int32_t argus_mqtt_publish_camera_counts(argus_mqtt_client client, const char *camera, uint64_t today,
#                                          uint64_t this_week, argus_mqtt_error *error);
publish_camera_counts = _bind(
    "argus_mqtt_publish_camera_counts",
    c_uint64,
    c_char_p,
    c_uint64,
    c_uint64,
    POINTER(Error),
)

# int32_t argus_mqtt_publish_camera_activity(argus_mqtt_client client, const char *camera, int32_t is_active,
#                                            argus_mqtt_error *error);
publish_camera_activity = _bind("argus_mqtt_publish_camera_activity", c_uint64, c_char_p, c_int32, POINTER(Error))

# int32_t argus_mqtt_publish_camera_last_event(argus_mqtt_client client, const char *camera, const void *event,
#                                              size_t event_len, argus_mqtt_error *error);
publish_camera_last_event = _bind(
    "argus_mqtt_publish_camera_last_event",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    POINTER(Error),
)

# int32_t argus_mqtt_publish_camera_snapshot(argus_mqtt_client client, const char *camera, const void *jpeg,
#                                            size_t jpeg_len, argus_mqtt_error *error);
publish_camera_snapshot = _bind(
    "argus_mqtt_publish_camera_snapshot",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    POINTER(Error),
)

# int32_t argus_mqtt_clear_ghosts(argus_mqtt_client client, uint64_t timeout_ms, size_t *cleared_out,
#                                 argus_mqtt_error *error);
clear_ghosts = _bind("argus_mqtt_clear_ghosts", c_uint64, c_uint64, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_publish_diagnostics(argus_mqtt_client client, argus_mqtt_error *error);
publish_diagnostics = _bind("argus_mqtt_publish_diagnostics", c_uint64, POINTER(Error))

# int32_t argus_mqtt_try_publish_event(argus_mqtt_client client, const char *camera, const void *event,
#                                      size_t event_len, argus_mqtt_delivery forget,
#                                      argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
try_publish_event = _bind(
    "argus_mqtt_try_publish_event",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    c_uint64,
    c_void_p,
    c_void_p,
    keep_lock=True,
)

# int32_t argus_mqtt_try_publish(argus_mqtt_client client, const char *topic, const void *payload,
#                                size_t payload_len, const argus_mqtt_publish_options *options,
#                                argus_mqtt_delivery forget, argus_mqtt_delivery *delivery_out,
#                                argus_mqtt_error *error);
try_publish = _bind(
    "argus_mqtt_try_publish",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    c_void_p,
    c_uint64,
    c_void_p,
    c_void_p,
    keep_lock=True,
)

# int32_t argus_mqtt_try_publish_state(argus_mqtt_client client, const char *topic, const void *payload,
#                                      size_t payload_len, argus_mqtt_delivery forget,
#                                      argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
try_publish_state = _bind(
    "argus_mqtt_try_publish_state",
    c_uint64,
    c_char_p,
    c_char_p,
    c_size_t,
    c_uint64,
    c_void_p,
    c_void_p,
    keep_lock=True,
)

# int32_t argus_mqtt_try_forget_state(argus_mqtt_client client, const char *topic, argus_mqtt_delivery forget,
#                                     argus_mqtt_delivery *delivery_out, argus_mqtt_error *error);
try_forget_state = _bind(
    "argus_mqtt_try_forget_state",
    c_uint64,
    c_char_p,
    c_uint64,
    c_void_p,
    c_void_p,
    keep_lock=True,
)

# int32_t argus_mqtt_delivery_wait(argus_mqtt_client client, argus_mqtt_delivery delivery,
#                                  uint64_t timeout_ms, argus_mqtt_error *error);
delivery_wait = _bind("argus_mqtt_delivery_wait", c_uint64, c_uint64, c_uint64, POINTER(Error))

# int32_t argus_mqtt_delivery_forget(argus_mqtt_client client, argus_mqtt_delivery delivery,
#                                    argus_mqtt_error *error);
delivery_forget = _bind("argus_mqtt_delivery_forget", c_uint64, c_uint64, c_void_p)

# int32_t argus_mqtt_deliveries_forget(argus_mqtt_client client, const argus_mqtt_delivery *deliveries,
#                                      size_t count, argus_mqtt_error *error);
deliveries_forget = _bind("argus_mqtt_deliveries_forget", c_uint64, c_void_p, c_size_t, c_void_p)

# int32_t argus_mqtt_flush(argus_mqtt_client client, uint64_t timeout_ms, size_t *left_out,
#                          argus_mqtt_error *error);
flush = _bind("argus_mqtt_flush", c_uint64, c_uint64, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_wait_online_change(argus_mqtt_client client, uint64_t known, uint64_t timeout_ms,
#                                       uint64_t *changes_out, argus_mqtt_error *error);
wait_online_change = _bind(
    "argus_mqtt_wait_online_change", c_uint64, c_uint64, c_uint64, POINTER(c_uint64), POINTER(Error)
)

# int32_t argus_mqtt_interrupt_wait(argus_mqtt_client client, argus_mqtt_error *error);
interrupt_wait = _bind("argus_mqtt_interrupt_wait", c_uint64, POINTER(Error))

# int32_t argus_mqtt_reconfigure(argus_mqtt_client client, const char *settings_json,
#                                argus_mqtt_error *error);
reconfigure = _bind("argus_mqtt_reconfigure", c_uint64, c_char_p, POINTER(Error))

# int32_t argus_mqtt_reconnect(argus_mqtt_client client, argus_mqtt_error *error);
reconnect = _bind("argus_mqtt_reconnect", c_uint64, POINTER(Error))

# int32_t argus_mqtt_status(argus_mqtt_client client, char *buffer, size_t capacity, size_t *length_out,
#                           argus_mqtt_error *error);
status = _bind("argus_mqtt_status", c_uint64, c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_next_notice(argus_mqtt_client client, uint64_t timeout_ms, char *buffer,
#                                size_t capacity, size_t *length_out, argus_mqtt_error *error);
next_notice = _bind(
    "argus_mqtt_next_notice",
    c_uint64,
    c_uint64,
    c_char_p,
    c_size_t,
    POINTER(c_size_t),
    POINTER(Error),
)

# int32_t argus_mqtt_notice_fd(argus_mqtt_client client, int *fd_out, argus_mqtt_error *error);
notice_fd = _bind("argus_mqtt_notice_fd", c_uint64, POINTER(c_int), POINTER(Error))

# int32_t argus_mqtt_open_notices(argus_mqtt_client client, uint32_t kinds, argus_mqtt_error *error);
open_notices = _bind("argus_mqtt_open_notices", c_uint64, c_uint32, POINTER(Error))

# int32_t argus_mqtt_next_outcomes(argus_mqtt_client client, uint64_t timeout_ms,
#                                  argus_mqtt_outcome *outcomes, size_t capacity, size_t *count_out,
#                                  argus_mqtt_error *error);
next_outcomes = _bind(
    "argus_mqtt_next_outcomes",
    c_uint64,
    c_uint64,
    c_void_p,
    c_size_t,
    POINTER(c_size_t),
    POINTER(Error),
)

# int32_t argus_mqtt_settings_check(const char *settings_json, char *buffer, size_t capacity,
#                                   size_t *length_out, argus_mqtt_error *error);
settings_check = _bind("argus_mqtt_settings_check", c_char_p, c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_settings_schema(char *buffer, size_t capacity, size_t *length_out,
#                                    argus_mqtt_error *error);
settings_schema = _bind("argus_mqtt_settings_schema", c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_test_connection(const char *settings_json, uint64_t timeout_ms, char *buffer,
#                                    size_t capacity, size_t *length_out, argus_mqtt_error *error);
test_connection = _bind(
    "argus_mqtt_test_connection",
    c_char_p,
    c_uint64,
    c_char_p,
    c_size_t,
    POINTER(c_size_t),
    POINTER(Error),
)

# int32_t argus_mqtt_connection_test_begin(const char *settings_json, uint64_t timeout_ms,
#                                          argus_mqtt_connection_test *test_out, argus_mqtt_error *error);
connection_test_begin = _bind(
    "argus_mqtt_connection_test_begin", c_char_p, c_uint64, POINTER(c_uint64), POINTER(Error)
)

# int32_t argus_mqtt_connection_test_fd(argus_mqtt_connection_test test, int *fd_out, argus_mqtt_error *error);
connection_test_fd = _bind("argus_mqtt_connection_test_fd", c_uint64, POINTER(c_int), POINTER(Error))

# int32_t argus_mqtt_connection_test_report(argus_mqtt_connection_test test, uint64_t timeout_ms, char *buffer,
#                                           size_t capacity, size_t *length_out, argus_mqtt_error *error);
connection_test_report = _bind(
    "argus_mqtt_connection_test_report",
    c_uint64,
    c_uint64,
    c_char_p,
    c_size_t,
    POINTER(c_size_t),
    POINTER(Error),
)

# int32_t argus_mqtt_connection_test_end(argus_mqtt_connection_test test, argus_mqtt_error *error);
connection_test_end = _bind("argus_mqtt_connection_test_end", c_uint64, POINTER(Error))

# int32_t argus_mqtt_find_announced(const char *settings_json, const char *cameras_json, uint64_t timeout_ms,
#                                   char *buffer, size_t capacity, size_t *length_out, argus_mqtt_error *error);
find_announced = _bind(
    "argus_mqtt_find_announced",
    c_char_p,
    c_char_p,
    c_uint64,
    c_char_p,
    c_size_t,
    POINTER(c_size_t),
    POINTER(Error),
)

# int32_t argus_mqtt_shutdown(argus_mqtt_client client, uint64_t timeout_ms, size_t *left_out,
#                             argus_mqtt_error *error);
shutdown = _bind("argus_mqtt_shutdown", c_uint64, c_uint64, POINTER(c_size_t), POINTER(Error))

# int32_t argus_mqtt_shutdown_begin(argus_mqtt_client client, uint64_t timeout_ms, argus_mqtt_error *error);
shutdown_begin = _bind("argus_mqtt_shutdown_begin", c_uint64, c_uint64, POINTER(Error))

# int32_t argus_mqtt_close(argus_mqtt_client client, uint64_t timeout_ms, size_t *left_out,
#                          argus_mqtt_error *error);
close = _bind("argus_mqtt_close", c_uint64, c_uint64, POINTER(c_size_t), POINTER(Error))

# const char *argus_mqtt_version(void);
_version = _releasing["argus_mqtt_version"]
_version.argtypes = []
_version.restype = c_char_p


def library_version() -> str:
    """The version of the library that is loaded, such as "1.2.3"."""
    version: bytes = _version()
    return version.decode()
