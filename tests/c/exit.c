/*
 * A program that says goodbye when it has left main() already: in an atexit() handler, and in a destructor.
 *
 * exit PORT: that of a broker.
 */

#include "check.h"

#include <unistd.h>

#define PATIENCE_MS 20000

static argus_mqtt_client client;

/* exit() must not be called once more. */
static void must(int holds, const char *what, const argus_mqtt_error *error)
{
    if (!holds) {
        fprintf(stderr, "%s: %s\n", what, error->message);
        _exit(1);
    }
}

static void say_goodbye(void)
{
    argus_mqtt_error error;
    must(argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error) == ARGUS_MQTT_OK, "publish", &error);
    must(argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error) == ARGUS_MQTT_OK, "shutdown", &error);
}

__attribute__((destructor)) static void come_back(void)
{
    argus_mqtt_error error;
    argus_mqtt_client late = 0;
    int32_t status = argus_mqtt_wait_online(client, 0, &error);
    must(status == ARGUS_MQTT_INVALID_HANDLE, "the client after its end", &error);
    must(argus_mqtt_connect("{\"broker_host\": \"127.0.0.1\", \"broker_port\": 9}", &late, &error) == ARGUS_MQTT_OK,
         "connect", &error);
    must(argus_mqtt_close(late, 0, NULL, &error) == ARGUS_MQTT_TIMEOUT, "close", &error);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(argv[1], ""), &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    CHECK(atexit(say_goodbye) == 0);
    return 0;
}
