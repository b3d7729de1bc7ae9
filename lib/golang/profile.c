/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.c - the functions of a profile that has addresses only.
 *
 * A profile of a Go program names its functions itself; one that perf, a cut
 * text or another tool made may not.  An address without lines gets those of
 * the function table, inlined calls included.  Where the program was loaded is
 * in the profile's mappings, as offsets of the file.
 */
#include <inttypes.h>
#include <string.h>

#include "base/intern.h"
#include "golang/golang_impl.h"
#include "model/profile.h"

/* Deeper inlining than this is not told of. */
#define MOST_INLINED 64

struct naming {
    struct golang *g;
    struct hs_profile *profile;
    struct hs_column strings, functions, lines;
    struct hs_intern texts; /* what is new in strings */
    struct hs_map known;    /* name << 32 | file -> function */
    uint64_t wanted, named;
};

/* Is MAPPING of the program?  Of the first one it is assumed. */
static bool is_ours(const struct naming *n, uint32_t mapping)
{
    const struct hs_mapping *m = &n->profile->mappings[mapping];
    struct hs_str id = hs_profile_string(n->profile, m->build_id);
    struct hs_str ours = n->g->program->gnu_build_id;

    if (id.size && ours.size)
        return hs_str_equal(id, ours);
    return m->file == n->profile->mappings[0].file;
}

/* Where the byte of LOCATION is in the program as golang/ has it; 0 if it is
 * of another file. */
static uint64_t address_of(const struct naming *n,
                           const struct hs_location *location)
{
    const struct golang_segment *segments = n->g->image->segments.at;
    const struct hs_mapping *mapping;
    uint64_t offset;

    if (location->mapping == HS_NO_MAPPING)
        return n->g->program->position_independent ? 0 : location->address;
    if (!is_ours(n, location->mapping))
        return 0;
    if (!n->g->program->position_independent)
        return location->address;
    mapping = &n->profile->mappings[location->mapping];
    offset = location->address - mapping->start + mapping->offset;
    for (size_t i = 0; i < n->g->image->segments.count; i++)
        if (offset - segments[i].offset < segments[i].size)
            return offset - segments[i].offset + segments[i].address +
                   n->g->slide;
    return 0;
}

/* The number of TEXT among the profile's strings. */
static uint32_t string(struct naming *n, struct hs_str text)
{
    uint32_t number;

    if (text.size == 0)
        return 0;
    number = hs_intern_add(&n->texts, text);
    if (n->profile->string_count + number == n->strings.count) {
        text = hs_intern_text(&n->texts, number);
        hs_column_push(&n->strings, &text);
    }
    return (uint32_t)n->profile->string_count + number;
}

static uint32_t function(struct naming *n, const struct hs_place *place)
{
    struct hs_function f = {.name = string(n, place->function),
                            .file = string(n, place->file)};
    uint64_t key = (uint64_t)f.name << 32 | f.file;
    uint32_t known = hs_map_lookup(&n->known, key);

    if (known != HS_MAP_NONE)
        return known;
    f.system_name = f.name;
    hs_column_push(&n->functions, &f);
    return hs_map_add(&n->known, key, (uint32_t)n->functions.count - 1);
}

static void name_location(struct naming *n, struct hs_location *location)
{
    struct hs_place places[MOST_INLINED];
    uint64_t address = address_of(n, location);
    size_t count;

    if (!address)
        return;
    n->wanted++;
    count = hs_golang_lines(n->g, address, places, MOST_INLINED);
    n->named += count != 0;
    location->first_line = (uint32_t)n->lines.count;
    location->line_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        struct hs_line line = {.function = function(n, &places[i]),
                               .line = (int64_t)places[i].line};

        hs_column_push(&n->lines, &line);
    }
}

static void append(struct hs_column *column, const void *elements, size_t count)
{
    if (count)
        memcpy(hs_column_extend(column, count), elements, count * column->size);
}

static void begin(struct naming *n)
{
    struct hs_arena *arena = n->g->arena;
    const struct hs_profile *p = n->profile;

    n->strings = HS_COLUMN(struct hs_str, arena);
    n->functions = HS_COLUMN(struct hs_function, arena);
    n->lines = HS_COLUMN(struct hs_line, arena);
    hs_intern_init(&n->texts, arena, n->g->scratch);
    hs_map_init(&n->known, n->g->scratch, 256);
    append(&n->strings, p->strings, p->string_count);
    append(&n->functions, p->functions, p->function_count);
    append(&n->lines, p->lines, p->line_count);
}

static void install(struct naming *n, const struct hs_location *locations)
{
    struct hs_profile *p = n->profile;

    p->strings = n->strings.at;
    p->string_count = n->strings.count;
    p->functions = n->functions.at;
    p->function_count = n->functions.count;
    p->lines = n->lines.at;
    p->line_count = n->lines.count;
    p->locations = locations;
    n->g->program->matches = true;
}

static bool has_addresses(const struct hs_profile *profile)
{
    for (size_t i = 0; i < profile->location_count; i++)
        if (profile->locations[i].line_count == 0 &&
            profile->locations[i].address)
            return true;
    return false;
}

bool hs_golang_name_profile(struct golang *g, struct hs_err *err)
{
    struct naming n = {.g = g, .profile = g->snapshot->profile};
    struct hs_column locations = HS_COLUMN(struct hs_location, g->arena);
    struct hs_location *location;

    if (!has_addresses(n.profile))
        return true;
    begin(&n);
    append(&locations, n.profile->locations, n.profile->location_count);
    location = locations.at;
    for (size_t i = 0; i < locations.count; i++)
        if (location[i].line_count == 0 && location[i].address)
            name_location(&n, &location[i]);
    /* An address of cgo's or of the dynamic linker's may be in no function. */
    if (n.named < n.wanted - n.wanted / 2 || n.named == 0)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "not the program of the profile: %" PRIu64 " of %" PRIu64
                       " addresses are in its functions",
                       n.named, n.wanted);
    install(&n, location);
    return true;
}
