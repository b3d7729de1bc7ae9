/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sites.c - flat values of lines, and the program's own callers.
 */
#include "algo/profile_sites.h"

#include "algo/profile_select.h"
#include "algo/profile_sum.h"
#include "base/map.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "model/goname.h"

#include <stdlib.h>

#define NO_LEAF UINT32_MAX

/* Fewer samples are looked at before a thread has started. */
#define WORTH_THREADS 50000

struct leaves {
    const struct hs_profile_view *view;
    const struct hs_site_types *types;
    unsigned parts;
    uint32_t *of; /* by sample: its innermost node, or NO_LEAF */
};

static void find_part(void *context, unsigned number)
{
    const struct leaves *leaves = context;
    const struct hs_profile_view *view = leaves->view;
    const struct hs_profile *profile = view->profile;
    const struct hs_site_types *types = leaves->types;
    size_t count = profile->sample_count;
    size_t s = hs_parallel_share(count, number, leaves->parts);
    size_t to = hs_parallel_share(count, number + 1, leaves->parts);
    uint64_t first, end;

    for (; s < to; s++) {
        const int64_t *row = &profile->values[s * profile->type_count];
        int64_t other = types->other == SIZE_MAX ? 0 : row[types->other];

        leaves->of[s] = NO_LEAF;
        if ((row[types->value] != 0 || other != 0) &&
            hs_view_stack(view, s, &first, &end) && first < end)
            leaves->of[s] =
                view->expand[view->expand_start[profile->frames[first]]];
    }
}

/* The innermost node of every sample with a value that is looked at. */
static uint32_t *find_leaves(const struct hs_profile_view *view,
                             const struct hs_site_types *types,
                             struct hs_arena *arena)
{
    size_t count = view->profile->sample_count;
    struct leaves leaves = {view, types, 1, NULL};

    leaves.of = hs_arena_alloc(arena, count * sizeof(*leaves.of));
    if (count >= WORTH_THREADS)
        leaves.parts = hs_parallel_processors();
    hs_parallel_run(leaves.parts, find_part, &leaves);
    return leaves.of;
}

static int compare(const void *a, const void *b, void *unused)
{
    const struct hs_site *x = a, *y = b;
    __int128 v = hs_sum_abs(x->value), w = hs_sum_abs(y->value);

    (void)unused;
    if (v != w)
        return v > w ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static struct hs_site *add_up(const struct hs_profile_view *view,
                              const struct hs_site_types *types,
                              const uint32_t *leaf, size_t *count,
                              struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    struct hs_site *sites =
        hs_arena_zeroed(arena, view->node_count, sizeof(*sites));
    size_t n = 0;

    for (size_t s = 0; s < profile->sample_count; s++) {
        const int64_t *row = &profile->values[s * profile->type_count];
        struct hs_site *site;

        if (leaf[s] == NO_LEAF)
            continue;
        site = &sites[leaf[s]];
        site->value += row[types->value];
        if (types->other != SIZE_MAX)
            site->other += row[types->other];
        if (types->count != SIZE_MAX)
            site->count += row[types->count];
    }
    for (uint32_t node = 0; node < view->node_count; node++) {
        if (sites[node].value == 0 && sites[node].other == 0)
            continue;
        sites[n] = sites[node];
        sites[n].node = node;
        sites[n++].caller = HS_NO_CALLER;
    }
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

/* Finds the callers of the first COUNT sites; LEAF: of every sample. */
static void find_callers(const struct hs_profile_view *view, size_t type,
                         const uint32_t *leaf, struct hs_site *sites,
                         size_t count, struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    uint32_t *place = hs_arena_zeroed(arena, view->node_count, sizeof(*place));
    struct hs_column calls = HS_COLUMN(struct call, arena);
    struct call **best = hs_arena_zeroed(arena, count, sizeof(struct call *));
    struct hs_map map;

    hs_map_init(&map, arena, 64);
    for (size_t i = 0; i < count; i++)
        if (!is_own(view->nodes[sites[i].node].function))
            place[sites[i].node] = (uint32_t)i + 1;
    for (size_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[s * profile->type_count + type];
        struct call call;
        uint32_t at;

        if (value == 0 || leaf[s] == NO_LEAF || place[leaf[s]] == 0)
            continue;
        call = (struct call){place[leaf[s]] - 1, own_caller(view, s), 0};
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
                                 size_t first, size_t *count,
                                 struct hs_arena *arena)
{
    size_t samples = view->profile->sample_count;
    uint32_t *leaf = find_leaves(view, types, arena);
    struct hs_site *sites = add_up(view, types, leaf, count, arena);

    if (first > *count)
        first = *count;
    hs_sort_first(sites, *count, sizeof(*sites), first, compare, NULL);
    if (first > 0)
        find_callers(view, types->value, leaf, sites, first, arena);
    hs_arena_release(arena, leaf, samples * sizeof(*leaf));
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
