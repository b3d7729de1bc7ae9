/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_processors.c - timers, and what the scheduler is made of.
 *
 * A P (runtime.p) lists the timers that wait to fire; so long a timer keeps
 * its function and what that captured: the program's own leak, of the kind
 * *timers*.  But a timer points back to its P, an M (runtime.m) to all Ps and
 * a running g to its M: followed, every timer and every running goroutine
 * would hold what all timers hold.  So Ps and Ms are the runtime's alone, and
 * a P's list keeps nothing; its timers are roots, by what they will do.
 *
 * Only the types of objects tell which these are.  Read from runtime2.go and
 * time.go of Go 1.18 to 1.27.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"
#include "algo/paths.h"
#include "model/lens.h"

static uint32_t type_called(const struct hs_names *names, const char *name)
{
    for (uint32_t i = 1; i < names->types.count; i++)
        if (hs_str_equal(hs_names_type(names, i)->name, hs_str_of(name)))
            return i;
    return HS_NO_TYPE;
}

/* Where a P's list of timers starts, a slice: p.timers, since Go 1.23
 * p.timers.heap.  HS_NO_OFFSET: the type does not say. */
static uint64_t timers_at(const struct hs_names *names, uint32_t processor)
{
    const struct hs_go_field *timers =
        hs_names_field(names, processor, "timers");
    const struct hs_go_field *heap;

    if (!timers)
        return HS_NO_OFFSET;
    heap = hs_names_field(names, timers->type, "heap");
    return timers->offset + (heap ? heap->offset : 0);
}

/* Where a timer has what its function is called with. */
static uint64_t argument_at(const struct hs_names *names)
{
    const struct hs_go_field *argument =
        hs_names_field(names, type_called(names, "runtime.timer"), "arg");

    return argument ? argument->offset : HS_NO_OFFSET;
}

/* What a timer does when it fires, beside addresses of code: what is not known
 * (it calls a function that is no closure, ...), or it sends to a channel. */
#define DOES_OTHER   0
#define DOES_CHANNEL 1

/* What the timer at ADDRESS of OBJECT does: it has the function that is to be
 * called, or the channel, in its ARGUMENT, an interface at that offset. */
static uint64_t does(const struct holders_builder *b, uint32_t object,
                     uint64_t address, uint64_t argument)
{
    const struct hs_heap *heap = b->heap;
    struct hs_memory memory = hs_heap_memory(heap, object);
    uint64_t at = address - memory.address + argument + heap->pointer_size;
    uint32_t target;
    uint64_t pc;

    if (memory.size < heap->pointer_size ||
        at > memory.size - heap->pointer_size)
        return DOES_OTHER;
    target = hs_heap_find(heap, hs_heap_word(heap, memory.bytes + at));
    if (target == HS_NO_OBJECT)
        return DOES_OTHER;
    if (hs_typing_shape(hs_names_typing(heap->names, target)) == HS_SHAPE_CHAN)
        return DOES_CHANNEL;
    memory = hs_heap_memory(heap, target);
    pc =
        memory.size < heap->pointer_size ? 0 : hs_heap_word(heap, memory.bytes);
    return hs_lens_function(heap, pc).size ? pc : DOES_OTHER;
}

/* Takes the timers that the P OBJECT lists at OFFSET of it. */
static void take_timers(struct holders_builder *b, uint32_t object,
                        uint64_t offset, uint64_t argument)
{
    const struct hs_heap *heap = b->heap;
    struct hs_memory memory = hs_heap_memory(heap, object);
    struct hs_fields fields;
    uint64_t value;
    uint32_t list;

    if (memory.size < heap->pointer_size ||
        offset > memory.size - heap->pointer_size)
        return;
    list = hs_heap_find(heap, hs_heap_word(heap, memory.bytes + offset));
    if (list == HS_NO_OBJECT)
        return;
    hs_column_push(&b->muted, &list);
    memory = hs_heap_memory(heap, list);
    fields = hs_fields_of(&memory);
    while (hs_holders_next_word(heap, &fields, &memory, &offset, &value)) {
        struct holders_timer timer = {.object = hs_heap_find(heap, value)};

        if (timer.object == HS_NO_OBJECT)
            continue;
        timer.does = does(b, timer.object, value, argument);
        hs_column_push(&b->timers, &timer);
    }
}

static int by_deed(const void *a, const void *b)
{
    const struct holders_timer *x = a, *y = b;

    if (x->does != y->does)
        return x->does < y->does ? -1 : 1;
    return (x->object > y->object) - (x->object < y->object);
}

void hs_holders_find_processors(struct holders_builder *b)
{
    const struct hs_names *names = b->heap->names;
    uint32_t p, m, padded, count;
    uint64_t timers, argument;

    b->processors = HS_COLUMN(uint32_t, b->scratch);
    b->timers = HS_COLUMN(struct holders_timer, b->scratch);
    if (!names || !names->typings)
        return;
    p = type_called(names, "runtime.p");
    m = type_called(names, "runtime.m");
    padded = type_called(names, "runtime.mPadded");
    timers = timers_at(names, p);
    argument = argument_at(names);
    count = p == HS_NO_TYPE ? 0 : hs_heap_count(b->heap);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t typing = names->typings[i], type = hs_typing_type(typing);

        if (type == HS_NO_TYPE || (type != p && type != m && type != padded) ||
            hs_typing_shape(typing) != HS_SHAPE_ONE ||
            hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS)
            continue;
        hs_column_push(&b->processors, &i);
        hs_column_push(&b->captive, &i);
        hs_map_add(&b->owner, i, HOLDERS_RUNTIME);
        if (type == p && timers != HS_NO_OFFSET && argument != HS_NO_OFFSET)
            take_timers(b, i, timers + (typing & HS_TYPING_HEADER ? 8 : 0),
                        argument);
    }
    if (b->timers.count)
        qsort(b->timers.at, b->timers.count, sizeof(struct holders_timer),
              by_deed);
}

/* The newest holder is the runtime. */
void hs_holders_root_processors(struct holders_builder *b)
{
    const uint32_t *objects = b->processors.at;

    for (size_t i = 0; i < b->processors.count; i++)
        hs_column_push(&b->roots, &(struct hs_root){.object = objects[i]});
}

void hs_holders_add_timers(struct holders_builder *b, uint32_t timers)
{
    const struct holders_timer *all = b->timers.at;

    for (size_t i = 0; i < b->timers.count; i++) {
        struct hs_root root = {.object = all[i].object};

        if (i == 0 || all[i].does != all[i - 1].does) {
            hs_holders_add(b, timers, HS_HOLDER_TIMERS,
                           (uint32_t)b->timer_functions.count);
            hs_column_push(&b->timer_functions, &all[i].does);
        }
        if (i == 0 || by_deed(&all[i], &all[i - 1]) != 0)
            hs_column_push(&b->roots, &root);
    }
}

struct hs_str hs_holders_timer_name(const struct hs_heap *heap, uint64_t deed,
                                    struct hs_arena *arena)
{
    struct hs_str function;

    if (deed == DOES_CHANNEL)
        return hs_str_of("timer channels");
    function = hs_lens_function(heap, deed);
    if (deed == DOES_OTHER || !function.size)
        return hs_str_of("other timers");
    return hs_str_of(hs_arena_printf(arena, "timer %.*s", (int)function.size,
                                     function.text));
}
