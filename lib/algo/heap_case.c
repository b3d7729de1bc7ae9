/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_case.c - holders, retention and allocations of one heap, in order.
 */
#include "algo/heap_case.h"

#include "base/progress.h"

const struct hs_heap_case *hs_heap_case_new(const struct hs_heap *heap,
                                            unsigned threads,
                                            struct hs_arena *arena,
                                            struct hs_err *err)
{
    struct hs_heap_case *made = hs_arena_zeroed(arena, 1, sizeof(*made));
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_retention *retention = NULL;
    bool done;

    hs_progress_tell("finding who holds what", 0, 0);
    made->heap = heap;
    made->holders = hs_holders_new(heap, arena, &scratch);
    hs_arena_free(&scratch);
    done = hs_retention_new(heap, made->holders, threads, arena, &scratch,
                            &retention, err);
    hs_arena_free(&scratch);
    if (!done)
        return NULL;
    made->retention = retention;
    made->allocations = hs_allocations_new(heap, arena, &scratch);
    made->totals = hs_retention_totals(retention);
    hs_arena_free(&scratch);
    return made;
}
