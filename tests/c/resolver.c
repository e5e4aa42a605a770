/*
 * A resolver that hangs, which nothing can interrupt: it must not hold up anything else, and its late answer must not
 * make a connection beside the one that was made meanwhile.
 *
 * resolver MOSQUITTO: the port of a Mosquitto.
 */

#define _GNU_SOURCE

#include "check.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HANGS_SECONDS 25
#define PATIENCE_MS 15000

#define LATE_SECONDS 5

static volatile int asked;
static atomic_int late_asked, late_told;

/* Takes the place of the one of libc, in the library too. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    if (strcmp(node, "late.test") == 0) {
        /* The first look-up is answered long after it was given up, those after it at once. */
        int is_first = atomic_fetch_add(&late_asked, 1) == 0;
        int (*libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
        *(void **)&libc = dlsym(RTLD_NEXT, "getaddrinfo");
        if (is_first)
            sleep(LATE_SECONDS);
        int told = libc("127.0.0.1", service, hints, found);
        if (is_first)
            late_told = 1;
        return told;
    }
    asked = 1;
    sleep(HANGS_SECONDS);
    return EAI_AGAIN;
}

#define NAMED "{\"broker_host\": \"broker.test\", \"connect_timeout_seconds\": 1, \"reconnect_max_seconds\": 1}"

static void late_answer(const char *port)
{
    argus_mqtt_client client = 0;
    char late[256];

    snprintf(late, sizeof late,
             "{\"broker_host\": \"late.test\", \"broker_port\": %s, \"connect_timeout_seconds\": 1,"
             " \"reconnect_max_seconds\": 1}",
             port);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(late, &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    CHECK(atomic_load(&late_asked) > 1);
    CHECK(!atomic_load(&late_told));
    while (!atomic_load(&late_told))
        usleep(10000);
    /* A second connection would have the client id of this one, and end it meanwhile. */
    for (int n = 0; n < 300; n++) {
        argus_mqtt_delivery delivery = 0;
        EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
        EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    }
    CHECK(status_has(client, "\"connections\":1,"));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
}

int main(int argc, char **argv)
{
    argus_mqtt_client client = 0, other = 0;
    argus_mqtt_delivery delivery = 0;
    time_t start = time(NULL);

    CHECK(argc >= 2);
    late_answer(argv[1]);
    start = time(NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NAMED, &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NAMED, &other, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_wait_online(client, 1500, &error));
    CHECK(status_has(client, "broker.test"));
    /* New settings need no name, and do not wait for the old one. */
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_reconfigure(client, settings_for(argv[1], ""), &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_shutdown(other, 100, NULL, &error));
    CHECK(asked);
    CHECK(time(NULL) - start < HANGS_SECONDS);
    return 0;
}
