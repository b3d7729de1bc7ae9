/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parallel.h - run one function on several threads and wait for all.
 *
 * The parts must not wait for one another: where the system gives no thread,
 * they run one after another.  An arena belongs to one thread at a time, so
 * parts that allocate bring one each.
 */
#ifndef HS_BASE_PARALLEL_H
#define HS_BASE_PARALLEL_H

#include <stdint.h>

#define HS_PARALLEL_MOST 64

/* How many processors this process may use, 1 to HS_PARALLEL_MOST. */
unsigned hs_parallel_processors(void);

/* Calls RUN(CONTEXT, part) for each part 0 .. parts-1, each on a thread of its
 * own (part 0 on the caller's), and returns when all have.  What the parts
 * wrote is then visible to the caller.  PARTS may be 1. */
void hs_parallel_run(unsigned parts, void (*run)(void *context, unsigned part),
                     void *context);

/* Where part PART of PARTS starts when COUNT things are dealt out evenly; the
 * end is where PART + 1 starts. */
static inline uint64_t hs_parallel_share(uint64_t count, unsigned part,
                                         unsigned parts)
{
    return count / parts * part + count % parts * part / parts;
}

#endif
