/*
 * A resolver that hangs, which nothing can interrupt: it must not hold up anything else.
 *
 * resolver MOSQUITTO: the port of a Mosquitto.
 */

#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <netdb.h>
#include <time.h>
#include <unistd.h>

#define HANGS_SECONDS 25
#define PATIENCE_MS 15000

static volatile int asked;

/* Takes the place of the one of libc, in the library too. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    (void)node, (void)service, (void)hints, (void)found;
    asked = 1;
    sleep(HANGS_SECONDS);
    return EAI_AGAIN;
}

#define NAMED "{\"broker_host\": \"broker.test\", \"connect_timeout_seconds\": 1, \"reconnect_max_seconds\": 1}"

int main(int argc, char **argv)
{
    argus_mqtt_client client = 0, other = 0;
    argus_mqtt_delivery delivery = 0;
    time_t start = time(NULL);

    CHECK(argc >= 2);
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
