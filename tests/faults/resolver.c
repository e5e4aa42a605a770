/*
 * A name whose address changes: loaded before libc, it answers for broker.test with the address that stands in the
 * file ARGUS_MQTT_TEST_ADDRESS, as it is now.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    resolve *real;
    char address[64] = "";
    const char *path = getenv("ARGUS_MQTT_TEST_ADDRESS");

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node != NULL && strcmp(node, "broker.test") == 0 && path != NULL) {
        FILE *file = fopen(path, "r");

        if (file == NULL || fscanf(file, "%63s", address) != 1)
            return EAI_FAIL;
        fclose(file);
        node = address;
    }
    return real(node, service, hints, found);
}
