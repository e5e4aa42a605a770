/*
 * A host with signals: SIGPIPE as the system has it, and a handler that must run on the host's threads.
 *
 * signals RESETTING: the port of a broker that resets each connection while it is written to.
 */

#define _GNU_SOURCE

#include "check.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled, elsewhere;

static void handle(int number)
{
    (void)number;
    handled = 1;
    /* The first thread of a process has the number of the process. */
    elsewhere |= gettid() != getpid();
}

static void pause_ms(long ms)
{
    const struct timespec time = {0, ms * 1000000};
    nanosleep(&time, NULL);
}

int main(int argc, char **argv)
{
    static char large[200000];
    argus_mqtt_client client = 0;
    argus_mqtt_error error;
    struct sigaction action = {0};

    CHECK(argc == 2);
    action.sa_handler = handle;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    EXPECT(ARGUS_MQTT_OK,
           argus_mqtt_connect(settings_for(argv[1], ", \"reconnect_max_seconds\": 1"), &client, &error));
    while (!status_has(client, "\"connections\":3")) {
        CHECK(argus_mqtt_publish(client, "a", large, sizeof large, NULL, NULL, &error) == ARGUS_MQTT_OK);
        handled = 0;
        CHECK(kill(getpid(), SIGUSR1) == 0);
        while (!handled) {
            pause_ms(1);
        }
        pause_ms(10);
    }
    CHECK(!elsewhere);
    leave(client);
    return 0;
}
