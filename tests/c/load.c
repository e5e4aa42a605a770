/*
 * Loads the library, uses it and unloads it, a hundred times.
 *
 * load LIBRARY: its path.
 */

#define _DEFAULT_SOURCE

#include <argus_mqtt.h>

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* Entries of a directory of /proc/self: descriptors, or threads. */
static int entries(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void use(const char *path)
{
    int32_t (*connect)(const char *, argus_mqtt_client *, argus_mqtt_error *);
    int32_t (*publish)(argus_mqtt_client, const char *, const void *, size_t, argus_mqtt_delivery *,
                       argus_mqtt_error *);
    int32_t (*shut_down)(argus_mqtt_client, uint64_t, size_t *, argus_mqtt_error *);
    argus_mqtt_client client = 0;

    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    *(void **)&connect = dlsym(library, "argus_mqtt_connect");
    *(void **)&publish = dlsym(library, "argus_mqtt_publish_event");
    *(void **)&shut_down = dlsym(library, "argus_mqtt_shutdown");
    CHECK(connect != NULL && publish != NULL && shut_down != NULL);
    CHECK(connect("{\"broker_host\": \"127.0.0.1\", \"broker_port\": 9}", &client, NULL) == ARGUS_MQTT_OK);
    CHECK(publish(client, "door", "{}", 2, NULL, NULL) == ARGUS_MQTT_OK);
    CHECK(shut_down(client, 0, NULL, NULL) == ARGUS_MQTT_TIMEOUT);
    CHECK(dlclose(library) == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    int descriptors = entries("/proc/self/fd");
    for (int i = 0; i < 50; i++) {
        use(argv[1]);
    }
    long before = resident_kib();
    for (int i = 0; i < 100; i++) {
        use(argv[1]);
    }
    long growth = resident_kib() - before;
    printf("growth: %ld KiB\n", growth);
    CHECK(growth < 1024);
    /* A helper thread that gives up a connection may live a little longer. */
    for (int i = 0; i < 3000 && entries("/proc/self/task") > 3; i++) {
        usleep(10000);
    }
    CHECK(entries("/proc/self/task") == 3);
    CHECK(entries("/proc/self/fd") == descriptors);
    return 0;
}
