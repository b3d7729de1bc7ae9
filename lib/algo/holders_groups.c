/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_groups.c - goroutines with equal stacks are one group.
 *
 * Equal means: the same function names all the way down, wrappers of go and
 * defer statements left out.  Not the same pcs: a loop's two calls of one
 * function are the same leak.  But a wrapper into which all of the program's
 * own functions were inlined is the only one to tell what a goroutine is.
 */
#include "algo/holders_impl.h"
#include "base/hash.h"
#include "model/goname.h"

static const struct hs_frame *frames_of(const struct hs_heap *heap,
                                        const struct hs_goroutine *g)
{
    const struct hs_frame *frames = heap->frames.at;

    return g->frame_count ? &frames[g->first_frame] : NULL;
}

/* Does nothing but a wrapper tell what this stack is for? */
static bool only_wrapped(const struct hs_heap *heap,
                         const struct hs_goroutine *g)
{
    const struct hs_frame *frames = frames_of(heap, g);

    for (uint32_t i = g->frame_count; i-- > 0;)
        if (!hs_goname_plumbing(frames[i].function) &&
            !hs_goname_wrapper(frames[i].function))
            return false;
    return true;
}

/* Is FUNCTION left out of a stack that is ONLY_WRAPPED or not? */
static bool is_left_out(struct hs_str function, bool only_wrapped)
{
    return hs_goname_wrapper(function) &&
           !(only_wrapped && !hs_goname_plumbing(function));
}

static uint64_t stack_hash(const struct hs_heap *heap,
                           const struct hs_goroutine *g, uint64_t seed)
{
    const struct hs_frame *frames = frames_of(heap, g);
    bool wrapped = only_wrapped(heap, g);

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (!is_left_out(frames[i].function, wrapped))
            seed = hs_hash_bytes(frames[i].function.text,
                                 frames[i].function.size, seed);
    return seed;
}

/* The next frame of G from *I on that is not left out, or NULL. */
static const struct hs_frame *step(const struct hs_heap *heap,
                                   const struct hs_goroutine *g, bool wrapped,
                                   uint32_t *i)
{
    const struct hs_frame *frames = frames_of(heap, g);

    while (*i < g->frame_count) {
        const struct hs_frame *frame = &frames[(*i)++];

        if (!is_left_out(frame->function, wrapped))
            return frame;
    }
    return NULL;
}

static bool same_stack(const struct hs_heap *heap, const struct hs_goroutine *a,
                       const struct hs_goroutine *b)
{
    bool a_wrapped = only_wrapped(heap, a), b_wrapped = only_wrapped(heap, b);
    const struct hs_frame *x, *y;
    uint32_t i = 0, j = 0;

    do {
        x = step(heap, a, a_wrapped, &i);
        y = step(heap, b, b_wrapped, &j);
        if (!x || !y)
            return x == y;
    } while (hs_str_equal(x->function, y->function));
    return false;
}

/* DESIGN section 5: the first frame outside the standard library, else outside
 * its plumbing, else the start function. */
static struct hs_str group_name(const struct hs_heap *heap,
                                const struct hs_goroutine *g)
{
    const struct hs_frame *frames = frames_of(heap, g);
    struct hs_str second = {0}, last = {0};
    bool wrapped = only_wrapped(heap, g);

    for (uint32_t i = 0; i < g->frame_count; i++) {
        struct hs_str name = frames[i].function;

        if (is_left_out(name, wrapped))
            continue;
        if (!hs_goname_standard(name))
            return name;
        if (!second.size && !hs_goname_plumbing(name))
            second = name;
        if (!hs_str_equal(name, hs_str_of("runtime.goexit")))
            last = name;
    }
    return second.size ? second : last.size ? last : hs_str_of("(no frames)");
}

static uint32_t find_group(struct holders_builder *b, struct hs_map *map,
                           uint32_t number)
{
    const struct hs_heap *heap = b->heap;
    const struct hs_goroutine *all = heap->goroutines.at;
    const struct hs_goroutine *g = &all[number];
    uint64_t key = stack_hash(heap, g, hs_hash_seed());

    for (;; key++) {
        struct hs_goroutine_group *groups = b->groups.at, group = {0};
        uint32_t found = hs_map_add(map, key, (uint32_t)b->groups.count);

        if (found < b->groups.count) {
            if (same_stack(heap, &all[groups[found].first], g))
                return found;
            continue;
        }
        group.first = number;
        group.name = group_name(heap, g);
        group.system = g->system;
        hs_column_push(&b->groups, &group);
        return found;
    }
}

static void count_in(struct holders_builder *b, uint32_t number)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)b->heap->goroutines.at + number;
    struct hs_goroutine_group *group =
        (struct hs_goroutine_group *)b->groups.at + b->group_of[number];
    const struct hs_frame *frames = frames_of(b->heap, g);

    group->goroutines++;
    group->old += g->wait_since != 0;
    if (g->status == HS_G_WAITING && !group->wait_reason.size)
        group->wait_reason = g->wait_reason;
    for (uint32_t i = 0; i < g->frame_count; i++)
        group->stack_bytes += frames[i].memory.size;
}

/* Fills by_group: a counting sort that keeps the dump's order. */
static void order_by_group(struct holders_builder *b, uint32_t count)
{
    uint32_t groups = (uint32_t)b->groups.count;
    uint32_t *start = hs_arena_zeroed(b->scratch, groups + 2, sizeof(*start));

    b->by_group = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++)
        start[b->group_of[i] + 2]++;
    for (uint32_t i = 2; i < groups + 2; i++)
        start[i] += start[i - 1];
    for (uint32_t i = 0; i < count; i++)
        b->by_group[start[b->group_of[i] + 1]++] = i;
    b->group_start = start;
}

void hs_holders_find_groups(struct holders_builder *b)
{
    const struct hs_goroutine *all = b->heap->goroutines.at;
    uint32_t count = (uint32_t)b->heap->goroutines.count;
    struct hs_map map;

    hs_map_init(&map, b->scratch, 64);
    hs_map_init(&b->goroutine_of, b->scratch, count);
    b->group_of = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        hs_map_add(&b->goroutine_of, all[i].g, i);
        b->group_of[i] = find_group(b, &map, i);
        count_in(b, i);
    }
    order_by_group(b, count);
}

void hs_holders_add_groups(struct holders_builder *b, uint32_t goroutines)
{
    for (uint32_t i = 0; i < b->groups.count; i++)
        hs_holders_add(b, goroutines, HS_HOLDER_GROUP, i);
}
