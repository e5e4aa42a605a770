/*
 * Sixteen threads use one client, each in all ways, while one of them shuts it down: each call gets a status that the
 * header allows, until all get ARGUS_MQTT_INVALID_HANDLE. Then again, with a new client. Needs no broker.
 *
 * And what does not wait for another thread says so when there is one.
 */

#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pthread.h>

#define THREADS 16

static argus_mqtt_client client;
static pthread_barrier_t start;

static void allow(int32_t status, int32_t wanted)
{
    CHECK(status == wanted || status == ARGUS_MQTT_INVALID_HANDLE || status == ARGUS_MQTT_SHUT_DOWN);
}

/* Uses the client until it is gone. */
static void *use(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&start);
    for (;;) {
        argus_mqtt_delivery delivery = 0;
        argus_mqtt_error error;
        char buffer[8192];
        size_t left = 0;

        allow(argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error), ARGUS_MQTT_OK);
        int32_t status = argus_mqtt_publish(client, "a", "x", 1, NULL, &delivery, &error);
        allow(status, ARGUS_MQTT_OK);
        if (status == ARGUS_MQTT_OK) {
            /* An outcome, if the shutdown came first: there is no broker that could have taken it. */
            status = argus_mqtt_delivery_wait(client, delivery, 1, &error);
            allow(status, status == ARGUS_MQTT_DROPPED ? ARGUS_MQTT_DROPPED : ARGUS_MQTT_TIMEOUT);
            allow(argus_mqtt_delivery_forget(client, delivery, &error), ARGUS_MQTT_OK);
        }
        status = argus_mqtt_try_publish_event(client, "door", "{}", 2, delivery, &delivery, &error);
        allow(status, status == ARGUS_MQTT_OK ? ARGUS_MQTT_OK : ARGUS_MQTT_WOULD_BLOCK);
        status = argus_mqtt_try_publish(client, "a", "x", 1, NULL, delivery, NULL, &error);
        allow(status, status == ARGUS_MQTT_OK ? ARGUS_MQTT_OK : ARGUS_MQTT_WOULD_BLOCK);
        status = argus_mqtt_try_publish_state(client, "s", "x", 1, delivery, NULL, &error);
        allow(status, status == ARGUS_MQTT_OK ? ARGUS_MQTT_OK : ARGUS_MQTT_WOULD_BLOCK);
        status = argus_mqtt_try_forget_state(client, "s", delivery, NULL, &error);
        allow(status, status == ARGUS_MQTT_OK ? ARGUS_MQTT_OK : ARGUS_MQTT_WOULD_BLOCK);
        allow(argus_mqtt_deliveries_forget(client, &delivery, 1, &error), ARGUS_MQTT_OK);
        status = argus_mqtt_flush(client, 1, &left, &error);
        allow(status, status == ARGUS_MQTT_OK ? ARGUS_MQTT_OK : ARGUS_MQTT_TIMEOUT);
        allow(argus_mqtt_status(client, buffer, sizeof buffer, NULL, &error), ARGUS_MQTT_OK);
        allow(argus_mqtt_wait_online(client, 1, &error), ARGUS_MQTT_TIMEOUT);
        if (argus_mqtt_wait_online(client, 0, &error) == ARGUS_MQTT_INVALID_HANDLE) {
            return NULL;
        }
    }
}

/* Shuts the client down when the others are at work. */
static void *end(void *unused)
{
    (void)unused;
    argus_mqtt_error error;
    pthread_barrier_wait(&start);
    CHECK(argus_mqtt_wait_online(client, 20, &error) == ARGUS_MQTT_TIMEOUT);
    int32_t status = argus_mqtt_shutdown(client, 10, NULL, &error);
    CHECK(status == ARGUS_MQTT_OK || status == ARGUS_MQTT_TIMEOUT);
    CHECK(argus_mqtt_shutdown(client, 10, NULL, &error) == ARGUS_MQTT_INVALID_HANDLE);
    return NULL;
}

#define MANY 100000

static argus_mqtt_delivery many[MANY];

/* Keeps the client busy until it is gone. */
static void *keep_busy(void *unused)
{
    (void)unused;
    while (argus_mqtt_deliveries_forget(client, many, MANY, NULL) == ARGUS_MQTT_OK) {
    }
    return NULL;
}

/* A call that does not wait: it is accepted, forgets what it is told to, and is not accepted while the client is busy. */
static void try_until_busy(void)
{
    argus_mqtt_delivery forgotten = 0, delivery = 0;
    argus_mqtt_error error;
    pthread_t busy;
    int32_t status;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish(client, "a", "x", 1, NULL, &forgotten, &error));
    EXPECT_ONCE_FREE(argus_mqtt_try_publish_event(client, "door", "{}", 2, forgotten, &delivery, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, forgotten, 0, &error));
    EXPECT_ONCE_FREE(argus_mqtt_try_publish(client, "a", "x", 1, NULL, delivery, &forgotten, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, delivery, 0, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, forgotten, 0, &error));

    EXPECT_ONCE_FREE(argus_mqtt_try_publish_state(client, "s", "x", 1, forgotten, &delivery, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, forgotten, 0, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, delivery, 0, &error));

    EXPECT_ONCE_FREE(argus_mqtt_try_publish_state(client, "s", "y", 1, 0, &forgotten, &error));
    EXPECT_ONCE_FREE(argus_mqtt_try_forget_state(client, "s", delivery, &delivery, &error));
    EXPECT(ARGUS_MQTT_SUPERSEDED, argus_mqtt_delivery_wait(client, forgotten, 0, &error));
    EXPECT(ARGUS_MQTT_TIMEOUT, argus_mqtt_delivery_wait(client, delivery, 0, &error));
    EXPECT_ONCE_FREE(argus_mqtt_try_forget_state(client, "never said", delivery, NULL, &error));
    EXPECT(ARGUS_MQTT_INVALID_ARGUMENT, argus_mqtt_delivery_wait(client, delivery, 0, &error));

    CHECK(pthread_create(&busy, NULL, keep_busy, NULL) == 0);
    do {
        status = argus_mqtt_try_publish_event(client, "door", "{}", 2, 0, NULL, &error);
    } while (status == ARGUS_MQTT_OK);
    expect(__FILE__, __LINE__, "argus_mqtt_try_publish_event(", ARGUS_MQTT_WOULD_BLOCK, status, &error);
    delivery = 77;
    do {
        status = argus_mqtt_try_publish(client, "a", "x", 1, NULL, 0, &delivery, &error);
    } while (status == ARGUS_MQTT_OK && (delivery = 77));
    expect(__FILE__, __LINE__, "argus_mqtt_try_publish(", ARGUS_MQTT_WOULD_BLOCK, status, &error);
    CHECK(delivery == 77);
    do {
        status = argus_mqtt_try_publish_state(client, "s", "x", 1, 0, NULL, &error);
    } while (status == ARGUS_MQTT_OK);
    expect(__FILE__, __LINE__, "argus_mqtt_try_publish_state(", ARGUS_MQTT_WOULD_BLOCK, status, &error);
    delivery = 77;
    do {
        status = argus_mqtt_try_forget_state(client, "s", 0, &delivery, &error);
    } while (status == ARGUS_MQTT_OK && (delivery = 77));
    expect(__FILE__, __LINE__, "argus_mqtt_try_forget_state(", ARGUS_MQTT_WOULD_BLOCK, status, &error);
    CHECK(delivery == 77);
    leave(client);
    CHECK(pthread_join(busy, NULL) == 0);
}

int main(void)
{
    CHECK(pthread_barrier_init(&start, NULL, THREADS) == 0);
    for (int round = 0; round < 10; round++) {
        pthread_t threads[THREADS];
        EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(NO_BROKER, &client, &error));
        for (int i = 0; i < THREADS; i++) {
            CHECK(pthread_create(&threads[i], NULL, i == 0 ? end : use, NULL) == 0);
        }
        for (int i = 0; i < THREADS; i++) {
            CHECK(pthread_join(threads[i], NULL) == 0);
        }
    }
    try_until_busy();
    return 0;
}
