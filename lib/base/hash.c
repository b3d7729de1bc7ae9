/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.c - hashing by xxhash, and the seed of the process.
 */
#include "base/hash.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include <xxhash.h>

static uint64_t seed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
    struct timespec now;

    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed = hs_hash_bytes(&now, sizeof(now), (uintptr_t)&now);
}

uint64_t hs_hash_seed(void)
{
    pthread_once(&once, make_seed);
    return seed;
}

uint64_t hs_hash_bytes(const void *data, size_t size, uint64_t with_seed)
{
    return XXH3_64bits_withSeed(data, size, with_seed);
}
