/*
 * What the test programs share: checks that say where they failed and with which message of the library.
 *
 * Each EXPECT that holds writes the function and its status to standard output, so that the test that runs the
 * programs can tell which statuses of the manual none of them has seen.
 */

#ifndef CHECK_H
#define CHECK_H

#include <argus_mqtt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with an error unless the condition holds. */
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* Calls a function of the library, whose last argument must be `&error`, and checks its status and what it says. */
#define EXPECT(wanted, call) \
    do { \
        argus_mqtt_error error; \
        memset(&error, 0x5a, sizeof error); \
        expect(__FILE__, __LINE__, #call, wanted, call, &error); \
    } while (0)

/* As EXPECT of ARGUS_MQTT_OK, for a call that does not wait: the thread of the client may be busy with it for a moment. */
#define EXPECT_ONCE_FREE(call) \
    do { \
        argus_mqtt_error error; \
        int32_t status; \
        do { \
            memset(&error, 0x5a, sizeof error); \
            status = call; \
        } while (status == ARGUS_MQTT_WOULD_BLOCK); \
        expect(__FILE__, __LINE__, #call, ARGUS_MQTT_OK, status, &error); \
    } while (0)

static inline void expect(const char *file, int line, const char *call, int32_t wanted, int32_t status,
                          const argus_mqtt_error *error)
{
    int ends = memchr(error->message, 0, sizeof error->message) != NULL;
    int speaks = ends && (error->message[0] != '\0') == (wanted != ARGUS_MQTT_OK);
    if (status != wanted || error->status != wanted || !speaks) {
        fprintf(stderr, "%s:%d: %s gave %s, not %s: %s\n", file, line, call, argus_mqtt_status_name(status),
                argus_mqtt_status_name(wanted), ends ? error->message : "(a message without an end)");
        exit(1);
    }
    printf("%.*s %s\n", (int)strcspn(call, "("), call, argus_mqtt_status_name(status));
    fflush(stdout);
}

/* The address of publish options. */
#define OPTIONS(qos_, retain_, expiry_) \
    (&(argus_mqtt_publish_options){ \
        .struct_size = sizeof(argus_mqtt_publish_options), .qos = qos_, .retain = retain_, .expiry_seconds = expiry_})

/* A client at a port where nothing listens: the discard port of this machine. */
#define NO_BROKER "{\"broker_host\": \"127.0.0.1\", \"broker_port\": 9}"

/* Settings for a broker on this machine; `more` is empty, or further fields that begin with a comma. */
static inline const char *settings_for(const char *port, const char *more)
{
    static char settings[4][512];
    static int next;
    char *text = settings[next++ % 4];
    int length = snprintf(text, sizeof settings[0], "{\"broker_host\": \"127.0.0.1\", \"broker_port\": %s%s}", port,
                          more);
    CHECK(length > 0 && (size_t)length < sizeof settings[0]);
    return text;
}

/* Shuts a client down that has no broker to say good-bye to. */
static inline void leave(argus_mqtt_client client)
{
    argus_mqtt_error error;
    int32_t status = argus_mqtt_shutdown(client, 0, NULL, &error);
    CHECK(status == ARGUS_MQTT_OK || status == ARGUS_MQTT_TIMEOUT);
}

/* Whether the status of a client contains a text, such as "\"state\":\"online\"". */
static inline int status_has(argus_mqtt_client client, const char *text)
{
    char status[16384];
    argus_mqtt_error error;
    CHECK(argus_mqtt_status(client, status, sizeof status, NULL, &error) == ARGUS_MQTT_OK);
    return strstr(status, text) != NULL;
}

#endif
