/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finqueue.c - the functions of a finalizer queue that has addresses only.
 */
#include "model/finqueue.h"

#include "golang/golang_impl.h"

#define MOST_INLINED 32

void hs_golang_name_finqueue(struct golang *g)
{
    struct hs_finqueue *queue = g->snapshot->finqueue;
    struct hs_finqueue_function *functions = queue->functions.at;
    struct hs_place places[MOST_INLINED];

    /* Where it was loaded, only a dump tells. */
    if (!g->heap && g->program->position_independent)
        return;
    for (size_t i = 0; i < queue->functions.count; i++) {
        size_t count;

        if (functions[i].name.size || !functions[i].pc)
            continue;
        count = hs_golang_lines(g, functions[i].pc, places, MOST_INLINED);
        if (count)
            functions[i].name = places[count - 1].function;
    }
}
