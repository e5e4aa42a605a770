/* The sizes that programs were built with. One that changes needs a new ARGUS_MQTT_ABI_VERSION. */

#include <argus_mqtt.h>
#include <argus_mqtt.h> /* twice, which must be harmless */

_Static_assert(sizeof(argus_mqtt_client) == 8, "a client is 64 bits");
_Static_assert(sizeof(argus_mqtt_delivery) == 8, "a delivery is 64 bits");
_Static_assert(sizeof(argus_mqtt_error) == 1028, "status and message, without a gap");
_Static_assert(offsetof(argus_mqtt_error, status) == 0, "the status comes first");
_Static_assert(offsetof(argus_mqtt_error, message) == 4, "the message comes next");
_Static_assert(sizeof(((argus_mqtt_error *)0)->message) == ARGUS_MQTT_MESSAGE_SIZE, "the size has a name");
_Static_assert(_Alignof(argus_mqtt_error) == 4, "as its status");

int main(void)
{
    return 0;
}
