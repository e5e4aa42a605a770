/*
 * Each outcome of a message, and each status of a client, with a reason.
 *
 * outcomes MOSQUITTO SILENT REFUSING: ports of a Mosquitto with max_packet_size 20000, of a broker that acknowledges
 * nothing but the birth message, and of one that refuses every login. A fourth argument says that memory is watched:
 * then none is taken away.
 */

#define _POSIX_C_SOURCE 200809L

#include "cameras.h"
#include "limit.h"

#include <pthread.h>
#include <time.h>

/* Longer than anything here takes, and shorter than the test waits for this program. */
#define PATIENCE_MS 20000

static argus_mqtt_client connected(const char *settings)
{
    argus_mqtt_client client = 0;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings, &client, &error));
    return client;
}

static void delivered_and_rejected(const char *mosquitto)
{
    static char large[30000];
    argus_mqtt_client client = connected(settings_for(mosquitto, ", \"protocol\": \"5\""));
    argus_mqtt_delivery event = 0, message = 0, too_large = 0;
    size_t left = 77;
    char status[8192];

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_status(client, status, sizeof status, &left, &error));
    CHECK(left == strlen(status) && strstr(status, "\"state\":\"online\"") != NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &event, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a/b", "x", 1, OPTIONS(0, 0, 0), &message, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a/b", large, sizeof large, NULL, &too_large, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_flush(client, PATIENCE_MS, &left, &error));
    CHECK(left == 0);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_clear_ghosts(client, PATIENCE_MS, &left, &error));
    CHECK(left == 0);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, event, 0, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, message, 0, &error));
    EXPECT(ARGUS_MQTT_REJECTED, argus_mqtt_delivery_wait(client, too_large, 0, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, too_large, 0, &error));
    left = 77;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, &left, &error));
    CHECK(left == 0);
}

static void expired_dropped_and_full(void)
{
    char small[512];
    argus_mqtt_delivery expiring = 0, dropped = 0;
    argus_mqtt_client client = connected(NO_BROKER);

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, OPTIONS(1, 0, 1), &expiring, &error));
    EXPECT(ARGUS_MQTT_EXPIRED, argus_mqtt_delivery_wait(client, expiring, PATIENCE_MS, &error));
    leave(client);

    snprintf(small, sizeof small, "%s", settings_for("9", ", \"max_queued_messages\": 1"));
    client = connected(small);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &dropped, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_DROPPED, argus_mqtt_delivery_wait(client, dropped, PATIENCE_MS, &error));
    leave(client);

    client = connected(settings_for("9", ", \"max_queued_messages\": 1, \"queue_full\": \"refuse_newest\""));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish(client, "a", "x", 1, NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"door\", \"snapshots\": true}", &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL,
           argus_mqtt_publish_event_with_snapshot(client, "door", "{}", 2, "\xff\xd8\xff", 3, NULL, &error));
    leave(client);
}

/* States have bounds of their own. */
static void too_many_states(void)
{
    const size_t size = 64 << 20;
    char *payload = calloc(size, 1);
    argus_mqtt_client client = connected(settings_for("9", ", \"max_queued_messages\": 1"));
    argus_mqtt_delivery state = 0, outcome = 0;

    CHECK(payload != NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, "s", "1", 1, &state, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_state(client, "s", payload, size, NULL, &error));
    CHECK(status_has(client, "\"states\":1") && status_has(client, "\"queued\":2"));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_forget_state(client, "s", NULL, &error));
    /* One outcome is kept, and no more may be. */
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_forget_state(client, "s", &outcome, &error));
    CHECK(outcome == 0);
    EXPECT(ARGUS_MQTT_SUPERSEDED, argus_mqtt_delivery_wait(client, state, 0, &error));
    leave(client);
    free(payload);
}

/* Cameras say states, for which there may be no room. */
static void too_many_for_cameras(void)
{
    const size_t most = 64 << 20;
    char status[8192];
    char *payload = calloc(most, 1);
    argus_mqtt_client client = connected(NO_BROKER);

    CHECK(payload != NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_system(client, "{\"diagnostics\": true}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"door\", \"snapshots\": true}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_camera_activity(client, "door", 1, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_status(client, status, sizeof status, NULL, &error));
    /* Takes all the room that is left: its topic has 1 byte. */
    const char *bytes = strstr(status, "\"states_bytes\":");
    CHECK(bytes != NULL);
    size_t left = most - strtoul(strchr(bytes, ':') + 1, NULL, 10) - 512 - 1;
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, "s", payload, left, NULL, &error));

    EXPECT(ARGUS_MQTT_QUEUE_FULL,
           argus_mqtt_announce_system(client, "{\"diagnostics\": true, \"name\": \"A longer name\"}", &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_announce_camera(client, "{\"id\": \"garden\"}", &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_camera_status(client, "door", "unavailable", NULL, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_camera_counts(client, "door", 1, 2, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_camera_activity(client, "door", 0, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_camera_last_event(client, "door", "{}", 2, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_camera_snapshot(client, "door", "\xff\xd8\xff", 3, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_publish_diagnostics(client, &error));
    EXPECT(ARGUS_MQTT_QUEUE_FULL, argus_mqtt_disable_camera(client, "door", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_remove_camera(client, "door", &error));
    /* What was refused is said in full once there is room. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_forget_state(client, "s", NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_announce_camera(client, "{\"id\": \"garden\"}", &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_camera_counts(client, "garden", 1, 2, &error));
    leave(client);
    free(payload);
}

/* A shutdown that lasts, as its message is never acknowledged. */
static void *shut_down(void *client)
{
    size_t left = 0;
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_shutdown(*(argus_mqtt_client *)client, 2000, &left, &error));
    CHECK(left == 1);
    return NULL;
}

static void unknown_while_shutting_down(const char *silent)
{
    argus_mqtt_client client = connected(settings_for(silent, ""));
    const struct timespec pause = {0, 1000000};
    argus_mqtt_delivery delivery = 0;
    pthread_t thread;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &delivery, &error));
    CHECK(pthread_create(&thread, NULL, shut_down, &client) == 0);
    while (!status_has(client, "\"shutting_down\"")) {
        nanosleep(&pause, NULL);
    }
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_publish(client, "a", "x", 1, NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_publish_state(client, "a", "x", 1, NULL, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_forget_state(client, "a", NULL, &error));
    camera_calls(client, ARGUS_MQTT_SHUT_DOWN);
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_clear_ghosts(client, PATIENCE_MS, NULL, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_reconfigure(client, NO_BROKER, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_reconnect(client, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
    EXPECT(ARGUS_MQTT_UNKNOWN, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    CHECK(pthread_join(thread, NULL) == 0);
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_shutdown(client, 0, NULL, &error));
}

static void refused(const char *refusing)
{
    argus_mqtt_client client = connected(settings_for(refusing, ", \"username\": \"me\", \"password\": \"secret\""));
    argus_mqtt_error error;

    EXPECT(ARGUS_MQTT_REFUSED, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    CHECK(argus_mqtt_wait_online(client, PATIENCE_MS, &error) == ARGUS_MQTT_REFUSED);
    CHECK(strstr(error.message, "secret") == NULL);
    EXPECT(ARGUS_MQTT_REFUSED, argus_mqtt_clear_ghosts(client, PATIENCE_MS, NULL, &error));
    leave(client);
}

static void found(const char *mosquitto, const char *refusing)
{
    static const char topic[] = "homeassistant/sensor/argusai_door_event/config";
    static const char config[] = "{\"origin\": {\"name\": \"argus-mqtt\"}, \"state_topic\": \"argusai/status\"}";
    static const char cameras[] = "{\"cameras\": []}";
    char list[1024];
    argus_mqtt_error error;
    size_t length = 0;
    argus_mqtt_client client = connected(settings_for(mosquitto, ""));

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_state(client, topic, config, sizeof config - 1, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
    const char *settings = settings_for(mosquitto, "");
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_find_announced(settings, NULL, PATIENCE_MS, list, 1, &length, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_find_announced(settings, NULL, PATIENCE_MS, list, sizeof list, &length, &error));
    CHECK(length == strlen(list) && strstr(list, topic) != NULL && strstr(list, "\"is_ghost\":null") != NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_find_announced(settings, cameras, PATIENCE_MS, list, sizeof list, NULL, &error));
    CHECK(strstr(list, "\"is_ghost\":true") != NULL);
    settings = settings_for(refusing, ", \"username\": \"me\", \"password\": \"secret\"");
    EXPECT(ARGUS_MQTT_REFUSED, argus_mqtt_find_announced(settings, NULL, PATIENCE_MS, list, sizeof list, NULL, &error));
    int32_t status = argus_mqtt_find_announced(settings, NULL, PATIENCE_MS, list, sizeof list, NULL, &error);
    CHECK(status == ARGUS_MQTT_REFUSED && strstr(error.message, "secret") == NULL);
}

static void reconfigured(const char *mosquitto, const char *silent)
{
    char first[512];
    argus_mqtt_delivery delivery = 0;

    snprintf(first, sizeof first, "%s", settings_for(silent, ""));
    argus_mqtt_client client = connected(first);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &delivery, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_reconfigure(client, settings_for(mosquitto, ""), &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
}

static void without_memory(void)
{
    const size_t size = 64 << 20;
    char *payload = calloc(size, 1);
    argus_mqtt_client client = connected(NO_BROKER), none = 77, clients[100];
    argus_mqtt_error error;
    int32_t status = ARGUS_MQTT_OK;
    int count = 0;

    CHECK(payload != NULL);
    limit_memory(size / 2);
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_publish_event(client, "door", payload, size, NULL, &error));
    EXPECT(ARGUS_MQTT_SYSTEM,
           argus_mqtt_publish_event_with_snapshot(client, "door", "{}", 2, payload, size, NULL, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_publish(client, "a", payload, size, NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_publish_state(client, "a", payload, size, NULL, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_publish_camera_last_event(client, "door", payload, size, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_publish_camera_snapshot(client, "door", payload, size, &error));
    leave(client);
    /* Less than the stack of a thread; but stacks of threads that have ended may be there still, and threads that look
     * up names end in between. */
    limit_memory(1 << 20);
    while (count < 100 && (status = argus_mqtt_connect(NO_BROKER, &none, &error)) == ARGUS_MQTT_OK) {
        clients[count++] = none;
        none = 77;
    }
    expect(__FILE__, __LINE__, "argus_mqtt_connect(", ARGUS_MQTT_SYSTEM, status, &error);
    CHECK(none == 77);
    unlimit_memory();
    while (count > 0) {
        leave(clients[--count]);
    }
    free(payload);
}

/* A test goes on while the program does something else, and is ended before it has a report. */
static void tested_meanwhile(const char *silent)
{
    argus_mqtt_connection_test test = 0;
    char report[16384] = "as it was";

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_begin(settings_for(silent, ""), UINT64_MAX, &test, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_connection_test_report(test, 0, report, sizeof report, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_connection_test_report(test, 50, report, sizeof report, NULL, &error));
    CHECK(strcmp(report, "as it was") == 0);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_end(test, &error));
}

int main(int argc, char **argv)
{
    CHECK(argc >= 4);
    delivered_and_rejected(argv[1]);
    expired_dropped_and_full();
    too_many_states();
    too_many_for_cameras();
    unknown_while_shutting_down(argv[2]);
    refused(argv[3]);
    found(argv[1], argv[3]);
    reconfigured(argv[1], argv[2]);
    if (argc == 4) {
        without_memory();
    }
    /* Last, as its thread ends when it likes, and gives back memory then. */
    tested_meanwhile(argv[2]);
    return 0;
}
