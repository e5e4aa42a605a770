/*
 * argus_mqtt.h: an MQTT publisher that keeps Home Assistant informed of a camera system.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 *
 * PURPOSE
 *
 * A client maintains one connection to one MQTT broker, on a thread of its own, and reconnects whenever the
 * connection is lost.
 *
 * - While the client is connected, its availability topic says "online". When it shuts down, its process ends for
 *   whatever reason or its connection is lost, the topic says "offline". Both messages are retained.
 * - An accepted message is queued, and sent again after the connection was lost, until the broker has it or it
 *   expires. It has exactly one outcome: delivered, expired, dropped, rejected, superseded by a newer state of its
 *   topic, or unknown at shutdown.
 * - The protocol version is negotiated automatically: MQTT 5, or 3.1.1 if the broker does not support 5.
 *
 *
 * THE SHORTEST PROGRAM
 *
 *     #include <argus_mqtt.h>
 *     #include <stdio.h>
 *     #include <string.h>
 *
 *     int main(void)
 *     {
 *         const char *settings = "{\"broker_host\": \"localhost\"}";
 *         const char *event = "{\"description\": \"A person is at the door\"}";
 *         argus_mqtt_client client;
 *         argus_mqtt_error error;
 *
 *         if (argus_mqtt_connect(settings, &client, &error) != ARGUS_MQTT_OK ||
 *             argus_mqtt_publish_event(client, "door", event, strlen(event), NULL, &error) != ARGUS_MQTT_OK ||
 *             argus_mqtt_shutdown(client, 5000, NULL, &error) != ARGUS_MQTT_OK) {
 *             fprintf(stderr, "%s\n", error.message);
 *             return 1;
 *         }
 *         return 0;
 *     }
 *
 * Build it with: cc publish.c $(pkg-config --cflags --libs argus-mqtt)
 *
 *
 * CONVENTIONS FOR ALL FUNCTIONS
 *
 * Status. A function that can fail returns a status: 0 (ARGUS_MQTT_OK) or one of those below. Its last argument is
 * NULL, or the address of an argus_mqtt_error, which receives a message that says what is wrong and how to correct
 * it. Later versions may return statuses that are not in this header: treat an unknown status as a failure.
 *
 * Arguments. Text is UTF-8 and ends in NUL. A payload is an address and a length; NULL and 0 make an empty one. Text
 * and payloads are read only during the call, and remain the property of the caller. Booleans and enumerations are
 * integers; a value out of range is an error. NULL, invalid UTF-8 and impossible lengths get
 * ARGUS_MQTT_INVALID_ARGUMENT.
 *
 * Outputs. Output arguments come last, have names that end in _out, and are written only on ARGUS_MQTT_OK unless the
 * function says otherwise.
 *
 * Ownership. Nothing has to be freed. A client is a number, which argus_mqtt_shutdown() or argus_mqtt_close()
 * invalidates. A delivery is a number, which is consumed together with its outcome.
 *
 * Blocking. Only functions that take timeout_ms wait, and never for longer; UINT64_MAX waits forever. No other
 * function waits for the network. What takes settings also reads the files that these name, which takes as long as the
 * file system needs.
 *
 * Threads. Every function may be called from any thread at any time, even with the same client, and also while the
 * process exits: in atexit() handlers and destructors. No function may be called from a signal handler, and no call may
 * be left before it returns: by longjmp() out of a signal handler, or by cancelling its thread. The library calls no
 * function of the program.
 *
 * Signals. The threads of the library block all signals, so that your handlers run only on your threads, and a
 * connection that the broker closes does not raise SIGPIPE. The library installs no signal handler.
 *
 * Fork. In a forked child, calls with a client of the parent fail at once with ARGUS_MQTT_FORKED. The child may
 * connect clients of its own, and nothing that it does, including exit(), affects the connection of the parent.
 * However, as long as a child that does not exec lives, it keeps the socket of the parent open: if the parent dies
 * meanwhile, the broker notices only through the keep alive, and says offline only then.
 *
 * Unloading. dlclose() is safe, but the library stays in memory.
 *
 * Stability. As long as ARGUS_MQTT_ABI_VERSION stays the same, functions, statuses and fields of the JSON texts may
 * be added, but none changes its meaning, and no struct changes its size but argus_mqtt_publish_options, which says its
 * own. The shared library is named after that number: libargus_mqtt.so.N.
 */


#ifndef ARGUS_MQTT_H
#define ARGUS_MQTT_H

/* Made from src/ffi by cbindgen; changes belong there. */

#include <stddef.h>
#include <stdint.h>

/**
 * The number of the ABI that this header describes, and the N in libargus_mqtt.so.N.
 *
 * It changes only when a program that was built with an older header would break; new functions and new statuses do
 * not change it. A program that loads the library at run time compares it with argus_mqtt_abi_version().
 */
#define ARGUS_MQTT_ABI_VERSION 1

/**
 * Success.
 */
#define ARGUS_MQTT_OK 0

/**
 * An argument is invalid: NULL where a value is required, text that is not UTF-8, or a length, topic, camera,
 * payload or number out of range. The message names the argument. Nothing was done.
 */
#define ARGUS_MQTT_INVALID_ARGUMENT 1

/**
 * The settings are invalid. The message names each setting, its value, and what is allowed. Nothing was changed.
 */
#define ARGUS_MQTT_INVALID_SETTINGS 2

/**
 * The queue is full, and nothing in it may be dropped to make room for the new message, which was not accepted.
 */
#define ARGUS_MQTT_QUEUE_FULL 3

/**
 * The awaited event did not happen within timeout_ms.
 */
#define ARGUS_MQTT_TIMEOUT 4

/**
 * The broker, or TLS, refuses the client for a reason that waiting cannot cure, such as a wrong password or a
 * certificate that does not match. The message says which. The client keeps trying, at long intervals.
 */
#define ARGUS_MQTT_REFUSED 5

/**
 * Another thread is shutting the client down, so the call is no longer possible.
 */
#define ARGUS_MQTT_SHUT_DOWN 6

/**
 * An outcome: the message expired before it could be sent, and was not sent.
 */
#define ARGUS_MQTT_EXPIRED 7

/**
 * An outcome: the message was dropped from the queue; the error message says why.
 */
#define ARGUS_MQTT_DROPPED 8

/**
 * An outcome: the message cannot be delivered to this broker; the error message says why.
 */
#define ARGUS_MQTT_REJECTED 9

/**
 * An outcome: the message had been sent but not acknowledged when the client was shut down. It may have arrived.
 */
#define ARGUS_MQTT_UNKNOWN 10

/**
 * The operating system refused a resource, such as a thread or memory. The message says which.
 */
#define ARGUS_MQTT_SYSTEM 11

/**
 * A defect of the library. Include the message in a bug report, and shut the client down: it may no longer work.
 */
#define ARGUS_MQTT_INTERNAL 12

/**
 * An outcome: the message was a state, and a newer state of the same topic, or argus_mqtt_forget_state(), replaced it
 * before it was delivered.
 */
#define ARGUS_MQTT_SUPERSEDED 13

/**
 * The handle is not that of a client of this process: it is 0, was never issued, or has been shut down.
 */
#define ARGUS_MQTT_INVALID_HANDLE 20

/**
 * The client belongs to the process that this one was forked from. Connect a new client in this process.
 */
#define ARGUS_MQTT_FORKED 21

/**
 * The buffer is too small for the text and its NUL. Only the required length was written, not the text.
 */
#define ARGUS_MQTT_BUFFER_TOO_SMALL 22

/**
 * Another thread is using the client at this moment, and the call is one that does not wait for it. Nothing was done.
 */
#define ARGUS_MQTT_WOULD_BLOCK 23

/**
 * The size of the message in an argus_mqtt_error, in bytes, including the NUL.
 */
#define ARGUS_MQTT_MESSAGE_SIZE 1024

/**
 * The size of the reason in an argus_mqtt_outcome, in bytes, including the NUL.
 */
#define ARGUS_MQTT_REASON_SIZE 244

/**
 * A kind of notice, for argus_mqtt_open_notices(): changes of the state of the client.
 */
#define ARGUS_MQTT_NOTICE_STATES 1

/**
 * A kind of notice: outcomes of messages, one notice each from argus_mqtt_next_notice(). Cannot be combined with
 * ARGUS_MQTT_NOTICE_OUTCOMES.
 */
#define ARGUS_MQTT_NOTICE_DELIVERIES 2

/**
 * A kind of notice: log lines.
 */
#define ARGUS_MQTT_NOTICE_LOG 4

/**
 * Outcomes of messages, not as notices but for argus_mqtt_next_outcomes(), many at a time.
 */
#define ARGUS_MQTT_NOTICE_OUTCOMES 8

/**
 * A client: one connection to one broker, with a thread of its own that establishes it. Created by
 * argus_mqtt_connect(), and ended only by argus_mqtt_shutdown() or argus_mqtt_close().
 *
 * It is a number, not an address. Zero is never a client, and no number is issued twice: a number that was never
 * issued, or whose client has been shut down, gets ARGUS_MQTT_INVALID_HANDLE. Any number of threads may use one
 * client at the same time.
 */
typedef uint64_t argus_mqtt_client;

/**
 * What a call reports in addition to its status. It is owned by the caller, who allocates it, usually on the stack
 * and without initialising it, and passes its address or NULL. Nothing in it has to be freed.
 *
 * Written at the end of every call that receives it, including successful ones. Two threads must not pass the same
 * one at the same time.
 */
typedef struct {
    /**
     * The status that the call returned.
     */
    int32_t status;
    /**
     * For a person: what is wrong, with the name and value of the argument or field, and what would be right. UTF-8,
     * always ends in NUL; empty after ARGUS_MQTT_OK. A text that is too long ends in "...". It never contains a
     * password.
     */
    char message[ARGUS_MQTT_MESSAGE_SIZE];
} argus_mqtt_error;

/**
 * An accepted message whose outcome the program wants to know: a number that has a meaning only together with its
 * client. Zero is never one. Made by the functions that have an argument delivery_out; consumed by
 * argus_mqtt_delivery_wait() if that returns an outcome, by argus_mqtt_next_outcomes(), or by
 * argus_mqtt_delivery_forget(). Any thread may use it.
 */
typedef uint64_t argus_mqtt_delivery;

/**
 * A state that goes before a message, such as the picture that belongs to an event. See argus_mqtt_publish_options.
 */
typedef struct {
    /**
     * Its topic, as for argus_mqtt_publish_state().
     */
    const char *topic;
    /**
     * payload_len bytes of any kind, at least 1.
     */
    const void *payload;
    size_t payload_len;
} argus_mqtt_named_state;

/**
 * How argus_mqtt_publish() publishes a message. Owned by the caller, and read during the call only.
 *
 * Later versions of the library may add fields at the end. Therefore a program must set struct_size, and every field
 * that it does not use must be 0, as with the initialiser {.struct_size = sizeof(argus_mqtt_publish_options), .qos =
 * 1}.
 *
 * A library that is older than the header does not know the last fields: it accepts the struct if they are 0, and
 * refuses the message otherwise, so that no option is ignored. A newer library treats missing fields as 0.
 */
typedef struct {
    /**
     * sizeof(argus_mqtt_publish_options).
     */
    uint32_t struct_size;
    /**
     * 0 (sent once, not acknowledged) or 1 (sent until the broker acknowledges it).
     */
    int32_t qos;
    /**
     * 1 if the broker should retain the message for later subscribers, or 0.
     */
    int32_t retain;
    /**
     * The lifetime of the message in seconds, both in the queue and at the broker; 0 means that it does not expire.
     */
    uint32_t expiry_seconds;
    /**
     * The states that go before the message, state_count of them, each of another topic; NULL and 0 for none. Copied.
     *
     * Each becomes the state of its topic, as by argus_mqtt_publish_state(), when the turn of the message comes: so
     * each of two messages that wait has its own. The message does not wait for a state that the broker refuses. They
     * count against the limits of the states; if there is no room for all, the oldest messages go without theirs,
     * which the status counts as "states_left_out".
     */
    const argus_mqtt_named_state *states;
    /**
     * At most 16.
     */
    size_t state_count;
} argus_mqtt_publish_options;

/**
 * The outcome of one message. Owned by the caller; nothing in it has to be freed.
 */
typedef struct {
    /**
     * The delivery of the message. It is consumed.
     */
    argus_mqtt_delivery delivery;
    /**
     * The status that argus_mqtt_delivery_wait() would have returned: ARGUS_MQTT_OK, ARGUS_MQTT_EXPIRED,
     * ARGUS_MQTT_DROPPED, ARGUS_MQTT_REJECTED, ARGUS_MQTT_UNKNOWN or ARGUS_MQTT_SUPERSEDED.
     */
    int32_t outcome;
    /**
     * Why it was not delivered, for a person. UTF-8, always ends in NUL; empty after ARGUS_MQTT_OK. A text that is too
     * long ends in "...".
     */
    char reason[ARGUS_MQTT_REASON_SIZE];
} argus_mqtt_outcome;

/**
 * A connection test in the background. Created by argus_mqtt_connection_test_begin(), and ended only by
 * argus_mqtt_connection_test_end().
 *
 * It is a number, as a client is, and no number is ever issued for both. Any number of threads may use one test at the
 * same time.
 */
typedef uint64_t argus_mqtt_connection_test;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Creates a client, which starts to connect on a thread of its own.
 *
 * settings_json is one JSON object; {"broker_host": "localhost"} is enough. argus_mqtt_settings_check() gives all
 * settings with their defaults, and argus_mqtt_settings_schema() describes them. The text is copied.
 *
 * Does not wait for the broker, which argus_mqtt_wait_online() does, but reads the files that the settings name.
 * Never blocks otherwise. Any thread. Messages may be published at once, and are sent when the connection is
 * established. In a forked child the client belongs to the child.
 *
 * The client is owned by the caller until argus_mqtt_shutdown(). If the process ends without calling it, the broker
 * publishes the will, so that the availability topic still becomes offline.
 *
 * Returns:
 * - ARGUS_MQTT_OK: *client_out is the new client.
 * - ARGUS_MQTT_INVALID_ARGUMENT: settings_json or client_out is NULL, or the text is not UTF-8.
 * - ARGUS_MQTT_INVALID_SETTINGS: the message names every fault, or as many as there is room for;
 *   argus_mqtt_settings_check() gives all of them.
 * - ARGUS_MQTT_SYSTEM: no thread could be started, no file descriptor is left, or the process has 65,536 clients
 *   already.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_connect(const char *settings_json,
                           argus_mqtt_client *client_out,
                           argus_mqtt_error *error);

/**
 * Waits until the client is online: the broker has acknowledged the birth message on the availability topic.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when
 * waiting cannot help, and when another thread shuts the client down. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: it is online now. If it loses the connection later, it reconnects by itself.
 * - ARGUS_MQTT_TIMEOUT: it is not online yet. The message says why, and the client keeps trying.
 * - ARGUS_MQTT_REFUSED: the broker, or TLS, refuses the client for a reason that waiting cannot cure. The message says
 *   which. The client keeps trying, at long intervals.
 * - ARGUS_MQTT_SHUT_DOWN: another thread shut the client down meanwhile.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_wait_online(argus_mqtt_client client,
                               uint64_t timeout_ms,
                               argus_mqtt_error *error);

/**
 * Waits until the number of changes between online and not online is larger than known, and gives that number.
 *
 * The number is odd while the client is online: connection n, counted from 1, begins with change 2 * n - 1 and ends
 * with change 2 * n. A thread that passes 0 first, and then the number that it received last, learns of every
 * connection, however late it asks. The changes have the same order as the results of argus_mqtt_wait_online() and the
 * notices of states.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early, with
 * *changes_out equal to known, after argus_mqtt_interrupt_wait(). Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: *changes_out is the number.
 * - ARGUS_MQTT_TIMEOUT: the number is still equal to known.
 * - ARGUS_MQTT_SHUT_DOWN: the client is closed, and known is the number of the last change.
 * - ARGUS_MQTT_INVALID_ARGUMENT: changes_out is NULL.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_wait_online_change(argus_mqtt_client client,
                                      uint64_t known,
                                      uint64_t timeout_ms,
                                      uint64_t *changes_out,
                                      argus_mqtt_error *error);

/**
 * Ends the argus_mqtt_wait_online_change() in which another thread waits, or the next one if none does: for a thread
 * that has other work as well.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: that wait ends.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_interrupt_wait(argus_mqtt_client client,
                                  argus_mqtt_error *error);

/**
 * Gives a running client new settings: it publishes the offline message on the old availability topic, connects with
 * the new settings, and keeps the queued messages.
 *
 * settings_json is as for argus_mqtt_connect(): all settings, not only those that change. The text is copied.
 *
 * Never blocks: the client does it meanwhile; argus_mqtt_wait_online() waits for the new connection. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: the new settings are in force.
 * - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8. Nothing was changed.
 * - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was changed.
 * - ARGUS_MQTT_SHUT_DOWN: another thread shut the client down meanwhile.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_reconfigure(argus_mqtt_client client,
                               const char *settings_json,
                               argus_mqtt_error *error);

/**
 * Tries to connect immediately instead of after the pause, and resets the pauses to the shortest. An open connection
 * is kept; what the broker refused on it, such as the birth message, is tried again.
 *
 * Use it when the user has fixed a problem, or when the program knows that the network is back.
 * argus_mqtt_reconfigure() with the settings in force does not ask for an attempt.
 *
 * Never blocks: the client does it meanwhile; argus_mqtt_wait_online() waits for the connection. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: the attempt is made now, or one is under way, or the client is connected.
 * - ARGUS_MQTT_SHUT_DOWN: the client is being shut down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_reconnect(argus_mqtt_client client,
                             argus_mqtt_error *error);

/**
 * Queues an event of a camera for delivery, with the topic, QoS, retain flag and expiry from the settings.
 *
 * camera is one level of a topic: with at least one character that can be seen, and without '/', '+', '#' and control
 * characters. event is a JSON object, event_len bytes of UTF-8 without a terminating NUL; half of a surrogate pair, a
 * number too large for a double and nesting of more than 1024 levels are refused, because Home Assistant would refuse
 * them. Both are copied.
 *
 * delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
 * argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
 *
 * Never blocks, and does not wait for the network. Any thread. Events of one camera arrive in the order in which
 * they were handed over.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera or event is not as described above. The message says where, and what would
 *   be right.
 * - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or the event alone is larger than the queue.
 * - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_event(argus_mqtt_client client,
                                 const char *camera,
                                 const void *event,
                                 size_t event_len,
                                 argus_mqtt_delivery *delivery_out,
                                 argus_mqtt_error *error);

/**
 * Queues an event as argus_mqtt_publish_event() does, with its picture, for a camera that was announced with
 * "snapshots". The picture goes before the event, and each of several events in the queue has its own; if there is no
 * room for all of them, the oldest events go without theirs. See argus_mqtt_publish_options.
 *
 * jpeg is a JPEG of jpeg_len bytes, at most 1 MiB, and is copied. The other arguments are those of
 * argus_mqtt_publish_event().
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera or event is not as for argus_mqtt_publish_event(), or camera is not announced, or
 *   was announced without "snapshots", or jpeg is not a JPEG or is too large.
 * - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or the event alone is larger than the queue.
 * - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_event_with_snapshot(argus_mqtt_client client,
                                               const char *camera,
                                               const void *event,
                                               size_t event_len,
                                               const void *jpeg,
                                               size_t jpeg_len,
                                               argus_mqtt_delivery *delivery_out,
                                               argus_mqtt_error *error);

/**
 * Queues a message for delivery.
 *
 * topic is an MQTT topic name: not empty, and without '+', '#' and control characters. payload is payload_len bytes
 * of any kind; NULL and 0 make an empty payload, which with retain deletes the message that the broker retains for
 * the topic. Both are copied.
 *
 * options says how; NULL means QoS 1, not retained, without an expiry.
 *
 * delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
 * argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
 *
 * Never blocks, and does not wait for the network. Any thread. Messages of one topic arrive in the order in which
 * they were handed over.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_INVALID_ARGUMENT: topic, payload or a field of options is not as described above; the message says
 *   which and why. QoS 2 is refused, because it cannot be guaranteed across reconnections.
 * - ARGUS_MQTT_QUEUE_FULL: not accepted; the settings say refuse_newest, or nothing in the queue may be dropped for
 *   it, or it alone is larger than the queue.
 * - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish(argus_mqtt_client client,
                           const char *topic,
                           const void *payload,
                           size_t payload_len,
                           const argus_mqtt_publish_options *options,
                           argus_mqtt_delivery *delivery_out,
                           argus_mqtt_error *error);

/**
 * Publishes the state of a topic: a retained message, with QoS 1 and without an expiry. The client remembers it until
 * the next state of the topic or argus_mqtt_forget_state(), and publishes it again after each connect, ahead of
 * everything that is queued, so that a broker that has lost it receives it again.
 *
 * While it waits to be sent, the next state of the same topic replaces it: a thousand updates during an outage are one
 * message. The order between states of different topics is not guaranteed.
 *
 * topic is an MQTT topic name: not empty, and without '+', '#' and control characters. payload is payload_len bytes of
 * any kind, at least 1. Both are copied.
 *
 * delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
 * argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
 *
 * States do not count against the limits of the queue, but have limits of their own: 10,000 topics, and 64 MiB in
 * total, in which each state counts with its topic, its payload and 512 bytes.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_INVALID_ARGUMENT: topic or payload is not as described above; the message says which and why.
 * - ARGUS_MQTT_QUEUE_FULL: not accepted; there is no room for another state. The previous state of the topic remains.
 * - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_state(argus_mqtt_client client,
                                 const char *topic,
                                 const void *payload,
                                 size_t payload_len,
                                 argus_mqtt_delivery *delivery_out,
                                 argus_mqtt_error *error);

/**
 * Deletes the state of a topic: the client no longer remembers it, and the message that the broker retains there is
 * deleted, immediately or as soon as there is a connection, whichever client published it.
 *
 * topic is as for argus_mqtt_publish_state(), and is copied.
 *
 * delivery_out may be NULL if the outcome is of no interest. Otherwise pass *delivery_out to
 * argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget(); until then, its outcome takes up room in the queue.
 *
 * It is never refused for lack of room for states: if more than 10,000 topics wait to be deleted, the oldest of these
 * is dropped.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_INVALID_ARGUMENT: topic is not as described above; the message says why.
 * - ARGUS_MQTT_QUEUE_FULL: not accepted; there are as many outcomes that nobody has fetched as the queue may hold
 *   messages. Does not happen if delivery_out is NULL.
 * - ARGUS_MQTT_SHUT_DOWN: not accepted; another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_forget_state(argus_mqtt_client client,
                                const char *topic,
                                argus_mqtt_delivery *delivery_out,
                                argus_mqtt_error *error);

/**
 * Announces the system to Home Assistant, or changes its announcement: a device with a connectivity sensor, to which
 * the devices of the cameras belong. Without this call the system has the defaults below, and appears with the first
 * camera. This function and those below publish states, as argus_mqtt_publish_state() does: a broker that has lost
 * them receives them again.
 *
 * system_json is a JSON object with these fields, all of which are optional; null stands for the default:
 * - "name" ("ArgusAI"), "manufacturer" ("ArgusAI"), "model" ("Camera system"), "sw_version": texts to display.
 * - "url", "support_url": http or https URLs of its web page, and of the page where its users find help.
 * - "diagnostics" (false): whether it has diagnostic sensors, which argus_mqtt_publish_diagnostics() updates. They are
 *   disabled in Home Assistant until a user enables them.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: system_json is not as described above; the message says why.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_announce_system(argus_mqtt_client client,
                                   const char *system_json,
                                   argus_mqtt_error *error);

/**
 * Announces a camera to Home Assistant, or changes its announcement: a device with its entities. It starts as online
 * and without activity, whatever its state was before a crash. From now on argus_mqtt_publish_event() with its id
 * updates all of its entities.
 *
 * camera_json is a JSON object with these fields, of which only "id" is required; null stands for the default:
 * - "id": the name of the camera in topics, one topic level of at most 128 bytes, with at least one character that can be
 *   seen.
 * - "name" (its id), "model", "serial_number", "hw_version": texts to display.
 * - "doorbell" (false): whether it has an event entity for the doorbell.
 * - "area": the area that Home Assistant suggests for it.
 * - "url": the http or https URL of its web page, without a user name and password: everyone who may read the broker
 *   sees it.
 * - "source_type": the type of its video source, such as "rtsp"; an attribute of its status.
 * - "snapshots" (false): whether pictures of its events are published. Everyone who may subscribe to their topic can
 *   see them.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera_json is not as described above, or the camera would share an id or a topic with
 *   another one; the message says which.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_announce_camera(argus_mqtt_client client,
                                   const char *camera_json,
                                   argus_mqtt_error *error);

/**
 * Disables a camera without removing it: its status is offline, it has no activity, and Home Assistant keeps its
 * entities and what the user customized. argus_mqtt_publish_camera_status() enables it again.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_disable_camera(argus_mqtt_client client,
                                  const char *camera,
                                  argus_mqtt_error *error);

/**
 * Removes a camera and all its retained messages from the broker, immediately or as soon as there is a connection.
 * Home Assistant removes its entities, and with them what the user customized.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_remove_camera(argus_mqtt_client client,
                                 const char *camera,
                                 argus_mqtt_error *error);

/**
 * Publishes the status of a camera: its event, activity and detection entities are available in Home Assistant while
 * it is online.
 *
 * status is "online" ("connected" and "starting" mean the same), "offline" ("disconnected"), or anything else for
 * unavailable. source_type is the type of its video source, such as "rtsp"; NULL leaves it unchanged.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or status is NULL, or source_type is a URL with a user name or
 *   password.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_camera_status(argus_mqtt_client client,
                                         const char *camera,
                                         const char *status,
                                         const char *source_type,
                                         argus_mqtt_error *error);

/**
 * Publishes the number of events of a camera today and this week. The caller counts them, and so decides the time zone
 * of the day and the first day of the week. Home Assistant treats a smaller number as the start of a new count.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_camera_counts(argus_mqtt_client client,
                                         const char *camera,
                                         uint64_t today,
                                         uint64_t this_week,
                                         argus_mqtt_error *error);

/**
 * Publishes whether a camera detects activity: is_active is 1 or 0. An event sets it to 1; only this function sets it
 * to 0.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or is_active is neither 0 nor 1.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_camera_activity(argus_mqtt_client client,
                                           const char *camera,
                                           int32_t is_active,
                                           argus_mqtt_error *error);

/**
 * Publishes the last event of a camera without reporting a new one, for example when the program starts.
 *
 * event is a JSON object of event_len bytes, as for argus_mqtt_publish_event(), and is copied.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or event is not a JSON object.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_camera_last_event(argus_mqtt_client client,
                                             const char *camera,
                                             const void *event,
                                             size_t event_len,
                                             argus_mqtt_error *error);

/**
 * Publishes the picture of the last event of a camera that was announced with "snapshots", for one that belongs to no
 * event or came after it. Otherwise use argus_mqtt_publish_event_with_snapshot().
 *
 * jpeg is a JPEG of jpeg_len bytes, at most 1 MiB, and is copied.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_INVALID_ARGUMENT: camera is not announced, or was announced without "snapshots", or jpeg is not a
 *   JPEG or is too large.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no memory for the copy.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_camera_snapshot(argus_mqtt_client client,
                                           const char *camera,
                                           const void *jpeg,
                                           size_t jpeg_len,
                                           argus_mqtt_error *error);

/**
 * Publishes how many messages of this client are queued and were dropped, and which version of MQTT it uses, for the
 * sensors of a system that was announced with "diagnostics". Does nothing if it was announced without.
 *
 * Never blocks, and does not wait for the network. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted.
 * - ARGUS_MQTT_QUEUE_FULL: there was no room for all of the states that follow.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_publish_diagnostics(argus_mqtt_client client,
                                       argus_mqtt_error *error);

/**
 * Finds and removes ghosts: entities that this library announced to Home Assistant for a system with these settings
 * and that no announced camera has, for example after a crash or in an earlier version, with what the broker retains of
 * their states, such as a picture. Entities of other programs and other systems are not affected.
 *
 * Announce all cameras first: every entity of a camera that is not announced is a ghost.
 *
 * The retained discovery configs are read on a separate connection, whose client ID is that of the settings followed
 * by "-find".
 *
 * Blocks until the broker has sent all of them, which takes a second or more, but for at most timeout_ms milliseconds,
 * after which the ghosts that were found are removed; UINT64_MAX waits forever. Any thread.
 *
 * cleared_out may be NULL. On ARGUS_MQTT_OK it is the number of entities that were removed.
 *
 * Returns:
 * - ARGUS_MQTT_OK: all ghosts that were found are being removed.
 * - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
 * - ARGUS_MQTT_TIMEOUT: the broker could not be reached in time; the message says why, and what to do.
 * - ARGUS_MQTT_SHUT_DOWN: another thread is shutting the client down.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_clear_ghosts(argus_mqtt_client client,
                                uint64_t timeout_ms,
                                size_t *cleared_out,
                                argus_mqtt_error *error);

/**
 * Queues an event as argus_mqtt_publish_event() does, but gives up at once if another thread is using the client.
 *
 * For a caller that holds a lock which other threads need, such as the global lock of an interpreter: the call waits
 * for no other lock, so it is short enough to be made while that lock is held. After ARGUS_MQTT_WOULD_BLOCK, release
 * the lock and call argus_mqtt_publish_event().
 *
 * forget is a delivery whose outcome is no longer of interest, or 0. It is forgotten before the event is queued, as by
 * argus_mqtt_delivery_forget(), which saves a call for each message. If the status is not ARGUS_MQTT_OK, it may not
 * have been forgotten: forget it again, which is harmless.
 *
 * The other arguments are those of argus_mqtt_publish_event().
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 * - Every other status of argus_mqtt_publish_event(), for the same reasons.
 */
int32_t argus_mqtt_try_publish_event(argus_mqtt_client client,
                                     const char *camera,
                                     const void *event,
                                     size_t event_len,
                                     argus_mqtt_delivery forget,
                                     argus_mqtt_delivery *delivery_out,
                                     argus_mqtt_error *error);

/**
 * Queues a message as argus_mqtt_publish() does, but gives up at once if another thread is using the client.
 *
 * See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_publish().
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 * - Every other status of argus_mqtt_publish(), for the same reasons.
 */
int32_t argus_mqtt_try_publish(argus_mqtt_client client,
                               const char *topic,
                               const void *payload,
                               size_t payload_len,
                               const argus_mqtt_publish_options *options,
                               argus_mqtt_delivery forget,
                               argus_mqtt_delivery *delivery_out,
                               argus_mqtt_error *error);

/**
 * Publishes the state of a topic as argus_mqtt_publish_state() does, but gives up at once if another thread is using the
 * client.
 *
 * See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_publish_state().
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 * - Every other status of argus_mqtt_publish_state(), for the same reasons.
 */
int32_t argus_mqtt_try_publish_state(argus_mqtt_client client,
                                     const char *topic,
                                     const void *payload,
                                     size_t payload_len,
                                     argus_mqtt_delivery forget,
                                     argus_mqtt_delivery *delivery_out,
                                     argus_mqtt_error *error);

/**
 * Deletes the state of a topic as argus_mqtt_forget_state() does, but gives up at once if another thread is using the
 * client.
 *
 * See argus_mqtt_try_publish_event(), also for forget. The other arguments are those of argus_mqtt_forget_state().
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: accepted. It will have exactly one outcome.
 * - ARGUS_MQTT_WOULD_BLOCK: not accepted; another thread is using the client at this moment.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 * - Every other status of argus_mqtt_forget_state(), for the same reasons.
 */
int32_t argus_mqtt_try_forget_state(argus_mqtt_client client,
                                    const char *topic,
                                    argus_mqtt_delivery forget,
                                    argus_mqtt_delivery *delivery_out,
                                    argus_mqtt_error *error);

/**
 * Waits for the outcome of a message. The status is the outcome.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when
 * another thread shuts the client down, with the outcome that results from it. Any thread.
 *
 * delivery is consumed by an outcome, which the first six statuses below are, and by no other status: an outcome is
 * given once.
 *
 * Returns:
 * - ARGUS_MQTT_OK: delivered. QoS 1: the broker acknowledged it. QoS 0: it was written to the network.
 * - ARGUS_MQTT_EXPIRED: it expired before it could be sent, and was not sent.
 * - ARGUS_MQTT_DROPPED: it was dropped from the queue; the message says why.
 * - ARGUS_MQTT_REJECTED: it cannot be delivered to this broker; the message says why.
 * - ARGUS_MQTT_SUPERSEDED: it was a state, and a newer state of the same topic replaced it.
 * - ARGUS_MQTT_UNKNOWN: it had been sent but not acknowledged when the client was shut down. It may have arrived.
 * - ARGUS_MQTT_TIMEOUT: it has no outcome yet. Ask again.
 * - ARGUS_MQTT_INVALID_ARGUMENT: delivery is not one of this client, or was consumed.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_delivery_wait(argus_mqtt_client client,
                                 argus_mqtt_delivery delivery,
                                 uint64_t timeout_ms,
                                 argus_mqtt_error *error);

/**
 * Declares that the outcome of a message is no longer of interest. The message itself is still delivered.
 *
 * delivery is consumed. One that is not of this client, or was consumed before, changes nothing.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: nothing is kept for delivery.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_delivery_forget(argus_mqtt_client client,
                                   argus_mqtt_delivery delivery,
                                   argus_mqtt_error *error);

/**
 * Does what argus_mqtt_delivery_forget() does for many deliveries at once.
 *
 * deliveries is the address of count numbers, which are read during the call only; NULL and 0 mean none.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: nothing is kept for any of them.
 * - ARGUS_MQTT_INVALID_ARGUMENT: deliveries is NULL, and count is not 0, or count is larger than 1,000,000. Nothing was
 *   forgotten.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_deliveries_forget(argus_mqtt_client client,
                                     const argus_mqtt_delivery *deliveries,
                                     size_t count,
                                     argus_mqtt_error *error);

/**
 * Waits until every message accepted so far has an outcome: delivered, expired, dropped, superseded or rejected.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Any thread.
 *
 * left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages without an outcome yet.
 *
 * Returns:
 * - ARGUS_MQTT_OK: all have an outcome, not necessarily delivered: argus_mqtt_delivery_wait() returns that of one
 *   message, argus_mqtt_status() counts all.
 * - ARGUS_MQTT_TIMEOUT: some have none. They stay queued, and the client keeps delivering them.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_flush(argus_mqtt_client client,
                         uint64_t timeout_ms,
                         size_t *left_out,
                         argus_mqtt_error *error);

/**
 * Takes the outcomes of many messages at once: waits until there is at least one, and writes those that are available,
 * at most capacity, to outcomes, in the order in which the messages ended.
 *
 * These are the outcomes of messages that were published with a delivery which was neither consumed nor reported by a
 * notice. Each delivery is consumed, so argus_mqtt_delivery_wait() no longer accepts it. Outcomes can be taken while
 * the client shuts down, and after that until argus_mqtt_close().
 *
 * The first call selects ARGUS_MQTT_NOTICE_OUTCOMES alone, unless argus_mqtt_open_notices() was called or notices were
 * read before. With ARGUS_MQTT_NOTICE_OUTCOMES the descriptor of argus_mqtt_notice_fd() is readable as long as there
 * is an outcome to take.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Any thread.
 *
 * outcomes has room for capacity elements, and need not be initialised. *count_out is how many were written.
 *
 * Returns:
 * - ARGUS_MQTT_OK: outcomes holds *count_out outcomes.
 * - ARGUS_MQTT_TIMEOUT: no message ended meanwhile.
 * - ARGUS_MQTT_SHUT_DOWN: the client is closed, and every outcome has been taken.
 * - ARGUS_MQTT_INVALID_ARGUMENT: outcomes or count_out is NULL, or capacity is 0.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_next_outcomes(argus_mqtt_client client,
                                 uint64_t timeout_ms,
                                 argus_mqtt_outcome *outcomes,
                                 size_t capacity,
                                 size_t *count_out,
                                 argus_mqtt_error *error);

/**
 * Selects the kinds of notices from now on, for argus_mqtt_next_notice(), argus_mqtt_next_outcomes() and the
 * descriptor of argus_mqtt_notice_fd(). Other kinds are not recorded, and notices of them that have not been read are
 * dropped.
 *
 * kinds is a sum of ARGUS_MQTT_NOTICE_STATES, ARGUS_MQTT_NOTICE_LOG and either ARGUS_MQTT_NOTICE_DELIVERIES or
 * ARGUS_MQTT_NOTICE_OUTCOMES; 0 selects nothing. A program that selects states first receives the current state.
 *
 * May be called again at any time. Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: these kinds are selected.
 * - ARGUS_MQTT_INVALID_ARGUMENT: kinds is not such a sum. Nothing was changed.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_open_notices(argus_mqtt_client client,
                                uint32_t kinds,
                                argus_mqtt_error *error);

/**
 * Waits for the next notice of a client, and writes it to buffer, as JSON that ends in NUL.
 *
 * The JSON is one object. Later versions may add fields and kinds. Its field "kind" is one of these:
 * - "state": the state of the client changed. "state" is one of those of argus_mqtt_status(), "reason" the last
 *   failure in plain words or null. The first notice gives the state at the time of the first call.
 * - "delivery": the message whose delivery is the number "delivery" has an outcome, and its delivery was neither
 *   consumed nor forgotten. "outcome" is "delivered", "expired", "dropped", "rejected", "superseded" or "unknown";
 *   "reason" is there for "dropped" and "rejected". The delivery must still be consumed, with
 *   argus_mqtt_delivery_wait() or argus_mqtt_delivery_forget().
 * - "log": a log line. "level" is "info", "warning" or "error", "text" one sentence, without any password.
 * - "missed": "count" states and log lines were dropped before the next notice because they were not read in time.
 *
 * The first call selects states, deliveries and log lines, unless argus_mqtt_open_notices() was called; a program that
 * never reads notices has no cost. Up to 1024 states and log lines are kept for a slow reader; deliveries are kept
 * until they are read. Several threads may read: each notice goes to one of them.
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits forever. Returns early when the
 * client is closed and every notice has been read. Any thread.
 *
 * buffer has room for capacity bytes; 2048 are usually enough. length_out may be NULL. On ARGUS_MQTT_OK and
 * ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the text.
 * - ARGUS_MQTT_TIMEOUT: there was no notice within the timeout.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged, and the notice is still the next one.
 * - ARGUS_MQTT_SHUT_DOWN: the client is closed, and nothing is left to read.
 * - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_next_notice(argus_mqtt_client client,
                               uint64_t timeout_ms,
                               char *buffer,
                               size_t capacity,
                               size_t *length_out,
                               argus_mqtt_error *error);

/**
 * Gives a file descriptor that is readable exactly while argus_mqtt_next_notice(), or with ARGUS_MQTT_NOTICE_OUTCOMES
 * argus_mqtt_next_outcomes(), has something to give, for poll(), select() and event loops.
 *
 * The first call selects the same kinds as argus_mqtt_next_notice(), unless argus_mqtt_open_notices() was called.
 *
 * It belongs to the client, is the same at every call, and is closed with the client: remove it from the event loop
 * before argus_mqtt_shutdown() or argus_mqtt_close(). Only wait on it: never read from it, write to it or close it.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: fd_out holds the descriptor.
 * - ARGUS_MQTT_INVALID_ARGUMENT: fd_out is NULL.
 * - ARGUS_MQTT_SYSTEM: this process has no file descriptor left.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_notice_fd(argus_mqtt_client client,
                             int *fd_out,
                             argus_mqtt_error *error);

/**
 * Writes the status of the client to buffer, as JSON that ends in NUL.
 *
 * The JSON is one object, without a password. Later versions may add fields to these:
 * - "state": "waiting" for the next attempt to connect, "connecting", "connected" but not yet online, "online",
 *   "refused" for a reason that waiting can't cure, "shutting_down" or "closed".
 * - "protocol": "5", "3.1.1", or null while there is no connection; "protocol_reason": why this one.
 * - "broker": "host:port"; "client_id"; "availability_topic".
 * - "online_for_seconds": for how long it has been online, or null.
 * - "last_online_unix_seconds": when it was last online, in seconds since 1970-01-01T00:00:00Z; the current time while
 *   it is online, or null if it never was.
 * - "last_error": the last thing that went wrong, in plain words, or null.
 * - "next_attempt_in_seconds", or null; "reconnect_attempt": attempts in a row that failed; "connection_attempts": how
 *   often it has tried to connect, and "connections": how often a connection was made.
 * - "queued", "queued_bytes", "oldest_age_seconds" (or null): the messages that wait to be sent; "in_flight": those
 *   that were sent and not acknowledged; "states", "states_bytes": the states that are remembered; "outcomes_kept":
 *   the outcomes that nobody has fetched yet.
 * - "counters": how many messages were "accepted", "delivered", "expired", "dropped_queue_full", "dropped_shutdown",
 *   "dropped_no_subscriber", "superseded", "rejected", "unknown", "refused_queue_full" and "resent"; "states_left_out",
 *   which messages named and which did not go before them; "guard_repairs" of the availability topic; and
 *   "ignored_acknowledgements", which a broker sent unexpectedly, or twice.
 * - "acknowledgement_seconds": how long brokers took to acknowledge messages of QoS 1, as a histogram in the form of
 *   Prometheus: "buckets", each with "le", its bound in seconds from 0.001 to 10, and "count", how many took at most
 *   that long; "count" of all, and "sum_seconds". Like the counters, it continues with new settings.
 * - "topics_without_subscriber": topics to which nobody was subscribed at the last publication, if an MQTT 5 broker
 *   reports it; at most 100.
 * - "limits", or null: what the broker allows, "receive_maximum", "maximum_packet_size", "maximum_qos",
 *   "retain_available" and "server_keep_alive_seconds"; and "certificate_valid_until", over TLS the day on which the
 *   certificate of the broker expires, such as "2026-01-31", otherwise null.
 * - "warnings": a list of texts for a person; "version": of the library.
 *
 * buffer has room for capacity bytes; 8192 are usually enough. NULL and 0 ask for the length only. length_out may be
 * NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL. The text can
 * be longer the next time.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the text.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
 * - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_status(argus_mqtt_client client,
                          char *buffer,
                          size_t capacity,
                          size_t *length_out,
                          argus_mqtt_error *error);

/**
 * Checks settings without connecting, and writes a report to buffer, as JSON that ends in NUL.
 *
 * The report is {"valid": true, "settings": {...}, "notes": [...]}, with every setting but the password, defaults
 * filled in, and with notes on values that are valid but probably not intended; or {"valid": false, "faults": [...]},
 * with every fault. No password is in it. Files that the settings name are read; the network is not touched.
 *
 * Each fault has "field", the name of the setting, or "settings" for a fault of the text as a whole; "value", which
 * was given, as JSON, or null where there is none or it may hold a secret; "message", which says what is wrong and what
 * would be right; and "code", for programs. "field: message" is the sentence that other functions report. Later
 * versions may add codes to these:
 * - "not_json", "not_an_object": the text is not a JSON object.
 * - "unknown_setting", "repeated", "missing": of the name of a setting.
 * - "wrong_type", "out_of_range", "too_long", "unknown_choice", "invalid_host", "invalid_topic", "invalid_text": of a
 *   value.
 * - "conflict": the value is not compatible with that of another setting.
 * - "unreadable_file", "wrong_file_content", "key_mismatch": of a file.
 * - "tls_unavailable": the library was built without TLS, or the system has no trusted certificates.
 *
 * buffer has room for capacity bytes; 8192 are usually enough. NULL and 0 ask for the length only. length_out may be
 * NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
 *
 * Never blocks. Any thread, also in a forked child.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
 * - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or buffer is NULL and capacity is not 0.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_settings_check(const char *settings_json,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *length_out,
                                  argus_mqtt_error *error);

/**
 * Writes a JSON Schema (draft 2020-12) of the settings to buffer, as JSON that ends in NUL: for a page on which people
 * edit them.
 *
 * Each property has a title, a description in Markdown, its type and range, and its default if that is always the
 * same. In addition to the keywords of the standard it has "x-group", the title of its group; "x-message", the message
 * for a value that is not allowed; "x-default", the default in words where it depends on other settings; and "x-empty",
 * what an empty text stands for, in words, where that is not the default. "x-groups" is the list of all groups, in
 * their order. argus_mqtt_settings_check() checks more than a schema can express.
 *
 * buffer has room for capacity bytes; 32768 are usually enough. NULL and 0 ask for the length only. length_out may be
 * NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
 *
 * Never blocks. Any thread, also in a forked child.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the schema, which is the same at every call.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is unchanged.
 * - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL, and capacity is not 0.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_settings_schema(char *buffer,
                                   size_t capacity,
                                   size_t *length_out,
                                   argus_mqtt_error *error);

/**
 * Tests whether a client with these settings can connect and publish, and writes a report to buffer, as JSON that ends
 * in NUL: for a settings page.
 *
 * Connects as a client with these settings would, publishes one message, subscribes to one topic and disconnects. It
 * ends at the first step that fails. Running clients and their topics are not affected: the client ID is that of the
 * settings followed by "-test", there is no will, and the only topic is {topic_prefix}/connection-test, where nothing
 * is retained.
 *
 * The report is one object, without a password. Later versions may add fields, steps and results:
 * - "works": whether no step failed.
 * - "steps": a list of objects. "step" is "name" (look-up), "tcp", "tls", "mqtt" (an MQTT broker answers), "login",
 *   "publish" or "subscribe" (each a permission); "result" is "passed", "failed", "unproven" (no sign of a failure,
 *   but this broker would not report one), "skipped" (not needed) or "not_reached"; "seconds" is the time that it
 *   took, or null; "detail" is a text or null.
 * - "cause" and "remedy" of the step that failed, in plain words, or null.
 * - "protocol": "5", "3.1.1" or null; "protocol_reason"; "limits" as in argus_mqtt_status(), or null.
 * - "certificate", or null without TLS: the certificate that the broker presented, whether or not it is trusted.
 *   "subject" and "issuer", such as "CN=broker.example, O=Home"; "is_self_signed"; "names", a list of the host names
 *   that it is valid for; "valid_from" and "valid_until", days such as "2026-01-31"; "fingerprint", which the setting
 *   tls_fingerprint takes.
 * - "proves" and "does_not_prove": lists of sentences.
 * - "broker": "host:port"; "client_id" and "topic" of the test; "seconds": how long it took.
 *
 * Blocks for at most timeout_ms milliseconds, or slightly longer on a busy machine; 15000 is a good value. Any thread,
 * also in a forked child.
 *
 * settings_json is as for argus_mqtt_connect(). buffer has room for capacity bytes; 16384 are usually enough.
 * length_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its
 * NUL. A report that does not fit is lost, and the next call repeats the test.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
 * - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or buffer is NULL and capacity is not 0.
 * - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was tried.
 * - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_test_connection(const char *settings_json,
                                   uint64_t timeout_ms,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *length_out,
                                   argus_mqtt_error *error);

/**
 * Starts a test of a connection, as argus_mqtt_test_connection() makes it, and returns immediately: for a program that
 * must not block, such as an event loop.
 *
 * Wait until the descriptor of argus_mqtt_connection_test_fd() is readable, fetch the report with
 * argus_mqtt_connection_test_report() and a timeout of 0, and end the test with argus_mqtt_connection_test_end().
 *
 * The test takes at most timeout_ms milliseconds. It runs on a thread of the library. Never blocks. Any thread, also in
 * a forked child.
 *
 * settings_json is as for argus_mqtt_connect(). *test_out is the test.
 *
 * Returns:
 * - ARGUS_MQTT_OK: the test is running. End it with argus_mqtt_connection_test_end().
 * - ARGUS_MQTT_INVALID_ARGUMENT: settings_json is NULL or not UTF-8, or test_out is NULL.
 * - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was started.
 * - ARGUS_MQTT_SYSTEM: no thread could be started, no file descriptor is left, or there are too many tests.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_connection_test_begin(const char *settings_json,
                                         uint64_t timeout_ms,
                                         argus_mqtt_connection_test *test_out,
                                         argus_mqtt_error *error);

/**
 * Gives a file descriptor that becomes readable when the report of a test is available, for poll(), select() and event
 * loops.
 *
 * It belongs to the test and is valid until argus_mqtt_connection_test_end(). Only wait for it: never read from it,
 * write to it or close it.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: *fd_out is the descriptor.
 * - ARGUS_MQTT_INVALID_ARGUMENT: fd_out is NULL.
 * - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
 * - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_connection_test_fd(argus_mqtt_connection_test test,
                                      int *fd_out,
                                      argus_mqtt_error *error);

/**
 * Waits for the report of a test and writes it to buffer, as JSON that ends in NUL. It is the report of
 * argus_mqtt_test_connection(), and stays available until argus_mqtt_connection_test_end().
 *
 * Blocks for at most timeout_ms milliseconds; 0 asks without waiting, UINT64_MAX waits until the test has ended.
 * Any thread.
 *
 * buffer has room for capacity bytes; 16384 are usually enough. length_out may be NULL. On ARGUS_MQTT_OK and
 * ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the report, whatever it says.
 * - ARGUS_MQTT_TIMEOUT: the test is still running.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
 * - ARGUS_MQTT_INVALID_ARGUMENT: buffer is NULL and capacity is not 0.
 * - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
 * - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_connection_test_report(argus_mqtt_connection_test test,
                                          uint64_t timeout_ms,
                                          char *buffer,
                                          size_t capacity,
                                          size_t *length_out,
                                          argus_mqtt_error *error);

/**
 * Ends a test, which is no longer valid then. One that is running stops soon, and its report is lost; it disturbs
 * nothing on the broker.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: it was ended.
 * - ARGUS_MQTT_INVALID_HANDLE: test is not a connection test of this process.
 * - ARGUS_MQTT_FORKED: test belongs to the parent of this process.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_connection_test_end(argus_mqtt_connection_test test,
                                       argus_mqtt_error *error);

/**
 * Finds the entities that this library has announced to Home Assistant with the availability_topic of the settings,
 * from the discovery configs that the broker retains, and writes them to buffer, as JSON that ends in NUL.
 *
 * It is a list of objects. Later versions may add fields:
 * - "topic": of the config; "unique_id": of the entity.
 * - "device": the identifier of its device, discovery_id_prefix, and for a camera "_" and its id; "device_name".
 * - "is_ghost": whether the entity belongs to none of the cameras; null if cameras_json is NULL.
 * - "state_topics": a list of the topics where the broker may retain what it shows, but for those that one of the
 *   cameras uses. argus_mqtt_forget_state() with its topic and with these removes it.
 *
 * Running clients are not affected: the client ID is that of the settings followed by "-find", there is no will, and
 * nothing is published.
 *
 * Blocks for at most timeout_ms milliseconds, and normally for at least a second, because a broker does not say when
 * it has sent all retained messages; 15000 is a good value. Any thread, also in a forked child.
 *
 * settings_json is as for argus_mqtt_connect(). cameras_json is NULL, or an object with "cameras", a list of objects
 * as for argus_mqtt_announce_camera(), and perhaps "system", as for argus_mqtt_announce_system(), without which the
 * entities of the system itself are never ghosts. buffer has room for capacity bytes. length_out may be NULL. On
 * ARGUS_MQTT_OK and ARGUS_MQTT_BUFFER_TOO_SMALL it is the length of the text, without its NUL. A list that does not
 * fit is lost, and the next call connects again.
 *
 * Returns:
 * - ARGUS_MQTT_OK: buffer holds the list.
 * - ARGUS_MQTT_BUFFER_TOO_SMALL: buffer is as it was.
 * - ARGUS_MQTT_INVALID_ARGUMENT: a text is not UTF-8, settings_json or buffer is NULL, or cameras_json is not as above.
 * - ARGUS_MQTT_INVALID_SETTINGS: the message names the faults. Nothing was tried.
 * - ARGUS_MQTT_REFUSED: the broker refuses the login or the subscription; the message says why, and what to do.
 * - ARGUS_MQTT_TIMEOUT: the broker could not be reached in time; the message says why, and what to do.
 * - ARGUS_MQTT_SYSTEM: no thread could be started, or no file descriptor is left.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_find_announced(const char *settings_json,
                                  const char *cameras_json,
                                  uint64_t timeout_ms,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *length_out,
                                  argus_mqtt_error *error);

/**
 * Shuts a client down gracefully: accepts no more messages, delivers what is queued, publishes the offline message,
 * and disconnects.
 *
 * Blocks for at most timeout_ms milliseconds, and returns as soon as everything is done; 5000 is a good value. The
 * last part of the time is reserved for the offline message, ahead of what is still queued. Any thread.
 *
 * client is consumed: after ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is no longer valid. During the call, other threads
 * still receive the outcomes of their messages; their other calls get ARGUS_MQTT_SHUT_DOWN.
 *
 * left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages that were not delivered
 * because of the shutdown.
 *
 * Returns:
 * - ARGUS_MQTT_OK: every message had an outcome, and the broker acknowledged the offline message.
 * - ARGUS_MQTT_TIMEOUT: not all of that happened in time; the message says what did not. If the offline message was
 *   not acknowledged, the connection was closed in such a way that the broker publishes it as the will.
 * - ARGUS_MQTT_SHUT_DOWN: a shutdown has begun already, by another thread or by argus_mqtt_shutdown_begin(). This call
 *   changed nothing; argus_mqtt_close() waits for the end of it.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process; it may have been shut down before.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_shutdown(argus_mqtt_client client,
                            uint64_t timeout_ms,
                            size_t *left_out,
                            argus_mqtt_error *error);

/**
 * Begins to shut a client down gracefully, as argus_mqtt_shutdown() does, and returns at once: for a single-threaded
 * program or an event loop that wants to learn the outcome of every message.
 *
 * The client accepts no more messages, and has timeout_ms milliseconds to deliver what is queued and to publish the
 * offline message; 5000 is a good value. The shutdown is complete when the state is "closed", which a notice reports;
 * every message then has an outcome. Until argus_mqtt_close(), even after that, outcomes, notices, the descriptor and
 * the status remain available; all other calls get ARGUS_MQTT_SHUT_DOWN.
 *
 * Never blocks. Any thread.
 *
 * Returns:
 * - ARGUS_MQTT_OK: the shutdown has begun. client must still be passed to argus_mqtt_close().
 * - ARGUS_MQTT_SHUT_DOWN: a shutdown had begun before. This call changed nothing.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_shutdown_begin(argus_mqtt_client client,
                                  uint64_t timeout_ms,
                                  argus_mqtt_error *error);

/**
 * Closes a client after argus_mqtt_shutdown_begin(): waits for the end of that shutdown, and gives messages that have
 * no outcome by then their last one. Without a shutdown that has begun it does not wait: queued messages are dropped,
 * and the broker publishes the will.
 *
 * Blocks for at most timeout_ms milliseconds; 0 closes without waiting, UINT64_MAX waits for the shutdown, which has
 * its own timeout. Any thread.
 *
 * client is consumed: after ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is no longer valid, and outcomes that were not
 * taken are gone.
 *
 * left_out may be NULL. On ARGUS_MQTT_OK and ARGUS_MQTT_TIMEOUT it is the number of messages that were not delivered
 * because of the shutdown.
 *
 * Returns:
 * - ARGUS_MQTT_OK: every message had an outcome, and the broker acknowledged the offline message.
 * - ARGUS_MQTT_TIMEOUT: not all of that happened in time; the message says what did not. If the offline message was
 *   not acknowledged, the connection was closed in such a way that the broker publishes it as the will.
 * - ARGUS_MQTT_INVALID_HANDLE: client is not a client of this process; it may have been closed before.
 * - ARGUS_MQTT_FORKED: client belongs to the parent of this process, which is not disturbed.
 * - ARGUS_MQTT_INTERNAL: a defect of the library.
 */
int32_t argus_mqtt_close(argus_mqtt_client client,
                         uint64_t timeout_ms,
                         size_t *left_out,
                         argus_mqtt_error *error);

/**
 * The name of a status: "ARGUS_MQTT_TIMEOUT" for ARGUS_MQTT_TIMEOUT.
 *
 * Returns a text that is never freed and never NULL. For an unknown number, the text says so.
 *
 * Never blocks. Any thread, also in a forked child.
 */
const char *argus_mqtt_status_name(int32_t status);

/**
 * The ABI number of the library that is loaded. A program that was built with this header works with it if that is
 * ARGUS_MQTT_ABI_VERSION; for a program that is linked to it, the linker ensures that.
 *
 * Never blocks. Any thread, also in a forked child.
 */
uint32_t argus_mqtt_abi_version(void);

/**
 * The version of the library that is loaded, such as "1.2.3". Returns a text that is never freed and never NULL.
 *
 * Never blocks. Any thread, also in a forked child.
 */
const char *argus_mqtt_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ARGUS_MQTT_H */
