/* What the test programs share: checks that say where they failed and with which message of the library. */

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
}

#endif
