/* Every function for cameras in Home Assistant. */

#ifndef CAMERAS_H
#define CAMERAS_H

#include "check.h"

/* Calls each with arguments that are right, for a camera "door" with snapshots. */
static inline void camera_calls(argus_mqtt_client client, int32_t wanted)
{
    EXPECT(wanted, argus_mqtt_announce_system(client, "{\"name\": \"House\", \"diagnostics\": true}", &error));
    EXPECT(wanted, argus_mqtt_announce_camera(client, "{\"id\": \"door\", \"snapshots\": true}", &error));
    EXPECT(wanted, argus_mqtt_publish_camera_status(client, "door", "online", NULL, &error));
    EXPECT(wanted, argus_mqtt_publish_camera_status(client, "door", "online", "rtsp", &error));
    EXPECT(wanted, argus_mqtt_publish_camera_counts(client, "door", 1, UINT64_MAX, &error));
    EXPECT(wanted, argus_mqtt_publish_camera_activity(client, "door", 1, &error));
    EXPECT(wanted, argus_mqtt_publish_camera_last_event(client, "door", "{}", 2, &error));
    EXPECT(wanted, argus_mqtt_publish_camera_snapshot(client, "door", "\xff\xd8\xff", 3, &error));
    EXPECT(wanted, argus_mqtt_publish_event_with_snapshot(client, "door", "{}", 2, "\xff\xd8\xff", 3, NULL, &error));
    EXPECT(wanted, argus_mqtt_publish_diagnostics(client, &error));
    EXPECT(wanted, argus_mqtt_disable_camera(client, "door", &error));
    EXPECT(wanted, argus_mqtt_remove_camera(client, "door", &error));
}

/* The same with arguments as bad as they get. */
static inline void camera_misuse(argus_mqtt_client client, int32_t wanted)
{
    CHECK(argus_mqtt_announce_system(client, NULL, NULL) == wanted);
    CHECK(argus_mqtt_announce_camera(client, NULL, NULL) == wanted);
    CHECK(argus_mqtt_publish_camera_status(client, NULL, NULL, NULL, NULL) == wanted);
    CHECK(argus_mqtt_publish_camera_counts(client, NULL, 0, 0, NULL) == wanted);
    CHECK(argus_mqtt_publish_camera_activity(client, NULL, INT32_MIN, NULL) == wanted);
    CHECK(argus_mqtt_publish_camera_last_event(client, NULL, NULL, SIZE_MAX, NULL) == wanted);
    CHECK(argus_mqtt_publish_camera_snapshot(client, NULL, NULL, SIZE_MAX, NULL) == wanted);
    CHECK(argus_mqtt_publish_event_with_snapshot(client, NULL, NULL, SIZE_MAX, NULL, SIZE_MAX, NULL, NULL) == wanted);
    CHECK(argus_mqtt_disable_camera(client, NULL, NULL) == wanted);
    CHECK(argus_mqtt_remove_camera(client, NULL, NULL) == wanted);
}

#endif
