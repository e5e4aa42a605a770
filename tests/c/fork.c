/*
 * A process that forks while a client of it is online.
 *
 * fork MOSQUITTO: the port of a Mosquitto. A second argument says that memory is watched.
 */

#define _POSIX_C_SOURCE 200809L

#include "cameras.h"

#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

/* In the child, every call with a client of the parent says so, at once, and changes nothing. */
static void use_the_parents(argus_mqtt_client client, argus_mqtt_delivery delivery, argus_mqtt_connection_test test)
{
    char buffer[64];
    argus_mqtt_outcome outcome;
    size_t left = 77;
    uint64_t changes = 77;
    int fd = -7;

    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_wait_online(client, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_publish_event(client, "door", "{}", 2, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_publish(client, "a", "x", 1, NULL, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_publish_state(client, "a", "x", 1, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_forget_state(client, "a", NULL, &error));
    camera_calls(client, ARGUS_MQTT_FORKED);
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_try_publish_event(client, "door", "{}", 2, delivery, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_try_publish(client, "a", "x", 1, NULL, delivery, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_try_publish_state(client, "a", "x", 1, delivery, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_try_forget_state(client, "a", delivery, NULL, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_clear_ghosts(client, UINT64_MAX, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_delivery_wait(client, delivery, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_delivery_forget(client, delivery, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_deliveries_forget(client, &delivery, 1, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_flush(client, UINT64_MAX, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_reconfigure(client, NO_BROKER, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_reconnect(client, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_wait_online_change(client, 0, UINT64_MAX, &changes, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_interrupt_wait(client, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_status(client, buffer, sizeof buffer, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_next_notice(client, UINT64_MAX, buffer, sizeof buffer, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_notice_fd(client, &fd, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_open_notices(client, 0, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_next_outcomes(client, UINT64_MAX, &outcome, 1, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_shutdown(client, UINT64_MAX, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_shutdown_begin(client, UINT64_MAX, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_close(client, UINT64_MAX, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_connection_test_fd(test, &fd, &error));
    EXPECT(ARGUS_MQTT_FORKED,
           argus_mqtt_connection_test_report(test, UINT64_MAX, buffer, sizeof buffer, &left, &error));
    EXPECT(ARGUS_MQTT_FORKED, argus_mqtt_connection_test_end(test, &error));
    CHECK(left == 77 && changes == 77 && fd == -7);
}

/* A client of the child's own works. */
static void use_its_own(const char *port)
{
    argus_mqtt_client client = 0;
    argus_mqtt_delivery delivery = 0;

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(port, ", \"topic_prefix\": \"child\""), &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
}

int main(int argc, char **argv)
{
    argus_mqtt_client client = 0;
    argus_mqtt_delivery delivery = 0;
    argus_mqtt_connection_test test = 0;
    char report[16384];
    int status = -1;

    CHECK(argc >= 2);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connect(settings_for(argv[1], ""), &client, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_wait_online(client, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));

    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_begin(settings_for(argv[1], ""), PATIENCE_MS, &test, &error));

    if (argc > 2) {
        /* Watched: a sanitizer's own locks do not survive a fork while another thread has them. */
        EXPECT(ARGUS_MQTT_OK,
               argus_mqtt_connection_test_report(test, UINT64_MAX, report, sizeof report, NULL, &error));
    }
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        use_the_parents(client, delivery, test);
        use_its_own(argv[1]);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);

    /* The child and its end are nothing to the parent. */
    EXPECT(ARGUS_MQTT_OK,
           argus_mqtt_connection_test_report(test, UINT64_MAX, report, sizeof report, NULL, &error));
    CHECK(strstr(report, "\"works\":true") != NULL);
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_connection_test_end(test, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_publish_event(client, "door", "{}", 2, &delivery, &error));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_delivery_wait(client, delivery, PATIENCE_MS, &error));
    CHECK(status_has(client, "\"state\":\"online\"") && status_has(client, "\"connections\":1"));
    EXPECT(ARGUS_MQTT_OK, argus_mqtt_shutdown(client, PATIENCE_MS, NULL, &error));
    return 0;
}
