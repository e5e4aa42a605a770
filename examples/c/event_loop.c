/*
 * A publisher in an event loop: poll() waits for events to publish and for what happens to them at the same time.
 *
 *     cc event_loop.c -o event_loop $(pkg-config --cflags --libs argus-mqtt)
 *     ./event_loop '{"broker_host": "homeassistant.local"}'
 *
 * Each line of standard input is an event, as JSON, of the camera "front_door". Everything that happens is written to
 * standard output. The end of the input ends the program in good order.
 */

#define _POSIX_C_SOURCE 200809L

#include <argus_mqtt.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_LINE = 65536 };

static void publish(argus_mqtt_client client, const char *event, size_t length)
{
    argus_mqtt_delivery delivery;
    argus_mqtt_error error;

    /* With a delivery, the end of the message will be told. */
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

/* Reads one notice; poll() says when there is another. */
static void read_notice(argus_mqtt_client client)
{
    const char *number;
    argus_mqtt_error error;
    char notice[4096];

    if (argus_mqtt_next_notice(client, 0, notice, sizeof notice, NULL, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "event_loop: %s\n", error.message);
        return;
    }
    puts(notice);
    fflush(stdout);
    /* Now that its end is told, nobody will ask for the outcome. */
    number = strstr(notice, "\"delivery\":");
    if (number != NULL) {
        argus_mqtt_delivery_forget(client, strtoull(number + strlen("\"delivery\":"), NULL, 10), NULL);
    }
}

int main(int argc, char **argv)
{
    const char *settings = argc > 1 ? argv[1] : "{\"broker_host\": \"localhost\"}";
    argus_mqtt_client client;
    argus_mqtt_error error;
    int notices, running = 1;

    if (argus_mqtt_connect(settings, &client, &error) != ARGUS_MQTT_OK ||
        argus_mqtt_notice_fd(client, &notices, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "event_loop: %s\n", error.message);
        return 1;
    }
    while (running) {
        struct pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {notices, POLLIN, 0}};
        if (poll(waiting, 2, -1) < 0) {
            break;
        }
        if (waiting[0].revents != 0) {
            running = read_events(client);
        }
        if (waiting[1].revents != 0) {
            read_notice(client);
        }
    }
    if (argus_mqtt_shutdown(client, 10000, NULL, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "event_loop: %s\n", error.message);
        return 1;
    }
    return 0;
}
