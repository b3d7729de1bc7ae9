/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tags.c - labels, sorted to bring equal ones together.
 *
 * Numbers of one key are one label whatever their unit says: a label without
 * a unit takes that of its key, so Go's `bytes` is in bytes either way.
 */
#include "algo/profile_tags.h"

#include "algo/profile_sum.h"

#include <stdlib.h>

static int compare_labels(const void *a, const void *b)
{
    const struct hs_tag *x = a, *y = b;
    int order = hs_str_compare(x->key, y->key);

    if (!order)
        order = hs_str_compare(x->text, y->text);
    if (!order)
        order = (x->numeric > y->numeric) - (x->numeric < y->numeric);
    if (!order)
        order = (x->number > y->number) - (x->number < y->number);
    return order;
}

static int compare_sums(const void *a, const void *b)
{
    const struct hs_tag *x = a, *y = b;
    __int128 v = hs_sum_abs(x->sum), w = hs_sum_abs(y->sum);

    if (v != w)
        return v > w ? -1 : 1;
    return compare_labels(a, b);
}

static struct hs_tag tag(const struct hs_profile *profile,
                         const struct hs_label *label, int64_t value)
{
    struct hs_tag tag = {.key = hs_profile_string(profile, label->key),
                         .sum = value};

    if (label->text) {
        tag.text = hs_profile_string(profile, label->text);
        return tag;
    }
    tag.numeric = true;
    tag.number = label->number;
    tag.unit = hs_profile_string(profile, label->unit);
    return tag;
}

/* Adds up neighbours that are equal; returns how many are left. */
static size_t merge(struct hs_tag *tags, size_t count)
{
    size_t last = 0;

    if (count == 0)
        return 0;
    for (size_t i = 1; i < count; i++) {
        if (compare_labels(&tags[last], &tags[i]) != 0) {
            tags[++last] = tags[i];
            continue;
        }
        tags[last].sum += tags[i].sum;
        if (tags[last].unit.size == 0)
            tags[last].unit = tags[i].unit;
    }
    return last + 1;
}

/* Labels are sorted in batches, so that what is kept follows how many
 * different ones there are, and not how many samples. */
#define BATCH 65536

struct hs_tag *hs_profile_tags(const struct hs_profile_view *view, size_t type,
                               size_t *count, struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    struct hs_column tags = HS_COLUMN(struct hs_tag, arena);
    size_t batch = BATCH;
    uint64_t first, end;

    for (size_t s = 0; s < profile->sample_count && profile->label_start; s++) {
        int64_t value = profile->values[s * profile->type_count + type];

        if (value == 0 || !hs_view_stack(view, s, &first, &end))
            continue;
        for (uint64_t l = profile->label_start[s];
             l < profile->label_start[s + 1]; l++) {
            struct hs_tag new = tag(profile, &profile->labels[l], value);

            hs_column_push(&tags, &new);
        }
        if (tags.count < batch)
            continue;
        qsort(tags.at, tags.count, sizeof(struct hs_tag), compare_labels);
        tags.count = merge(tags.at, tags.count);
        batch = 2 * tags.count + BATCH;
    }
    if (tags.count > 0) {
        qsort(tags.at, tags.count, sizeof(struct hs_tag), compare_labels);
        tags.count = merge(tags.at, tags.count);
        qsort(tags.at, tags.count, sizeof(struct hs_tag), compare_sums);
    }
    *count = tags.count;
    return tags.at;
}
