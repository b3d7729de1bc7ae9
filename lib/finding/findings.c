/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.c - the table of findings, made from findings.def, and what all of
 * them do alike.
 */
#include "finding/finding.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"

#define HS_FINDING(name) extern const struct hs_finding hs_finding_##name;
#include "finding/findings.def"
#undef HS_FINDING

static const struct hs_finding *const findings[] = {
#define HS_FINDING(name) &hs_finding_##name,
#include "finding/findings.def"
#undef HS_FINDING
    NULL,
};

const char *hs_grade_name(enum hs_grade grade)
{
    static const char *const names[] = {
        [HS_GRADE_PROVED] = "proved",
        [HS_GRADE_LIKELY] = "likely",
        [HS_GRADE_SIZE] = "size",
    };

    return names[grade];
}

/* Chained hashes: the order counts, and so do the borders of texts. */
uint64_t hs_finding_key(uint64_t key, struct hs_str text)
{
    return hs_hash_bytes(text.text, text.size, key + text.size);
}

/* What costs most first, before it what nobody knows the cost of, and last what
 * is there anyway; equal ones stay in the order of their findings. */
static int by_cost(const void *a, const void *b)
{
    const struct hs_suspect *const *x = a, *const *y = b;

    if ((*x)->anyway != (*y)->anyway)
        return (*x)->anyway - (*y)->anyway;
    if ((*x)->unpriced != (*y)->unpriced)
        return (*y)->unpriced - (*x)->unpriced;
    if ((*x)->bytes != (*y)->bytes)
        return (*x)->bytes < (*y)->bytes ? 1 : -1;
    return (*x > *y) - (*x < *y);
}

static struct hs_column sorted(const struct hs_suspects *found,
                               struct hs_arena *arena, struct hs_arena *scratch)
{
    struct hs_column rows = HS_COLUMN(struct hs_suspect, arena);
    const struct hs_suspect *all = found->rows.at;
    size_t count = found->rows.count;
    const struct hs_suspect **order =
        hs_arena_zeroed(scratch, count + 1, sizeof(struct hs_suspect *));

    for (size_t i = 0; i < count; i++)
        order[i] = &all[i];
    qsort(order, count, sizeof(struct hs_suspect *), by_cost);
    for (size_t i = 0; i < count; i++)
        hs_column_push(&rows, order[i]);
    return rows;
}

/* Suspects of one key are told apart by which costs more: ROWS are in that
 * order.  The first of a key keeps the key of the last one so far. */
static void add_fingerprints(struct hs_suspect *rows, size_t count,
                             struct hs_arena *scratch)
{
    uint64_t *last = hs_arena_zeroed(scratch, count + 1, sizeof(*last));
    struct hs_map firsts;

    hs_map_init(&firsts, scratch, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key =
            hs_finding_key(rows[i].key, hs_str_of(rows[i].finding->name));
        uint32_t first = hs_map_add(&firsts, key, i);

        if (first != i)
            key = hs_finding_key(last[first], hs_str_of("again"));
        last[first] = key;
        snprintf(rows[i].fingerprint, sizeof(rows[i].fingerprint), "%08" PRIx32,
                 (uint32_t)(key ^ key >> 32));
    }
}

struct hs_suspects hs_findings_run(const struct hs_case *c)
{
    uint64_t reachable =
        c->retention ? hs_retention_totals(c->retention).reachable_bytes : 0;
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_suspects found = {HS_COLUMN(struct hs_suspect, &scratch)};
    struct hs_suspect *rows;

    for (const struct hs_finding *const *f = findings; *f; f++) {
        size_t before = found.rows.count;

        if (((*f)->needs & c->parts) != (*f)->needs)
            continue;
        (*f)->find(c, &found, &scratch);
        rows = found.rows.at;
        for (size_t i = before; i < found.rows.count; i++)
            rows[i].finding = *f;
    }
    found.rows = sorted(&found, c->arena, &scratch);
    rows = found.rows.at;
    for (size_t i = 0; i < found.rows.count; i++)
        rows[i].share =
            reachable ? (double)rows[i].bytes / (double)reachable : 0;
    add_fingerprints(rows, found.rows.count, &scratch);
    hs_arena_free(&scratch);
    return found;
}
