/* The peer: libmosquitto with its own network thread. */
#include "bench.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stddef.h>

static struct mosquitto *client;

static void check(const char *what, int status)
{
    if (status != MOSQ_ERR_SUCCESS)
        bench_fail(what, status);
}

static void on_connect(struct mosquitto *from, void *context, int reason, int flags, const mosquitto_property *properties)
{
    (void)from, (void)context, (void)flags, (void)properties;
    if (reason == 0)
        bench_connected();
}

static void on_publish(struct mosquitto *from, void *context, int id, int reason, const mosquitto_property *properties)
{
    (void)from, (void)context, (void)id, (void)reason, (void)properties;
    bench_acknowledged();
}

void peer_connect(const struct bench_options *options)
{
    mosquitto_lib_init();
    client = mosquitto_new("bench-mosquitto", true, NULL);
    if (client == NULL)
        bench_fail("mosquitto_new", 0);
    check("protocol version", mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5));
    check("window", mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, options->window));
    check("no delay", mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1));
    mosquitto_connect_v5_callback_set(client, on_connect);
    mosquitto_publish_v5_callback_set(client, on_publish);
    check("mosquitto_connect", mosquitto_connect(client, "127.0.0.1", options->port, 30));
    check("mosquitto_loop_start", mosquitto_loop_start(client));
    bench_wait_connected();
}

void peer_publish(const char *topic, const char *camera, const void *payload, size_t payload_len)
{
    mosquitto_property *properties = NULL;
    (void)camera;
    check("expiry", mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, BENCH_EXPIRY_SECONDS));
    int status = mosquitto_publish_v5(client, NULL, topic, (int)payload_len, payload, 1, false, properties);
    /* "No connection" is what it says when it has queued the message for later. */
    if (status != MOSQ_ERR_NO_CONN)
        check("mosquitto_publish_v5", status);
    mosquitto_property_free_all(&properties);
}

void peer_announce(void)
{
    check("mosquitto_publish_v5", mosquitto_publish_v5(client, NULL, "argusai/status", 6, "online", 1, true, NULL));
}

void peer_wait_acknowledged(uint64_t count)
{
    bench_wait_acknowledged(count);
}
