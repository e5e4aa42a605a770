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
_Static_assert(sizeof(argus_mqtt_publish_options) == 16 + 2 * sizeof(size_t), "later versions are larger");
_Static_assert(offsetof(argus_mqtt_publish_options, states) == 16, "where the first version ended");
_Static_assert(offsetof(argus_mqtt_publish_options, state_count) == 16 + sizeof(size_t), "without a gap");
_Static_assert(sizeof(argus_mqtt_named_state) == 3 * sizeof(size_t), "without a gap");
_Static_assert(offsetof(argus_mqtt_publish_options, struct_size) == 0, "the size comes first");
_Static_assert(offsetof(argus_mqtt_publish_options, qos) == 4, "without a gap");
_Static_assert(offsetof(argus_mqtt_publish_options, retain) == 8, "without a gap");
_Static_assert(offsetof(argus_mqtt_publish_options, expiry_seconds) == 12, "without a gap");
_Static_assert(sizeof(argus_mqtt_outcome) == 256, "without a gap");
_Static_assert(offsetof(argus_mqtt_outcome, outcome) == 8, "after the delivery");
_Static_assert(offsetof(argus_mqtt_outcome, reason) == 12, "after the outcome");
_Static_assert(sizeof(((argus_mqtt_outcome *)0)->reason) == ARGUS_MQTT_REASON_SIZE, "the size has a name");

int main(void)
{
    return 0;
}
