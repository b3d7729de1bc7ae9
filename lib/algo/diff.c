/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.c - merges closed digests row by row.
 *
 * A sampled value is a sum of independent draws, so its variance is known
 * (digest rows carry it), and that of a difference is at most the sum of both:
 * what was in use both times was drawn only once, which makes real noise
 * smaller, never larger.  Within two standard deviations a difference is
 * called noise.
 */
#include "algo/diff.h"

#include <stdlib.h>

const char *hs_change_name(enum hs_change change)
{
    static const char *const names[] = {
        [HS_CHANGE_NEW] = "new",
        [HS_CHANGE_GROWN] = "grown",
        [HS_CHANGE_SHRUNK] = "shrunk",
        [HS_CHANGE_GONE] = "gone",
    };

    return names[change];
}

static int compare(const void *a, const void *b)
{
    const struct hs_diff_row *x = a, *y = b;
    int order;

    if (x->delta != y->delta)
        return x->delta > y->delta ? -1 : 1;
    order = strcmp(x->kind, y->kind);
    return order ? order : hs_str_compare(x->name, y->name);
}

/* One row out of what each digest says (NULL: nothing). */
static void fill(struct hs_diff_row *row, const struct hs_digest_row **says,
                 size_t count)
{
    const struct hs_digest_row *old = says[0], *new = says[count - 1];
    double variance = (old ? old->variance : 0) + (new ? new->variance : 0);
    double delta;

    row->via = new ? new->via : old ? old->via : (struct hs_str){"", 0};
    row->old = old ? old->bytes : 0;
    row->new = new ? new->bytes : 0;
    row->saturated = (old && old->saturated) || (new &&new->saturated);
    row->old_retained = old ? old->retained : 0;
    row->new_retained = new ? new->retained : 0;
    if (__builtin_sub_overflow(row->new, row->old, &row->delta)) {
        row->delta = row->new > row->old ? INT64_MAX : INT64_MIN;
        row->saturated = true;
    }
    if ((!old || old->objects >= 0) && (!new || new->objects >= 0) &&
        __builtin_sub_overflow(new ? new->objects : 0, old ? old->objects : 0,
                               &row->objects_delta))
        row->objects_delta = 0;
    if (row->old == 0)
        row->change = HS_CHANGE_NEW;
    else if (row->new == 0)
        row->change = HS_CHANGE_GONE;
    else
        row->change = row->delta > 0 ? HS_CHANGE_GROWN : HS_CHANGE_SHRUNK;
    delta = (double)row->delta;
    row->noise = variance > 0 && delta * delta <= 4 * variance;
    row->steady = true;
    for (size_t i = 1; i < count; i++)
        if ((says[i] ? says[i]->bytes : 0) <=
            (says[i - 1] ? says[i - 1]->bytes : 0))
            row->steady = false;
}

struct hs_diff *hs_diff(const struct hs_digest *const *digests, size_t count,
                        struct hs_arena *arena)
{
    struct hs_diff *diff = hs_arena_zeroed(arena, 1, sizeof(*diff));
    struct hs_column rows = HS_COLUMN(struct hs_diff_row, arena);
    size_t *at = hs_arena_zeroed(arena, count, sizeof(*at));
    const struct hs_digest_row **says =
        hs_arena_zeroed(arena, count, sizeof(*says));
    bool saturated = false;

    for (;;) {
        const struct hs_digest_row *least = NULL;
        struct hs_diff_row row = {0};

        for (size_t i = 0; i < count; i++) {
            const struct hs_digest_row *all = digests[i]->rows.at;

            says[i] = at[i] < digests[i]->rows.count ? &all[at[i]] : NULL;
            if (says[i] && (!least || hs_digest_compare(says[i], least) < 0))
                least = says[i];
        }
        if (!least)
            break;
        for (size_t i = 0; i < count; i++) {
            if (says[i] && hs_digest_compare(says[i], least) == 0)
                at[i]++;
            else
                says[i] = NULL;
        }
        row.kind = least->kind;
        row.name = least->name;
        row.retained = least->metric == HS_METRIC_OWNED;
        fill(&row, says, count);
        if (row.delta == 0)
            continue;
        hs_column_push(&rows, &row);
        diff->noise_count += row.noise;
        if (row.noise)
            diff->noise_delta =
                hs_digest_plus(diff->noise_delta, row.delta, &saturated);
    }
    if (rows.count > 0)
        qsort(rows.at, rows.count, sizeof(struct hs_diff_row), compare);
    diff->old_total = digests[0]->total;
    diff->new_total = digests[count - 1]->total;
    diff->rows = rows.at;
    diff->count = rows.count;
    return diff;
}
