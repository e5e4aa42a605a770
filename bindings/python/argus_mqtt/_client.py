"""The client: what a program talks to."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, final

from . import _arguments, _buffer, _greenlets, _notices, _prototypes, _shutdown, _waiting
from ._callback_thread import CallbackThread
from ._cameras import Cameras
from ._delivery import Delivery
from ._errors import (
    INVALID_HANDLE,
    OK,
    SYSTEM,
    TIMEOUT,
    WOULD_BLOCK,
    ArgusMqttError,
    Forked,
    ShutDown,
    TimedOut,
    error_for,
)
from ._let_go import LetGo
from ._outputs import Outputs, spare_outputs
from ._settings import GivenSettings, settings_error, settings_json
from ._states import States
from ._status import State, Status, status_from

if TYPE_CHECKING:
    from ._arguments import Payload
    from ._callbacks import Callback
    from ._notices import Ended, Notice
    from ._shutdown import ShutdownReport

_log = logging.getLogger("argus_mqtt")

DEFAULT_SHUTDOWN_SECONDS = 5.0

# A longer message takes longer to check and to copy than other threads should wait for the interpreter's lock.
_SHORT = 16 * 1024

_OPTIONS_SIZE = ctypes.sizeof(_prototypes.PublishOptions)


@final
class Client(States, Cameras):
    """A connection to a broker that is kept up in the background, and what waits to be sent over it.

    Made by `connect`. Publishing never blocks and never waits for the network; `wait_online`, `flush`, `shutdown`,
    `next_notice` and `Delivery.wait` do. An asyncio program has a client of its own, in `argus_mqtt.aio`. With
    gevent a wait would stop every greenlet of its thread, and is refused; on a thread of gevent's pool it is not.

    What happens to it can be read as notices: by iterating over it, with `next_notice`, or in an event loop, which
    waits for the client itself as for a file. Each notice is for one reader. `start_logging` is for programs that
    only want the log lines.

    Any thread may use a client, several at once. A forked child cannot use its parent's: every call raises
    Forked, and nothing it does or omits disturbs the parent.

    As a context manager it is shut down at the end of the block, within five seconds. A client that is still
    there when Python exits is shut down then, within three seconds; `atexit` does not run when a signal ends
    the process, but then the broker says that the client is offline. So it does for a client that is garbage
    collected without a shutdown, which is a mistake and gives a ResourceWarning.
    """

    __slots__ = (
        "__weakref__",
        "_broker",
        "_callbacks",
        "_ending",
        "_handle",
        "_handle_argument",
        "_let_go",
        "_lock",
        "_process",
    )

    def __init__(self, handle: int) -> None:
        """For `connect` alone."""
        self._handle = handle
        self._handle_argument = ctypes.c_uint64(handle)  # Passes through ctypes faster than a number.
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._let_go = LetGo()
        self._broker = self.status().broker  # As it was last known, for the name of a client that is no more.
        self._callbacks: CallbackThread | None = None
        self._ending: _shutdown.Ending | None = None
        _shutdown.opened(self)

    def wait_online(self, timeout: float | None = None) -> None:
        """Wait until the broker has acknowledged the birth message.

        It may lose the connection at any later time, and then connects again by itself.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            TimedOut: It is not online yet; the text says why. It goes on trying.
            Refused: Waiting will not cure what stops it, such as a wrong password. It goes on trying, slowly.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        timeout = _arguments.timeout(timeout)
        error = _prototypes.Error()
        status = _waiting.wait(
            "client.wait_online",
            lambda timeout_ms: _prototypes.wait_online(self._handle, timeout_ms, ctypes.byref(error)),
            _waiting.deadline_after(timeout),
        )
        if status == TIMEOUT:
            raise self._not_online(timeout)
        if status != OK:
            raise error_for(status, error.text)

    def publish_event(self, camera: str, event: Payload) -> Delivery:
        """Publish an event of a camera; topic, QoS, retain and expiry are those of the settings.

        Never blocks. The events of a camera arrive in the order in which they were published.

        Args:
            camera: The name of the camera, one level of a topic: without "/", "+" and "#".
            event: A JSON object: a mapping, which becomes one (dates, times and UUIDs as text), or the UTF-8 of one.

        Raises:
            InvalidArgument: The camera or the event is not as above; the text says where.
            QueueFull: The outbox is full and the settings say that the newest is refused.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not taken.
        """
        if type(event) is not bytes:
            event = _arguments.payload("event", event)
        camera_text = _arguments.text("camera", camera)
        handle, length, outputs = self._handle_argument, len(event), self._outputs()
        try:
            status = WOULD_BLOCK
            if length <= _SHORT:
                status = _prototypes.try_publish_event(
                    handle,
                    camera_text,
                    event,
                    length,
                    outputs.forget,
                    outputs.delivery_address,
                    outputs.error_address,
                )
            if status == WOULD_BLOCK:
                self._keep_to_forget(outputs)
                status = _prototypes.publish_event(
                    handle, camera_text, event, length, outputs.delivery_address, outputs.error_address
                )
            return self._published(status, outputs)
        except BaseException:
            self._forget(outputs)
            raise

    def publish(
        self,
        topic: str,
        payload: Payload,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_seconds: int | None = None,
    ) -> Delivery:
        """Publish any payload to any topic.

        Never blocks. Messages of one topic arrive in the order in which they were published.

        Args:
            topic: The whole topic; no prefix is put before it.
            payload: Bytes, text, or a mapping, which becomes a JSON object. Empty and retained, it removes what
                the broker keeps for the topic.
            qos: 1, or 0 for a message that may be lost once it was written to the network.
            retain: Whether the broker keeps it for those who subscribe later.
            expiry_seconds: When it is no longer worth delivering, from 1 to 4,294,967,295; None is never.

        Raises:
            InvalidArgument: An argument is not as above; the text names it.
            QueueFull: The outbox is full and the settings say that the newest is refused.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not taken.
        """
        topic_text = _arguments.text("topic", topic)
        data = _arguments.payload("payload", payload)
        qos = _arguments.whole("qos", qos, -(2**31), 2**31 - 1)
        retain = _arguments.flag("retain", retain)
        # The library has a 0 for none, which here would be a message that has expired already.
        expiry = 0 if expiry_seconds is None else _arguments.whole("expiry_seconds", expiry_seconds, 1, 2**32 - 1)
        options = _prototypes.PublishOptions(_OPTIONS_SIZE, qos, retain, expiry)
        handle, length, outputs = self._handle_argument, len(data), self._outputs()
        message = (handle, topic_text, data, length, ctypes.byref(options))
        try:
            status = WOULD_BLOCK
            if length <= _SHORT:
                status = _prototypes.try_publish(
                    *message, outputs.forget, outputs.delivery_address, outputs.error_address
                )
            if status == WOULD_BLOCK:
                self._keep_to_forget(outputs)
                status = _prototypes.publish(*message, outputs.delivery_address, outputs.error_address)
            return self._published(status, outputs)
        except BaseException:
            self._forget(outputs)
            raise

    def flush(self, timeout: float | None = None) -> int:
        """Wait until every message that was accepted so far has ended, one way or another.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Returns:
            How many have not ended: 0, unless the time was not enough. They stay queued.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        left = ctypes.c_size_t()
        error = _prototypes.Error()
        status = _waiting.wait(
            "client.flush",
            lambda timeout_ms: _prototypes.flush(self._handle, timeout_ms, ctypes.byref(left), ctypes.byref(error)),
            _waiting.deadline_after(_arguments.timeout(timeout)),
        )
        if status not in {OK, TIMEOUT}:
            raise error_for(status, error.text)
        return left.value

    def status(self) -> Status:
        """Tell what is going on. Never blocks.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        self._let_go.tell(self._handle)
        return status_from(json.loads(_buffer.read(lambda *output: _prototypes.status(self._handle, *output))))

    def next_notice(self, timeout: float | None = None) -> Notice:
        """Wait for the next thing that happens: a change of state, the end of a message, a line for the log.

        The library takes notes from the first call on, of that of `fileno` too. Log lines are also logged, by the
        logger "argus_mqtt" of the module `logging`.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            TimedOut: Nothing happened.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        self._let_go.tell_at_once(self._handle)
        return _notices.read(self._handle, _arguments.timeout(timeout))

    def open_notices(
        self, *, states: bool = False, deliveries: bool = False, log: bool = False, outcomes: bool = False
    ) -> None:
        """Choose what is noted from now on; nothing else is, and what waits of it is dropped.

        Unless it is called, the first call of `next_notice` or `fileno` begins to note states, deliveries and log
        lines. The file descriptor is readable as long as there is something of what was chosen.

        Args:
            states: `StateChange`, the first of which says where the client stands.
            deliveries: `Ended`, for each message that ends.
            log: `LogLine`.
            outcomes: What `next_outcomes` takes. Not together with `deliveries`.

        Raises:
            InvalidArgument: Both `deliveries` and `outcomes` were chosen.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        kinds = (
            bool(states) * _prototypes.NOTICE_STATES
            | bool(deliveries) * _prototypes.NOTICE_DELIVERIES
            | bool(log) * _prototypes.NOTICE_LOG
            | bool(outcomes) * _prototypes.NOTICE_OUTCOMES
        )
        self._let_go.tell_at_once(self._handle)
        _notices.open_kinds(self._handle, kinds)

    def next_outcomes(self, timeout: float | None = None, *, most: int = 64) -> list[Ended]:
        """Wait until a message has ended, and take the outcomes that there are, in the order in which they came.

        They are those of messages whose `Delivery` is still held and has not been waited for; `Delivery.wait` has
        nothing more to give for them. Goes on between `begin_shutdown` and `close`.

        Args:
            timeout: The longest wait in seconds; None is for ever.
            most: How many are taken at once, at most.

        Raises:
            TimedOut: No message has ended.
            ShutDown: The client is closed, and no outcome is left.
            Forked: The client belongs to the parent process.
        """
        most = _arguments.whole("most", most, 1, 65536)
        self._let_go.tell_at_once(self._handle)
        return _notices.take_outcomes(self._handle, most, _waiting.deadline_after(_arguments.timeout(timeout)))

    def __iter__(self) -> Iterator[Notice]:
        """Give the notices as they come, until the client is shut down."""
        while True:
            try:
                notice = self.next_notice()
            except ShutDown:
                return
            yield notice

    def fileno(self) -> int:
        """Give the file descriptor that is readable as long as `next_notice` would not wait.

        For `select`, `selectors` and asyncio, which take the client itself: `loop.add_reader(client, read)`. Take it
        out again before the client is shut down, which closes the descriptor. Nothing else may be done with it.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            ArgusMqttError: The process has no file descriptor left.
        """
        self._let_go.tell_at_once(self._handle)
        return _notices.descriptor(self._handle)

    def on_online(self, callback: Callback) -> None:
        """Call a function each time that the client comes online, and soon if it is.

        It is called on a thread that all callbacks of the client share, which starts with the first registration and
        holds no lock: a callback may take its time, and use the client as it likes. It gets the number of the
        connection: 1, 2 and so on, once for each, however short. That comes in one order with what `wait_online` and
        the notices tell. An exception of it is logged.

        The client lives as long as a callback refers to it, or until it is shut down.

        Args:
            callback: A plain function, not a coroutine function.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            ArgusMqttError: No thread can be started: the operating system gives none, Python is exiting, or gevent
                has replaced threads by greenlets.
        """
        self._register(callback, for_online=True)

    def on_offline(self, callback: Callback) -> None:
        """Call a function each time that the client is online no more, and soon if it has been and is not.

        It is called as that of `on_online` is, with the number of the connection that ended.
        """
        self._register(callback, for_online=False)

    def start_logging(self) -> None:
        """Read the notices on a thread of its own, until the client is shut down, so that its log lines are logged.

        For programs that do not read notices themselves: the thread takes them all.

        Raises:
            Forked: The client belongs to the parent process.
            ArgusMqttError: No thread can be started: the operating system gives none, Python is exiting, or gevent
                has replaced threads by greenlets.
        """
        self._check_process()
        if _greenlets.replace_threads():
            raise error_for(
                SYSTEM,
                "start_logging needs a thread, and gevent makes a greenlet of it; read the notices in a greenlet of "
                "your own: gevent.socket.wait_read(client.fileno()), then client.next_notice(0)",
            )
        if not self._let_go.is_told_at_once():
            # Nobody has asked for anything else yet: the ends of messages would be read for nothing.
            _notices.open_kinds(self._handle, _prototypes.NOTICE_STATES | _prototypes.NOTICE_LOG)
        thread = threading.Thread(target=_read_all, args=(self._handle,), name="argus-mqtt-log", daemon=True)
        try:
            thread.start()
        except RuntimeError as fault:
            raise error_for(
                SYSTEM, f"start_logging: {fault}; read the notices with next_notice on a thread that there is"
            ) from None

    def reconfigure(self, settings: GivenSettings) -> None:
        """Go on with new settings: offline on the old availability topic, then a new connection; the queue stays.

        Returns at once; `wait_online` waits for the new connection.

        Args:
            settings: All the settings, as for `connect`; not only those that change.

        Raises:
            InvalidSettings: They have faults, and nothing was changed.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        text = settings_json(settings)
        error = _prototypes.Error()
        status = _prototypes.reconfigure(self._handle, text, ctypes.byref(error))
        if status != OK:
            raise settings_error(status, error, text)

    def reconnect(self) -> None:
        """Try to connect now instead of after the pause, and begin anew with short pauses. An open connection stays.

        Returns at once; `wait_online` waits for the connection.

        Raises:
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        error = _prototypes.Error()
        status = _prototypes.reconnect(self._handle, ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)

    def shutdown(self, timeout: float | None = DEFAULT_SHUTDOWN_SECONDS) -> ShutdownReport:
        """End in good order: accept nothing more, deliver what is queued, say offline, disconnect.

        Returns as soon as all of that is done, and when the time is over. If the broker has not acknowledged
        the offline message by then, the connection is closed in the way that makes the broker say it.

        A second call waits for the first and gives the same report. When a signal handler raises meanwhile, the
        shutdown goes on in the background.

        Args:
            timeout: The longest wait in seconds; None is for ever.

        Raises:
            TimedOut: A shutdown that another thread has begun, with more time, has not ended.
            Forked: The client belongs to the parent process.
        """
        self._check_process()
        deadline = _waiting.deadline_after(_arguments.timeout(timeout))
        if _waiting.milliseconds_to(deadline):
            _greenlets.refuse_wait("client.shutdown")
        return self._end(deadline)

    def begin_shutdown(self, timeout: float = DEFAULT_SHUTDOWN_SECONDS) -> None:
        """Begin what `shutdown` does, and return at once: for an event loop, or a program of one thread.

        It is over when a `StateChange` says "closed". Until `close`, also after the end, notices, outcomes, the file
        descriptor and the status are there as before. `shutdown` waits for the end of it, too.

        Args:
            timeout: How many seconds it may take.

        Raises:
            ShutDown: The client was shut down, or is being.
            Forked: The client belongs to the parent process.
        """
        error = _prototypes.Error()
        deadline = _waiting.deadline_after(_arguments.timeout(timeout))
        status = _prototypes.shutdown_begin(self._handle, _waiting.milliseconds_to(deadline), ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)

    def close(self) -> ShutdownReport:
        """End the client for good, without waiting: after `begin_shutdown`, when that is over.

        Before that, or without it, what is queued is dropped, and the broker says offline by the will. Outcomes that
        were not taken are gone. Once closed or shut down, it gives the same report again.

        Raises:
            Forked: The client belongs to the parent process.
        """
        self._check_process()
        return self._end(_waiting.deadline_after(0.0), _shutdown.CLOSE)

    def __enter__(self) -> Client:
        """Give the client itself."""
        # The end of the block waits; it is better refused while nothing has been done yet.
        _greenlets.refuse_wait("client.shutdown")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut the client down; a warning is logged if that was not complete."""
        # A child that was forked inside the block leaves its copy of the block, too.
        if self._process == os.getpid():
            report = self.shutdown()
            if not report.complete:
                _log.warning("%s", report.message)

    def __del__(
        self,
        _close: Callable[..., int] = _prototypes.close,
        _gone: int = INVALID_HANDLE,
        _pid: Callable[[], int] = os.getpid,
        _warn: Callable[..., None] = warnings.warn,
    ) -> None:
        """Close the connection of a client that was lost, so that the broker says it is offline."""
        try:
            lost = self._ending is None and self._process == _pid()
        except AttributeError:  # A signal handler raised before it was made; `connect` sees to the rest.
            return
        if lost:
            name = repr(self)
            if _close(self._handle, 0, None, None) == _gone:
                return  # `connect` was interrupted, and has closed it.
            _warn(f"{name} was not shut down", ResourceWarning, source=self)

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: the copy would shut the client down for both."""
        raise TypeError("a Client cannot be copied or pickled: it is one connection of this process; share this one")

    def __repr__(self) -> str:
        """Name the broker and the state, for logs."""
        try:
            state: str = self._state()
        except Forked:
            state = "of the parent process"
        except ArgusMqttError:
            state = "shut down"
        return f"<argus_mqtt.Client {self._broker}, {state}>"

    def _not_online(self, timeout: float | None) -> TimedOut:
        """Say why nobody is online, to whoever waited in vain."""
        why = self.status().last_error or "the broker has not answered yet"
        return TimedOut(f"not online{_waiting.within(timeout)}: {why}")

    def _state(self) -> State:
        status = self.status()
        self._broker = status.broker
        return status.state

    def _register(self, callback: Callback, *, for_online: bool) -> None:
        callback = _arguments.plain_function("callback", callback)
        self._check_process()
        with self._lock:
            if self._callbacks is None:
                self._callbacks = CallbackThread(self._handle)
        self._callbacks.register(callback, for_online=for_online)

    def _outputs(self) -> Outputs:
        """Begin a publishing call, which takes along a delivery that was let go of."""
        try:
            outputs = spare_outputs.pop()
        except IndexError:
            outputs = Outputs()
        let_go = self._let_go
        if let_go:
            outputs.forget.value = let_go.pop()
        return outputs

    def _published(self, status: int, outputs: Outputs) -> Delivery:
        """End a publishing call."""
        if status != OK:
            raise error_for(status, outputs.error.text)
        delivery = Delivery(self, outputs.delivery.value)
        outputs.forget.value = outputs.delivery.value = 0
        spare_outputs.append(outputs)
        return delivery

    def _forget(self, outputs: Outputs) -> None:
        """End a publishing call that failed, perhaps because a signal handler raised: nobody has its Delivery.

        What it was to forget may have been forgotten; to forget it again does no harm.
        """
        self._keep_to_forget(outputs)
        self._let_go.add(outputs.delivery.value)
        outputs.delivery.value = 0
        spare_outputs.append(outputs)

    def _keep_to_forget(self, outputs: Outputs) -> None:
        """Leave what a call was to forget to another one."""
        self._let_go.add(outputs.forget.value)
        outputs.forget.value = 0

    def _check_process(self) -> None:
        """Refuse a forked child before it waits for a lock that a thread of its parent held."""
        if self._process != os.getpid():
            raise Forked("the client belongs to the parent process; connect one in this process")

    def _begin_end(self, deadline: float, how: _shutdown.How = _shutdown.SHUT_DOWN) -> _shutdown.Ending:
        """Begin to shut the client down, unless that has begun."""
        with self._lock:
            ending = self._ending
            if ending is None:
                with contextlib.suppress(ArgusMqttError):
                    self._state()
                ending = self._ending = _shutdown.Ending(self._handle, how)
                _shutdown.closed(self)
                ending.start(deadline)
        return ending

    def _end(self, deadline: float, how: _shutdown.How = _shutdown.SHUT_DOWN) -> ShutdownReport:
        return self._begin_end(deadline, how).report(deadline)


def _read_all(handle: int) -> None:
    """Read notices, which logs what is for the log; holds no client, which would never be garbage then."""
    while True:
        try:
            _notices.read(handle, None)
        except ShutDown:
            return
