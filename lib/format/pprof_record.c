/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof_record.c - the records that are not samples, unpacked by protobuf-c.
 *
 * protobuf-c is less strict than pprof here and stricter there, and does not
 * say what it dislikes.  So each record is first checked field by field, and
 * the fields which only protobuf-c refuses are painted over.  What is left it
 * can only accept.  It unpacks into an arena which is emptied after each
 * record; one protobuf-c call for the whole profile would need five times the
 * memory of the file.
 */
#include "format/pprof.h"

static void *give(void *arena, size_t size)
{
    return hs_arena_alloc(arena, size);
}

static void keep(void *arena, void *block)
{
    (void)arena;
    (void)block;
}

/* No message of the profile but the profile itself has this number. */
#define UNUSED 15

/* Makes an unknown field of the SIZE bytes at AT, whatever they were: a tag
 * and a length, of one byte or of five, and the rest is its body. */
static void paint_over(uint8_t *at, size_t size)
{
    size_t length = size - 2;

    *at++ = UNUSED << 3 | PPROF_BYTES;
    if (length < 0x80) {
        *at = (uint8_t)length;
        return;
    }
    length -= 4;
    for (int i = 0; i < 4; i++, length >>= 7)
        *at++ = (uint8_t)(length | 0x80);
    *at = (uint8_t)length;
}

/* The bytes of FIELD as protobuf-c can read them. */
static const uint8_t *tame(struct pprof_draft *draft,
                           const struct pprof_field *field,
                           const struct hs_column *odd)
{
    const struct pprof_span *span = odd->at;
    uint8_t *copy;

    if (odd->count == 0)
        return field->body.at;
    copy = (uint8_t *)hs_arena_copy(&draft->record, field->body.at,
                                    hs_cursor_left(&field->body));
    for (size_t i = 0; i < odd->count; i++) {
        paint_over(copy + (span[i].from - field->body.offset),
                   (size_t)(span[i].to - span[i].from));
        draft->ignored_zero += span[i].zero;
    }
    return copy;
}

static void add_type(struct pprof_draft *draft, const Pprof__ValueType *type)
{
    struct hs_value_type kept = {
        .type = pprof_string(draft, (uint64_t)type->type),
        .unit = pprof_string(draft, (uint64_t)type->unit),
    };

    hs_column_push(&draft->types, &kept);
}

static void add_mapping(struct pprof_draft *draft,
                        const Pprof__Mapping *mapping)
{
    struct hs_mapping kept = {
        .start = mapping->memory_start,
        .limit = mapping->memory_limit,
        .offset = mapping->file_offset,
        .file = pprof_string(draft, (uint64_t)mapping->filename),
        .build_id = pprof_string(draft, (uint64_t)mapping->build_id),
    };

    hs_column_push(&draft->mappings, &kept);
    hs_column_push(&draft->mapping_ids, &mapping->id);
}

static void add_location(struct pprof_draft *draft,
                         const Pprof__Location *location)
{
    struct hs_location kept = {
        .address = location->address,
        .first_line = (uint32_t)draft->lines.count,
        .line_count = (uint32_t)location->n_line,
        .folded = location->is_folded != 0,
    };

    hs_column_push(&draft->locations, &kept);
    hs_column_push(&draft->location_ids, &location->id);
    hs_column_push(&draft->location_mappings, &location->mapping_id);
    for (size_t i = 0; i < location->n_line; i++) {
        const Pprof__Line *line = location->line[i];
        struct hs_line row = {.line = line->line, .column = line->column};

        hs_column_push(&draft->lines, &row);
        hs_column_push(&draft->line_functions, &line->function_id);
    }
}

static void add_function(struct pprof_draft *draft,
                         const Pprof__Function *function)
{
    struct hs_function kept = {
        .name = pprof_string(draft, (uint64_t)function->name),
        .system_name = pprof_string(draft, (uint64_t)function->system_name),
        .file = pprof_string(draft, (uint64_t)function->filename),
        .start_line = function->start_line,
    };

    hs_column_push(&draft->functions, &kept);
    hs_column_push(&draft->function_ids, &function->id);
}

/* The last one counts, and nothing of those before it: protobuf's rule would
 * merge them, pprof replaces. */
static void set_period_type(struct pprof_draft *draft,
                            const Pprof__ValueType *type)
{
    draft->period_type[0] = (uint64_t)type->type;
    draft->period_type[1] = (uint64_t)type->unit;
}

static void add(struct pprof_draft *draft, uint64_t number,
                const ProtobufCMessage *message)
{
    /* unpack() made the message that NUMBER stands for. */
    const void *any = message;

    switch (number) {
    case 1:
        add_type(draft, any);
        break;
    case 3:
        add_mapping(draft, any);
        break;
    case 4:
        add_location(draft, any);
        break;
    case 5:
        add_function(draft, any);
        break;
    case 11:
        set_period_type(draft, any);
        break;
    default:
        break;
    }
}

static ProtobufCMessage *unpack(struct pprof_draft *draft,
                                const struct pprof_field *field,
                                const struct hs_column *odd)
{
    ProtobufCAllocator allocator = {give, keep, &draft->record};
    const ProtobufCFieldDescriptor *known =
        protobuf_c_message_descriptor_get_field(&pprof__profile__descriptor,
                                                (unsigned)field->number);

    return protobuf_c_message_unpack(known->descriptor, &allocator,
                                     hs_cursor_left(&field->body),
                                     tame(draft, field, odd));
}

bool pprof_record_read(struct pprof_draft *draft,
                       const struct pprof_field *field, size_t index,
                       struct hs_err *err)
{
    struct hs_column odd = HS_COLUMN(struct pprof_span, &draft->record);
    ProtobufCMessage *message;

    if (!pprof_record_check(field, index, &odd, err))
        return false;
    message = unpack(draft, field, &odd);
    if (!message)
        return hs_fail(err, HS_EDATA, field->offset,
                       "a record is not in protobuf's format");
    add(draft, field->number, message);
    hs_arena_reset(&draft->record);
    return true;
}
