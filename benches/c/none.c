/* No client at all: what the measurement itself costs. */
#include "bench.h"

void peer_connect(const struct bench_options *options)
{
    (void)options;
}

void peer_publish(const char *topic, const char *camera, const void *payload, size_t payload_len)
{
    (void)topic, (void)camera, (void)payload, (void)payload_len;
}

void peer_announce(void)
{
}

void peer_wait_acknowledged(uint64_t count)
{
    (void)count;
}
