/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge.c - equal samples of several profiles become one.
 *
 * Once functions, locations and texts have the merged profile's numbers (see
 * profile_merge_tables.c), samples are equal if their frames and labels are,
 * byte by byte.  The table that finds them is over the merged profile's own
 * columns, as there may be millions.
 */
#include "algo/profile_merge.h"

#include <math.h>
#include <stdlib.h>

#include "algo/profile_merge_head.h"
#include "algo/profile_merge_tables.h"
#include "base/hash.h"

#define FIRST_ROOM 1024

struct merging {
    struct hs_merge_head head;
    struct hs_merge_tables tables;
    struct hs_profile *merged;
    struct hs_arena scratch;
    struct hs_column stack_start, frames, values, label_start, labels;

    /* The samples, by hash: number + 1, or 0. */
    struct hs_column hashes; /* uint64_t, by sample */
    uint32_t *slots;
    size_t mask;
    uint64_t seed;

    /* Of the profile that is being taken over. */
    const struct hs_profile *from;
    const size_t *type_from;
    const double *ratio;

    /* The sample that is being taken over. */
    struct hs_column its_frames, its_labels, unsorted, order;
    int64_t *its_values;
};

static struct hs_label label_of(struct merging *m, uint64_t number)
{
    const struct hs_label *its = &m->from->labels[number];
    struct hs_label label;

    memset(&label, 0, sizeof(label)); /* compared with what is between */
    label.key = hs_merge_string(&m->tables, its->key);
    label.text = hs_merge_string(&m->tables, its->text);
    label.number = its->text ? 0 : its->number;
    label.unit = its->text ? 0 : hs_merge_string(&m->tables, its->unit);
    return label;
}

/* Texts before numbers, then by key; one key's values stay in order. */
static int compare_labels(const void *a, const void *b, void *data)
{
    const struct hs_label *labels = data;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct hs_label *x = &labels[i], *y = &labels[j];

    if ((x->text != 0) != (y->text != 0))
        return x->text != 0 ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (i > j) - (i < j);
}

/* Puts the labels from START to END into the order in which they are
 * compared. */
static void take_labels(struct merging *m, uint64_t start, uint64_t end)
{
    size_t count = (size_t)(end - start);
    struct hs_label *labels;
    uint32_t *order;

    m->its_labels.count = m->unsorted.count = m->order.count = 0;
    if (count == 0)
        return;
    labels = hs_column_extend(&m->unsorted, count);
    order = hs_column_extend(&m->order, count);
    for (uint32_t i = 0; i < count; i++) {
        labels[i] = label_of(m, start + i);
        order[i] = i;
    }
    if (count > 1)
        qsort_r(order, count, sizeof(*order), compare_labels, labels);
    for (size_t i = 0; i < count; i++)
        hs_column_push(&m->its_labels, &labels[order[i]]);
}

/* Takes the values of sample S over.  False with ERR filled if one does not
 * fit its new unit. */
static bool take_values(struct merging *m, size_t s, struct hs_err *err)
{
    const struct hs_profile *from = m->from;

    for (size_t t = 0; t < m->head.type_count; t++) {
        int64_t value = from->values[s * from->type_count + m->type_from[t]];
        double scaled = round((double)value * m->ratio[t]);

        m->its_values[t] = value;
        if (m->ratio[t] == 1)
            continue;
        if (scaled >= 0x1p63 || scaled < -0x1p63)
            return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                           "a value of one profile does not fit 64 bits in "
                           "the unit of another");
        m->its_values[t] = (int64_t)scaled;
    }
    return true;
}

/* Takes stack and labels of sample S over into the columns for one sample. */
static void take_stack(struct merging *m, size_t s)
{
    const struct hs_profile *from = m->from;
    uint64_t start = from->stack_start[s];
    size_t depth = (size_t)(from->stack_start[s + 1] - start);
    uint32_t *its;

    m->its_frames.count = 0;
    its = depth ? hs_column_extend(&m->its_frames, depth) : NULL;
    for (size_t i = 0; i < depth; i++)
        its[i] = hs_merge_location(&m->tables, from->frames[start + i]);
    take_labels(m, from->label_start ? from->label_start[s] : 0,
                from->label_start ? from->label_start[s + 1] : 0);
}

/* Whether the columns for one sample are those of sample S. */
static bool is_sample(const struct merging *m, uint32_t s)
{
    const uint64_t *start = m->stack_start.at, *label = m->label_start.at;
    size_t depth = m->its_frames.count, count = m->its_labels.count;

    return start[s + 1] - start[s] == depth &&
           label[s + 1] - label[s] == count &&
           (depth == 0 ||
            memcmp((const uint32_t *)m->frames.at + start[s], m->its_frames.at,
                   depth * sizeof(uint32_t)) == 0) &&
           (count == 0 ||
            memcmp((const struct hs_label *)m->labels.at + label[s],
                   m->its_labels.at, count * sizeof(struct hs_label)) == 0);
}

/* Adds the values of the one sample to those of sample S; false, and nothing
 * is changed, if they get too big. */
static bool add_values(const struct merging *m, uint32_t s)
{
    size_t types = m->head.type_count;
    int64_t *values = (int64_t *)m->values.at + s * types, sum;

    for (size_t t = 0; t < types; t++)
        if (__builtin_add_overflow(values[t], m->its_values[t], &sum))
            return false;
    for (size_t t = 0; t < types; t++)
        values[t] += m->its_values[t];
    return true;
}

static void append(struct hs_column *to, const struct hs_column *from)
{
    if (from->count > 0)
        memcpy(hs_column_extend(to, from->count), from->at,
               from->count * from->size);
}

static void push_starts(struct merging *m)
{
    uint64_t frames = m->frames.count, labels = m->labels.count;

    hs_column_push(&m->stack_start, &frames);
    hs_column_push(&m->label_start, &labels);
}

static void push_sample(struct merging *m, uint64_t hash)
{
    append(&m->frames, &m->its_frames);
    append(&m->labels, &m->its_labels);
    memcpy(hs_column_extend(&m->values, m->head.type_count), m->its_values,
           m->head.type_count * sizeof(int64_t));
    hs_column_push(&m->hashes, &hash);
    push_starts(m);
}

static void put_slot(struct merging *m, uint64_t hash, uint32_t s)
{
    size_t i = (size_t)hash & m->mask;

    while (m->slots[i])
        i = (i + 1) & m->mask;
    m->slots[i] = s + 1;
}

static void grow(struct merging *m)
{
    size_t room = m->slots ? 2 * (m->mask + 1) : FIRST_ROOM;

    if (m->slots)
        hs_arena_release(&m->scratch, m->slots,
                         (m->mask + 1) * sizeof(*m->slots));
    m->slots = hs_arena_zeroed(&m->scratch, room, sizeof(*m->slots));
    m->mask = room - 1;
    for (uint32_t s = 0; s < m->hashes.count; s++)
        put_slot(m, ((const uint64_t *)m->hashes.at)[s], s);
}

/* Adds the one sample to an equal one, or to the end; the table then knows the
 * last of equal ones. */
static void add_sample(struct merging *m)
{
    uint64_t hash = hs_hash_bytes(
        m->its_frames.at, m->its_frames.count * sizeof(uint32_t), m->seed);
    size_t i;

    if (m->its_labels.count > 0)
        hash =
            hs_hash_bytes(m->its_labels.at,
                          m->its_labels.count * sizeof(struct hs_label), hash);
    if (m->hashes.count + 1 > m->mask / 2)
        grow(m);
    for (i = (size_t)hash & m->mask; m->slots[i]; i = (i + 1) & m->mask) {
        uint32_t s = m->slots[i] - 1;

        if (((const uint64_t *)m->hashes.at)[s] != hash || !is_sample(m, s))
            continue;
        if (add_values(m, s))
            return;
        break;
    }
    m->slots[i] = (uint32_t)m->hashes.count + 1;
    push_sample(m, hash);
}

static bool has_value(const int64_t *values, size_t types)
{
    for (size_t t = 0; t < types; t++)
        if (values[t] != 0)
            return true;
    return false;
}

/* Takes all samples of profile number P over. */
static bool take_profile(struct merging *m, const struct hs_profile *from,
                         size_t p, struct hs_err *err)
{
    size_t types = m->head.type_count;

    m->from = from;
    m->type_from = &m->head.from[p * types];
    m->ratio = &m->head.ratio[p * types];
    hs_merge_tables_from(&m->tables, from);
    for (size_t s = 0; s < from->sample_count; s++) {
        if (!take_values(m, s, err))
            return false;
        if (!has_value(m->its_values, types))
            continue;
        take_stack(m, s);
        add_sample(m);
    }
    return true;
}

/* Leaves out the samples whose values have cancelled out. */
static void drop_empty(struct merging *m)
{
    size_t types = m->head.type_count, kept = 0;
    uint64_t *start = m->stack_start.at, *label = m->label_start.at;
    uint32_t *frames = m->frames.at;
    struct hs_label *labels = m->labels.at;
    int64_t *values = m->values.at;
    uint64_t frame = 0, at = 0;

    for (size_t s = 0; s < m->hashes.count; s++) {
        uint64_t from = start[s], to = start[s + 1];
        uint64_t l = label[s], end = label[s + 1];

        if (!has_value(&values[s * types], types))
            continue;
        start[kept] = frame;
        label[kept] = at;
        for (; from < to; from++)
            frames[frame++] = frames[from];
        for (; l < end; l++)
            labels[at++] = labels[l];
        memmove(&values[kept * types], &values[s * types],
                types * sizeof(*values));
        kept++;
    }
    start[kept] = frame;
    label[kept] = at;
    m->labels.count = at;
    m->merged->sample_count = kept;
}

static void begin(struct merging *m, struct hs_arena *arena)
{
    hs_merge_tables_begin(&m->tables, arena, &m->scratch);
    m->stack_start = HS_COLUMN(uint64_t, arena);
    m->frames = HS_COLUMN(uint32_t, arena);
    m->values = HS_COLUMN(int64_t, arena);
    m->label_start = HS_COLUMN(uint64_t, arena);
    m->labels = HS_COLUMN(struct hs_label, arena);
    m->hashes = HS_COLUMN(uint64_t, &m->scratch);
    m->its_frames = HS_COLUMN(uint32_t, &m->scratch);
    m->its_labels = HS_COLUMN(struct hs_label, &m->scratch);
    m->unsorted = HS_COLUMN(struct hs_label, &m->scratch);
    m->order = HS_COLUMN(uint32_t, &m->scratch);
    m->seed = hs_hash_seed();
    m->head.strings = &m->tables.strings;
    push_starts(m);
}

static void hand_over(struct merging *m)
{
    struct hs_profile *merged = m->merged;

    drop_empty(m);
    hs_merge_tables_end(&m->tables, merged);
    merged->stack_start = m->stack_start.at;
    merged->frames = m->frames.at;
    merged->values = m->values.at;
    merged->label_start = m->labels.count ? m->label_start.at : NULL;
    merged->labels = m->labels.at;
}

/* Numbers have 32 bits. */
static bool fits(const struct hs_profile *const *profiles, size_t count,
                 struct hs_err *err)
{
    uint64_t sum = 0;

    for (size_t p = 0; p < count; p++)
        sum += profiles[p]->string_count + profiles[p]->line_count +
               profiles[p]->location_count + profiles[p]->sample_count;
    return sum < UINT32_MAX || hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                                       "the profiles are too big to be merged");
}

bool hs_profile_merge(const struct hs_profile *const *profiles, size_t count,
                      struct hs_profile *merged, struct hs_arena *arena,
                      struct hs_err *err)
{
    struct merging m = {.merged = merged};
    bool good = fits(profiles, count, err);

    *merged = (struct hs_profile){0};
    begin(&m, arena);
    good = good && hs_merge_head(&m.head, profiles, count, merged, arena, err);
    m.its_values =
        hs_arena_zeroed(&m.scratch, m.head.type_count, sizeof(int64_t));
    for (size_t p = 0; good && p < count; p++)
        good = take_profile(&m, profiles[p], p, err);
    if (good)
        hand_over(&m);
    hs_arena_free(&m.scratch);
    return good;
}
