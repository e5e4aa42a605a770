"""The part of the client that publishes states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _arguments, _prototypes
from ._publishing import SHORT, Publishing

if TYPE_CHECKING:
    from ._arguments import Payload
    from ._delivery import Delivery


class States(Publishing):
    """States: retained messages that the client publishes again after each connect."""

    __slots__ = ()

    def publish_state(self, topic: str, payload: Payload) -> Delivery:
        """Publish the state of a topic: its value until it is replaced or deleted.

        The message is retained, has QoS 1 and does not expire. The client remembers it and publishes it again after
        each connect, ahead of everything that is queued, so that a broker that lost it gets it again. A newer state
        of the topic replaces one that is still waiting, whose delivery then ends as Superseded. States of different
        topics may overtake each other.

        Never blocks. States have limits of their own: 10,000 topics, and 64 MiB in total for topics, payloads and 512
        bytes for each state.

        Args:
            topic: The complete topic name; no prefix is added.
            payload: Bytes, text, or a mapping, which is converted to a JSON object. Not empty.

        Raises:
            InvalidArgument: An argument is not as described above; the text names it.
            QueueFull: There is no room for another state.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: An argument is of a type that is not accepted.
        """
        topic_text = _arguments.text("topic", topic)
        data = _arguments.payload("payload", payload)
        message = (self._handle_argument, topic_text, data, len(data))
        quick = _prototypes.try_publish_state if len(data) <= SHORT else None
        return self._hand_over(message, quick, _prototypes.publish_state)

    def forget_state(self, topic: str) -> Delivery:
        """Delete the state of a topic, whichever client published it.

        The client no longer remembers it, and the message that the broker retains there is deleted, immediately or as
        soon as there is a connection. Never blocks, and is never refused for lack of room for states: if more than
        10,000 topics wait to be deleted, the oldest of these is dropped.

        Args:
            topic: The complete topic name.

        Raises:
            InvalidArgument: It is not a topic name.
            QueueFull: There are as many outcomes that nobody has fetched as the outbox may hold messages.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
            TypeError: It is not text.
        """
        message = (self._handle_argument, _arguments.text("topic", topic))
        return self._hand_over(message, _prototypes.try_forget_state, _prototypes.forget_state)
