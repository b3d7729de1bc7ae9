/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_stacks.c - what goroutines and their frames hold.
 *
 * The dump lists the pointer words of a frame that its stack maps name, but
 * not those of stack objects (variables whose address was taken): the
 * collector finds them by the pointers into the stack.  So do we: a frame that
 * a listed word, a defer or a panic points into is read word by word.  That
 * may keep something too much, never too little; the executable would tell
 * exactly.  The frame that was preempted asynchronously and its caller are
 * read word by word as well, as the collector does (mgcmark.go,
 * scanframeworker).
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

static uint32_t goroutine_at(const struct holders_builder *b, uint64_t g)
{
    return hs_map_lookup(&b->goroutine_of, g);
}

static void chain_init(struct holders_builder *b, struct holders_chain **chain)
{
    uint32_t count = (uint32_t)b->heap->goroutines.count;

    *chain = hs_arena_zeroed(b->scratch, 1, sizeof(**chain));
    (*chain)->first = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    (*chain)->next = HS_COLUMN(uint32_t, b->scratch);
    for (uint32_t i = 0; i < count; i++)
        (*chain)->first[i] = HS_NO_RECORD;
}

/* The next record of CHAIN is goroutine G's (or nobody's). */
static void chain_add(struct holders_chain *chain, uint32_t g)
{
    uint32_t record = (uint32_t)chain->next.count, next = HS_NO_RECORD;

    if (g != HS_MAP_NONE) {
        next = chain->first[g];
        chain->first[g] = record;
    }
    hs_column_push(&chain->next, &next);
}

#define EACH(record, chain, g)                                                 \
    for (uint32_t record = (chain)->first[g]; record != HS_NO_RECORD;          \
         record = ((uint32_t *)(chain)->next.at)[record])

/* The first word of OBJECT, if a g of a goroutine is there: which one.  A
 * sudog starts so (runtime2.go), and has a pointer to a sudog next. */
static uint32_t sudog_of(const struct holders_builder *b, uint32_t object)
{
    const struct hs_heap *heap = b->heap;
    struct hs_memory memory;
    uint64_t size = hs_heap_size(heap, object), pointer = heap->pointer_size;
    uint32_t g;

    if (size < 8 * pointer || size > 20 * pointer)
        return HS_MAP_NONE;
    memory = hs_heap_memory(heap, object);
    if (memory.size < 2 * pointer)
        return HS_MAP_NONE;
    g = goroutine_at(b, hs_heap_word(heap, memory.bytes));
    if (g == HS_MAP_NONE ||
        goroutine_at(b, hs_heap_word(heap, memory.bytes + pointer)) !=
            HS_MAP_NONE)
        return HS_MAP_NONE; /* the second word is a g too: a list of them */
    return g;
}

/* Takes OBJECT as a waiter if it is one that is not known yet. */
static void try_waiter(struct holders_builder *b, struct hs_map *seen,
                       uint64_t address)
{
    uint32_t object = hs_heap_find(b->heap, address), g;

    if (object == HS_NO_OBJECT || hs_heap_address(b->heap, object) != address ||
        hs_map_lookup(seen, object) != HS_MAP_NONE)
        return;
    g = sudog_of(b, object);
    if (g == HS_MAP_NONE)
        return;
    hs_map_add(seen, object, 0);
    hs_column_push(&b->waiters, &object);
    chain_add(b->sudogs, g);
    hs_column_push(&b->muted, &object);
    hs_column_push(&b->captive, &object);
}

static void try_words(struct holders_builder *b, struct hs_map *seen,
                      uint32_t object)
{
    struct hs_memory memory = hs_heap_memory(b->heap, object);
    struct hs_fields fields = hs_fields_of(&memory);
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, &memory, &offset, &value))
        try_waiter(b, seen, value);
}

/* Sudogs: from the words of the gs (g.waiting), from data and BSS (the
 * semaphores' trees), and from one to the next.  They own nothing; each hangs
 * under its goroutine. */
static void find_sudogs(struct holders_builder *b)
{
    const struct hs_goroutine *all = b->heap->goroutines.at;
    const struct holders_word *words = b->words.at;
    struct hs_map seen;

    hs_map_init(&seen, b->scratch, 64);
    b->waiters = HS_COLUMN(uint32_t, b->scratch);
    for (size_t i = 0; i < b->heap->goroutines.count; i++) {
        uint32_t g = hs_heap_find(b->heap, all[i].g);

        if (g == HS_NO_OBJECT)
            continue;
        hs_column_push(&b->captive, &g);
        try_words(b, &seen, g);
    }
    for (size_t i = 0; i < b->words.count; i++)
        if (words[i].object != HS_NO_OBJECT)
            try_waiter(b, &seen, words[i].value);
    for (size_t i = 0; i < b->waiters.count; i++)
        try_words(b, &seen, ((uint32_t *)b->waiters.at)[i]);
}

void hs_holders_find_waiters(struct holders_builder *b)
{
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;

    chain_init(b, &b->defers);
    chain_init(b, &b->panics);
    chain_init(b, &b->sudogs);
    for (size_t i = 0; i < b->heap->defers.count; i++)
        chain_add(b->defers, goroutine_at(b, defers[i].g));
    for (size_t i = 0; i < b->heap->panics.count; i++)
        chain_add(b->panics, goroutine_at(b, panics[i].g));
    find_sudogs(b);
}

static void add_goroutine(struct holders_builder *b, uint32_t group,
                          uint32_t number)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)b->heap->goroutines.at + number;
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;
    const uint32_t *waiters = b->waiters.at;

    hs_holders_add(b, group, HS_HOLDER_GOROUTINE, number);
    hs_holders_root(b, g->g);
    hs_holders_root(b, g->context);
    EACH(d, b->defers, number)
    {
        hs_holders_root(b, defers[d].address);
        hs_holders_root(b, defers[d].closure);
    }
    EACH(p, b->panics, number)
    {
        hs_holders_root(b, panics[p].address);
        hs_holders_root(b, panics[p].argument);
    }
    EACH(w, b->sudogs, number)
    hs_column_push(&b->roots, &(struct hs_root){.object = waiters[w]});
}

void hs_holders_add_goroutines(struct holders_builder *b, uint32_t group)
{
    const struct hs_holder *holders = b->holders.at;
    uint32_t number = holders[group].record;

    for (uint32_t i = b->group_start[number]; i < b->group_start[number + 1];
         i++)
        add_goroutine(b, group, b->by_group[i]);
}

/* One goroutine's frames while they are read. */
struct stack {
    const struct hs_frame *frames;
    uint32_t count;
    bool *whole;       /* by frame: read word by word */
    uint32_t *pending; /* frames that became whole and are not read yet */
    uint32_t pending_count;
};

/* Frames stand in address order, the innermost lowest. */
static uint32_t frame_at(const struct stack *stack, uint64_t address)
{
    uint32_t low = 0, high = stack->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct hs_memory *m = &stack->frames[middle].memory;

        if (address - m->address < m->size)
            return middle;
        if (address < m->address)
            high = middle;
        else
            low = middle + 1;
    }
    return HS_NO_RECORD;
}

static void make_whole(struct stack *stack, uint32_t frame)
{
    if (frame == HS_NO_RECORD || stack->whole[frame])
        return;
    stack->whole[frame] = true;
    stack->pending[stack->pending_count++] = frame;
}

/* The words listed for FRAME that point into the stack make their targets
 * whole. */
static void follow_listed(struct holders_builder *b, struct stack *stack,
                          uint32_t frame)
{
    const struct hs_memory *memory = &stack->frames[frame].memory;
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, memory, &offset, &value))
        if (value)
            make_whole(stack, frame_at(stack, value));
}

static void follow_whole(struct holders_builder *b, struct stack *stack)
{
    unsigned step = b->heap->pointer_size;

    while (stack->pending_count) {
        const struct hs_memory *m =
            &stack->frames[stack->pending[--stack->pending_count]].memory;

        for (uint64_t at = 0; m->size - at >= step; at += step)
            make_whole(stack,
                       frame_at(stack, hs_heap_word(b->heap, m->bytes + at)));
    }
}

static void find_whole_frames(struct holders_builder *b, struct stack *stack,
                              uint32_t number)
{
    static const char preempt[] = "runtime.asyncPreempt";
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;

    for (uint32_t i = 0; i < stack->count; i++) {
        if (hs_str_equal(stack->frames[i].function, hs_str_of(preempt))) {
            make_whole(stack, i);
            if (i + 1 < stack->count)
                make_whole(stack, i + 1);
        }
        follow_listed(b, stack, i);
    }
    EACH(d, b->defers, number)
    make_whole(stack, frame_at(stack, defers[d].address));
    EACH(p, b->panics, number)
    make_whole(stack, frame_at(stack, panics[p].address));
    follow_whole(b, stack);
}

static int by_object(const void *a, const void *b)
{
    const struct hs_root *x = a, *y = b;

    return (x->object > y->object) - (x->object < y->object);
}

/* Sorts the roots from FIRST on and drops repeats. */
static void tidy_roots(struct holders_builder *b, size_t first)
{
    struct hs_root *roots = b->roots.at;
    size_t kept = first;

    if (b->roots.count - first < 2)
        return;
    qsort(roots + first, b->roots.count - first, sizeof(*roots), by_object);
    for (size_t i = first; i < b->roots.count; i++)
        if (kept == first || roots[kept - 1].object != roots[i].object)
            roots[kept++] = roots[i];
    b->roots.count = kept;
}

static void push_frame_roots(struct holders_builder *b,
                             const struct stack *stack, uint32_t frame)
{
    const struct hs_memory *memory = &stack->frames[frame].memory;
    struct hs_fields fields = hs_fields_of(memory);
    unsigned step = b->heap->pointer_size;
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, memory, &offset, &value))
        hs_holders_root(b, value);
    if (!stack->whole[frame])
        return;
    for (offset = 0; memory->size - offset >= step; offset += step)
        hs_holders_root(b, hs_heap_word(b->heap, memory->bytes + offset));
}

/* A frame that points to nothing is no holder: it is added and taken back. */
static void add_frame(struct holders_builder *b, const struct stack *stack,
                      uint32_t frame, uint32_t holder, uint32_t record)
{
    size_t first = b->roots.count;

    hs_holders_add(b, holder, HS_HOLDER_FRAME, record);
    push_frame_roots(b, stack, frame);
    tidy_roots(b, first);
    if (b->roots.count == first)
        b->holders.count--;
}

void hs_holders_add_frames(struct holders_builder *b, uint32_t holder)
{
    const struct hs_holder *holders = b->holders.at;
    uint32_t number = holders[holder].record;
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)b->heap->goroutines.at + number;
    struct hs_arena passing = HS_ARENA_EMPTY;
    struct stack stack = {
        .frames = (const struct hs_frame *)b->heap->frames.at + g->first_frame,
        .count = g->frame_count};

    stack.whole = hs_arena_zeroed(&passing, stack.count + 1, sizeof(bool));
    stack.pending = hs_arena_zeroed(&passing, stack.count + 1, 4);
    find_whole_frames(b, &stack, number);
    for (uint32_t i = 0; i < stack.count; i++)
        add_frame(b, &stack, i, holder, g->first_frame + i);
    hs_arena_free(&passing);
}
