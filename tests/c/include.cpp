// The header is for C++17 too.

#include <argus_mqtt.h>

#include <cstring>
#include <type_traits>

static_assert(std::is_standard_layout_v<argus_mqtt_error>, "shared with C");
static_assert(std::is_trivially_copyable_v<argus_mqtt_error>, "shared with C");

int main()
{
    argus_mqtt_error error;
    const bool refused = argus_mqtt_connect(nullptr, nullptr, &error) == ARGUS_MQTT_INVALID_ARGUMENT;
    const bool abi = argus_mqtt_abi_version() == ARGUS_MQTT_ABI_VERSION;
    return refused && abi && std::strlen(error.message) > 0 ? 0 : 1;
}
