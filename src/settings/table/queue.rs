//! What waits while it can't be sent.

use super::{Allowed, Default, Field, Group};

pub(super) const GROUP: Group = Group {
    title: "Queue",
    fields: &[
        Field {
            name: "max_in_flight",
            title: "Messages in flight",
            default: Default::Integer(100),
            allowed: Allowed::Integer(1, 1000),
            meaning: "How many messages may be sent before the first of them is acknowledged. A lower limit of the \
                      broker takes precedence.",
            get: |settings| settings.max_in_flight.into(),
        },
        Field {
            name: "max_queued_messages",
            title: "Queued messages",
            default: Default::Integer(10_000),
            allowed: Allowed::Integer(1, 10_000_000),
            meaning: "How many messages are kept while they can't be sent.",
            get: |settings| settings.max_queued_messages.into(),
        },
        Field {
            name: "max_queued_bytes",
            title: "Queued bytes",
            default: Default::Integer(64 << 20),
            allowed: Allowed::Integer(64 << 10, 4 << 30),
            meaning: "How many bytes they may take in total: payload, topic, and 448 for each message.",
            get: |settings| settings.max_queued_bytes.into(),
        },
        Field {
            name: "queue_full",
            title: "When the queue is full",
            default: Default::Text("drop_oldest"),
            allowed: Allowed::Choice(&["drop_oldest", "refuse_newest"]),
            meaning: "What happens when either limit is reached: the oldest message that can expire is dropped, or the \
                      new message is refused.",
            get: |settings| settings.queue_full.name().into(),
        },
    ],
};
