/*
 * A publisher that runs for ever: reads events from standard input, one `CAMERA JSON` a line, and ends gracefully.
 *
 *     cc daemon.c -o daemon -pthread $(pkg-config --cflags --libs argus-mqtt)
 *     ./daemon settings.json
 *
 * SIGTERM, SIGINT or the end of the input deliver what is queued, say offline and exit with status 0, or with 1 if
 * something was left. SIGHUP reads the settings file again and goes over to it, with what is queued.
 */

#define _POSIX_C_SOURCE 200809L

#include <argus_mqtt.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set before the thread that reads it starts. */
static argus_mqtt_client client;

static void complain(const char *text)
{
    fprintf(stderr, "daemon: %s\n", text);
}

/* The text of a file, for the caller to free; NULL when it can't be read. */
static char *read_file(const char *path)
{
    errno = 0;
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
        fprintf(stderr, "daemon: %s: %s\n", path, errno != 0 ? strerror(errno) : "the file is empty");
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static void publish(char *line)
{
    char *event = strchr(line, ' ');
    argus_mqtt_error error;

    if (event == NULL) {
        complain("expected CAMERA JSON");
        return;
    }
    *event++ = '\0';
    if (argus_mqtt_publish_event(client, line, event, strlen(event), NULL, &error) != ARGUS_MQTT_OK) {
        complain(error.message);
    }
}

/* Publishes on a thread of its own, as reading can't be interrupted without a race; at the end asks main to end. */
static void *read_events(void *unused)
{
    char *line = NULL;
    size_t size = 0;

    (void)unused;
    while (getline(&line, &size, stdin) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        publish(line);
    }
    free(line);
    kill(getpid(), SIGTERM);
    return NULL;
}

/* Settings with a fault change nothing; the message names the faults. */
static void reconfigure(const char *path)
{
    char *settings = read_file(path);
    argus_mqtt_error error;

    if (settings == NULL) {
        return;
    }
    if (argus_mqtt_reconfigure(client, settings, &error) == ARGUS_MQTT_OK) {
        puts("new settings");
        fflush(stdout);
    } else {
        complain(error.message);
    }
    free(settings);
}

int main(int argc, char **argv)
{
    argus_mqtt_error error;
    pthread_t reader;
    sigset_t signals;
    int signal_number;

    if (argc != 2) {
        fprintf(stderr, "usage: daemon SETTINGS_FILE\n");
        return 2;
    }
    /* Before any thread is started, so that these signals wait for sigwait() below. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    char *settings = read_file(argv[1]);
    if (settings == NULL) {
        return 1;
    }
    /* A broker that is down is no reason to end: the client goes on trying. */
    int32_t status = argus_mqtt_connect(settings, &client, &error);
    free(settings);
    if (status != ARGUS_MQTT_OK) {
        complain(error.message);
        return 1;
    }
    if (pthread_create(&reader, NULL, read_events, NULL) != 0) {
        complain("no thread could be started");
        return 1;
    }
    while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP) {
        reconfigure(argv[1]);
    }
    puts("ending");
    if (argus_mqtt_shutdown(client, 10000, NULL, &error) != ARGUS_MQTT_OK) {
        complain(error.message);
        return 1;
    }
    return 0;
}
