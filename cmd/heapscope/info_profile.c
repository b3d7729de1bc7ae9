/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info_profile.c - what info tells of a profile.
 */
#include "info.h"

#include "inputs.h"
#include "model/profile.h"

/* A field for a text of the profile, if it has one. */
static void text_field(struct hs_document *doc, struct hs_block *group,
                       const char *key, const char *title,
                       const struct hs_profile *profile, uint32_t string)
{
    struct hs_str text = hs_profile_string(profile, string);

    if (text.size)
        hs_doc_field(doc, group, key, title,
                     hs_value_name(text.text, text.size));
}

/* A number of UNIT as the profile calls it. */
static struct hs_value amount(struct hs_str unit, int64_t value)
{
    if (hs_str_equal(unit, hs_str_of("bytes")))
        return hs_value_of(HS_UNIT_BYTES, value);
    if (hs_str_equal(unit, hs_str_of("nanoseconds")))
        return hs_value_of(HS_UNIT_NANOS, value);
    return hs_value_of(HS_UNIT_COUNT, value);
}

/* The sum of the absolute values of sample type TYPE, as pprof has its total;
 * at most what fits. */
static int64_t total(const struct hs_profile *profile, size_t type)
{
    int64_t sum = 0;

    for (size_t i = 0; i < profile->sample_count; i++) {
        int64_t value = profile->values[i * profile->type_count + type];

        if (value == INT64_MIN ||
            __builtin_add_overflow(sum, value < 0 ? -value : value, &sum))
            return INT64_MAX;
    }
    return sum;
}

static void sample_types(struct hs_document *doc, struct hs_block *group,
                         const struct hs_profile *profile)
{
    static const struct hs_doc_column columns[] = {
        {"type", "sample type", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"total", "total", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"unit", "unit", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(doc, group, "sample_types", "", columns, 3);

    for (size_t i = 0; i < profile->type_count; i++) {
        struct hs_str type = hs_profile_string(profile, profile->types[i].type);
        struct hs_str unit = hs_profile_string(profile, profile->types[i].unit);
        struct hs_value row[] = {hs_value_name(type.text, type.size),
                                 amount(unit, total(profile, i)),
                                 hs_value_name(unit.text, unit.size)};

        hs_doc_row(doc, table, row);
    }
}

static void mappings(struct hs_document *doc, struct hs_block *group,
                     const struct hs_profile *profile)
{
    static const struct hs_doc_column columns[] = {
        {"file", "mapped file", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"build_id", "build id", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"start", "from", HS_UNIT_ADDRESS, HS_ROLE_PLAIN},
        {"limit", "to", HS_UNIT_ADDRESS, HS_ROLE_PLAIN},
    };
    struct hs_block *table;

    if (profile->mapping_count == 0)
        return;
    table = hs_doc_table(doc, group, "mappings", "", columns, 4);
    for (size_t i = 0; i < profile->mapping_count; i++) {
        const struct hs_mapping *m = &profile->mappings[i];
        struct hs_str file = hs_profile_string(profile, m->file);
        struct hs_str id = hs_profile_string(profile, m->build_id);
        struct hs_value row[] = {hs_value_name(file.text, file.size),
                                 hs_value_name(id.text, id.size),
                                 hs_value_address(m->start),
                                 hs_value_address(m->limit)};

        hs_doc_row(doc, table, row);
    }
}

void hs_info_profile(struct hs_document *doc, struct hs_block *file,
                     const struct hs_profile *profile)
{
    struct hs_block *group =
        hs_doc_group(doc, file, "profile", hs_profile_kind(profile));
    struct hs_str unit = hs_profile_string(profile, profile->period_type.unit);
    static const struct {
        const char *key, *title;
    } counts[] = {{"samples", "samples"},
                  {"locations", "locations"},
                  {"functions", "functions"}};
    const size_t numbers[] = {profile->sample_count, profile->location_count,
                              profile->function_count};

    for (size_t i = 0; i < 3; i++)
        hs_doc_field(doc, group, counts[i].key, counts[i].title,
                     hs_value_of(HS_UNIT_COUNT, (int64_t)numbers[i]));
    if (profile->time_nanos)
        hs_doc_field(doc, group, "time_ns", "taken",
                     hs_value_of(HS_UNIT_TIME, profile->time_nanos));
    if (profile->duration_nanos)
        hs_doc_field(doc, group, "duration_ns", "lasted",
                     hs_value_of(HS_UNIT_NANOS, profile->duration_nanos));
    if (profile->period)
        hs_doc_field(doc, group, "period", "one sample per",
                     amount(unit, profile->period));
    text_field(doc, group, "period_unit", NULL, profile,
               profile->period_type.unit);
    text_field(doc, group, "default_sample_type", "default type", profile,
               profile->default_type);
    text_field(doc, group, "drop_frames", "drops frames", profile,
               profile->drop_frames);
    text_field(doc, group, "keep_frames", "keeps frames", profile,
               profile->keep_frames);
    text_field(doc, group, "doc_url", "documentation", profile,
               profile->doc_url);
    for (size_t i = 0; i < profile->comment_count; i++)
        text_field(doc, group, NULL, "comment", profile, profile->comments[i]);
    sample_types(doc, group, profile);
    mappings(doc, group, profile);
}
