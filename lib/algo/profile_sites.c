/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sites.c - flat values of lines, and the program's own callers.
 */
#include "algo/profile_sites.h"

#include "algo/profile_select.h"
#include "algo/profile_sum.h"
#include "base/map.h"
#include "model/goname.h"

#include <stdlib.h>

/* The innermost node of sample S; false if it has no stack to look at. */
static bool leaf(const struct hs_profile_view *view, size_t s, uint32_t *node)
{
    uint64_t first, end;

    if (!hs_view_stack(view, s, &first, &end) || first == end)
        return false;
    *node = view->expand[view->expand_start[view->profile->frames[first]]];
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct hs_site *x = a, *y = b;
    __int128 v = hs_sum_abs(x->value), w = hs_sum_abs(y->value);

    if (v != w)
        return v > w ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static struct hs_site *add_up(const struct hs_profile_view *view,
                              const struct hs_site_types *types, size_t *count,
                              struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    struct hs_site *sites =
        hs_arena_zeroed(arena, view->node_count, sizeof(*sites));
    size_t n = 0;

    for (size_t s = 0; s < profile->sample_count; s++) {
        const int64_t *row = &profile->values[s * profile->type_count];
        int64_t other = types->other == SIZE_MAX ? 0 : row[types->other];
        uint32_t node;

        if ((row[types->value] == 0 && other == 0) || !leaf(view, s, &node))
            continue;
        sites[node].value += row[types->value];
        sites[node].other += other;
        if (types->count != SIZE_MAX)
            sites[node].count += row[types->count];
    }
    for (uint32_t node = 0; node < view->node_count; node++) {
        if (sites[node].value == 0 && sites[node].other == 0)
            continue;
        sites[n] = sites[node];
        sites[n].node = node;
        sites[n++].caller = HS_NO_CALLER;
    }
    qsort(sites, n, sizeof(*sites), compare);
    *count = n;
    return sites;
}

/* Neither Go's library nor assembly or C, which have no package. */
static bool is_own(struct hs_str function)
{
    return hs_goname_package(function).size > 0 &&
           !hs_goname_standard(function);
}

/* The innermost frame of sample S that is the program's own. */
static uint32_t own_caller(const struct hs_profile_view *view, size_t s)
{
    uint64_t first, end;

    hs_view_stack(view, s, &first, &end);
    for (uint64_t i = first; i < end; i++) {
        uint32_t frame = view->profile->frames[i];
        uint32_t to = view->expand_start[frame + 1];

        for (uint32_t e = view->expand_start[frame]; e < to; e++) {
            struct hs_str name = view->nodes[view->expand[e]].function;

            if (is_own(name))
                return view->expand[e];
        }
    }
    return HS_NO_CALLER;
}

struct call {
    uint32_t site, caller;
    __int128 value;
};

/* Finds the callers of the first COUNT sites. */
static void find_callers(const struct hs_profile_view *view, size_t type,
                         struct hs_site *sites, size_t count,
                         struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    uint32_t *place = hs_arena_zeroed(arena, view->node_count, sizeof(*place));
    struct hs_column calls = HS_COLUMN(struct call, arena);
    struct call **best = hs_arena_zeroed(arena, count, sizeof(struct call *));
    struct hs_map map;
    uint32_t node;

    hs_map_init(&map, arena, 64);
    for (size_t i = 0; i < count; i++)
        if (!is_own(view->nodes[sites[i].node].function))
            place[sites[i].node] = (uint32_t)i + 1;
    for (size_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[s * profile->type_count + type];
        struct call call;
        uint32_t at;

        if (value == 0 || !leaf(view, s, &node) || place[node] == 0)
            continue;
        call = (struct call){place[node] - 1, own_caller(view, s), 0};
        at = hs_map_add(&map, (uint64_t)call.site << 32 | call.caller,
                        (uint32_t)calls.count);
        if (at == calls.count)
            hs_column_push(&calls, &call);
        ((struct call *)calls.at)[at].value += value;
    }
    for (size_t i = 0; i < calls.count; i++) {
        struct call *call = (struct call *)calls.at + i;

        if (!best[call->site] || best[call->site]->value < call->value) {
            best[call->site] = call;
            sites[call->site].caller = call->caller;
        }
    }
}

struct hs_site *hs_profile_sites(const struct hs_profile_view *view,
                                 const struct hs_site_types *types,
                                 size_t callers, size_t *count,
                                 struct hs_arena *arena)
{
    struct hs_site *sites = add_up(view, types, count, arena);

    if (callers > *count)
        callers = *count;
    if (callers > 0)
        find_callers(view, types->value, sites, callers, arena);
    return sites;
}

bool hs_profile_count_type(const struct hs_profile *profile, size_t type,
                           size_t *count)
{
    struct hs_str name = hs_profile_type_name(profile, type);
    struct hs_str unit = hs_profile_type_unit(profile, type);
    const char *wanted = NULL;
    struct hs_str counts = hs_str_of("count");

    if (hs_str_equal(unit, counts))
        return false;
    if (hs_str_equal(name, hs_str_of("inuse_space")))
        wanted = "inuse_objects";
    else if (hs_str_equal(name, hs_str_of("alloc_space")))
        wanted = "alloc_objects";
    if (wanted)
        return hs_profile_find_type(profile, wanted, count);
    for (size_t i = 0; i < profile->type_count; i++)
        if (hs_str_equal(hs_profile_type_unit(profile, i), counts)) {
            *count = i;
            return true;
        }
    return false;
}
