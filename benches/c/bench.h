/* What the C programs of the benchmark share. A peer implements the four functions named peer_*;
 * bench.c has main(), reads the arguments and measures. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_EXPIRY_SECONDS 300

/* The arguments, `key=value` each, the same for the peers of every language. */
struct bench_options {
    const char *mode; /* throughput, calls, roundtrip, queue or start */
    int port;         /* of the broker on 127.0.0.1 */
    uint64_t messages; /* events to publish */
    int window;        /* events in flight at most */
    uint64_t backlog;  /* handed over and not yet acknowledged at most; 0: all */
    int threads;       /* that publish, mode calls */
    long pause_us;     /* of each thread between two calls, mode calls; 0: back to back */
    int topics;        /* used in turn */
    char *payload;
    size_t payload_len;
    const char *tls_ca; /* the file with the certificate of the broker's authority; "": without TLS */
};

/* Connects and returns when the broker has accepted. */
void peer_connect(const struct bench_options *options);
/* Publishes one event with QoS 1 and an expiry to argusai/events/<camera>. Called from any thread. */
void peer_publish(const char *topic, const char *camera, const void *payload, size_t payload_len);
/* Publishes a retained message with QoS 1, unless connecting did it. */
void peer_announce(void);
/* Returns when so many messages were acknowledged. */
void peer_wait_acknowledged(uint64_t count);

/* Ends the program with a message: what failed and the library's status. */
_Noreturn void bench_fail(const char *what, long status);

/* For peers whose library calls back: counts acknowledgements and wakes the waiting thread. */
void bench_connected(void);
void bench_wait_connected(void);
void bench_acknowledged(void);
void bench_wait_acknowledged(uint64_t count);

#endif
