"""The part of the client that queues messages."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from . import _arguments, _named_states, _prototypes
from ._delivery import Delivery
from ._errors import OK, WOULD_BLOCK, error_for
from ._handle import Handle
from ._outputs import Outputs, spare_outputs

if TYPE_CHECKING:
    from ._arguments import Payload, Picture

SHORT: Final = 16 * 1024
"""A longer message takes longer to check and to copy than other threads should wait for the interpreter's lock."""

_OPTIONS_SIZE = ctypes.sizeof(_prototypes.PublishOptions)


class Publishing(Handle):
    """Events and other messages.

    A call first tries with the interpreter's lock held, which is quicker than to release it and take it again. When
    another thread is using the client at that moment, it releases the lock and waits.
    """

    __slots__ = ()

    def publish_event(self, camera: str, event: Payload, *, snapshot: Picture | None = None) -> Delivery:
        """Queue an event of a camera. The settings determine its topic, QoS, retain flag and expiry.

        Never blocks. The events of one camera arrive in the order in which they were published.

        Args:
            camera: The name of the camera, one level of a topic: without "/", "+" and "#", and not only of characters
                that cannot be seen.
            event: A JSON object: a mapping, which is converted to one (dates, times and UUIDs to text), or its text
                in UTF-8.
            snapshot: The picture of the event, which arrives before it: a JPEG of at most 1 MiB, for a camera that
                was announced with "snapshots". Each of several queued events has its own; if there are too many, the
                oldest events go without theirs.

        Raises:
            InvalidArgument: An argument is not as described above; the text names it, and the position.
            QueueFull: The outbox is full, and the settings say that the newest message is refused.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not accepted.
        """
        if type(event) is not bytes:
            event = _arguments.payload("event", event)
        camera_text = _arguments.text("camera", camera)
        jpeg = None if snapshot is None else _arguments.picture("snapshot", snapshot)
        handle, length = self._handle_argument, len(event)
        if jpeg is not None:
            message = (handle, camera_text, event, length, jpeg, len(jpeg))
            return self._hand_over(message, None, _prototypes.publish_event_with_snapshot)
        # What `_hand_over` does, in line, as this is called for every event.
        outputs = self._outputs()
        try:
            status = WOULD_BLOCK
            if length <= SHORT:
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

    def publish(  # noqa: PLR0913  (all but two by name)
        self,
        topic: str,
        payload: Payload,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_seconds: int | None = None,
        states: Mapping[str, Payload] | None = None,
    ) -> Delivery:
        """Queue any payload for any topic.

        Never blocks. Messages of one topic arrive in the order in which they were published.

        Args:
            topic: The complete topic name; no prefix is added.
            payload: Bytes, text, or a mapping, which is converted to a JSON object. An empty payload with `retain`
                deletes the retained message of the topic.
            qos: 1, or 0 for a message that may be lost once it was written to the network.
            retain: Whether the broker retains it for later subscribers.
            expiry_seconds: After how many seconds it expires, from 1 to 4,294,967,295; None means never.
            states: States that go before it, by topic, at most 16. Each becomes the state of its topic, as with
                `publish_state`, when the turn of the message comes, so each of several queued messages has its own.
                The message does not wait for a state that the broker refuses. If there is not enough room, the oldest
                messages go without theirs, which the status counts as `states_left_out`.

        Raises:
            InvalidArgument: An argument is not as described above; the text names it.
            QueueFull: The outbox is full, and the settings say that the newest message is refused.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not accepted.
        """
        topic_text = _arguments.text("topic", topic)
        data = _arguments.payload("payload", payload)
        qos = _arguments.whole("qos", qos, 0, 1)
        retain = _arguments.flag("retain", retain)
        # The library has a 0 for none, which here would be a message that has expired already.
        expiry = 0 if expiry_seconds is None else _arguments.whole("expiry_seconds", expiry_seconds, 1, 2**32 - 1)
        options = _prototypes.PublishOptions(_OPTIONS_SIZE, qos, retain, expiry)
        if states is not None:
            # The options keep the array alive, and the array what its members point to.
            named = _named_states.array(states)
            options.states, options.state_count = named, len(named)
        message = (self._handle_argument, topic_text, data, len(data), ctypes.byref(options))
        quick = _prototypes.try_publish if len(data) <= SHORT else None
        return self._hand_over(message, quick, _prototypes.publish)

    def _hand_over(
        self, message: tuple[object, ...], quick: Callable[..., int] | None, waiting: Callable[..., int]
    ) -> Delivery:
        """Make a publishing call: `quick`, which keeps the interpreter's lock, or else `waiting`."""
        outputs = self._outputs()
        try:
            status = WOULD_BLOCK
            if quick is not None:
                status = quick(*message, outputs.forget, outputs.delivery_address, outputs.error_address)
            if status == WOULD_BLOCK:
                self._keep_to_forget(outputs)
                status = waiting(*message, outputs.delivery_address, outputs.error_address)
            return self._published(status, outputs)
        except BaseException:
            self._forget(outputs)
            raise

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
