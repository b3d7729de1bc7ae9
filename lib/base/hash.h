/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - seeded hashes of bytes and numbers.
 *
 * Tables over values of the input use hs_hash_seed(), which differs from run
 * to run so that nobody can prepare an input that makes them slow.  Hash order
 * must therefore never show in any output.  What is printed (fingerprints)
 * uses a fixed seed of its own.
 */
#ifndef HS_BASE_HASH_H
#define HS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The seed of this process. */
uint64_t hs_hash_seed(void);

uint64_t hs_hash_bytes(const void *data, size_t size, uint64_t seed);

/* A number's hash: every input bit changes every output bit. */
static inline uint64_t hs_hash_number(uint64_t number, uint64_t seed)
{
    unsigned __int128 wide =
        (unsigned __int128)(number ^ seed) * 0x9e3779b97f4a7c15u;
    uint64_t mixed = (uint64_t)wide ^ (uint64_t)(wide >> 64);

    return (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u;
}

#endif
