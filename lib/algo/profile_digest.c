/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_digest.c - values of nodes with what sampling makes of them.
 *
 * Go's heap sampler takes an object of S bytes with probability
 * p = 1 - exp(-S / rate) and counts it 1/p times.  Of N such objects, their
 * bytes then have the variance N S^2 (1 - p) / p = bytes * S / (exp(S/rate) -
 * 1): bytes * rate for small objects, next to nothing for big ones.  A CPU
 * profile's ticks are a Poisson process: bytes (here: time) * period.
 */
#include "algo/profile_digest.h"

#include "algo/profile_select.h"
#include "algo/profile_sites.h"

#include <math.h>

struct noise {
    enum { EXACT, HEAP, TICKS } by;
    size_t space, count; /* heap: the two types that give an object's size */
    double rate;
    bool counts; /* heap: the values are objects, not bytes */
};

static bool is(struct hs_str text, const char *word)
{
    return hs_str_equal(text, hs_str_of(word));
}

static struct noise how(const struct hs_profile *profile, size_t type)
{
    struct hs_str name = hs_profile_type_name(profile, type);
    struct hs_str period =
        hs_profile_string(profile, profile->period_type.type);
    struct noise noise = {.rate = (double)profile->period};
    bool alloc = name.size > 6 && memcmp(name.text, "alloc_", 6) == 0;

    if (profile->period <= 1)
        return noise;
    if (is(period, "space") &&
        hs_profile_find_type(profile, alloc ? "alloc_space" : "inuse_space",
                             &noise.space) &&
        hs_profile_find_type(profile, alloc ? "alloc_objects" : "inuse_objects",
                             &noise.count) &&
        (type == noise.space || type == noise.count)) {
        noise.by = HEAP;
        noise.counts = type == noise.count;
    } else if (is(period, "cpu")) {
        noise.by = TICKS;
        if (is(hs_profile_type_unit(profile, type), "count"))
            noise.rate = 1;
    }
    return noise;
}

/* The variance that the sample with VALUES adds. */
static double variance(const struct noise *noise, const int64_t *values,
                       size_t type)
{
    double value = fabs((double)values[type]), objects, size;

    if (noise->by == EXACT)
        return 0;
    if (noise->by == TICKS)
        return value * noise->rate;
    objects = fabs((double)values[noise->count]);
    size = objects > 0 ? fabs((double)values[noise->space]) / objects : 0;
    if (size <= 0)
        return 0;
    return value * (noise->counts ? 1 : size) / expm1(size / noise->rate);
}

/* Variances of all nodes: of their flat values, or (CUM) of the others. */
static double *variances(const struct hs_profile_view *view, size_t type,
                         bool cum, struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    struct noise noise = how(profile, type);
    double *result = hs_arena_zeroed(arena, view->node_count, sizeof(*result));
    size_t *stamp = hs_arena_zeroed(arena, view->node_count, sizeof(*stamp));
    uint64_t first, end;

    if (noise.by == EXACT)
        return result;
    for (size_t s = 0; s < profile->sample_count; s++) {
        const int64_t *values = &profile->values[s * profile->type_count];
        double its;

        if (values[type] == 0 || !hs_view_stack(view, s, &first, &end) ||
            first == end)
            continue;
        its = variance(&noise, values, type);
        for (uint64_t i = first; i < (cum ? end : first + 1); i++) {
            uint32_t e = view->expand_start[profile->frames[i]];
            uint32_t to =
                cum ? view->expand_start[profile->frames[i] + 1] : e + 1;

            for (; e < to; e++) {
                if (stamp[view->expand[e]] == s + 1)
                    continue;
                stamp[view->expand[e]] = s + 1;
                result[view->expand[e]] += its;
            }
        }
    }
    return result;
}

/* Of every function of Go's library, the program's own that called it most, as
 * far as flat values go. */
static const uint32_t *callers(const struct hs_profile_view *view, size_t type,
                               struct hs_arena *arena)
{
    struct hs_site_types types = {type, SIZE_MAX, SIZE_MAX};
    uint32_t *result =
        hs_arena_alloc(arena, view->node_count * sizeof(*result));
    const struct hs_site *sites;
    size_t count;

    sites = hs_profile_sites(view, &types, SIZE_MAX, &count, arena);
    for (uint32_t n = 0; n < view->node_count; n++)
        result[n] = HS_NO_CALLER;
    for (size_t i = 0; i < count; i++)
        result[sites[i].node] = sites[i].caller;
    return result;
}

void hs_profile_digest(const struct hs_profile_view *view,
                       const struct hs_profile_sums *sums, size_t type,
                       bool cum, struct hs_digest *digest,
                       struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    const double *noise = variances(view, type, cum, arena);
    struct hs_str unit = hs_profile_type_unit(profile, type);
    const uint32_t *via = NULL;
    bool saturated = false;

    if (!cum && view->by == HS_BY_FUNCTION)
        via = callers(view, type, arena);
    digest->unit = hs_arena_copy(arena, unit.text, unit.size);
    digest->total = hs_sum_clamp(sums->total, &saturated);
    digest->time_nanos = profile->time_nanos;
    for (uint32_t n = 0; n < view->node_count; n++) {
        const struct hs_node_sum *sum = &sums->nodes[n];
        struct hs_digest_row row = {
            .kind = hs_granularity_name(view->by),
            .name = view->nodes[n].name,
            .objects = -1,
            .variance = noise[n],
        };

        row.bytes = hs_sum_clamp(cum ? sum->cum : sum->flat, &row.saturated);
        if (via && via[n] != HS_NO_CALLER)
            row.via = view->nodes[via[n]].name;
        if (row.bytes != 0)
            hs_digest_add(digest, row);
    }
}
