/* Counts what a library reports through its callbacks, and wakes who waits for it. */
#include "bench.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int connected;
static uint64_t acknowledged;
static uint64_t awaited;

void bench_connected(void)
{
    pthread_mutex_lock(&mutex);
    connected = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

void bench_wait_connected(void)
{
    pthread_mutex_lock(&mutex);
    while (!connected)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

void bench_acknowledged(void)
{
    pthread_mutex_lock(&mutex);
    acknowledged++;
    if (acknowledged == awaited)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

void bench_wait_acknowledged(uint64_t count)
{
    pthread_mutex_lock(&mutex);
    awaited = count;
    while (acknowledged < count)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}
