/* main() of the C programs of the benchmark: the measurements, the same for every peer. */
#include "bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct topic {
    char text[64];
    const char *camera; /* the end of the text */
};

static struct bench_options options;
static struct topic *topics;

void bench_fail(const char *what, long status)
{
    fprintf(stderr, "%s failed with %ld\n", what, status);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (memory == NULL)
        bench_fail("malloc", (long)size);
    return memory;
}

/* --- arguments --- */

static const char *argument(int argc, char **argv, const char *key)
{
    size_t length = strlen(key);
    for (int index = 1; index < argc; index++)
        if (strncmp(argv[index], key, length) == 0 && argv[index][length] == '=')
            return argv[index] + length + 1;
    fprintf(stderr, "%s= is missing\n", key);
    exit(2);
}

static void read_payload(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        bench_fail("opening the payload", 0);
    options.payload_len = (size_t)ftell(file);
    rewind(file);
    options.payload = allocate(options.payload_len);
    if (fread(options.payload, 1, options.payload_len, file) != options.payload_len)
        bench_fail("reading the payload", 0);
    fclose(file);
}

static void read_options(int argc, char **argv)
{
    options.mode = argument(argc, argv, "mode");
    options.port = atoi(argument(argc, argv, "port"));
    options.messages = strtoull(argument(argc, argv, "messages"), NULL, 10);
    options.window = atoi(argument(argc, argv, "window"));
    options.backlog = strtoull(argument(argc, argv, "backlog"), NULL, 10);
    options.threads = atoi(argument(argc, argv, "threads"));
    options.pause_us = atol(argument(argc, argv, "pause_us"));
    options.topics = atoi(argument(argc, argv, "topics"));
    options.tls_ca = argument(argc, argv, "tls_ca");
    read_payload(argument(argc, argv, "payload"));

    topics = allocate(sizeof *topics * (size_t)options.topics);
    for (int index = 0; index < options.topics; index++) {
        snprintf(topics[index].text, sizeof topics[index].text, "argusai/events/camera%d", index);
        topics[index].camera = strrchr(topics[index].text, '/') + 1;
    }
}

/* --- results --- */

static void publish(uint64_t index)
{
    const struct topic *topic = &topics[index % (uint64_t)options.topics];
    peer_publish(topic->text, topic->camera, options.payload, options.payload_len);
}

static void wait_for_driver(void)
{
    char line[16];
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(1);
}

static void checkpoint(const char *name)
{
    printf("{\"checkpoint\": \"%s\"}\n", name);
    fflush(stdout);
    wait_for_driver();
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Prints the members p50_ns... of a JSON object; sorts the durations. */
static void print_percentiles(uint64_t *durations, uint64_t count)
{
    double sum = 0;
    qsort(durations, count, sizeof *durations, compare);
    for (uint64_t index = 0; index < count; index++)
        sum += (double)durations[index];
    printf("\"p50_ns\": %llu, \"p99_ns\": %llu, \"p999_ns\": %llu, \"mean_ns\": %.1f, \"count\": %llu",
           (unsigned long long)durations[count / 2], (unsigned long long)durations[count * 99 / 100],
           (unsigned long long)durations[count * 999 / 1000], sum / (double)count, (unsigned long long)count);
}

/* Prints the mean duration of a call at queue lengths 10, 100, 1000...: from half of each length to the whole. */
static void print_growth(const uint64_t *durations, uint64_t count)
{
    printf("\"growth\": [");
    for (uint64_t length = 10; length <= count; length *= 10) {
        double sum = 0;
        for (uint64_t index = length / 2; index < length; index++)
            sum += (double)durations[index];
        printf("%s[%llu, %.1f]", length == 10 ? "" : ", ", (unsigned long long)length, sum / (double)(length / 2));
    }
    printf("], ");
}

/* --- modes --- */

static void throughput(void)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    uint64_t start = now_ns();
    for (uint64_t index = 0; index < options.messages; index++) {
        if (options.backlog > 0 && index >= options.backlog)
            peer_wait_acknowledged(index - options.backlog + 1);
        publish(index);
    }
    peer_wait_acknowledged(options.messages);
    double seconds = (double)(now_ns() - start) / 1e9;
    getrusage(RUSAGE_SELF, &after);
    printf("{\"seconds\": %.6f, \"user\": %.6f, \"system\": %.6f}\n", seconds,
           seconds_of(after.ru_utime) - seconds_of(before.ru_utime),
           seconds_of(after.ru_stime) - seconds_of(before.ru_stime));
}

struct timed_calls {
    uint64_t *durations;
    uint64_t count;
};

static void *run_timed_calls(void *argument)
{
    struct timed_calls *calls = argument;
    for (uint64_t index = 0; index < calls->count; index++) {
        if (options.pause_us > 0)
            usleep((useconds_t)options.pause_us);
        uint64_t start = now_ns();
        publish(index);
        calls->durations[index] = now_ns() - start;
    }
    return NULL;
}

static void calls(void)
{
    uint64_t each = options.messages / (uint64_t)options.threads;
    uint64_t all = each * (uint64_t)options.threads;
    uint64_t *durations = allocate(sizeof *durations * all);
    pthread_t *threads = allocate(sizeof *threads * (size_t)options.threads);
    struct timed_calls *parts = allocate(sizeof *parts * (size_t)options.threads);
    for (int index = 0; index < options.threads; index++) {
        parts[index] = (struct timed_calls){durations + each * (uint64_t)index, each};
        if (pthread_create(&threads[index], NULL, run_timed_calls, &parts[index]) != 0)
            bench_fail("pthread_create", index);
    }
    for (int index = 0; index < options.threads; index++)
        pthread_join(threads[index], NULL);
    peer_wait_acknowledged(all);
    printf("{");
    print_percentiles(durations, all);
    printf("}\n");
    free(parts);
    free(threads);
    free(durations);
}

static void roundtrip(void)
{
    uint64_t *durations = allocate(sizeof *durations * options.messages);
    for (uint64_t index = 0; index < options.messages; index++) {
        uint64_t start = now_ns();
        publish(index);
        peer_wait_acknowledged(index + 1);
        durations[index] = now_ns() - start;
    }
    printf("{");
    print_percentiles(durations, options.messages);
    printf("}\n");
    free(durations);
}

/* Publishes while the broker is away. At the checkpoints the driver reads this process's memory, takes the
 * broker away, and brings it back. */
static void queue(void)
{
    struct timed_calls part = {allocate(sizeof *part.durations * options.messages), options.messages};
    checkpoint("connected");
    run_timed_calls(&part);
    checkpoint("queued");
    printf("{");
    print_growth(part.durations, part.count);
    printf("\"calls\": {");
    print_percentiles(part.durations, part.count);
    printf("}}\n");
    checkpoint("told");
    peer_wait_acknowledged(options.messages);
    printf("{\"empty_ns\": %llu}\n", (unsigned long long)now_ns());
    free(part.durations);
}

static void start(void)
{
    peer_announce();
    peer_wait_acknowledged(1);
    printf("{\"acknowledged_ns\": %llu}\n", (unsigned long long)now_ns());
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {{"throughput", throughput}, {"calls", calls}, {"roundtrip", roundtrip}, {"queue", queue}, {"start", start}};

    read_options(argc, argv);
    peer_connect(&options);
    for (size_t index = 0; index < sizeof modes / sizeof *modes; index++)
        if (strcmp(modes[index].name, options.mode) == 0)
            modes[index].run();
    fflush(stdout);
    wait_for_driver(); /* which kills it: what a client sends when it closes is not to be counted */
    return 0;
}
