/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_folded_test.c - reads folded stacks into the model; what a location
 * is: every frame that reads differently has one, without line numbers.
 */
#include "algo/profile_folded_test.h"

#include <stdlib.h>

#include "base/test.h"

struct build {
    struct hs_column strings, functions, locations, lines, frames, starts,
        values;
    struct hs_column texts; /* uint32_t: strings of locations */
};

static uint32_t string(struct build *b, const char *text, size_t size)
{
    const struct hs_str *all = b->strings.at;
    struct hs_str new = {text, size};

    for (uint32_t i = 0; i < b->strings.count; i++)
        if (hs_str_equal(all[i], new))
            return i;
    hs_column_push(&b->strings, &new);
    return (uint32_t)b->strings.count - 1;
}

static uint32_t function(struct build *b, const char *text, size_t size)
{
    const struct hs_function *all = b->functions.at;
    uint32_t name = string(b, text, size);
    uint32_t n = (uint32_t)b->functions.count;

    for (uint32_t i = 0; i < n; i++)
        if (all[i].name == name)
            return i;
    hs_column_push(&b->functions, &(struct hs_function){.name = name});
    return n;
}

/* The location of the frame that is written so. */
static uint32_t location(struct build *b, const char *text, size_t size)
{
    const uint32_t *all = b->texts.at;
    uint32_t name = string(b, text, size), n = (uint32_t)b->texts.count;
    struct hs_location new = {.mapping = HS_NO_MAPPING,
                              .first_line = (uint32_t)b->lines.count};

    for (uint32_t i = 0; i < n; i++)
        if (all[i] == name)
            return i;
    while (size > 0) {
        size_t from = size;

        while (from > 0 && text[from - 1] != '>')
            from--;
        hs_column_push(&b->lines,
                       &(struct hs_line){
                           .function = function(b, text + from, size - from)});
        new.line_count++;
        size = from > 0 ? from - 1 : 0;
    }
    hs_column_push(&b->texts, &name);
    hs_column_push(&b->locations, &new);
    return n;
}

/* One line: frames are pushed from its end, as the model has the leaf first. */
static const char *sample(struct build *b, const char *line)
{
    const char *end = line + strcspn(line, "\n"), *space = end;
    int64_t value;
    uint64_t start;

    while (space > line && *space != ' ')
        space--;
    value = strtoll(space, NULL, 10);
    for (const char *to = space; to > line;) {
        const char *from = to;
        uint32_t frame;

        while (from > line && from[-1] != ';')
            from--;
        frame = location(b, from, (size_t)(to - from));
        hs_column_push(&b->frames, &frame);
        to = from > line ? from - 1 : from;
    }
    start = b->frames.count;
    hs_column_push(&b->values, &value);
    hs_column_push(&b->starts, &start);
    return *end ? end + 1 : end;
}

void hs_folded_open(struct hs_folded *folded, const char *stacks)
{
    static const struct hs_value_type type = {1, 2};
    struct hs_view_options options = {.by = HS_BY_FUNCTION};
    struct hs_arena *arena = &folded->arena;
    struct build b = {.strings = HS_COLUMN(struct hs_str, arena),
                      .functions = HS_COLUMN(struct hs_function, arena),
                      .locations = HS_COLUMN(struct hs_location, arena),
                      .lines = HS_COLUMN(struct hs_line, arena),
                      .frames = HS_COLUMN(uint32_t, arena),
                      .starts = HS_COLUMN(uint64_t, arena),
                      .values = HS_COLUMN(int64_t, arena),
                      .texts = HS_COLUMN(uint32_t, arena)};

    folded->arena = HS_ARENA_EMPTY;
    string(&b, "", 0);
    string(&b, "inuse_space", 11);
    string(&b, "bytes", 5);
    hs_column_push(&b.starts, &(uint64_t){0});
    while (*stacks)
        stacks = sample(&b, stacks);
    folded->profile = (struct hs_profile){
        .strings = b.strings.at,
        .string_count = b.strings.count,
        .types = &type,
        .type_count = 1,
        .functions = b.functions.at,
        .function_count = b.functions.count,
        .locations = b.locations.at,
        .location_count = b.locations.count,
        .lines = b.lines.at,
        .line_count = b.lines.count,
        .sample_count = b.values.count,
        .stack_start = b.starts.at,
        .frames = b.frames.at,
        .values = b.values.at,
    };
    folded->view = hs_profile_view(&folded->profile, &options, arena);
    folded->sums = hs_profile_sum(folded->view, 0, arena);
}

void hs_folded_close(struct hs_folded *folded)
{
    hs_arena_free(&folded->arena);
}

uint32_t hs_folded_node(const struct hs_folded *folded, const char *name)
{
    for (uint32_t n = 0; n < folded->view->node_count; n++)
        if (hs_str_equal(folded->view->nodes[n].name, hs_str_of(name)))
            return n;
    fail_msg("no node '%s'", name);
    return 0;
}
