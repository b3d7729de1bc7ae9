/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.c - shared rows go to their owners, the rest stands for itself.
 */
#include "algo/claims.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MOST 8

uint32_t hs_shared_owner(const struct hs_holders *holders,
                         const struct hs_shared *shared)
{
    uint32_t owner = HS_NO_RECORD;

    if (shared->approximate)
        return HS_NO_RECORD;
    for (uint32_t i = 0; i < shared->holder_count; i++) {
        uint32_t holder = shared->holders[i];

        if (holders->holders[holder].kind == HS_HOLDER_GROUP)
            continue;
        if (owner != HS_NO_RECORD)
            return HS_NO_RECORD;
        owner = holder;
    }
    return owner;
}

static int by_name(const void *a, const void *b)
{
    return hs_str_compare(*(const struct hs_str *)a, *(const struct hs_str *)b);
}

static void append(struct hs_column *chars, const char *text, size_t size)
{
    if (size)
        memcpy(hs_column_extend(chars, size), text, size);
}

struct hs_str hs_shared_name(const struct hs_holders *holders,
                             const struct hs_shared *shared,
                             struct hs_arena *arena)
{
    return hs_shared_brief(holders, shared, NAMES_MOST, arena);
}

struct hs_str hs_shared_brief(const struct hs_holders *holders,
                              const struct hs_shared *shared, uint32_t most,
                              struct hs_arena *arena)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    uint32_t count = shared->holder_count;
    struct hs_str *names;

    if (count == 0)
        return hs_str_of(shared->approximate ? "(many holders)" : "(no unit)");
    names = hs_arena_alloc(arena, count * sizeof(*names));
    for (uint32_t i = 0; i < count; i++)
        names[i] = hs_holders_name(holders, shared->holders[i], arena);
    qsort(names, count, sizeof(*names), by_name);
    for (uint32_t i = 0; i < count && i < most; i++) {
        append(&chars, " + ", i ? 3 : 0);
        append(&chars, names[i].text, names[i].size);
    }
    if (count > most) {
        const char *more =
            hs_arena_printf(arena, " + %" PRIu32 " more", count - most);

        append(&chars, more, strlen(more));
    }
    return (struct hs_str){chars.at, chars.count};
}

uint32_t hs_shared_largest(const struct hs_retention *retention,
                           const struct hs_shared *shared)
{
    const struct hs_retained *retained =
        hs_retention_numbers(retention)->retained;
    uint32_t best = 0;

    for (uint32_t i = 0; i < shared->top_count; i++)
        if (best == 0 || retained[shared->tops[i]].bytes > retained[best].bytes)
            best = shared->tops[i];
    return best ? hs_retention_node(retention, best) : HS_NO_NODE;
}

struct making {
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    const struct hs_shared *shared;
    size_t shared_count;
    struct hs_arena *arena, *scratch;
    uint32_t *owner; /* by shared row */
    uint32_t *first; /* by holder: where its rows are in owned; and one more */
    uint32_t *owned; /* shared rows by owner */
    struct hs_column claims;
};

/* Sorts the shared rows by their owners. */
static void deal_out(struct making *m)
{
    size_t holders = m->holders->holder_count;

    m->owner = hs_arena_zeroed(m->scratch, m->shared_count + 1, 4);
    m->first = hs_arena_zeroed(m->scratch, holders + 2, 4);
    m->owned = hs_arena_zeroed(m->arena, m->shared_count + 1, 4);
    for (size_t i = 0; i < m->shared_count; i++) {
        m->owner[i] = hs_shared_owner(m->holders, &m->shared[i]);
        if (m->owner[i] != HS_NO_RECORD)
            m->first[m->owner[i] + 2]++;
    }
    for (size_t h = 2; h < holders + 2; h++)
        m->first[h] += m->first[h - 1];
    for (uint32_t i = 0; i < m->shared_count; i++)
        if (m->owner[i] != HS_NO_RECORD)
            m->owned[m->first[m->owner[i] + 1]++] = i;
}

/* True if another unit dominates NODE. */
static bool is_nested(const struct making *m, uint32_t node)
{
    uint32_t objects = hs_heap_count(m->holders->heap);

    while ((node = hs_retention_dominator(m->retention, node)) != HS_NO_NODE)
        if (node >= objects && m->holders->holders[node - objects].unit)
            return true;
    return false;
}

static void claim_unit(struct making *m, uint32_t holder)
{
    uint32_t node = hs_retention_holder(m->retention, holder);
    struct hs_claim claim = {
        .holder = holder,
        .retained_bytes = hs_retention_bytes(m->retention, node),
        .retained_objects = hs_retention_objects(m->retention, node),
        .shared = m->owned + m->first[holder],
        .shared_count = m->first[holder + 1] - m->first[holder],
        .top = node,
    };
    uint64_t most = claim.retained_bytes;

    claim.owned_bytes = claim.retained_bytes;
    claim.owned_objects = claim.retained_objects;
    for (uint32_t i = 0; i < claim.shared_count; i++) {
        const struct hs_shared *row = &m->shared[claim.shared[i]];
        uint32_t top = hs_shared_largest(m->retention, row);

        claim.owned_bytes += row->bytes;
        claim.owned_objects += row->objects;
        if (top != HS_NO_NODE && hs_retention_bytes(m->retention, top) > most) {
            claim.top = top;
            most = hs_retention_bytes(m->retention, top);
        }
    }
    if (claim.owned_objects == 0 || is_nested(m, node))
        return;
    claim.name = hs_holders_name(m->holders, holder, m->arena);
    hs_column_push(&m->claims, &claim);
}

static void claim_together(struct making *m, uint32_t row)
{
    const struct hs_shared *shared = &m->shared[row];
    uint32_t *index = hs_arena_alloc(m->arena, sizeof(*index));
    struct hs_claim claim = {
        .holder = HS_NO_RECORD,
        .name = hs_shared_name(m->holders, shared, m->arena),
        .owned_bytes = shared->bytes,
        .owned_objects = shared->objects,
        .shared = index,
        .shared_count = 1,
        .top = hs_shared_largest(m->retention, shared),
    };

    *index = row;
    hs_column_push(&m->claims, &claim);
}

static int by_owned(const void *a, const void *b)
{
    const struct hs_claim *x = a, *y = b;

    if (x->owned_bytes != y->owned_bytes)
        return x->owned_bytes < y->owned_bytes ? 1 : -1;
    if (x->retained_bytes != y->retained_bytes)
        return x->retained_bytes < y->retained_bytes ? 1 : -1;
    return hs_str_compare(x->name, y->name);
}

struct hs_claims *hs_claims_new(const struct hs_holders *holders,
                                const struct hs_retention *retention,
                                struct hs_arena *arena,
                                struct hs_arena *scratch)
{
    struct hs_claims *claims = hs_arena_zeroed(arena, 1, sizeof(*claims));
    struct making m = {.holders = holders,
                       .retention = retention,
                       .arena = arena,
                       .scratch = scratch,
                       .claims = HS_COLUMN(struct hs_claim, arena)};

    m.shared = hs_retention_shared(retention, &m.shared_count);
    deal_out(&m);
    for (uint32_t h = 0; h < holders->holder_count; h++)
        if (holders->holders[h].unit)
            claim_unit(&m, h);
    for (uint32_t i = 0; i < m.shared_count; i++)
        if (m.owner[i] == HS_NO_RECORD)
            claim_together(&m, i);
    if (m.claims.count)
        qsort(m.claims.at, m.claims.count, sizeof(struct hs_claim), by_owned);
    claims->rows = m.claims.at;
    claims->count = m.claims.count;
    return claims;
}
