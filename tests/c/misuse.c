/*
 * Everything that a caller can get wrong, short of passing an address that is not its own: each gets a status.
 * Needs no broker: the clients look for one at a port where there is none.
 */

#include "cameras.h"

static argus_mqtt_client connected(void)
{
    argus_mqtt_client client = 0;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
    CHECK(client != 0);
    return client;
}

static void names_and_numbers(void)
{
    CHECK(argus_mqtt_abi_version() == ARGUS_MQTT_ABI_VERSION);
    CHECK(strlen(argus_mqtt_version()) > 0);
    CHECK(strcmp(argus_mqtt_status_name(ARGUS_MQTT_TIMEOUT), "ARGUS_MQTT_TIMEOUT") == 0);
    CHECK(strcmp(argus_mqtt_status_name(-1), "not a status of argus_mqtt") == 0);
    CHECK(strcmp(argus_mqtt_status_name(INT32_MAX), "not a status of argus_mqtt") == 0);
}

static void connecting(void)
{
    argus_mqtt_client client = 77;
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connect(NULL, &client, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connect(NO_BROKER, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connect("{\"broker_host\": \"\xff\"}", &client, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_connect("", &client, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_connect("{}", &client, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_connect("{\"broker_host\": \"a\\u0000b\"}", &client, &error));
    CHECK(argus_mqtt_connect(NULL, NULL, NULL) == ARGUS_MQTT_INVALID_ARGUMENT);
    CHECK(client == 77);
}

/* Every function that takes a client, with one that is none. */
static void all_calls(argus_mqtt_client client, int32_t wanted)
{
    argus_mqtt_delivery delivery = 77;
    uint64_t changes = 77;
    size_t count = 77;
    char buffer[16] = "as it was";
    argus_mqtt_outcome outcomes[2];

    EXPECT(wanted, argus_mqtt_wait_online(client, 0, &error));
    EXPECT(wanted, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
    EXPECT(wanted, argus_mqtt_publish_event_with_snapshot(client, "door", "{}", 2, "\xff\xd8\xff", 3, &delivery, &error));
    EXPECT(wanted, argus_mqtt_publish(client, "a/b", "x", 1, NULL, &delivery, &error));
    EXPECT(wanted, argus_mqtt_publish_state(client, "a/b", "x", 1, &delivery, &error));
    EXPECT(wanted, argus_mqtt_forget_state(client, "a/b", &delivery, &error));
    EXPECT(wanted, argus_mqtt_try_publish_event(client, "door", "{}", 2, 1, &delivery, &error));
    EXPECT(wanted, argus_mqtt_try_publish(client, "a/b", "x", 1, NULL, 1, &delivery, &error));
    EXPECT(wanted, argus_mqtt_try_publish_state(client, "a/b", "x", 1, 1, &delivery, &error));
    EXPECT(wanted, argus_mqtt_try_forget_state(client, "a/b", 1, &delivery, &error));
    EXPECT(wanted, argus_mqtt_delivery_wait(client, 1, 0, &error));
    EXPECT(wanted, argus_mqtt_delivery_forget(client, 1, &error));
    EXPECT(wanted, argus_mqtt_deliveries_forget(client, &delivery, 1, &error));
    EXPECT(wanted, argus_mqtt_flush(client, 0, &count, &error));
    EXPECT(wanted, argus_mqtt_reconfigure(client, NO_BROKER, &error));
    EXPECT(wanted, argus_mqtt_reconnect(client, &error));
    EXPECT(wanted, argus_mqtt_wait_online_change(client, 0, 0, &changes, &error));
    EXPECT(wanted, argus_mqtt_interrupt_wait(client, &error));
    EXPECT(wanted, argus_mqtt_status(client, buffer, sizeof buffer, &count, &error));
    EXPECT(wanted, argus_mqtt_open_notices(client, 0, &error));
    EXPECT(wanted, argus_mqtt_next_outcomes(client, 0, outcomes, 2, &count, &error));
    EXPECT(wanted, argus_mqtt_shutdown(client, 0, &count, &error));
    EXPECT(wanted, argus_mqtt_shutdown_begin(client, 0, &error));
    EXPECT(wanted, argus_mqtt_close(client, 0, &count, &error));
    camera_calls(client, wanted);
    camera_misuse(client, wanted);
    EXPECT(wanted, argus_mqtt_clear_ghosts(client, 0, &count, &error));
    CHECK(delivery == 77 && changes == 77 && count == 77 && strcmp(buffer, "as it was") == 0);

    /* Every other argument is as bad as it gets: the client is judged first. */
    CHECK(argus_mqtt_wait_online(client, UINT64_MAX, NULL) == wanted);
    CHECK(argus_mqtt_publish_event(client, NULL, NULL, SIZE_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_publish(client, NULL, NULL, SIZE_MAX, OPTIONS(-1, -1, 0), NULL, NULL) == wanted);
    CHECK(argus_mqtt_publish_state(client, NULL, NULL, SIZE_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_forget_state(client, NULL, NULL, NULL) == wanted);
    CHECK(argus_mqtt_try_publish_event(client, NULL, NULL, SIZE_MAX, UINT64_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_try_publish(client, NULL, NULL, SIZE_MAX, OPTIONS(-1, -1, 0), 0, NULL, NULL) == wanted);
    CHECK(argus_mqtt_try_publish_state(client, NULL, NULL, SIZE_MAX, 0, NULL, NULL) == wanted);
    CHECK(argus_mqtt_try_forget_state(client, NULL, UINT64_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_delivery_wait(client, 0, UINT64_MAX, NULL) == wanted);
    CHECK(argus_mqtt_delivery_forget(client, 0, NULL) == wanted);
    CHECK(argus_mqtt_deliveries_forget(client, NULL, SIZE_MAX, NULL) == wanted);
    CHECK(argus_mqtt_flush(client, UINT64_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_reconfigure(client, NULL, NULL) == wanted);
    CHECK(argus_mqtt_reconnect(client, NULL) == wanted);
    CHECK(argus_mqtt_wait_online_change(client, UINT64_MAX, UINT64_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_interrupt_wait(client, NULL) == wanted);
    CHECK(argus_mqtt_status(client, NULL, SIZE_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_open_notices(client, UINT32_MAX, NULL) == wanted);
    CHECK(argus_mqtt_next_outcomes(client, UINT64_MAX, NULL, 0, NULL, NULL) == wanted);
    CHECK(argus_mqtt_shutdown(client, UINT64_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_shutdown_begin(client, UINT64_MAX, NULL) == wanted);
    CHECK(argus_mqtt_close(client, UINT64_MAX, NULL, NULL) == wanted);
}

static void handles(void)
{
    argus_mqtt_client client = connected();
    all_calls(0, ARGUS_MQTT_INVALID_HANDLE);
    all_calls(1, ARGUS_MQTT_INVALID_HANDLE);
    all_calls(client + 1, ARGUS_MQTT_INVALID_HANDLE);
    all_calls(client ^ UINT64_C(1) << 63, ARGUS_MQTT_INVALID_HANDLE);
    all_calls(UINT64_MAX, ARGUS_MQTT_INVALID_HANDLE);

    leave(client);
    all_calls(client, ARGUS_MQTT_INVALID_HANDLE);

    /* The next client takes its place in the library, but not its number. */
    argus_mqtt_client next = connected();
    CHECK(next != client);
    all_calls(client, ARGUS_MQTT_INVALID_HANDLE);
    leave(next);
}

static void payloads(argus_mqtt_client client)
{
    const char *longest = "x";
    const size_t lengths[] = {1, 268435456, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t length = lengths[i];
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, "door", NULL, length, NULL, &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", NULL, length, NULL, NULL, &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_state(client, "a", NULL, length, NULL, &error));
        if (length > 1) {
            EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
                   argus_mqtt_publish_state(client, "a", longest, length, NULL, &error));
            /* Longer than a packet can be: refused without reading on behind what is there. */
            EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
                   argus_mqtt_publish(client, "a", longest, length, NULL, NULL, &error));
        }
    }
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", NULL, 0, OPTIONS(1, 1, 0), NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "a\0b", 3, NULL, NULL, &error));
    /* That a topic is to hold nothing is said by another function. */
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_state(client, "a", "", 0, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, "a", "a\0b", 3, NULL, &error));
}

static void events(argus_mqtt_client client)
{
    const char *wrong[] = {"", "nothing", "[]", "1", "{", "{}}", "{\"a\": \"\xff\"}"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
               argus_mqtt_publish_event(client, "door", wrong[i], strlen(wrong[i]), NULL, &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, "door", NULL, 0, NULL, &error));
    /* The NUL does not belong to the text. */
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, "door", "{}", 3, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
}

static void topics(argus_mqtt_client client)
{
    const char *wrong[] = {NULL, "", "+", "a/#", "caf\xe9", "\xed\xa0\x80", "\xc0\x80"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, wrong[i], "{}", 2, NULL, &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, wrong[i], "x", 1, NULL, NULL, &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_state(client, wrong[i], "x", 1, NULL, &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_forget_state(client, wrong[i], NULL, &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, "a/b", "{}", 2, NULL, &error));

    /* Longer than MQTT allows. */
    size_t length = 70000;
    char *endless = malloc(length + 1);
    CHECK(endless != NULL);
    memset(endless, 'x', length);
    endless[length] = '\0';
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_event(client, endless, "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, endless, "x", 1, NULL, NULL, &error));
    free(endless);
}

static void numbers(argus_mqtt_client client)
{
    const int32_t wrong_qos[] = {-1, 2, 3, INT32_MIN, INT32_MAX};
    const int32_t wrong_retain[] = {-1, 2, INT32_MIN, INT32_MAX};

    for (size_t i = 0; i < sizeof wrong_qos / sizeof wrong_qos[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
               argus_mqtt_publish(client, "a", "x", 1, OPTIONS(wrong_qos[i], 0, 0), NULL, &error));
    }
    for (size_t i = 0; i < sizeof wrong_retain / sizeof wrong_retain[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
               argus_mqtt_publish(client, "a", "x", 1, OPTIONS(1, wrong_retain[i], 0), NULL, &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, OPTIONS(0, 1, UINT32_MAX), NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, OPTIONS(0, 1, UINT32_MAX - 1), NULL, &error));
}

/* Options of a size that no header has had, or that a later one will have. */
static void option_sizes(argus_mqtt_client client)
{
    struct {
        argus_mqtt_publish_options now;
        unsigned char more[16];
    } later;
    const uint32_t wrong[] = {0, 1, sizeof later.now - 1, 5000, UINT32_MAX};

    memset(&later, 0, sizeof later);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        later.now.struct_size = wrong[i];
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &later.now, NULL, &error));
    }
    later.now.struct_size = sizeof later;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, &later.now, NULL, &error));
    later.more[15] = 1;
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &later.now, NULL, &error));
    later.now.struct_size = sizeof later.now;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, &later.now, NULL, &error));
    /* As a program has them that was built with the first header: what follows is not its own. */
    later.now.struct_size = 16;
    later.now.state_count = SIZE_MAX;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, &later.now, NULL, &error));
}

/* States that a message names. */
static void named_states(argus_mqtt_client client)
{
    const argus_mqtt_named_state right[] = {{"picture", "x", 1}, {"other", "\0", 1}};
    const argus_mqtt_named_state wrong[] = {
        {NULL, "x", 1},
        {"a/#", "x", 1},
        {"", "x", 1},
        {"\xff", "x", 1},
        {"picture", NULL, 1},
        {"picture", "", 0},
        {"picture", "x", SIZE_MAX},
        {"argusai/status", "x", 1},
        {"a", "x", 1}, /* the topic of the message itself */
    };
    const argus_mqtt_named_state twice[] = {{"picture", "1", 1}, {"picture", "2", 1}};
    argus_mqtt_publish_options options = {.struct_size = sizeof options, .qos = 1, .states = right, .state_count = 2};

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
    EXPECT_ONCE_FREE(argus_mqtt_try_publish(client, "a", "x", 1, &options, 0, NULL, &error));
    const size_t counts[] = {17, SIZE_MAX / 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        options.state_count = counts[i];
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
    }
    options.state_count = 1;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        options.states = &wrong[i];
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
    }
    options.states = NULL;
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
    options.states = twice;
    options.state_count = 2;
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
    options.states = NULL;
    options.state_count = 0;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, &options, NULL, &error));
}

static void snapshots(argus_mqtt_client client)
{
    const char *jpeg = "\xff\xd8\xff";

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"seen\", \"snapshots\": true}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"unseen\"}", &error));
    EXPECT(ARGUS_MQTT_OK,
           argus_mqtt_publish_event_with_snapshot(client, "seen", "{}", 2, jpeg, 3, NULL, &error));
    const char *cameras[] = {"unseen", "unknown", "a/b", ""};
    for (size_t i = 0; i < sizeof cameras / sizeof cameras[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
               argus_mqtt_publish_event_with_snapshot(client, cameras[i], "{}", 2, jpeg, 3, NULL, &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
           argus_mqtt_publish_event_with_snapshot(client, "seen", "{}", 2, "picture", 7, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
           argus_mqtt_publish_event_with_snapshot(client, "seen", "{}", 2, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
           argus_mqtt_publish_event_with_snapshot(client, "seen", "{}", 2, jpeg, SIZE_MAX, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT,
           argus_mqtt_publish_event_with_snapshot(client, "seen", "[]", 2, jpeg, 3, NULL, &error));
}

static void deliveries(argus_mqtt_client client)
{
    argus_mqtt_delivery delivery = 0;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &delivery, &error));
    CHECK(delivery != 0);
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, delivery, 0, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_forget(client, delivery, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_forget(client, delivery, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, delivery, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, 0, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, UINT64_MAX, UINT64_MAX, &error));
}

static void states(argus_mqtt_client client)
{
    argus_mqtt_delivery first = 0, second = 0, cleared = 0;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, "state", "1", 1, &first, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, "state", "2", 1, &second, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_forget_state(client, "state", &cleared, &error));
    EXPECT(ARGUS_MQTT_SUPERSEDED, argus_mqtt_delivery_wait(client, first, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_SUPERSEDED, argus_mqtt_delivery_wait(client, second, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, cleared, 0, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_forget(client, cleared, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_forget_state(client, "never said", NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_state(client, "argusai/status", "x", 1, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_forget_state(client, "argusai/status", NULL, &error));
}

static void cameras(argus_mqtt_client client)
{
    const char *wrong[] = {"", "[]", "{\"id\": 1}", "{\"id\": \"\"}", "{\"id\": \"a/b\"}", "{\"idd\": \"a\"}", "\xff"};
    const int32_t neither[] = {-1, 2, INT32_MIN, INT32_MAX};

    camera_misuse(client, ARGUS_MQTT_INVALID_ARGUMENT);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_announce_camera(client, wrong[i], &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_disable_camera(client, wrong[i], &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_remove_camera(client, wrong[i], &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_status(client, wrong[i], "", "", &error));
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_counts(client, wrong[i], 1, 1, &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_announce_system(client, "{\"url\": \"none\"}", &error));
    camera_calls(client, ARGUS_MQTT_OK);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_remove_camera(client, "door", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"door\"}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"a_b\"}", &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_announce_camera(client, "{\"id\": \"a.b\"}", &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_status(client, "door", NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_status(client, "door", "online", "\xff", &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_snapshot(client, "door", "\xff\xd8\xff", 3, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_last_event(client, "door", "[]", 2, &error));
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_publish_camera_activity(client, "door", neither[i], &error));
    }
}

static void many_deliveries(argus_mqtt_client client)
{
    argus_mqtt_delivery some[3] = {0, UINT64_MAX, 0};
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &some[2], &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_deliveries_forget(client, NULL, 1, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_deliveries_forget(client, NULL, SIZE_MAX, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_deliveries_forget(client, some, 1000001, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, some[2], 0, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_deliveries_forget(client, NULL, 0, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_deliveries_forget(client, some, 3, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_deliveries_forget(client, some, 3, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, some[2], UINT64_MAX, &error));
}

/* What is wrong is found before anybody looks whether another thread is using the client. */
static void trying(argus_mqtt_client client)
{
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_event(client, NULL, "{}", 2, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_event(client, "door", NULL, 1, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_event(client, "door", "[]", 2, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish(client, NULL, "x", 1, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish(client, "a/#", "x", 1, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish(client, "a", NULL, SIZE_MAX, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish(client, "a", "x", 1, OPTIONS(2, 0, 0), 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_state(client, NULL, "x", 1, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_state(client, "a/#", "x", 1, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_state(client, "a", "", 0, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_publish_state(client, "a", NULL, 1, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_forget_state(client, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_try_forget_state(client, "a/#", 0, NULL, &error));
}

static void kinds_and_outcomes(argus_mqtt_client client)
{
    const uint32_t wrong[] = {16, 15, 10, UINT32_MAX};
    argus_mqtt_outcome outcomes[2];
    size_t count = 77;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_open_notices(client, wrong[i], &error));
    }
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_next_outcomes(client, UINT64_MAX, NULL, 2, &count, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_next_outcomes(client, UINT64_MAX, outcomes, 0, &count, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_next_outcomes(client, UINT64_MAX, outcomes, 2, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_next_outcomes(client, 0, outcomes, 2, &count, &error));
    CHECK(count == 77);
}

static void buffers(argus_mqtt_client client)
{
    size_t length = 0;
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_status(client, NULL, 0, &length, &error));
    CHECK(length > 0);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_status(client, NULL, 1, &length, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_status(client, NULL, SIZE_MAX, NULL, &error));

    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_settings_check(NO_BROKER, NULL, 0, &length, &error));
    char *buffer = malloc(length + 1);
    CHECK(buffer != NULL);
    memset(buffer, 'x', length + 1);
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_settings_check(NO_BROKER, buffer, length, NULL, &error));
    CHECK(buffer[0] == 'x');
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_settings_check(NO_BROKER, buffer, length + 1, NULL, &error));
    CHECK(strlen(buffer) == length);
    free(buffer);

    char report[4096];
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_settings_check("not JSON", report, sizeof report, NULL, &error));
    CHECK(strstr(report, "false") != NULL);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_settings_check(NULL, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_settings_check("\xff", report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_settings_check(NO_BROKER, NULL, 1, NULL, &error));
}

static void schema(void)
{
    size_t length = 0;
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_settings_schema(NULL, 0, &length, &error));
    CHECK(length > 0 && length < 32768);
    char *buffer = malloc(length + 1);
    CHECK(buffer != NULL);
    memset(buffer, 'x', length + 1);
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_settings_schema(buffer, length, NULL, &error));
    CHECK(buffer[0] == 'x');
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_settings_schema(buffer, length + 1, &length, &error));
    CHECK(strlen(buffer) == length && strstr(buffer, "\"broker_host\"") != NULL);
    free(buffer);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_settings_schema(NULL, 1, NULL, &error));
    CHECK(argus_mqtt_settings_schema(NULL, SIZE_MAX, NULL, NULL) == ARGUS_MQTT_INVALID_ARGUMENT);
}

static void testing_a_connection(void)
{
    char report[16384];
    size_t length = 77;

    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_test_connection(NULL, 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_test_connection("\xff", 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_test_connection(NO_BROKER, UINT64_MAX, NULL, 1, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_test_connection("{}", 0, report, sizeof report, &length, &error));
    CHECK(length == 77);
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_test_connection(NO_BROKER, 20000, NULL, 0, &length, &error));
    CHECK(length > 77 && length < sizeof report);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_find_announced(NULL, NULL, 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_find_announced(NO_BROKER, "\xff", 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_find_announced(NO_BROKER, "[]", 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_find_announced(NO_BROKER, NULL, 0, NULL, 1, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_find_announced("{}", NULL, 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_find_announced(NO_BROKER, NULL, 20000, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_test_connection(NO_BROKER, UINT64_MAX, report, sizeof report, NULL, &error));
    CHECK(strstr(report, "\"works\":false") != NULL && strstr(report, "\"remedy\":\"") != NULL);
}

/* Every function that takes a connection test, with one that is none. */
static void all_test_calls(argus_mqtt_connection_test test)
{
    char report[16] = "as it was";
    size_t length = 77;
    int fd = -7;

    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_connection_test_fd(test, &fd, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE,
           argus_mqtt_connection_test_report(test, UINT64_MAX, report, sizeof report, &length, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_connection_test_end(test, &error));
    CHECK(argus_mqtt_connection_test_fd(test, NULL, NULL) == ARGUS_MQTT_INVALID_HANDLE);
    CHECK(argus_mqtt_connection_test_report(test, 0, NULL, SIZE_MAX, NULL, NULL) == ARGUS_MQTT_INVALID_HANDLE);
    CHECK(fd == -7 && length == 77 && strcmp(report, "as it was") == 0);
}

static void testing_in_the_background(void)
{
    char blocking[16384], report[16384];
    argus_mqtt_connection_test test = 77, next = 0;
    size_t length = 77;
    int fd = -7;

    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connection_test_begin(NULL, 0, &test, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connection_test_begin("\xff", 0, &test, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connection_test_begin(NO_BROKER, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_connection_test_begin("{}", 0, &test, &error));
    CHECK(test == 77);

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_begin(NO_BROKER, UINT64_MAX, &test, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connection_test_fd(test, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_fd(test, &fd, &error));
    CHECK(fd >= 0);
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_connection_test_report(test, UINT64_MAX, NULL, 1, NULL, &error));
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL,
           argus_mqtt_connection_test_report(test, UINT64_MAX, NULL, 0, &length, &error));
    CHECK(length > 77 && length < sizeof report);
    /* It is still the same one, as often as one asks. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_report(test, 0, report, length + 1, &length, &error));
    CHECK(strlen(report) == length && strstr(report, "\"works\":false") != NULL);
    CHECK(argus_mqtt_connection_test_report(test, 0, blocking, sizeof blocking, NULL, NULL) == ARGUS_MQTT_OK);
    CHECK(strcmp(report, blocking) == 0);

    /* A test is no client, and a client is no test. */
    all_calls(test, ARGUS_MQTT_INVALID_HANDLE);
    argus_mqtt_client client = connected();
    all_test_calls(client);
    leave(client);

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_end(test, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_begin(NO_BROKER, 0, &next, &error));
    CHECK(next != test);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_end(next, &error));
    const argus_mqtt_connection_test none[] = {0, 1, test, next, next + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        all_test_calls(none[i]);
    }
}

/* Outputs that lie in each other, and inputs that lie in outputs. What they hold afterwards is of no use. */
static void aliases(argus_mqtt_client client)
{
    argus_mqtt_error error;
    void *inside = error.message;

    CHECK(argus_mqtt_connect(NULL, inside, &error) == ARGUS_MQTT_INVALID_ARGUMENT);
    CHECK(argus_mqtt_publish(client, "a", "x", 1, NULL, inside, &error) == ARGUS_MQTT_OK);
    CHECK(argus_mqtt_flush(client, 0, inside, &error) == ARGUS_MQTT_TIMEOUT);
    CHECK(argus_mqtt_status(client, inside, 100, inside, &error) == ARGUS_MQTT_BUFFER_TOO_SMALL);
    CHECK(argus_mqtt_settings_check("{", inside, sizeof error.message, inside, &error) == ARGUS_MQTT_OK);
    CHECK(argus_mqtt_next_outcomes(client, 0, inside, 1, inside, &error) == ARGUS_MQTT_TIMEOUT);

    strcpy(error.message, "topic/from/the/last/message");
    CHECK(argus_mqtt_publish(client, error.message, error.message, 5, NULL, NULL, &error) == ARGUS_MQTT_OK);
    strcpy(error.message, "wrong/#");
    CHECK(argus_mqtt_publish(client, error.message, "x", 1, NULL, NULL, &error) == ARGUS_MQTT_INVALID_ARGUMENT);
    CHECK(strlen(error.message) > strlen("wrong/#"));
}

static void reconfiguring(argus_mqtt_client client)
{
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_reconfigure(client, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_reconfigure(client, "\xff", &error));
    EXPECT(ARGUS_MQTT_INVALID_SETTINGS, argus_mqtt_reconfigure(client, "{}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_reconfigure(client, NO_BROKER, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_reconnect(client, &error));
}

static void online_changes(argus_mqtt_client client)
{
    uint64_t changes = 77;
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_wait_online_change(client, 0, UINT64_MAX, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_wait_online_change(client, 0, 0, &changes, &error));
    CHECK(changes == 77);
    /* What was not the last change has changed since. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online_change(client, UINT64_MAX, UINT64_MAX, &changes, &error));
    CHECK(changes == 0);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_interrupt_wait(client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online_change(client, 0, UINT64_MAX, &changes, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_wait_online_change(client, 0, 0, &changes, &error));
}

static void waiting(argus_mqtt_client client)
{
    size_t left = 0;
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_clear_ghosts(client, 0, &left, &error));
    CHECK(left == 0);
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_wait_online(client, 0, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_flush(client, 1, &left, &error));
    CHECK(left > 0);
}

int main(void)
{
    names_and_numbers();
    schema();
    connecting();
    testing_a_connection();
    testing_in_the_background();
    handles();

    argus_mqtt_client client = connected();
    payloads(client);
    events(client);
    topics(client);
    numbers(client);
    option_sizes(client);
    named_states(client);
    snapshots(client);
    deliveries(client);
    states(client);
    cameras(client);
    many_deliveries(client);
    trying(client);
    kinds_and_outcomes(client);
    buffers(client);
    aliases(client);
    reconfiguring(client);
    online_changes(client);
    waiting(client);
    leave(client);
    return 0;
}
