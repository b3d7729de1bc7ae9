/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext.c - profiles as text: what `?debug=1` gives.
 *
 * The first line says which of four texts it is (see their files).  Each row
 * is a sample; its addresses are those behind a call, so a location is the
 * address less 1.  Comments below a row name its frames.  What they leave out
 * at either end is left out here too: it is what Go leaves out of the binary
 * form of the same profile.
 */
#include "format/format.h"

#include "format/proftext.h"

static const struct proftext_kind *const kinds[] = {
    &proftext_heap,
    &proftext_count,
    &proftext_thread,
    &proftext_delay,
};

/* Steps to the header of TEXT and returns its kind, or NULL. */
static const struct proftext_kind *find_kind(struct proftext *text)
{
    bool first = true;

    while (proftext_next(text)) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
            if ((first || !kinds[i]->comes_first) &&
                kinds[i]->likes(text->line))
                return kinds[i];
        if (!proftext_is_comment(text->line))
            return NULL;
        first = false;
    }
    return NULL;
}

void proftext_type(struct proftext *text, struct hs_str type, const char *unit)
{
    struct hs_value_type kept = {
        .type = hs_intern_add(&text->strings, type),
        .unit = hs_intern_add(&text->strings, hs_str_of(unit)),
    };

    hs_column_push(&text->types, &kept);
}

void proftext_value(struct proftext *text, int64_t value)
{
    hs_column_push(&text->values, &value);
}

int64_t proftext_integer(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;
    return value >= -0x1p63 ? (int64_t)value : INT64_MIN;
}

static uint32_t location_of(struct proftext *text, uint64_t address)
{
    uint32_t next = (uint32_t)text->locations.count;
    uint32_t number = hs_map_add(&text->by_address, address, next);
    struct hs_location location = {.address = address,
                                   .mapping = HS_NO_MAPPING};

    if (number == next)
        hs_column_push(&text->locations, &location);
    return number;
}

/* Steps over LINE to the next `0x` and the hex digits behind it. */
static bool find_hex(struct hs_cursor *line, struct hs_str *digits)
{
    while (hs_cursor_left(line) > 0) {
        uint8_t c = proftext_peek(line);

        if (proftext_literal(line, "0x")) {
            *digits = proftext_hex_digits(line);
            if (digits->size > 0)
                return true;
            continue;
        }
        if (c != ' ' && c != 'x' && proftext_hex_digit((char)c) < 0)
            return false;
        hs_cursor_take(line, 1);
    }
    return false;
}

void proftext_open(struct proftext *text)
{
    proftext_finish(text);
    text->open = true;
}

void proftext_address(struct proftext *text, uint64_t address, uint64_t back)
{
    struct proftext_frame frame = {
        .address = address, .location = location_of(text, address - back)};

    hs_column_push(&text->stack, &frame);
}

bool proftext_sample(struct proftext *text, struct hs_cursor line,
                     struct hs_err *err)
{
    struct hs_str digits;
    uint64_t address;

    proftext_open(text);
    while (find_hex(&line, &digits)) {
        if (!proftext_hex(digits, &address))
            return proftext_fail(text, "an address of more than 64 bits", err);
        proftext_address(text, address, 1);
    }
    return true;
}

/* Where rows of the next sample begin. */
static void push_starts(struct proftext *text)
{
    uint64_t frames = text->frames.count, labels = text->labels.count;

    hs_column_push(&text->stack_start, &frames);
    hs_column_push(&text->label_start, &labels);
}

/* A sample's labels are pushed while it is open, and it is closed when the
 * next one opens: its starts were pushed then, and FRAMES wait until now. */
void proftext_finish(struct proftext *text)
{
    const struct proftext_frame *frame = text->stack.at;
    size_t from = 0, to = text->stack.count;

    if (text->open) {
        while (from < to && !frame[from].named)
            from++;
        if (from == to)
            from = 0; /* nobody was named: all are as good */
        else if (!frame[to - 1].named)
            to--; /* runtime.goexit */
        for (size_t i = from; i < to; i++)
            hs_column_push(&text->frames, &frame[i].location);
        text->profile->sample_count++;
    }
    push_starts(text);
    text->stack.count = 0;
    text->matched = 0;
    text->open = false;
}

static void start(struct proftext *text, struct hs_snapshot *snapshot,
                  struct hs_cursor in)
{
    struct hs_arena *arena = &snapshot->arena;

    *text = (struct proftext){.in = in, .snapshot = snapshot};
    text->profile = hs_arena_zeroed(arena, 1, sizeof(*text->profile));
    hs_intern_init(&text->strings, arena, &text->scratch);
    hs_intern_add(&text->strings, hs_str_of(""));
    text->types = HS_COLUMN(struct hs_value_type, arena);
    text->mappings = HS_COLUMN(struct hs_mapping, arena);
    text->functions = HS_COLUMN(struct hs_function, arena);
    text->locations = HS_COLUMN(struct hs_location, arena);
    text->lines = HS_COLUMN(struct hs_line, arena);
    text->stack_start = HS_COLUMN(uint64_t, arena);
    text->frames = HS_COLUMN(uint32_t, arena);
    text->values = HS_COLUMN(int64_t, arena);
    text->label_start = HS_COLUMN(uint64_t, arena);
    text->labels = HS_COLUMN(struct hs_label, arena);
    text->stack = HS_COLUMN(struct proftext_frame, &text->scratch);
    text->chars = HS_COLUMN(char, &text->scratch);
    hs_map_init(&text->by_address, &text->scratch, 0);
    hs_map_init(&text->by_name, &text->scratch, 0);
}

static void hand_over(struct proftext *text, const struct proftext_kind *kind)
{
    struct hs_profile *profile = text->profile;

    profile->drop_frames = hs_intern_add(&text->strings, hs_str_of(kind->drop));
    profile->keep_frames = hs_intern_add(&text->strings, hs_str_of(kind->keep));
    profile->strings = text->strings.texts.at;
    profile->string_count = text->strings.texts.count;
    profile->types = text->types.at;
    profile->type_count = text->types.count;
    profile->mappings = text->mappings.at;
    profile->mapping_count = text->mappings.count;
    profile->functions = text->functions.at;
    profile->function_count = text->functions.count;
    profile->locations = text->locations.at;
    profile->location_count = text->locations.count;
    profile->lines = text->lines.at;
    profile->line_count = text->lines.count;
    profile->stack_start = text->stack_start.at;
    profile->frames = text->frames.at;
    profile->values = text->values.at;
    profile->label_start = text->labels.count ? text->label_start.at : NULL;
    profile->labels = text->labels.at;
    text->snapshot->profile = profile;
    text->snapshot->parts |= HS_PART_PROFILE;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    const struct proftext_kind *kind;
    struct proftext text;
    struct hs_cursor in;
    bool good;

    if (!hs_input_map(input, &in, err))
        return false;
    start(&text, snapshot, in);
    kind = find_kind(&text);
    good = kind ? kind->read(&text, err)
                : proftext_fail(&text, "not the header of a profile", err);
    if (good) {
        proftext_finish(&text);
        proftext_maps(&text);
        hand_over(&text, kind);
    }
    if (good && text.cut)
        good = hs_fail(err, HS_ETRUNC, text.in.offset,
                       "the text ends before all that its header counts");
    hs_arena_free(&text.scratch);
    return good;
}

static int probe(struct hs_cursor head)
{
    struct proftext text = {.in = head};

    return find_kind(&text) ? 95 : 0;
}

const struct hs_format hs_format_proftext = {
    .name = "proftext",
    .title = "pprof profile (text of ?debug=1)",
    .command = "curl -o heap.txt 'http://HOST/debug/pprof/heap?debug=1'",
    .fills = HS_PART_PROFILE | HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
