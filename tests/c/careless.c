/*
 * Returns from main without a shutdown.
 *
 * careless MOSQUITTO: the port of a Mosquitto.
 */

#include "check.h"

int main(int argc, char **argv)
{
    argus_mqtt_client client = 0;

    CHECK(argc == 2);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(argv[1], ""), &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, 20000, &error));
    return 0;
}
