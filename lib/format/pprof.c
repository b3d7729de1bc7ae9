/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof.c - pprof profiles in protobuf (proto/pprof.proto).
 *
 *   profile = (tag length record)*     records of any kind in any order
 *
 * The profile is never unpacked as a whole.  The walk goes from record to
 * record while the input is still being inflated on another thread, and each
 * record goes at once into the columns of model/profile.h.
 *
 * What is accepted and what refused follows the pprof tool, rule by rule; but
 * where it says "unrecognized profile format", this says what and where.
 */
#include "format/format.h"

#include "format/pprof.h"

static struct hs_column numbers(struct pprof_draft *draft)
{
    return HS_COLUMN(uint64_t, &draft->scratch);
}

static void start(struct pprof_draft *draft, struct hs_input *input,
                  struct hs_snapshot *snapshot)
{
    struct hs_arena *arena = &snapshot->arena;

    *draft = (struct pprof_draft){.input = input, .snapshot = snapshot};
    draft->profile = hs_arena_zeroed(arena, 1, sizeof(*draft->profile));
    draft->uneven = SIZE_MAX;
    draft->strings = HS_COLUMN(struct hs_str, arena);
    draft->types = HS_COLUMN(struct hs_value_type, arena);
    draft->mappings = HS_COLUMN(struct hs_mapping, arena);
    draft->functions = HS_COLUMN(struct hs_function, arena);
    draft->locations = HS_COLUMN(struct hs_location, arena);
    draft->lines = HS_COLUMN(struct hs_line, arena);
    draft->stack_start = HS_COLUMN(uint64_t, arena);
    draft->frames = HS_COLUMN(uint32_t, arena);
    draft->values = HS_COLUMN(int64_t, arena);
    draft->label_start = HS_COLUMN(uint64_t, arena);
    draft->labels = HS_COLUMN(struct hs_label, arena);
    draft->comments = numbers(draft);
    draft->mapping_ids = numbers(draft);
    draft->function_ids = numbers(draft);
    draft->location_ids = numbers(draft);
    draft->location_mappings = numbers(draft);
    draft->line_functions = numbers(draft);
    draft->wide_ids = numbers(draft);
    hs_map_init(&draft->wide_map, &draft->scratch, 0);
}

static bool add_string(struct pprof_draft *draft,
                       const struct pprof_field *field, struct hs_err *err)
{
    struct hs_str text = {"", hs_cursor_left(&field->body)};

    if (draft->strings.count == 0 && text.size > 0)
        return hs_fail(err, HS_EDATA, field->offset,
                       "'string_table[0]' is not empty");
    if (text.size > 0)
        text.text =
            hs_arena_copy(&draft->snapshot->arena, field->body.at, text.size);
    hs_column_push(&draft->strings, &text);
    return true;
}

static void add_comments(struct pprof_draft *draft,
                         const struct pprof_field *field)
{
    struct hs_cursor body = field->body;

    if (field->wire == PPROF_VARINT)
        hs_column_push(&draft->comments, &field->value);
    else
        while (!hs_cursor_done(&body)) {
            uint64_t comment = hs_cursor_varint(&body);

            hs_column_push(&draft->comments, &comment);
        }
}

/* A number of the profile itself. */
static bool set_number(struct pprof_draft *draft,
                       const struct pprof_field *field, struct hs_err *err)
{
    struct hs_profile *profile = draft->profile;
    int64_t value = (int64_t)field->value;

    switch (field->number) {
    case 7:
        draft->texts[0] = field->value;
        break;
    case 8:
        draft->texts[1] = field->value;
        break;
    case 9:
        if (profile->time_nanos != 0)
            return hs_fail(err, HS_EDATA, field->offset,
                           "'time_nanos' comes again: several profiles were "
                           "put into one file");
        profile->time_nanos = value;
        break;
    case 10:
        profile->duration_nanos = value;
        break;
    case 12:
        profile->period = value;
        break;
    case 14:
        draft->texts[2] = field->value;
        break;
    case 15:
        draft->texts[3] = field->value;
        break;
    default:
        break;
    }
    return true;
}

/* One field of the profile, the INDEX-th of its number. */
static bool add_field(struct pprof_draft *draft,
                      const struct pprof_field *field, size_t index,
                      struct hs_err *err)
{
    if (field->number == 0 || field->number > 15) {
        draft->ignored_zero += field->number == 0;
        return true;
    }
    if (field->number == 2 && field->wire == PPROF_BYTES &&
        pprof_sample_read(draft, field->body))
        return true;
    switch (field->number) {
    case 1:
    case 3:
    case 4:
    case 5:
    case 11:
        return pprof_record_read(draft, field, index, err);
    default:
        break;
    }
    if (!pprof_record_check(field, index, NULL, err))
        return false;
    if (field->number == 2)
        return hs_fail(err, HS_EDATA, field->offset, "a sample is damaged");
    if (field->number == 6)
        return add_string(draft, field, err);
    if (field->number == 13) {
        add_comments(draft, field);
        return true;
    }
    return set_number(draft, field, err);
}

static bool read_all(struct pprof_draft *draft, struct hs_err *err)
{
    struct pprof_reader reader;
    struct pprof_field field;
    bool end = false, good = true;
    uint64_t size;

    pprof_reader_open(&reader, draft->input);
    while (good && !end) {
        good = pprof_reader_next(&reader, &field, &end, err);
        if (good && !end)
            good = add_field(
                draft, &field,
                field.number < 16 ? reader.counts[field.number] - 1 : 0, err);
    }
    size = reader.in.offset;
    pprof_reader_close(&reader);
    if (good && size == 0)
        return hs_fail(err, HS_EDATA, 0, "the file is empty");
    return good;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct pprof_draft draft;
    bool good;

    start(&draft, input, snapshot);
    good = read_all(&draft, err) && pprof_link(&draft, err);
    if (good) {
        snapshot->profile = draft.profile;
        snapshot->parts |= HS_PART_PROFILE;
        if (draft.ignored_zero > 0)
            hs_snapshot_warn(snapshot,
                             "%llu fields have the number 0 and were ignored "
                             "(NULs behind the end read so)",
                             (unsigned long long)draft.ignored_zero);
    }
    hs_arena_free(&draft.record);
    hs_arena_free(&draft.scratch);
    return good;
}

/* Nothing marks a profile; but what starts with well-formed records that the
 * profile has is one.  The head may end inside of a record. */
static int probe(struct hs_cursor head)
{
    struct hs_err err = HS_ERR_NONE;
    struct pprof_field field;
    int known = 0, all = 0;

    while (!hs_cursor_done(&head)) {
        if (!pprof_field_read(&head, &field)) {
            if (head.fault != HS_CURSOR_SHORT)
                return known > 1 ? 10 : 0;
            known += field.number >= 1 && field.number <= 15;
            break;
        }
        if (!pprof_record_check(&field, 0, NULL, &err))
            return known > 1 ? 10 : 0;
        known += field.number >= 1 && field.number <= 15;
        all++;
    }
    if (known == 0)
        return all > 0 ? 4 : 0;
    return all > 0 ? 50 : 8;
}

const struct hs_format hs_format_pprof = {
    .name = "pprof",
    .title = "pprof profile (protobuf, gzip or raw)",
    .command = "curl -o heap.pb.gz "
               "'http://HOST/debug/pprof/heap?gc=1'",
    .capture =
        "  In the program, if it does not serve it yet:\n\n"
        "    import _ \"net/http/pprof\"\n"
        "    go http.ListenAndServe(\"localhost:6060\", nil)\n\n"
        "  From outside; gc=1 collects first, so that no garbage counts:\n\n"
        "    curl -o heap.pb.gz "
        "'http://localhost:6060/debug/pprof/heap?gc=1'\n\n"
        "  Without a server, from the code itself:\n\n"
        "    f, err := os.Create(\"heap.pb.gz\")\n"
        "    runtime.GC()\n"
        "    err = pprof.Lookup(\"heap\").WriteTo(f, 0)\n\n"
        "  It costs next to nothing: the runtime samples allocations anyway,\n"
        "  one in 512 KiB, and gc=1 is one collection.  Two of them, some "
        "time\n"
        "  apart, tell much more: heapscope diff old.pb.gz new.pb.gz",
    .fills = HS_PART_PROFILE,
    .probe = probe,
    .decode = decode,
};
