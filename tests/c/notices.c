/*
 * Reading notices, also by waiting on the descriptor.
 *
 * notices MOSQUITTO SILENT: ports of a Mosquitto with max_packet_size 20000, and of a broker that acknowledges nothing
 * but the birth message.
 */

#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static char text[4096];

/* Reads up to a notice that contains `wanted`. */
static void read_to(argus_mqtt_client client, const char *wanted)
{
    argus_mqtt_error error;
    size_t length = 0;
    do {
        CHECK(argus_mqtt_next_notice(client, PATIENCE_MS, text, sizeof text, &length, &error) == ARGUS_MQTT_OK);
        CHECK(length == strlen(text) && text[0] == '{' && text[length - 1] == '}');
    } while (strstr(text, wanted) == NULL);
}

static int readable(int fd, int timeout_ms)
{
    struct pollfd one = {.fd = fd, .events = POLLIN, .revents = 0};
    return poll(&one, 1, timeout_ms) == 1 && (one.revents & POLLIN) != 0;
}

static void *read_to_the_end(void *client)
{
    char mine[4096];
    int32_t status;
    argus_mqtt_error error;
    do {
        status = argus_mqtt_next_notice(*(argus_mqtt_client *)client, UINT64_MAX, mine, sizeof mine, NULL, &error);
    } while (status == ARGUS_MQTT_OK);
    /* The latter between two calls. */
    CHECK(status == ARGUS_MQTT_SHUT_DOWN || status == ARGUS_MQTT_INVALID_HANDLE);
    printf("argus_mqtt_next_notice %s\n", argus_mqtt_status_name(status));
    return status == ARGUS_MQTT_SHUT_DOWN ? client : NULL;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {0, ms * 1000000};
    nanosleep(&pause, NULL);
}

/*
 * Whether a reader that waits when the client is shut down hears of it. It is given some time to begin, as it may not be
 * in the call yet, and then gets the status of a client that is gone.
 */
static int hears_of_the_end(long given_ms)
{
    argus_mqtt_client client = 0;
    pthread_t reader;
    void *heard = NULL;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
    /* It waits for nothing else, and so is in the call when the end comes. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_open_notices(client, 0, &error));
    CHECK(pthread_create(&reader, NULL, read_to_the_end, &client) == 0);
    pause_ms(given_ms);
    leave(client);
    CHECK(pthread_join(reader, &heard) == 0);
    return heard != NULL;
}

static void states_and_deliveries(const char *mosquitto)
{
    argus_mqtt_client client = 0;
    argus_mqtt_delivery delivery = 0;
    char wanted[64];
    size_t length = 0;
    int fd = -1, again = -1;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(mosquitto, ""), &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_notice_fd(client, &again, &error));
    CHECK(fd >= 0 && fd == again);
    CHECK(readable(fd, PATIENCE_MS));

    /* A notice that does not fit is not lost. */
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_next_notice(client, PATIENCE_MS, text, 3, &length, &error));
    CHECK(length > 3 && length < sizeof text);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_next_notice(client, 0, text, length + 1, NULL, &error));
    CHECK(strncmp(text, "{\"kind\":\"state\",\"state\":\"", 25) == 0);

    if (strstr(text, "\"online\"") == NULL) {
        read_to(client, "\"state\":\"online\"");
    }
    CHECK(!readable(fd, 0));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_next_notice(client, 10, text, sizeof text, NULL, &error));

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
    CHECK(readable(fd, PATIENCE_MS));
    CHECK(readable(fd, 0));
    snprintf(wanted, sizeof wanted, "{\"kind\":\"delivery\",\"delivery\":%llu,\"outcome\":\"delivered\"}",
             (unsigned long long)delivery);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_next_notice(client, PATIENCE_MS, text, sizeof text, NULL, &error));
    CHECK(strcmp(text, wanted) == 0);
    CHECK(!readable(fd, 0));
    /* To be told is not to take. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, 0, &error));

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_next_notice(client, 0, text, sizeof text, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_notice_fd(client, &fd, &error));
}

/* Takes what there is, and gives how many. */
static size_t take(argus_mqtt_client client, argus_mqtt_outcome *outcomes, size_t capacity)
{
    argus_mqtt_error error;
    size_t count = 0;
    int32_t status = argus_mqtt_next_outcomes(client, 0, outcomes, capacity, &count, &error);
    CHECK(status == ARGUS_MQTT_OK || status == ARGUS_MQTT_TIMEOUT || status == ARGUS_MQTT_SHUT_DOWN);
    CHECK(count <= capacity && (count > 0) == (status == ARGUS_MQTT_OK));
    return count;
}

/* Outcomes many at a time: each once, in order, and the descriptor is readable for them and for states alone. */
static void outcomes_in_bulk(const char *mosquitto)
{
    enum { MESSAGES = 300, LARGE = 30000 };
    static argus_mqtt_outcome outcomes[MESSAGES];
    static char large[LARGE];
    argus_mqtt_client client = 0;
    argus_mqtt_delivery deliveries[MESSAGES], rejected = 0;
    size_t count = 0;
    int fd = -1;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(mosquitto, ", \"protocol\": \"5\""), &client, &error));
    EXPECT(ARGUS_MQTT_OK,
           argus_mqtt_open_notices(client, ARGUS_MQTT_NOTICE_STATES | ARGUS_MQTT_NOTICE_OUTCOMES, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    /* Nothing but states was noted. */
    while (argus_mqtt_next_notice(client, 0, text, sizeof text, NULL, NULL) == ARGUS_MQTT_OK) {
        CHECK(strstr(text, "\"kind\":\"state\"") != NULL);
    }
    CHECK(!readable(fd, 0));

    for (int i = 0; i < MESSAGES; i++) {
        CHECK(argus_mqtt_publish(client, "a", "x", 1, NULL, &deliveries[i], NULL) == ARGUS_MQTT_OK);
    }
    for (size_t taken = 0; taken < MESSAGES; taken += count) {
        CHECK(readable(fd, PATIENCE_MS));
        /* They are no notices. */
        CHECK(argus_mqtt_next_notice(client, 0, text, sizeof text, NULL, NULL) == ARGUS_MQTT_TIMEOUT);
        EXPECT(ARGUS_MQTT_OK, argus_mqtt_next_outcomes(client, PATIENCE_MS, outcomes, 64, &count, &error));
        CHECK(count >= 1 && count <= 64);
        for (size_t i = 0; i < count; i++) {
            CHECK(outcomes[i].delivery == deliveries[taken + i]);
            CHECK(outcomes[i].outcome == ARGUS_MQTT_OK && outcomes[i].reason[0] == '\0');
        }
    }
    CHECK(!readable(fd, 0));
    CHECK(status_has(client, "\"outcomes_kept\":0"));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, deliveries[0], 0, &error));

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", large, LARGE, NULL, &rejected, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_next_outcomes(client, PATIENCE_MS, outcomes, 1, &count, &error));
    CHECK(count == 1 && outcomes[0].delivery == rejected && outcomes[0].outcome == ARGUS_MQTT_REJECTED);
    CHECK(strstr(outcomes[0].reason, "20000 bytes") != NULL);
    CHECK(status_has(client, "\"outcomes_kept\":0"));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
}

/* One thread that never waits but for the descriptor learns what becomes of everything, until the client is closed. */
static void shutdown_in_two_steps(const char *broker, int32_t outcome, int32_t closed)
{
    argus_mqtt_outcome outcomes[4];
    argus_mqtt_client client = 0;
    argus_mqtt_delivery delivery = 0;
    uint64_t changes = 0;
    size_t count = 0, left = 77;
    int fd = -1, is_closed = 0, told = 0;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(broker, ""), &client, &error));
    EXPECT(ARGUS_MQTT_OK,
           argus_mqtt_open_notices(client, ARGUS_MQTT_NOTICE_STATES | ARGUS_MQTT_NOTICE_OUTCOMES, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &delivery, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown_begin(client, 1000, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_shutdown_begin(client, 1000, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_publish(client, "a", "x", 1, NULL, NULL, &error));
    while (!is_closed) {
        CHECK(readable(fd, PATIENCE_MS));
        count = take(client, outcomes, 4);
        for (size_t i = 0; i < count; i++) {
            CHECK(outcomes[i].delivery == delivery && outcomes[i].outcome == outcome);
            told++;
        }
        if (argus_mqtt_next_notice(client, 0, text, sizeof text, NULL, NULL) == ARGUS_MQTT_OK) {
            is_closed = strstr(text, "\"closed\"") != NULL;
        }
    }
    while (readable(fd, 0)) {
        told += (int)take(client, outcomes, 4);
    }
    CHECK(told == 1);
    CHECK(status_has(client, "\"state\":\"closed\""));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_next_outcomes(client, UINT64_MAX, outcomes, 4, &count, &error));
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_next_notice(client, UINT64_MAX, text, sizeof text, NULL, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online_change(client, UINT64_MAX, 0, &changes, &error));
    CHECK(changes == 2);
    EXPECT(ARGUS_MQTT_SHUT_DOWN, argus_mqtt_wait_online_change(client, 2, UINT64_MAX, &changes, &error));
    EXPECT(closed, argus_mqtt_close(client, 0, &left, &error));
    CHECK(left == (closed == ARGUS_MQTT_OK ? 0 : 1));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_close(client, 0, &left, &error));
}

/* Without a shutdown before it, it does not wait, and what is queued ends. */
static void closing_at_once(void)
{
    argus_mqtt_client client = 0;
    size_t left = 0;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_close(client, UINT64_MAX, &left, &error));
    CHECK(left == 1);
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_next_outcomes(client, 0, NULL, 0, NULL, &error));
}

static void misuse(void)
{
    argus_mqtt_client client = 0;
    int fd = -7;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_notice_fd(client, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_next_notice(client, UINT64_MAX, NULL, 1, NULL, &error));
    EXPECT(ARGUS_MQTT_BUFFER_TOO_SMALL, argus_mqtt_next_notice(client, 0, NULL, 0, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_next_notice(0, UINT64_MAX, text, sizeof text, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_HANDLE, argus_mqtt_notice_fd(UINT64_MAX, &fd, &error));
    CHECK(fd == -7);
    leave(client);
}

enum { DESCRIPTORS = 256 };

static int open_descriptors(void)
{
    int open = 0;
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        open += fcntl(fd, F_GETFD) != -1;
    }
    return open;
}

/*
 * Without the two descriptors that it waits on there is no client; with no more than those there is no connection; and
 * as soon as there are some, there is.
 */
static void no_descriptors_left(const char *mosquitto)
{
    const struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    argus_mqtt_client client = 0;
    argus_mqtt_connection_test test = 0;
    int fd = -7, last = 0, taken[DESCRIPTORS], count = 0;

    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    while (count < DESCRIPTORS && (last = dup(0)) >= 0) {
        taken[count++] = last;
    }
    const char *settings = settings_for(mosquitto, ", \"reconnect_max_seconds\": 1");
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_connect(settings, &client, &error));
    CHECK(client == 0 && count > 2);
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_test_connection(settings, 0, text, sizeof text, NULL, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_connection_test_begin(settings, 0, &test, &error));
    CHECK(test == 0);
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_find_announced(settings, NULL, 0, text, sizeof text, NULL, &error));
    close(taken[--count]);
    close(taken[--count]);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings, &client, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_SYSTEM, argus_mqtt_clear_ghosts(client, 0, NULL, &error));
    CHECK(fd == -7);
    for (int i = 0; i < PATIENCE_MS / 10 && status_has(client, "\"last_error\":null"); i++) {
        pause_ms(10);
    }
    CHECK(!status_has(client, "\"last_error\":null"));
    while (count > 0) {
        close(taken[--count]);
    }
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
}

int main(int argc, char **argv)
{
    CHECK(argc >= 3);
    int before = open_descriptors();
    /* First, as no thread of an earlier client may give one back meanwhile. */
    no_descriptors_left(argv[1]);
    states_and_deliveries(argv[1]);
    outcomes_in_bulk(argv[1]);
    shutdown_in_two_steps(argv[1], ARGUS_MQTT_OK, ARGUS_MQTT_OK);
    shutdown_in_two_steps(argv[2], ARGUS_MQTT_UNKNOWN, ARGUS_MQTT_TIMEOUT);
    closing_at_once();
    misuse();
    int heard = 0;
    for (long given_ms = 0; given_ms < 300 && !heard; given_ms += 10) {
        heard = hears_of_the_end(given_ms);
    }
    CHECK(heard);
    /* A helper thread that gives up an attempt to connect may live a little longer. */
    for (int i = 0; i < PATIENCE_MS / 10 && open_descriptors() != before; i++) {
        pause_ms(10);
    }
    CHECK(open_descriptors() == before);
    return 0;
}
