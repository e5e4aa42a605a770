/*
 * A publisher in an event loop: poll() waits for events to publish and for what happens to them at the same time.
 *
 *     cc event_loop.c -o event_loop $(pkg-config --cflags --libs argus-mqtt)
 *     ./event_loop '{"broker_host": "homeassistant.local"}'
 *
 * Each line of standard input is an event, as JSON, of the camera "front_door". Everything that happens is written to
 * standard output. The end of the input ends the program in good order, and in one thread: nothing here blocks but
 * poll().
 */

#define _POSIX_C_SOURCE 200809L

#include <argus_mqtt.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_LINE = 65536 };

static void publish(argus_mqtt_client client, const char *event, size_t length)
{
    argus_mqtt_delivery delivery;
    argus_mqtt_error error;

    /* With a delivery, its outcome will be told. */
    if (argus_mqtt_publish_event(client, "front_door", event, length, &delivery, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "event_loop: %s\n", error.message);
    }
}

/* Publishes the lines that have come; 0 at the end of the input. */
static int read_events(argus_mqtt_client client)
{
    static char line[LONGEST_LINE];
    static size_t length;
    char *end;

    ssize_t more = read(STDIN_FILENO, line + length, sizeof line - length);
    if (more <= 0) {
        return 0;
    }
    length += (size_t)more;
    while ((end = memchr(line, '\n', length)) != NULL) {
        size_t used = (size_t)(end - line) + 1;
        publish(client, line, used - 1);
        length -= used;
        memmove(line, end + 1, length);
    }
    /* A line that does not fit is no event. */
    if (length == sizeof line) {
        length = 0;
    }
    return 1;
}

/* Says what became of the messages that have ended. */
static void take_outcomes(argus_mqtt_client client)
{
    argus_mqtt_outcome outcomes[16];
    size_t count = 0;

    if (argus_mqtt_next_outcomes(client, 0, outcomes, 16, &count, NULL) != ARGUS_MQTT_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        printf("message %llu: %s %s\n", (unsigned long long)outcomes[i].delivery,
               argus_mqtt_status_name(outcomes[i].outcome), outcomes[i].reason);
    }
    fflush(stdout);
}

/* Reads one notice, if there is one; 0 when it says that the client is closed. */
static int read_notice(argus_mqtt_client client)
{
    char notice[4096];

    if (argus_mqtt_next_notice(client, 0, notice, sizeof notice, NULL, NULL) != ARGUS_MQTT_OK) {
        return 1;
    }
    puts(notice);
    fflush(stdout);
    return strstr(notice, "\"state\":\"closed\"") == NULL;
}

/* Tells what happens until the client is closed. Events are read meanwhile, until the input ends. */
static int run(argus_mqtt_client client, int happenings, argus_mqtt_error *error)
{
    struct pollfd waiting[] = {{happenings, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    nfds_t count = 2;

    while (poll(waiting, count, -1) >= 0) {
        if (count == 2 && waiting[1].revents != 0 && !read_events(client)) {
            count = 1;
            /* Goes on in the background; what becomes of the last messages is told here. */
            if (argus_mqtt_shutdown_begin(client, 10000, error) != ARGUS_MQTT_OK) {
                return 0;
            }
        }
        if (waiting[0].revents != 0) {
            take_outcomes(client);
            if (!read_notice(client)) {
                break;
            }
        }
    }
    take_outcomes(client);
    return argus_mqtt_close(client, 0, NULL, error) == ARGUS_MQTT_OK;
}

int main(int argc, char **argv)
{
    const char *settings = argc > 1 ? argv[1] : "{\"broker_host\": \"localhost\"}";
    argus_mqtt_client client;
    argus_mqtt_error error;
    int happenings;

    if (argus_mqtt_connect(settings, &client, &error) != ARGUS_MQTT_OK ||
        argus_mqtt_open_notices(
            client, ARGUS_MQTT_NOTICE_STATES | ARGUS_MQTT_NOTICE_LOG | ARGUS_MQTT_NOTICE_OUTCOMES, &error) !=
            ARGUS_MQTT_OK ||
        argus_mqtt_notice_fd(client, &happenings, &error) != ARGUS_MQTT_OK || !run(client, happenings, &error)) {
        fprintf(stderr, "event_loop: %s\n", error.message);
        return 1;
    }
    return 0;
}
