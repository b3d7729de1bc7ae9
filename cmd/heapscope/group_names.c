/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_names.c - names of groups of goroutines, with what tells one from the
 * others of its name.
 *
 *     net.(*netFD).Read below net/http.(*persistConn).readLoop
 *     net.(*netFD).Read below net/http.(*connReader).backgroundRead
 */
#include "group_names.h"

#include "base/hash.h"
#include "base/map.h"
#include "model/goname.h"

/* The frames of GROUP but what is outermost on every stack: COUNT of them. */
static const struct hs_frame *calls_of(const struct hs_case *c,
                                       const struct hs_goroutine_group *group,
                                       uint32_t *count)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)c->heap->goroutines.at + group->first;
    const struct hs_frame *frames = c->heap->frames.at;

    *count = g->frame_count;
    if (*count)
        frames += g->first_frame;
    while (*count && (hs_goname_wrapper(frames[*count - 1].function) ||
                      hs_str_equal(frames[*count - 1].function,
                                   hs_str_of("runtime.goexit"))))
        --*count;
    return frames;
}

/* How many of their outermost calls A and B have in common. */
static uint32_t common_calls(const struct hs_case *c,
                             const struct hs_goroutine_group *a,
                             const struct hs_goroutine_group *b)
{
    uint32_t x, y, common = 0;
    const struct hs_frame *ours = calls_of(c, a, &x);
    const struct hs_frame *theirs = calls_of(c, b, &y);

    while (common < x && common < y &&
           hs_str_equal(ours[x - 1 - common].function,
                        theirs[y - 1 - common].function))
        common++;
    return common;
}

/* Groups of one name, and how many outermost calls all have in common. */
struct namesake {
    const struct hs_goroutine_group *first;
    uint32_t groups, common;
};

struct hs_group_names {
    const struct hs_case *c;
    struct hs_map map; /* hash of a name -> number in LIST */
    struct hs_column list;
};

static uint64_t name_key(const struct hs_goroutine_group *group)
{
    return hs_hash_bytes(group->name.text, group->name.size, hs_hash_seed());
}

struct hs_group_names *
hs_group_names_new(const struct hs_case *c,
                   const struct hs_goroutine_group *const *groups, size_t count,
                   struct hs_arena *arena)
{
    struct hs_group_names *names = hs_arena_alloc(arena, sizeof(*names));

    names->c = c;
    names->list = HS_COLUMN(struct namesake, arena);
    hs_map_init(&names->map, arena, count);
    for (uint32_t i = 0; i < count; i++) {
        struct namesake fresh = {.first = groups[i], .common = UINT32_MAX};
        uint32_t next = (uint32_t)names->list.count, common;
        uint32_t number = hs_map_add(&names->map, name_key(groups[i]), next);
        struct namesake *its;

        if (number == next)
            hs_column_push(&names->list, &fresh);
        its = (struct namesake *)names->list.at + number;
        if (its->groups++ == 0)
            continue;
        common = common_calls(c, its->first, groups[i]);
        if (common < its->common)
            its->common = common;
    }
    return names;
}

struct hs_value hs_group_name(struct hs_run *run,
                              const struct hs_group_names *names,
                              const struct hs_goroutine_group *group)
{
    const struct namesake *its = (const struct namesake *)names->list.at +
                                 hs_map_lookup(&names->map, name_key(group));
    uint32_t count, at;
    const struct hs_frame *calls = calls_of(names->c, group, &count);

    if (its->groups == 1 || its->common >= count)
        return hs_heap_name(group->name);
    at = count - 1 - its->common;
    for (uint32_t i = at; i < count; i++)
        if (hs_str_equal(calls[i].function, group->name))
            return hs_heap_name(group->name); /* what differs is called by it */
    return hs_heap_name(hs_str_of(hs_doc_printf(
        run->doc, "%.*s below %.*s", (int)group->name.size, group->name.text,
        (int)calls[at].function.size, calls[at].function.text)));
}
