"""Waits for each delivery, and says what became of it.

python examples/python/deliveries.py '{"broker_host": "homeassistant.local"}'
"""

import sys

import argus_mqtt


def run(settings: str) -> bool:
    """Give whether everything was delivered."""
    with argus_mqtt.connect(settings) as client:
        # Fails at once where waiting is no cure, as with a wrong password.
        client.wait_online(timeout=30)

        # Nothing below waits for the network until `wait`.
        deliveries = {
            description: client.publish_event("front_door", {"description": description})
            for description in ("A person at the door", "A parcel", "Nobody")
        }
        # Any other message: here a state that the broker keeps, and that never expires.
        deliveries["state"] = client.publish("argusai/front_door/state", "idle", retain=True)

        complete = True
        for name, delivery in deliveries.items():
            try:
                delivery.wait(timeout=30)
                print(f"{name}: delivered")
            except argus_mqtt.NotDelivered as outcome:
                print(f"{name}: {type(outcome).__name__}: {outcome}")
                complete = False
    return complete


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: deliveries.py SETTINGS_AS_JSON")
    try:
        delivered = run(sys.argv[1])
    except argus_mqtt.ArgusMqttError as error:
        sys.exit(f"deliveries: {error}")
    sys.exit(0 if delivered else 1)
