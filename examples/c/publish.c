/*
 * The shortest publisher: online, one event, offline.
 *
 *     cc publish.c -o publish $(pkg-config --cflags --libs argus-mqtt)
 *     ./publish '{"broker_host": "homeassistant.local"}'
 */

#include <argus_mqtt.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *settings = argc > 1 ? argv[1] : "{\"broker_host\": \"localhost\"}";
    const char *event = "{\"description\": \"A person at the door\"}";
    argus_mqtt_client client;
    argus_mqtt_error error;

    if (argus_mqtt_connect(settings, &client, &error) != ARGUS_MQTT_OK ||
        argus_mqtt_publish_event(client, "front_door", event, strlen(event), NULL, &error) != ARGUS_MQTT_OK ||
        argus_mqtt_shutdown(client, 10000, NULL, &error) != ARGUS_MQTT_OK) {
        fprintf(stderr, "publish: %s\n", error.message);
        return 1;
    }
    return 0;
}
