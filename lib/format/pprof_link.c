/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof_link.c - ids and string indices become numbers, and are checked.
 *
 * A record may refer to what comes after it, so nothing can be resolved before
 * the end of the file.  The places of what dangles are not kept: whoever reads
 * a broken profile can wait for a second walk over it (pprof_fail_dangling).
 */
#include "format/pprof.h"

#include <stdio.h>

/* Field numbers: of the profile, and of a location. */
enum { SAMPLE = 2, MAPPING = 3, LOCATION = 4, FUNCTION = 5, LINE = 4 };

uint32_t pprof_id_number(const struct pprof_ids *ids, uint64_t id)
{
    if (ids->in_order)
        return id - 1 < ids->count ? (uint32_t)(id - 1) : HS_MAP_NONE;
    return hs_map_lookup(&ids->map, id);
}

static bool fail_record(struct pprof_draft *draft, uint32_t number,
                        size_t index, const char *member, const char *message,
                        struct hs_err *err)
{
    struct pprof_path path = {
        .depth = 1, .number = {number}, .index = {(uint32_t)index}};

    return pprof_fail_at(draft->input, path, member, message, err);
}

/* Learns the ids in COLUMN, of the records NUMBER: not 0, and no two equal. */
static bool learn_ids(struct pprof_draft *draft, struct pprof_ids *ids,
                      const struct hs_column *column, uint32_t number,
                      struct hs_err *err)
{
    const uint64_t *id = column->at;
    size_t n = 0;
    char what[64];

    while (n < column->count && id[n] == n + 1)
        n++;
    *ids = (struct pprof_ids){.in_order = n == column->count, .count = n};
    if (ids->in_order)
        return true;
    hs_map_init(&ids->map, &draft->scratch, column->count);
    for (size_t i = 0; i < column->count; i++) {
        if (id[i] == 0)
            return fail_record(draft, number, i, "id", "is 0", err);
        if (hs_map_add(&ids->map, id[i], (uint32_t)i) == i)
            continue;
        snprintf(what, sizeof(what), "is %llu, which is taken",
                 (unsigned long long)id[i]);
        return fail_record(draft, number, i, "id", what, err);
    }
    return true;
}

static bool link_lines(struct pprof_draft *draft,
                       const struct pprof_ids *functions, size_t location,
                       struct hs_err *err)
{
    const struct hs_location *at =
        (struct hs_location *)draft->locations.at + location;
    const uint64_t *id = draft->line_functions.at;
    struct hs_line *line = draft->lines.at;

    for (uint32_t i = 0; i < at->line_count; i++) {
        uint32_t row = at->first_line + i;
        struct pprof_path path = {
            .depth = 2,
            .number = {LOCATION, LINE},
            .index = {(uint32_t)location, i},
        };

        line[row].function = pprof_id_number(functions, id[row]);
        if (line[row].function == HS_MAP_NONE)
            return pprof_fail_at(draft->input, path, "function_id",
                                 "is of no function", err);
    }
    return true;
}

/* A mapping that is not there is none, as for pprof. */
static bool link_locations(struct pprof_draft *draft,
                           const struct pprof_ids *mappings,
                           const struct pprof_ids *functions,
                           struct hs_err *err)
{
    struct hs_location *location = draft->locations.at;
    const uint64_t *mapping = draft->location_mappings.at;

    for (size_t i = 0; i < draft->locations.count; i++) {
        location[i].mapping = pprof_id_number(mappings, mapping[i]);
        if (!link_lines(draft, functions, i, err))
            return false;
    }
    return true;
}

/* A direct table of id - 1 to number, if the ids are not too sparse and each
 * frame is an id - 1. */
static const uint32_t *dense_table(struct pprof_draft *draft)
{
    size_t room = (size_t)draft->top_frame + 1;
    size_t limit = draft->locations.count * 8 + draft->frames.count;
    uint32_t *table;

    if (draft->top_frame >= PPROF_WIDE || room > limit)
        return NULL;
    table = hs_arena_alloc(&draft->scratch, room * sizeof(*table));
    for (size_t i = 0; i < room; i++)
        table[i] = pprof_id_number(&draft->location_numbers, i + 1);
    return table;
}

/* Frames hold ids until now. */
static bool link_frames(struct pprof_draft *draft, struct hs_err *err)
{
    const struct pprof_ids *ids = &draft->location_numbers;
    const uint64_t *wide = draft->wide_ids.at;
    uint32_t *frame = draft->frames.at;
    const uint32_t *table;

    if (draft->frames.count == 0 ||
        (ids->in_order && draft->top_frame < ids->count))
        return true; /* an id's number is the id - 1 */
    table = dense_table(draft);
    for (size_t i = 0; i < draft->frames.count; i++) {
        uint64_t id = frame[i] + UINT64_C(1);

        if (table) {
            frame[i] = table[frame[i]];
        } else {
            if (frame[i] >= PPROF_WIDE)
                id = wide[frame[i] - PPROF_WIDE];
            frame[i] = pprof_id_number(ids, id);
        }
        if (frame[i] == HS_MAP_NONE)
            return pprof_fail_dangling(draft, err);
    }
    return true;
}

/* Each sample has a value for each type, and there is a type at least. */
static bool check_values(struct pprof_draft *draft, struct hs_err *err)
{
    size_t types = draft->types.count;
    bool even = draft->uneven == SIZE_MAX;
    char what[64];

    if (types == 0)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "the profile has no 'sample_type'");
    if (draft->profile->sample_count == 0 ||
        (even && draft->value_count == types))
        return true;
    snprintf(what, sizeof(what), "has not %zu numbers, one for each type",
             types);
    return fail_record(draft, SAMPLE,
                       draft->value_count == types ? draft->uneven : 0, "value",
                       what, err);
}

/* Ids and rows are numbers of 32 bits, with one kept for "none". */
static bool check_counts(struct pprof_draft *draft, struct hs_err *err)
{
    const size_t most = UINT32_MAX - 1;

    if (draft->strings.count > most || draft->locations.count > most ||
        draft->functions.count > most || draft->lines.count > most ||
        draft->mappings.count > most || draft->types.count > most ||
        draft->wide_ids.count >= PPROF_WIDE)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                       "the profile has more than 2^32 records of a kind");
    return true;
}

/* The fields of the profile that are strings. */
static void link_texts(struct pprof_draft *draft)
{
    struct hs_profile *profile = draft->profile;
    const uint64_t *comment = draft->comments.at;
    uint32_t *kept = hs_arena_alloc(&draft->snapshot->arena,
                                    draft->comments.count * sizeof(*kept));

    for (size_t i = 0; i < draft->comments.count; i++)
        kept[i] = pprof_string(draft, comment[i]);
    profile->comments = kept;
    profile->comment_count = draft->comments.count;
    profile->drop_frames = pprof_string(draft, draft->texts[0]);
    profile->keep_frames = pprof_string(draft, draft->texts[1]);
    profile->default_type = pprof_string(draft, draft->texts[2]);
    profile->doc_url = pprof_string(draft, draft->texts[3]);
    profile->period_type.type = pprof_string(draft, draft->period_type[0]);
    profile->period_type.unit = pprof_string(draft, draft->period_type[1]);
}

static void hand_over(struct pprof_draft *draft)
{
    struct hs_profile *profile = draft->profile;
    uint64_t frames = draft->frames.count, labels = draft->labels.count;

    hs_column_push(&draft->stack_start, &frames);
    hs_column_push(&draft->label_start, &labels);
    profile->strings = draft->strings.at;
    profile->string_count = draft->strings.count;
    profile->types = draft->types.at;
    profile->type_count = draft->types.count;
    profile->mappings = draft->mappings.at;
    profile->mapping_count = draft->mappings.count;
    profile->functions = draft->functions.at;
    profile->function_count = draft->functions.count;
    profile->locations = draft->locations.at;
    profile->location_count = draft->locations.count;
    profile->lines = draft->lines.at;
    profile->line_count = draft->lines.count;
    profile->stack_start = draft->stack_start.at;
    profile->frames = draft->frames.at;
    profile->values = draft->values.at;
    profile->label_start = labels ? draft->label_start.at : NULL;
    profile->labels = draft->labels.at;
}

bool pprof_link(struct pprof_draft *draft, struct hs_err *err)
{
    struct pprof_ids mappings, functions;

    if (!check_counts(draft, err))
        return false;
    link_texts(draft);
    if (draft->strings.count == 0)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "the profile has no 'string_table'");
    if (!learn_ids(draft, &mappings, &draft->mapping_ids, MAPPING, err) ||
        !learn_ids(draft, &functions, &draft->function_ids, FUNCTION, err) ||
        !learn_ids(draft, &draft->location_numbers, &draft->location_ids,
                   LOCATION, err))
        return false;
    if (draft->top_string >= draft->strings.count)
        return pprof_fail_dangling(draft, err);
    if (!check_values(draft, err) || !link_frames(draft, err) ||
        !link_locations(draft, &mappings, &functions, err))
        return false;
    hand_over(draft);
    return true;
}
