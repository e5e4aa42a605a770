"""The shortest publisher: online, one event, offline.

python examples/python/publish.py '{"broker_host": "homeassistant.local"}'
"""

import sys

import argus_mqtt

client = argus_mqtt.connect(sys.argv[1])
client.publish_event("front_door", {"description": "A person at the door"})
report = client.shutdown(timeout=10)
print(f"left undelivered: {report.left}")
