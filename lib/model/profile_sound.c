/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sound.c - what every decoder of profiles promises, as a check.
 */
#include "model/profile_sound.h"

static bool has_string(const struct hs_profile *p, uint32_t string)
{
    return string < p->string_count;
}

static bool starts_rise(const uint64_t *start, size_t count, uint64_t first)
{
    if (start[0] != first)
        return false;
    for (size_t i = 0; i < count; i++)
        if (start[i + 1] < start[i])
            return false;
    return true;
}

static const char *unsound_tables(const struct hs_profile *p)
{
    for (size_t i = 0; i < p->type_count; i++)
        if (!has_string(p, p->types[i].type) ||
            !has_string(p, p->types[i].unit))
            return "a type's string";
    for (size_t i = 0; i < p->mapping_count; i++)
        if (!has_string(p, p->mappings[i].file) ||
            !has_string(p, p->mappings[i].build_id))
            return "a mapping's string";
    for (size_t i = 0; i < p->function_count; i++)
        if (!has_string(p, p->functions[i].name) ||
            !has_string(p, p->functions[i].system_name) ||
            !has_string(p, p->functions[i].file))
            return "a function's string";
    for (size_t i = 0; i < p->line_count; i++)
        if (p->lines[i].function >= p->function_count)
            return "a line's function";
    for (size_t i = 0; i < p->location_count; i++) {
        const struct hs_location *at = &p->locations[i];

        if (at->mapping != HS_NO_MAPPING && at->mapping >= p->mapping_count)
            return "a location's mapping";
        if (at->line_count > p->line_count ||
            at->first_line > p->line_count - at->line_count)
            return "a location's lines";
    }
    return NULL;
}

static const char *unsound_samples(const struct hs_profile *p)
{
    size_t count = p->sample_count;

    if (!starts_rise(p->stack_start, count, 0))
        return "a sample's stack";
    for (uint64_t i = 0; i < p->stack_start[count]; i++)
        if (p->frames[i] >= p->location_count)
            return "a frame's location";
    if (!p->label_start)
        return NULL;
    if (!starts_rise(p->label_start, count, 0))
        return "a sample's labels";
    for (uint64_t i = 0; i < p->label_start[count]; i++)
        if (!has_string(p, p->labels[i].key) ||
            !has_string(p, p->labels[i].text) ||
            !has_string(p, p->labels[i].unit))
            return "a label's string";
    return NULL;
}

const char *hs_profile_unsound(const struct hs_profile *p)
{
    const char *tables;

    if (p->string_count == 0 || p->strings[0].size != 0)
        return "string 0";
    if (p->sample_count > 0 && p->type_count == 0)
        return "the samples' types";
    if (!has_string(p, p->drop_frames) || !has_string(p, p->keep_frames) ||
        !has_string(p, p->default_type) || !has_string(p, p->doc_url) ||
        !has_string(p, p->period_type.type) ||
        !has_string(p, p->period_type.unit))
        return "a string of the profile";
    for (size_t i = 0; i < p->comment_count; i++)
        if (!has_string(p, p->comments[i]))
            return "a comment";
    tables = unsound_tables(p);
    return tables ? tables : unsound_samples(p);
}
