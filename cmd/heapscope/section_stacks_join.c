/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks_join.c - are the goroutines of a log those of the dump?
 *
 * Ids are never used again within a process, so one id is one goroutine.  In
 * another run of the same program many ids are of the same function by chance,
 * so nearly all of those that both have must be; those that nobody has started
 * (main, the runtime's own) are alike everywhere and do not count.
 */
#include "section_stacks.h"

#include "model/heap.h"

#define NEARLY 0.95

/* A dump has no inlined functions.  Where all of them went into the wrapper of
 * the go statement, that is named after who has started the goroutine. */
static bool is_alike(const struct hs_heap *heap, const struct hs_goroutine *g,
                     struct hs_str name, struct hs_str creator)
{
    const struct hs_frame *frames = heap->frames.at;

    for (uint32_t i = 0; i < g->frame_count; i++) {
        struct hs_str function = frames[g->first_frame + i].function;

        if (hs_str_equal(function, name))
            return true;
        if (creator.size && function.size > creator.size &&
            function.text[creator.size] == '.' &&
            memcmp(function.text, creator.text, creator.size) == 0)
            return true;
    }
    return false;
}

struct hs_stacks_join hs_stacks_joined(struct hs_run *run)
{
    const struct hs_stacks *stacks = run->snapshots[0].stacks;
    const struct hs_heap *heap = run->snapshots[0].heap;
    const struct hs_stacks_group *groups = stacks->groups.at;
    const struct hs_stacks_goroutine *printed = stacks->goroutines.at;
    const struct hs_goroutine *dumped;
    struct hs_stacks_join join = {0};
    struct hs_map by_id;
    uint32_t *in_dump;

    if (!(run->snapshots[0].parts & HS_PART_HEAP) || !heap)
        return join;
    hs_stacks_index(stacks, &by_id, run->scratch);
    in_dump = hs_arena_zeroed(run->scratch, stacks->groups.count + 1,
                              sizeof(*in_dump));
    dumped = heap->goroutines.at;
    for (size_t i = 0; i < heap->goroutines.count; i++) {
        uint32_t at = hs_map_lookup(&by_id, dumped[i].id);
        uint32_t group;

        if (at == HS_MAP_NONE)
            continue;
        group = printed[at].group;
        if (!groups[group].creator.function) {
            in_dump[group]++;
            continue;
        }
        join.common++;
        if (!is_alike(heap, &dumped[i],
                      hs_stacks_text(stacks, groups[group].name),
                      hs_stacks_text(stacks, groups[group].creator.function)))
            continue;
        join.alike++;
        in_dump[group]++;
    }
    join.known = true;
    join.one_process =
        join.common > 0 && join.alike >= NEARLY * (double)join.common;
    join.in_dump = in_dump;
    return join;
}
