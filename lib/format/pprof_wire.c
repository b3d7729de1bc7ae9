/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof_wire.c - fields of a message, and what is wrong with a record.
 *
 *   message = field*
 *   field   = tag:varint value        tag = number << 3 | wire type
 *   value   = varint | u64 | length:varint byte[length] | u32   by wire type
 *
 * Decoding is fast and says no more than yes or no.  The walk here is slow and
 * exact: it goes through a record field by field, knows each by the names of
 * pprof.proto, and stops at the first that pprof would not accept.
 */
#include "format/pprof.h"

#include <stdio.h>

/* Profile, Location and Line: no path is longer. */
#define DEPTH 3

struct level {
    const ProtobufCMessageDescriptor *type;
    const ProtobufCFieldDescriptor *field; /* NULL: not one we know */
    struct hs_cursor in;
    uint32_t number, index; /* of FIELD, and which of its kind */
    uint64_t offset;        /* of its tag, or of its element if packed */
    uint32_t counts[16];    /* of each field so far */
};

struct walk {
    struct level level[DEPTH];
    unsigned depth; /* levels in use */
    struct hs_column *odd;
    /* Sees each field that is well-formed, and its value or where its bytes
     * start; false stops the walk. */
    bool (*visit)(struct walk *walk, uint64_t value, void *context);
    void *context;
    struct hs_err *err;
};

bool pprof_field_read(struct hs_cursor *in, struct pprof_field *field)
{
    uint64_t tag, start = in->offset;

    tag = hs_cursor_varint(in);
    *field = (struct pprof_field){.number = tag >> 3,
                                  .wire = (unsigned)(tag & 7),
                                  .tag_size = (unsigned)(in->offset - start),
                                  .offset = start};
    switch (field->wire) {
    case PPROF_VARINT:
        field->value = hs_cursor_varint(in);
        break;
    case PPROF_FIXED64:
        hs_cursor_take(in, 8);
        break;
    case PPROF_BYTES:
        field->body = hs_cursor_sub(in, hs_cursor_varint(in));
        break;
    case PPROF_FIXED32:
        hs_cursor_take(in, 4);
        break;
    default:
        return false;
    }
    return !in->fault;
}

/* "sample[3].location_id[2]": where WALK stands; "" at no known field. */
static void write_path(const struct walk *walk, char *path, size_t size)
{
    size_t used = 0;

    path[0] = '\0';
    for (unsigned i = 0; i < walk->depth && used < size; i++) {
        const struct level *at = &walk->level[i];
        int wrote;

        if (!at->field)
            break;
        wrote = snprintf(path + used, size - used, "%s%s", i ? "." : "",
                         at->field->name);
        used += (size_t)wrote;
        if (at->field->label == PROTOBUF_C_LABEL_REPEATED && used < size)
            used +=
                (size_t)snprintf(path + used, size - used, "[%u]", at->index);
    }
}

static bool fail_here(struct walk *walk, uint64_t offset, const char *what)
{
    char path[96];

    write_path(walk, path, sizeof(path));
    if (!path[0])
        return hs_fail(walk->err, HS_EDATA, offset, "the profile %s", what);
    return hs_fail(walk->err, HS_EDATA, offset, "'%s' %s", path, what);
}

static bool is_varint(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_INT64 ||
           field->type == PROTOBUF_C_TYPE_UINT64 ||
           field->type == PROTOBUF_C_TYPE_BOOL;
}

/* Enters the number or the message that FIELD is in WALK's innermost one. */
static void identify(struct walk *walk, const struct pprof_field *field)
{
    struct level *at = &walk->level[walk->depth - 1];

    at->field = NULL;
    at->offset = field->offset;
    at->number = field->number < 16 ? (uint32_t)field->number : 0;
    if (at->number)
        at->field =
            protobuf_c_message_descriptor_get_field(at->type, at->number);
    if (at->field)
        at->index = at->counts[at->number]++;
}

/* FIELD could not be read from WALK's innermost message. */
static bool fail_field(struct walk *walk, const struct pprof_field *field,
                       enum hs_cursor_fault fault)
{
    char what[64];

    /* Without a tag the message itself is to blame. */
    if (field->tag_size)
        identify(walk, field);
    if (!walk->level[walk->depth - 1].field)
        walk->depth--;
    if (fault == HS_CURSOR_OVERLONG)
        return fail_here(walk, field->offset,
                         "has a number of more than ten bytes");
    if (fault == HS_CURSOR_SHORT)
        return fail_here(walk, field->offset, "is cut short");
    snprintf(what, sizeof(what), "has a field of the unknown wire type %u",
             field->wire);
    return fail_here(walk, field->offset, what);
}

static bool visit(struct walk *walk, uint64_t value)
{
    return !walk->visit || walk->visit(walk, value, walk->context);
}

/* The elements of a packed field. */
static bool walk_packed(struct walk *walk, struct hs_cursor body)
{
    struct level *at = &walk->level[walk->depth - 1];

    if (hs_cursor_left(&body) == 0) {
        at->counts[at->number]--; /* no element at all is none */
        return true;
    }
    for (;;) {
        uint64_t value;

        at->offset = body.offset;
        value = hs_cursor_varint(&body);
        if (body.fault == HS_CURSOR_OVERLONG)
            return fail_here(walk, at->offset,
                             "is a number of more than ten bytes");
        if (body.fault)
            return fail_here(walk, at->offset, "is cut short");
        if (!visit(walk, value))
            return false;
        if (hs_cursor_done(&body))
            return true;
        at->index = at->counts[at->number]++;
    }
}

/* FIELD, which was identified: a number, some numbers, bytes or a message. */
static bool walk_field(struct walk *walk, const struct pprof_field *field)
{
    struct level *at = &walk->level[walk->depth - 1];
    const ProtobufCFieldDescriptor *known = at->field;
    char what[64];

    if (!known)
        return true;
    if (is_varint(known) && field->wire == PPROF_VARINT)
        return visit(walk, field->value);
    if (is_varint(known) && field->wire == PPROF_BYTES &&
        known->label == PROTOBUF_C_LABEL_REPEATED)
        return walk_packed(walk, field->body);
    if (is_varint(known) || field->wire != PPROF_BYTES) {
        snprintf(what, sizeof(what), "has wire type %u (%d expected)",
                 field->wire, is_varint(known) ? PPROF_VARINT : PPROF_BYTES);
        return fail_here(walk, field->offset, what);
    }
    if (!visit(walk, field->body.offset))
        return false;
    if (known->type == PROTOBUF_C_TYPE_MESSAGE && walk->depth < DEPTH) {
        struct level *below = &walk->level[walk->depth++];

        *below = (struct level){.type = known->descriptor, .in = field->body};
    }
    return true;
}

/* protobuf-c reads a tag of at most five bytes, and we do not rely on what it
 * makes of the number 0. */
static void note_odd(struct walk *walk, const struct pprof_field *field,
                     const struct hs_cursor *in)
{
    if (walk->odd && (field->number == 0 || field->tag_size > 5))
        hs_column_push(walk->odd,
                       &(struct pprof_span){field->offset, in->offset,
                                            field->number == 0});
}

/* Walks all that is below field FIELD of the profile. */
static bool walk_record(struct walk *walk, const struct pprof_field *field,
                        size_t index)
{
    struct level *top = &walk->level[0];

    walk->depth = 1;
    *top = (struct level){.type = &pprof__profile__descriptor};
    if (field->number < 16)
        top->counts[field->number] = (uint32_t)index;
    identify(walk, field);
    if (!walk_field(walk, field))
        return false;
    while (walk->depth > 1) {
        struct level *at = &walk->level[walk->depth - 1];
        struct pprof_field next;

        if (hs_cursor_left(&at->in) == 0) {
            walk->depth--;
            continue;
        }
        if (!pprof_field_read(&at->in, &next))
            return fail_field(walk, &next, at->in.fault);
        note_odd(walk, &next, &at->in);
        identify(walk, &next);
        if (!walk_field(walk, &next))
            return false;
    }
    return true;
}

bool pprof_record_check(const struct pprof_field *field, size_t index,
                        struct hs_column *odd, struct hs_err *err)
{
    struct walk walk = {.odd = odd, .err = err};

    return walk_record(&walk, field, index);
}

void pprof_reader_open(struct pprof_reader *reader, struct hs_input *input)
{
    *reader = (struct pprof_reader){.stream = hs_stream_open(input)};
    reader->in = hs_cursor_over(NULL, 0, 0);
}

void pprof_reader_close(struct pprof_reader *reader)
{
    hs_stream_close(reader->stream);
}

/* FIELD could not be read from READER. */
static bool fail_top(const struct pprof_reader *reader,
                     const struct pprof_field *field, struct hs_err *err)
{
    struct walk walk = {.depth = 1, .err = err};

    walk.level[0] = (struct level){.type = &pprof__profile__descriptor};
    if (field->number < 16)
        walk.level[0].counts[field->number] =
            (uint32_t)reader->counts[field->number];
    fail_field(&walk, field, reader->in.fault);
    if (reader->in.fault == HS_CURSOR_SHORT)
        err->kind = HS_ETRUNC;
    return false;
}

/* A record must be whole in memory; a length beyond this is a trap. */
#define RECORD_MAX ((uint64_t)1 << 30)

/* Has all of the record that starts at READER in memory, if it is there. */
static bool fill_record(struct pprof_reader *reader, struct hs_err *err)
{
    struct hs_cursor peek;
    uint64_t length, start;

    if (!hs_stream_fill(reader->stream, &reader->in, 20, err))
        return false;
    peek = reader->in;
    start = peek.offset;
    if ((hs_cursor_varint(&peek) & 7) != PPROF_BYTES)
        return true;
    length = hs_cursor_varint(&peek);
    if (peek.fault || length <= hs_cursor_left(&peek))
        return true;
    length = length < RECORD_MAX ? length : RECORD_MAX;
    length += peek.offset - start;
    if (!hs_stream_fill(reader->stream, &reader->in, (size_t)length, err))
        return false;
    peek = reader->in;
    hs_cursor_varint(&peek);
    length = hs_cursor_varint(&peek);
    if (length > RECORD_MAX && hs_cursor_left(&peek) >= RECORD_MAX)
        return hs_fail(err, HS_ELIMIT, reader->in.offset,
                       "a record has more than %llu bytes",
                       (unsigned long long)RECORD_MAX);
    return true;
}

bool pprof_reader_next(struct pprof_reader *reader, struct pprof_field *field,
                       bool *end, struct hs_err *err)
{
    if (!fill_record(reader, err))
        return false;
    *end = hs_cursor_left(&reader->in) == 0;
    if (*end)
        return true;
    if (!pprof_field_read(&reader->in, field))
        return fail_top(reader, field, err);
    if (field->number < 16)
        reader->counts[field->number]++;
    return true;
}

/* Walks all of INPUT again, with WALK's visitor.  True if the end was met. */
static bool walk_all(struct walk *walk, struct hs_input *input)
{
    struct pprof_reader reader;
    struct pprof_field field;
    bool end = false, going = true;

    pprof_reader_open(&reader, input);
    while (going) {
        going = pprof_reader_next(&reader, &field, &end, walk->err) && !end;
        if (going && field.number > 0 && field.number < 16)
            going = walk_record(walk, &field, reader.counts[field.number] - 1);
    }
    pprof_reader_close(&reader);
    return end;
}

struct target {
    struct pprof_path path;
    const char *member, *message;
};

static bool stop_at_path(struct walk *walk, uint64_t value, void *context)
{
    const struct target *target = context;
    char path[96];

    if (walk->depth != target->path.depth)
        return true;
    for (unsigned i = 0; i < walk->depth; i++)
        if (walk->level[i].number != target->path.number[i] ||
            walk->level[i].index != target->path.index[i])
            return true;
    write_path(walk, path, sizeof(path));
    return hs_fail(walk->err, HS_EDATA, value, "'%s.%s' %s", path,
                   target->member, target->message);
}

bool pprof_fail_at(struct hs_input *input, struct pprof_path path,
                   const char *member, const char *message, struct hs_err *err)
{
    struct target target = {path, member, message};
    struct walk walk = {.visit = stop_at_path, .context = &target, .err = err};

    walk_all(&walk, input);
    return hs_fail(err, HS_EDATA, HS_NOWHERE, "'%s' %s", member, message);
}

/* The fields that are indices into the string table: bit N for number N. */
static uint32_t string_fields(const ProtobufCMessageDescriptor *type)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        uint32_t fields;
    } table[] = {
        {&pprof__value_type__descriptor, 1 << 1 | 1 << 2},
        {&pprof__label__descriptor, 1 << 1 | 1 << 2 | 1 << 4},
        {&pprof__mapping__descriptor, 1 << 5 | 1 << 6},
        {&pprof__function__descriptor, 1 << 2 | 1 << 3 | 1 << 4},
        {&pprof__profile__descriptor,
         1 << 7 | 1 << 8 | 1 << 13 | 1 << 14 | 1 << 15},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].type == type)
            return table[i].fields;
    return 0;
}

static bool stop_at_dangling(struct walk *walk, uint64_t value, void *context)
{
    const struct pprof_draft *draft = context;
    const struct level *at = &walk->level[walk->depth - 1];
    char what[96];

    if (string_fields(at->type) >> at->number & 1 &&
        value >= draft->strings.count) {
        snprintf(what, sizeof(what), "is string %lld of %zu", (long long)value,
                 draft->strings.count);
        return fail_here(walk, at->offset, what);
    }
    if (at->type == &pprof__sample__descriptor && at->number == 1 &&
        pprof_id_number(&draft->location_numbers, value) == HS_MAP_NONE) {
        snprintf(what, sizeof(what), "is %llu, and no location has that id",
                 (unsigned long long)value);
        return fail_here(walk, at->offset, what);
    }
    return true;
}

bool pprof_fail_dangling(struct pprof_draft *draft, struct hs_err *err)
{
    struct walk walk = {
        .visit = stop_at_dangling, .context = draft, .err = err};

    walk_all(&walk, draft->input);
    return hs_fail(err, HS_EDATA, HS_NOWHERE,
                   "a record refers to a string or location that is missing");
}
