/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge_tables.c - equal things of several profiles get one number.
 *
 * Functions, mappings and locations are told apart by the bytes of a key, which
 * are interned.  Only what a sample uses is taken over, in the order in which
 * it is met.
 */
#include "algo/profile_merge_tables.h"

#define UNSEEN UINT32_MAX

uint32_t hs_merge_string(struct hs_merge_tables *t, uint32_t string)
{
    if (t->string_of[string] == UNSEEN)
        t->string_of[string] =
            hs_intern_add(&t->strings, hs_profile_string(t->from, string));
    return t->string_of[string];
}

static uint32_t function_of(struct hs_merge_tables *t, uint32_t function)
{
    const struct hs_function *its = &t->from->functions[function];
    struct hs_function made = *its;
    uint64_t key[4];

    if (t->function_of[function] != UNSEEN)
        return t->function_of[function];
    key[0] = made.name = hs_merge_string(t, its->name);
    key[1] = made.system_name = hs_merge_string(t, its->system_name);
    key[2] = made.file = hs_merge_string(t, its->file);
    key[3] = (uint64_t)its->start_line;
    t->function_of[function] = hs_intern_add(
        &t->function_keys, (struct hs_str){(const char *)key, sizeof(key)});
    if (t->function_of[function] == t->functions.count)
        hs_column_push(&t->functions, &made);
    return t->function_of[function];
}

/* The number of ITS, which is mapping MAPPING of the profile.  Sizes are
 * compared in pages of 4 KiB. */
static uint32_t add_mapping(struct hs_merge_tables *t,
                            const struct hs_mapping *its, size_t mapping)
{
    struct hs_mapping made = *its;
    uint64_t size = (its->limit - its->start + 0xfff) & ~(uint64_t)0xfff;
    uint64_t key[3] = {size, its->offset};
    uint32_t number;

    made.file = hs_merge_string(t, its->file);
    made.build_id = hs_merge_string(t, its->build_id);
    key[2] = made.build_id ? made.build_id : made.file;
    number = hs_intern_add(&t->mapping_keys,
                           (struct hs_str){(const char *)key, sizeof(key)});
    if (number == t->mappings.count)
        hs_column_push(&t->mappings, &made);
    t->mapping_of[mapping] = number;
    t->moved[mapping] =
        its->start - ((const struct hs_mapping *)t->mappings.at)[number].start;
    return number;
}

/* A profile without mappings gets one that says nothing. */
static uint32_t mapping_of(struct hs_merge_tables *t, uint32_t mapping)
{
    static const struct hs_mapping nothing;

    if (t->from->mapping_count == 0 && t->mapping_of[0] == UNSEEN)
        return add_mapping(t, &nothing, 0);
    if (t->from->mapping_count == 0)
        return t->mapping_of[0];
    if (mapping == HS_NO_MAPPING)
        return HS_NO_MAPPING;
    if (t->mapping_of[mapping] == UNSEEN)
        return add_mapping(t, &t->from->mappings[mapping], mapping);
    return t->mapping_of[mapping];
}

static void push_key(struct hs_merge_tables *t, uint64_t number)
{
    hs_column_push(&t->key, &number);
}

static void push_lines(struct hs_merge_tables *t, const struct hs_location *its)
{
    for (uint32_t i = 0; i < its->line_count; i++) {
        struct hs_line line = t->from->lines[its->first_line + i];

        line.function = function_of(t, line.function);
        hs_column_push(&t->lines, &line);
    }
}

uint32_t hs_merge_location(struct hs_merge_tables *t, uint32_t location)
{
    const struct hs_location *its = &t->from->locations[location];
    struct hs_location made = *its;
    uint32_t number = t->location_of[location];

    if (number != UNSEEN)
        return number;
    made.mapping = mapping_of(t, its->mapping);
    if (made.mapping != HS_NO_MAPPING)
        made.address -= t->moved[t->from->mapping_count ? its->mapping : 0];
    t->key.count = 0;
    push_key(t, made.address);
    push_key(t, (uint64_t)made.mapping << 1 | made.folded);
    for (uint32_t i = 0; i < its->line_count; i++) {
        const struct hs_line *line = &t->from->lines[its->first_line + i];

        push_key(t, function_of(t, line->function));
        push_key(t, (uint64_t)line->line);
        push_key(t, (uint64_t)line->column);
    }
    number = hs_intern_add(
        &t->location_keys,
        (struct hs_str){t->key.at, t->key.count * sizeof(uint64_t)});
    if (number == t->locations.count) {
        made.first_line = (uint32_t)t->lines.count;
        push_lines(t, its);
        hs_column_push(&t->locations, &made);
    }
    t->location_of[location] = number;
    return number;
}

static uint32_t *unseen(struct hs_merge_tables *t, size_t count)
{
    uint32_t *numbers =
        hs_arena_alloc(t->scratch, (count + 1) * sizeof(*numbers));

    memset(numbers, 0xff, (count + 1) * sizeof(*numbers));
    return numbers;
}

void hs_merge_tables_from(struct hs_merge_tables *t,
                          const struct hs_profile *from)
{
    t->from = from;
    t->string_of = unseen(t, from->string_count);
    t->function_of = unseen(t, from->function_count);
    t->mapping_of = unseen(t, from->mapping_count);
    t->location_of = unseen(t, from->location_count);
    t->moved =
        hs_arena_zeroed(t->scratch, from->mapping_count + 1, sizeof(uint64_t));
    if (t->mappings.count == 0 && from->mapping_count > 0)
        mapping_of(t, 0); /* the program; it comes first */
}

void hs_merge_tables_begin(struct hs_merge_tables *t, struct hs_arena *arena,
                           struct hs_arena *scratch)
{
    *t = (struct hs_merge_tables){.scratch = scratch};
    hs_intern_init(&t->strings, arena, scratch);
    hs_intern_add(&t->strings, hs_str_of(""));
    hs_intern_init(&t->function_keys, scratch, scratch);
    hs_intern_init(&t->mapping_keys, scratch, scratch);
    hs_intern_init(&t->location_keys, scratch, scratch);
    t->functions = HS_COLUMN(struct hs_function, arena);
    t->mappings = HS_COLUMN(struct hs_mapping, arena);
    t->locations = HS_COLUMN(struct hs_location, arena);
    t->lines = HS_COLUMN(struct hs_line, arena);
    t->key = HS_COLUMN(uint64_t, scratch);
}

void hs_merge_tables_end(const struct hs_merge_tables *t,
                         struct hs_profile *merged)
{
    merged->strings = t->strings.texts.at;
    merged->string_count = t->strings.texts.count;
    merged->functions = t->functions.at;
    merged->function_count = t->functions.count;
    merged->mappings = t->mappings.at;
    merged->mapping_count = t->mappings.count;
    merged->locations = t->locations.at;
    merged->location_count = t->locations.count;
    merged->lines = t->lines.at;
    merged->line_count = t->lines.count;
}
