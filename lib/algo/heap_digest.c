/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_digest.c - holders and allocation sites as rows that can be compared.
 *
 * Names have to mean the same in another dump: functions, packages, variables
 * by segment and offset.  So goroutines, finalizers and objects of their own
 * are no rows, and groups of goroutines that differ in their stacks but not in
 * their name are one.
 */
#include "algo/heap_digest.h"

#include <inttypes.h>

#include "algo/claims.h"
#include "model/goname.h"

/* Holders that another dump has too, each byte in one row of a kind. */
static bool comparable(const struct hs_holder *holder)
{
    switch ((enum hs_holder_kind)holder->kind) {
    case HS_HOLDER_PACKAGE:
    case HS_HOLDER_GLOBAL:
    case HS_HOLDER_GROUP:
    case HS_HOLDER_CLEANUPS:
    case HS_HOLDER_POOLS:
    case HS_HOLDER_RUNTIME:
        return true;
    case HS_HOLDER_TIMERS:
    case HS_HOLDER_FINALIZERS: /* of all functions, or of one */
        return holder->record != HS_NO_RECORD;
    default:
        return false;
    }
}

static int64_t objects_of(const struct hs_heap_case *c, uint32_t h)
{
    const struct hs_holder *holder = &c->holders->holders[h];

    switch ((enum hs_holder_kind)holder->kind) {
    case HS_HOLDER_GROUP:
    case HS_HOLDER_TIMERS:
        return (int64_t)hs_holders_members(c->holders, h);
    case HS_HOLDER_FINALIZERS:
        return holder[1].first_child - holder->first_child;
    default:
        return (int64_t)hs_retention_objects(
            c->retention, hs_retention_holder(c->retention, h));
    }
}

static void add_unreachable(const struct hs_heap_case *c,
                            struct hs_digest *digest)
{
    struct hs_digest_row row = {
        .kind = hs_holder_kind_name(HS_HOLDER_UNREACHABLE),
        .objects = (int64_t)c->totals.unreachable_objects,
        .bytes = (int64_t)c->totals.unreachable_bytes,
        .retained = (int64_t)c->totals.unreachable_bytes,
        .metric = HS_METRIC_OWNED,
    };

    row.name = hs_str_of(row.kind);
    if (row.objects)
        hs_digest_add(digest, row);
}

/* "main.newSession main.go:52" */
static struct hs_str line_name(const struct hs_stack_line *line,
                               struct hs_arena *arena)
{
    struct hs_str file = hs_stack_line_file(line);

    return hs_str_of(hs_arena_printf(
        arena, "%.*s %.*s:%" PRIu64, (int)line->function.size,
        line->function.text, (int)file.size, file.text, line->line));
}

/* Says of ROWS, whose nodes are NODES, where what they hold was allocated. */
static void add_origins(const struct hs_heap_case *c,
                        struct hs_digest_row *rows, const uint32_t *nodes,
                        size_t count, struct hs_arena *arena)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_origin *origins =
        hs_arena_zeroed(&scratch, count + 1, sizeof(*origins));

    hs_allocations_origins(c->allocations, c->retention, nodes, count, origins,
                           &scratch);
    for (size_t i = 0; i < count; i++)
        if (origins[i].line && !hs_goname_plumbing(origins[i].line->function))
            rows[i].via = line_name(origins[i].line, arena);
    hs_arena_free(&scratch);
}

/* SHARED without the goroutines that merely use it, if several are left. */
static struct hs_shared without_users(const struct hs_holders *holders,
                                      const struct hs_shared *shared,
                                      struct hs_arena *arena)
{
    struct hs_shared left = *shared;
    uint32_t *set = hs_arena_zeroed(arena, shared->holder_count + 1, 4);

    left.holder_count = 0;
    for (uint32_t i = 0; i < shared->holder_count; i++)
        if (holders->holders[shared->holders[i]].kind != HS_HOLDER_GROUP)
            set[left.holder_count++] = shared->holders[i];
    left.holders = set;
    return left.holder_count ? left : *shared;
}

/* What one holder owns is in its row already. */
static void add_shared(const struct hs_heap_case *c, struct hs_digest *digest,
                       struct hs_arena *arena)
{
    size_t count;
    const struct hs_shared *all = hs_retention_shared(c->retention, &count);

    for (size_t i = 0; i < count; i++) {
        struct hs_shared shared = without_users(c->holders, &all[i], arena);

        if (hs_shared_owner(c->holders, &all[i]) != HS_NO_RECORD)
            continue;
        hs_digest_add(digest,
                      (struct hs_digest_row){
                          .kind = "shared",
                          .name = hs_shared_name(c->holders, &shared, arena),
                          .objects = (int64_t)all[i].objects,
                          .bytes = (int64_t)all[i].bytes,
                          .metric = HS_METRIC_OWN});
    }
}

void hs_heap_digest_holders(const struct hs_heap_case *c,
                            struct hs_digest *digest, struct hs_arena *arena)
{
    struct hs_column rows = HS_COLUMN(struct hs_digest_row, arena);
    struct hs_column nodes = HS_COLUMN(uint32_t, arena);

    digest->total = (int64_t)c->totals.reachable_bytes;
    digest->time_nanos = (int64_t)c->heap->memstats.last_gc;
    for (uint32_t h = 0; h < c->holders->holder_count; h++) {
        const struct hs_holder *holder = &c->holders->holders[h];
        uint32_t node = hs_retention_holder(c->retention, h);
        struct hs_digest_row row = {
            .kind = hs_holder_kind_name((enum hs_holder_kind)holder->kind),
            .objects = objects_of(c, h),
            .bytes = (int64_t)hs_retention_owned(c->retention, h),
            .retained = (int64_t)hs_retention_bytes(c->retention, node),
            .metric = HS_METRIC_OWNED,
        };

        if (!comparable(holder) || hs_holders_is_part(c->holders, h) ||
            (!row.objects && !row.bytes))
            continue;
        row.name = hs_holders_name(c->holders, h, arena);
        hs_column_push(&rows, &row);
        hs_column_push(&nodes, &node);
    }
    add_origins(c, rows.at, nodes.at, rows.count, arena);
    for (size_t i = 0; i < rows.count; i++)
        hs_digest_add(digest, ((struct hs_digest_row *)rows.at)[i]);
    add_shared(c, digest, arena);
    add_unreachable(c, digest);
}

void hs_heap_digest_types(const struct hs_types *types,
                          struct hs_digest *digest)
{
    for (size_t i = 0; i < types->count; i++)
        if (types->rows[i].objects)
            hs_digest_add(
                digest, (struct hs_digest_row){
                            .kind = "type",
                            .name = types->rows[i].name,
                            .objects = (int64_t)types->rows[i].objects,
                            .bytes = (int64_t)types->rows[i].bytes,
                            .retained = (int64_t)types->rows[i].retained_bytes,
                            .metric = HS_METRIC_OWNED});
}

struct tally {
    int64_t objects, bytes;
    double variance;
};

/* What the samples of each site add up to. */
static struct tally *count_samples(const struct hs_heap_case *c,
                                   struct hs_arena *arena)
{
    struct tally *tallies = hs_arena_zeroed(
        arena, c->heap->alloc_sites.count + 1, sizeof(*tallies));

    for (size_t i = 0; i < hs_allocations_count(c->allocations); i++) {
        uint32_t object = hs_allocations_object(c->allocations, i);
        struct tally *tally =
            &tallies[hs_allocations_site(c->allocations, object)];
        double size = (double)hs_heap_size(c->heap, object);

        tally->objects++;
        tally->bytes += (int64_t)hs_heap_size(c->heap, object);
        tally->variance += size * size;
    }
    return tallies;
}

/* The part of all allocations that were samples, 0..1. */
static double sampled_part(const struct hs_heap_case *c)
{
    const struct hs_alloc_site *sites = c->heap->alloc_sites.at;
    double allocs = 0, mallocs = (double)c->heap->memstats.mallocs;

    for (size_t i = 0; i < c->heap->alloc_sites.count; i++)
        allocs += (double)sites[i].allocs;
    return mallocs > allocs ? allocs / mallocs : allocs > 0;
}

/*
 * How many of a line's objects are drawn follows about Poisson's law, so N
 * samples of one size S have a variance of N times S squared.  With
 * MemProfileRate = 1 nothing is drawn; what the runtime allocated before the
 * program could set it is no sample all the same.
 */
void hs_heap_digest_sites(const struct hs_heap_case *c,
                          struct hs_digest *digest, struct hs_arena *arena)
{
    const struct tally *tallies = count_samples(c, arena);
    bool exact = sampled_part(c) > 0.8;

    for (uint32_t site = 0; site < c->heap->alloc_sites.count; site++) {
        const struct hs_stack_line *line = hs_allocations_line(c->heap, site);
        struct hs_digest_row row = {
            .kind = "site",
            .objects = tallies[site].objects,
            .bytes = tallies[site].bytes,
            .variance = exact ? 0 : tallies[site].variance,
        };

        if (!row.objects || !line)
            continue;
        row.name = line_name(line, arena);
        hs_digest_add(digest, row);
    }
}
