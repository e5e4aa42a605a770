"""The part of the client that says what is to stand at the broker for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import _arguments, _prototypes

if TYPE_CHECKING:
    from ._arguments import Payload
    from ._delivery import Delivery
    from ._outputs import Outputs


class States:
    """What `Client` has beside: states, which the broker keeps and the client says again."""

    __slots__ = ()

    _handle: int

    def publish_state(self, topic: str, payload: Payload) -> Delivery:
        """Say what a topic is to hold from now on, until it is said anew or forgotten.

        The broker keeps it for those who subscribe later: retained, QoS 1, without an expiry. The client remembers it
        and says it again after each connect, ahead of everything that is queued, so that a broker that has forgotten
        it has it again. While it waits, the next state of the topic takes its place, and its delivery ends as
        Superseded. The states of different topics may overtake each other.

        Never blocks. States have bounds of their own: 10,000 topics, and 64 MiB of topics, payloads and 512 bytes for
        each.

        Args:
            topic: The whole topic; no prefix is put before it.
            payload: Bytes, text, or a mapping, which becomes a JSON object. Not empty.

        Raises:
            InvalidArgument: An argument is not as above; the text names it.
            QueueFull: There is no room for another state.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not taken.
        """
        topic_text = _arguments.text("topic", topic)
        data = _arguments.payload("payload", payload)
        return self._say(
            lambda outputs: _prototypes.publish_state(
                self._handle, topic_text, data, len(data), outputs.delivery_address, outputs.error_address
            )
        )

    def forget_state(self, topic: str) -> Delivery:
        """Say that a topic is to hold nothing any more, whoever said what it holds.

        What the broker keeps there is deleted, at once or as soon as there is a connection. Never blocks, and is not
        refused for want of room; of more than 10,000 topics that wait to be deleted, the first is dropped.

        Args:
            topic: The whole topic.

        Raises:
            InvalidArgument: It is no topic.
            QueueFull: As many deliveries as the outbox holds messages have ended, are held, and were not waited for.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: It is no text.
        """
        topic_text = _arguments.text("topic", topic)
        return self._say(
            lambda outputs: _prototypes.forget_state(
                self._handle, topic_text, outputs.delivery_address, outputs.error_address
            )
        )

    def _say(self, call: Callable[[Outputs], int]) -> Delivery:
        outputs = self._outputs()
        try:
            self._keep_to_forget(outputs)
            return self._published(call(outputs), outputs)
        except BaseException:
            self._forget(outputs)
            raise

    # These are the client's.

    def _outputs(self) -> Outputs:
        raise NotImplementedError

    def _keep_to_forget(self, outputs: Outputs) -> None:
        raise NotImplementedError

    def _published(self, status: int, outputs: Outputs) -> Delivery:
        raise NotImplementedError

    def _forget(self, outputs: Outputs) -> None:
        raise NotImplementedError
