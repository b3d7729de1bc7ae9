/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_finalizers.c - what finalizers keep alive.
 *
 * A finalizer holds its closure and all that its object points to, but not the
 * object (mgcmark.go, scanblock of specials; nor does a pointer of the object
 * to itself hold it): an object that its own finalizer keeps alive through
 * others can never be collected.  A queued finalizer is about to
 * run and holds the object itself.  Each is a holder of its own below the
 * function that will run.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

/* Finalizers in the order of their functions. */
struct by_function {
    uint64_t pc;
    uint32_t finalizer;
};

static int by_pc(const void *a, const void *b)
{
    const struct by_function *x = a, *y = b;

    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return (x->finalizer > y->finalizer) - (x->finalizer < y->finalizer);
}

void hs_holders_add_finalizer_functions(struct holders_builder *b,
                                        uint32_t finalizers)
{
    const struct hs_finalizer *all = b->heap->finalizers.at;
    uint32_t count = (uint32_t)b->heap->finalizers.count;
    struct by_function *order =
        hs_arena_zeroed(b->scratch, count + 1, sizeof(*order));

    for (uint32_t i = 0; i < count; i++)
        order[i] = (struct by_function){all[i].pc, i};
    qsort(order, count, sizeof(*order), by_pc);
    b->by_function = order;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && order[i - 1].pc == order[i].pc)
            continue;
        hs_holders_add(b, finalizers, HS_HOLDER_FINALIZERS,
                       (uint32_t)b->finalizer_functions.count);
        hs_column_push(&b->finalizer_functions, &order[i].pc);
    }
}

static void hold_referents(struct holders_builder *b, uint64_t address)
{
    uint32_t object = hs_heap_find(b->heap, address);
    struct hs_memory memory;
    struct hs_fields fields;
    uint64_t offset, value;

    if (object == HS_NO_OBJECT)
        return;
    memory = hs_heap_memory(b->heap, object);
    fields = hs_fields_of(&memory);
    while (hs_holders_next_word(b->heap, &fields, &memory, &offset, &value))
        if (hs_heap_find(b->heap, value) != object)
            hs_holders_root(b, value);
}

/* Functions are asked for one after the other, so their finalizers are what
 * comes next in the order. */
void hs_holders_add_finalizers(struct holders_builder *b, uint32_t function)
{
    const struct hs_finalizer *all = b->heap->finalizers.at;
    const uint64_t *pcs = b->finalizer_functions.at;
    const struct hs_holder *holders = b->holders.at;
    uint64_t pc = pcs[holders[function].record];

    while (b->next_finalizer < b->heap->finalizers.count &&
           b->by_function[b->next_finalizer].pc == pc) {
        uint32_t i = b->by_function[b->next_finalizer++].finalizer;

        hs_holders_add(b, function, HS_HOLDER_FINALIZER, i);
        hs_holders_root(b, all[i].closure);
        if (all[i].queued)
            hs_holders_root(b, all[i].object);
        else
            hold_referents(b, all[i].object);
    }
}
