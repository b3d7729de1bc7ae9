/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_diff.c - what two or more profiles are, side by side, and
 * why they might not be fit to compare.
 */
#include "section_profile.h"

#include <inttypes.h>
#include <string.h>

#include "algo/profile_digest.h"
#include "algo/profile_select.h"
#include "base/size.h"

bool hs_profile_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                     struct hs_digest *digest, struct hs_err *err)
{
    struct hs_look look;

    if (!hs_look(run, snapshot, NULL, &look, err))
        return false;
    hs_profile_digest(look.view, look.sums, look.type, run->options->cum,
                      digest, run->scratch);
    return true;
}

/* By build id; of old Go, which writes none, by the size of the code.  A text
 * without a memory map does not say. */
static bool differ_in_build(const struct hs_profile *a,
                            const struct hs_profile *b)
{
    const struct hs_mapping *p = a->mappings, *q = b->mappings;
    struct hs_str x, y;

    if (a->mapping_count == 0 || b->mapping_count == 0 ||
        hs_profile_string(a, p->file).size == 0 ||
        hs_profile_string(b, q->file).size == 0)
        return false;
    x = hs_profile_string(a, p->build_id);
    y = hs_profile_string(b, q->build_id);
    if (x.size > 0 && y.size > 0)
        return !hs_str_equal(x, y);
    return p->limit - p->start != q->limit - q->start;
}

static void warn_pair(struct hs_run *run, const struct hs_snapshot *old,
                      const struct hs_snapshot *new)
{
    const struct hs_source *a = old->sources.at, *b = new->sources.at;
    const struct hs_profile *p = old->profile, *q = new->profile;

    if (p->time_nanos && q->time_nanos && p->time_nanos > q->time_nanos)
        hs_doc_note(run->doc, run->doc->top,
                    "Warning: '%s' is older than '%s'; the older one should "
                    "come first.",
                    b->path, a->path);
    if (differ_in_build(p, q))
        hs_doc_note(run->doc, run->doc->top,
                    "Warning: '%s' and '%s' are of different builds; lines may "
                    "have moved, so compare by function.",
                    a->path, b->path);
    if (p->period != q->period)
        hs_doc_note(run->doc, run->doc->top,
                    "Warning: '%s' and '%s' were sampled at different rates.",
                    a->path, b->path);
}

static void warn_each(struct hs_run *run, const struct hs_snapshot *snapshot,
                      const struct hs_look *look)
{
    const struct hs_source *source = snapshot->sources.at;

    if (look->measure->memory && snapshot->profile->duration_nanos != 0)
        hs_doc_note(run->doc, run->doc->top,
                    "Warning: '%s' is itself a difference over a time "
                    "(?seconds=), not a moment.",
                    source->path);
}

static void add_snapshot(struct hs_run *run, struct hs_block *table,
                         const struct hs_snapshot *snapshot,
                         const struct hs_look *look)
{
    const struct hs_source *source = snapshot->sources.at;
    const struct hs_profile *profile = snapshot->profile;
    struct hs_value row[] = {
        hs_value_name(source->path, strlen(source->path)),
        profile->time_nanos ? hs_value_of(HS_UNIT_TIME, profile->time_nanos)
                            : hs_value_null(),
        hs_look_value(look, look->sums->total),
        hs_value_of(HS_UNIT_COUNT, (int64_t)look->sums->samples),
    };

    hs_doc_row(run->doc, table, row);
}

/* How fast the total grew between the first and the last. */
static void add_rate(struct hs_run *run, const struct hs_look *first,
                     const struct hs_look *last)
{
    int64_t nanos = 0;
    __int128 delta = last->sums->total - first->sums->total;
    bool clamped = false;
    struct hs_value value;

    value = hs_value_delta(last->unit, hs_sum_clamp(delta, &clamped));
    hs_doc_field(run->doc, run->doc->top, "delta", "change", value);
    if (!first->profile->time_nanos || !last->profile->time_nanos ||
        __builtin_sub_overflow(last->profile->time_nanos,
                               first->profile->time_nanos, &nanos) ||
        nanos <= 0)
        return;
    hs_doc_field(run->doc, run->doc->top, "interval_ns", "in",
                 hs_value_of(HS_UNIT_NANOS, nanos));
    value = hs_value_delta(
        last->unit,
        hs_sum_clamp((__int128)((double)delta * 3.6e12 / (double)nanos),
                     &clamped));
    value.flags |= HS_VALUE_ABOUT;
    hs_doc_field(run->doc, run->doc->top, "delta_per_hour", "per hour", value);
}

static bool same_type(const struct hs_look *a, const struct hs_look *b,
                      struct hs_err *err)
{
    struct hs_str x = hs_profile_type_name(a->profile, a->type);
    struct hs_str y = hs_profile_type_name(b->profile, b->type);

    if (hs_str_equal(x, y))
        return true;
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "one profile tells of %.*s, another of %.*s; choose what "
                   "both have with --sample-type",
                   x.size < 40 ? (int)x.size : 40, x.text,
                   y.size < 40 ? (int)y.size : 40, y.text);
}

bool hs_profile_diff_section(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_doc_column columns[] = {
        {"path", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"time_ns", "taken", HS_UNIT_TIME, HS_ROLE_PLAIN},
        {"total", "total", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"samples", "stacks", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    size_t count = run->snapshot_count;
    struct hs_look *looks =
        hs_arena_zeroed(run->scratch, count, sizeof(*looks));
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "snapshots", "snapshots", columns,
                     sizeof(columns) / sizeof(columns[0]));
    struct hs_str type;

    for (size_t i = 0; i < count; i++) {
        if (!hs_look(run, &run->snapshots[i], NULL, &looks[i], err) ||
            !same_type(&looks[0], &looks[i], err))
            return false;
        add_snapshot(run, table, &run->snapshots[i], &looks[i]);
    }
    type = hs_profile_type_name(looks[0].profile, looks[0].type);
    hs_doc_field(run->doc, run->doc->top, "sample_type", "sample type",
                 hs_value_name(type.text, type.size));
    add_rate(run, &looks[0], &looks[count - 1]);
    for (size_t i = 0; i < count; i++) {
        warn_each(run, &run->snapshots[i], &looks[i]);
        if (i > 0)
            warn_pair(run, &run->snapshots[i - 1], &run->snapshots[i]);
    }
    hs_look_notes(run, run->doc->top, &looks[count - 1]);
    return true;
}
