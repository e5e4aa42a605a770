/*
 * Waits for each delivery, and says what became of it.
 *
 *     cc deliveries.c -o deliveries $(pkg-config --cflags --libs argus-mqtt)
 *     ./deliveries '{"broker_host": "homeassistant.local"}'
 */

#include <argus_mqtt.h>

#include <stdio.h>
#include <string.h>

static const char *const events[] = {
    "{\"description\": \"A person at the door\"}",
    "{\"description\": \"A parcel\"}",
    "{\"description\": \"Nobody\"}",
};

enum { EVENTS = sizeof events / sizeof events[0], MESSAGES = EVENTS + 1 };

/* Hands everything over; nothing here waits for the network. */
static int32_t publish(argus_mqtt_client client, argus_mqtt_delivery *deliveries, argus_mqtt_error *error)
{
    for (int i = 0; i < EVENTS; i++) {
        int32_t status = argus_mqtt_publish_event(client, "front_door", events[i], strlen(events[i]), &deliveries[i],
                                                  error);
        if (status != ARGUS_MQTT_OK) {
            return status;
        }
    }
    /* Any other message: here a state that the broker keeps, and that never expires. */
    const argus_mqtt_publish_options options = {.struct_size = sizeof options, .qos = 1, .retain = 1};
    return argus_mqtt_publish(client, "argusai/front_door/state", "idle", strlen("idle"), &options,
                              &deliveries[EVENTS], error);
}

/* Whether everything was delivered. */
static int all_delivered(argus_mqtt_client client, const argus_mqtt_delivery *deliveries)
{
    int all = 1;

    for (int i = 0; i < MESSAGES; i++) {
        argus_mqtt_error error;
        int32_t status = argus_mqtt_delivery_wait(client, deliveries[i], 30000, &error);
        if (status == ARGUS_MQTT_OK) {
            printf("message %d: delivered\n", i + 1);
        } else {
            printf("message %d: %s: %s\n", i + 1, argus_mqtt_status_name(status), error.message);
            all = 0;
        }
    }
    return all;
}

int main(int argc, char **argv)
{
    argus_mqtt_delivery deliveries[MESSAGES];
    argus_mqtt_client client;
    argus_mqtt_error error;

    if (argc != 2) {
        fprintf(stderr, "usage: deliveries SETTINGS_AS_JSON\n");
        return 2;
    }
    if (argus_mqtt_connect(argv[1], &client, &error) != ARGUS_MQTT_OK ||
        /* Fails at once where waiting is no cure, as with a wrong password. */
        argus_mqtt_wait_online(client, 30000, &error) != ARGUS_MQTT_OK ||
        publish(client, deliveries, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "deliveries: %s\n", error.message);
        return 1;
    }
    int all = all_delivered(client, deliveries);
    if (argus_mqtt_shutdown(client, 10000, NULL, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "deliveries: %s\n", error.message);
        return 1;
    }
    return all ? 0 : 1;
}
