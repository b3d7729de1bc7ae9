/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.h - who holds the memory, every reachable byte told once.
 *
 * A claim is what one unit holder (holders.h) owns: what it alone retains, and
 * what it shares with none but goroutines that use it.  What several units
 * hold together and none owns is a claim of them all.  The owned bytes of all
 * claims add up to what is reachable, apart from what hangs on nothing but
 * holders that are no units.
 */
#ifndef HS_ALGO_CLAIMS_H
#define HS_ALGO_CLAIMS_H

#include "algo/retention.h"

struct hs_claim {
    uint32_t holder; /* HS_NO_RECORD: of several units, see shared[0] */
    struct hs_str name;
    uint64_t retained_bytes, retained_objects;
    uint64_t owned_bytes, owned_objects;
    const uint32_t *shared; /* rows of hs_retention_shared that are in it */
    uint32_t shared_count;
    uint32_t top; /* the node below which most of it is: the holder's, or an
                   * object that it shares */
};

struct hs_claims {
    const struct hs_claim
        *rows; /* most owned first, then retained, then name */
    size_t count;
};

/* The claims of all units that hold anything, in ARENA. */
struct hs_claims *hs_claims_new(const struct hs_holders *holders,
                                const struct hs_retention *retention,
                                struct hs_arena *arena,
                                struct hs_arena *scratch);

/* The unit that owns SHARED: the only one of its set that is no goroutine
 * group; HS_NO_RECORD if there is none or more than one. */
uint32_t hs_shared_owner(const struct hs_holders *holders,
                         const struct hs_shared *shared);

/* The largest of the parts that SHARED is made of, HS_NO_NODE if it is made of
 * none. */
uint32_t hs_shared_largest(const struct hs_retention *retention,
                           const struct hs_shared *shared);

/* The names of SHARED's holders, sorted, joined with " + "; after eight comes
 * "+ N more".  In ARENA. */
struct hs_str hs_shared_name(const struct hs_holders *holders,
                             const struct hs_shared *shared,
                             struct hs_arena *arena);

/* The same, of MOST names. */
struct hs_str hs_shared_brief(const struct hs_holders *holders,
                              const struct hs_shared *shared, uint32_t most,
                              struct hs_arena *arena);

#endif
