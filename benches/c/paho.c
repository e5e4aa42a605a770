/* The peer: paho.mqtt.c, its asynchronous interface. */
#include "bench.h"

#include <MQTTAsync.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static MQTTAsync client;
static atomic_bool connected_once;

static void check(const char *what, int status)
{
    if (status != MQTTASYNC_SUCCESS)
        bench_fail(what, status);
}

static void on_connected(void *context, char *cause)
{
    (void)context, (void)cause;
    atomic_store(&connected_once, true);
    bench_connected();
}

static void on_connect_failure(void *context, MQTTAsync_failureData5 *response)
{
    (void)context;
    /* Later it tries again by itself. */
    if (!atomic_load(&connected_once))
        bench_fail("MQTTAsync_connect", response->code);
}

static void on_acknowledged(void *context, MQTTAsync_successData5 *response)
{
    (void)context, (void)response;
    bench_acknowledged();
}

/* It gives up what was in flight when the connection ended. That counts as ended here, and the sink's count shows it. */
static void on_publish_failure(void *context, MQTTAsync_failureData5 *response)
{
    (void)context, (void)response;
    bench_acknowledged();
}

void peer_connect(const struct bench_options *options)
{
    char uri[64];
    snprintf(uri, sizeof uri, "tcp://127.0.0.1:%d", options->port);

    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
    create.sendWhileDisconnected = 1;
    create.maxBufferedMessages = (int)options->messages + 1;
    check("MQTTAsync_createWithOptions",
          MQTTAsync_createWithOptions(&client, uri, "bench-paho", MQTTCLIENT_PERSISTENCE_NONE, NULL, &create));
    check("MQTTAsync_setConnected", MQTTAsync_setConnected(client, NULL, on_connected));

    MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer5;
    connect.keepAliveInterval = 30;
    connect.cleanstart = 1;
    connect.maxInflight = options->window;
    connect.automaticReconnect = 1;
    connect.minRetryInterval = 1;
    connect.maxRetryInterval = 1;
    connect.onFailure5 = on_connect_failure;
    check("MQTTAsync_connect", MQTTAsync_connect(client, &connect));
    bench_wait_connected();
}

static void publish(const char *topic, const void *payload, size_t payload_len, int retained, MQTTProperties properties)
{
    MQTTAsync_message message = MQTTAsync_message_initializer;
    message.payload = (void *)payload;
    message.payloadlen = (int)payload_len;
    message.qos = 1;
    message.retained = retained;
    message.properties = properties;
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.onSuccess5 = on_acknowledged;
    response.onFailure5 = on_publish_failure;
    check("MQTTAsync_sendMessage", MQTTAsync_sendMessage(client, topic, &message, &response));
}

void peer_publish(const char *topic, const char *camera, const void *payload, size_t payload_len)
{
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTProperty expiry = {.identifier = MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, .value.integer4 = BENCH_EXPIRY_SECONDS};
    (void)camera;
    check("expiry", MQTTProperties_add(&properties, &expiry));
    publish(topic, payload, payload_len, 0, properties);
    MQTTProperties_free(&properties);
}

void peer_announce(void)
{
    MQTTProperties none = MQTTProperties_initializer;
    publish("argusai/status", "online", 6, 1, none);
}

void peer_wait_acknowledged(uint64_t count)
{
    bench_wait_acknowledged(count);
}
