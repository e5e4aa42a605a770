/* argus-mqtt through its C interface. */
#include "bench.h"

#include <argus_mqtt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_MS 600000

static argus_mqtt_client client;
/* One delivery per event where each is awaited by itself; else NULL and only the end is awaited. */
static argus_mqtt_delivery *deliveries;
static uint64_t published;
static uint64_t acknowledged;

static void check(const char *what, int32_t status, const argus_mqtt_error *error)
{
    if (status != ARGUS_MQTT_OK) {
        fprintf(stderr, "%s\n", error->message);
        bench_fail(what, status);
    }
}

void peer_connect(const struct bench_options *options)
{
    argus_mqtt_error error;
    char settings[1024], tls[512] = "";
    if (*options->tls_ca)
        snprintf(tls, sizeof tls, ", \"use_tls\": true, \"tls_ca_file\": \"%s\"", options->tls_ca);
    snprintf(settings, sizeof settings,
             "{\"broker_host\": \"127.0.0.1\", \"broker_port\": %d, \"message_expiry_seconds\": %d, \"max_in_flight\": %d, "
             "\"max_queued_messages\": %llu, \"max_queued_bytes\": %llu, \"reconnect_max_seconds\": 1%s}",
             options->port, BENCH_EXPIRY_SECONDS, options->window, (unsigned long long)options->messages + 1, 4ull << 30,
             tls);
    if (options->backlog > 0 || strcmp(options->mode, "roundtrip") == 0) {
        deliveries = calloc(options->messages, sizeof *deliveries);
        if (deliveries == NULL)
            bench_fail("calloc", 0);
    }
    check("argus_mqtt_connect", argus_mqtt_connect(settings, &client, &error), &error);
    check("argus_mqtt_wait_online", argus_mqtt_wait_online(client, LONG_MS, &error), &error);
}

void peer_publish(const char *topic, const char *camera, const void *payload, size_t payload_len)
{
    argus_mqtt_error error;
    (void)topic;
    argus_mqtt_delivery *delivery = deliveries == NULL ? NULL : &deliveries[published++];
    check("argus_mqtt_publish_event",
          argus_mqtt_publish_event(client, camera, payload, payload_len, delivery, &error), &error);
}

void peer_announce(void)
{
    /* argus_mqtt_wait_online has waited until the birth message was acknowledged. */
}

void peer_wait_acknowledged(uint64_t count)
{
    argus_mqtt_error error;
    if (deliveries == NULL) {
        check("argus_mqtt_flush", argus_mqtt_flush(client, LONG_MS, NULL, &error), &error);
        return;
    }
    for (; acknowledged < count; acknowledged++)
        check("argus_mqtt_delivery_wait",
              argus_mqtt_delivery_wait(client, deliveries[acknowledged], LONG_MS, &error), &error);
}
