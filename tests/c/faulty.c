/*
 * Does one thing that is wrong, so that a test sees that the tool which watches it would say so.
 *
 * faulty leak|overflow|undefined
 */

#include "check.h"

#include <limits.h>

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    /* Volatile, or the compiler would see through it. */
    char *volatile memory = malloc(16);
    CHECK(memory != NULL);
    if (strcmp(argv[1], "overflow") == 0) {
        argus_mqtt_error error;
        /* A buffer smaller than it is said to be. */
        (void)argus_mqtt_settings_check("{}", memory, 17, NULL, &error);
        memory[16] = 'x';
    }
    if (strcmp(argv[1], "undefined") == 0) {
        volatile int large = INT_MAX;
        large += 1;
    }
    if (strcmp(argv[1], "leak") == 0) {
        memory = NULL;
    }
    free(memory);
    return 0;
}
