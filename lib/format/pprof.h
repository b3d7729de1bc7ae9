/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pprof.h - what the files of the pprof decoder share; for nobody else.
 *
 *   pprof.c         the walk over the profile's records
 *   pprof_sample.c  the hot record, read straight from the wire
 *   pprof_record.c  the other records, unpacked by protobuf-c
 *   pprof_link.c    ids and string indices become numbers, and are checked
 *   pprof_wire.c    fields; what is wrong with a record, and where
 */
#ifndef HS_FORMAT_PPROF_H
#define HS_FORMAT_PPROF_H

#include "base/arena.h"
#include "base/cursor.h"
#include "base/input.h"
#include "base/map.h"
#include "model/profile.h"
#include "model/snapshot.h"
#include "pprof.pb-c.h"

/* Protobuf's wire types; the others are errors. */
enum {
    PPROF_VARINT = 0,
    PPROF_FIXED64 = 1,
    PPROF_BYTES = 2,
    PPROF_FIXED32 = 5
};

/* One field of a message, its number and wire type apart. */
struct pprof_field {
    uint64_t number;
    unsigned wire;
    unsigned tag_size;
    uint64_t value;        /* of a varint */
    struct hs_cursor body; /* of PPROF_BYTES */
    uint64_t offset;       /* of its tag */
};

/* From the ids of a kind of record to their numbers. */
struct pprof_ids {
    bool in_order; /* the ids are 1 .. count, so MAP is not needed */
    size_t count;
    struct hs_map map;
};

/* The profile as it comes off the wire, before it is linked. */
struct pprof_draft {
    struct hs_input *input;
    struct hs_snapshot *snapshot;
    struct hs_profile *profile;
    struct hs_arena record; /* emptied after each record */
    struct hs_arena scratch;

    /* In the snapshot's arena: the profile's columns. */
    struct hs_column strings, types, mappings, functions, locations, lines;
    struct hs_column comments, stack_start, frames, values, label_start, labels;
    /* In the scratch arena, uint64_t: ids as the file has them. */
    struct hs_column mapping_ids, function_ids, location_ids;
    struct hs_column location_mappings, line_functions;

    /* Ids of locations are kept in 32 bits: an id of 1 .. WIDE as id - 1, the
     * few others as WIDE + an index of wide_ids. */
    struct hs_column wide_ids;
    struct hs_map wide_map;
    uint32_t top_frame;                /* the highest in frames */
    struct pprof_ids location_numbers; /* once all locations are read */

    uint64_t top_string;   /* the highest string index that is used */
    size_t uneven;         /* the first sample with another number of values */
    size_t value_count;    /* of sample 0 */
    uint64_t ignored_zero; /* fields with the number 0 */
    uint64_t period_type[2]; /* strings: type and unit */
    uint64_t texts[4];       /* strings: drop, keep, default type, doc */
};

#define PPROF_WIDE ((uint32_t)1 << 31)

/* Remembers that string INDEX is used, and makes it 32 bits. */
static inline uint32_t pprof_string(struct pprof_draft *draft, uint64_t index)
{
    if (index > draft->top_string)
        draft->top_string = index;
    return index < UINT32_MAX ? (uint32_t)index : UINT32_MAX;
}

/* Reads one field from IN; false, with IN bad or the wire type not one of
 * ours, if there is none. */
bool pprof_field_read(struct hs_cursor *in, struct pprof_field *field);

/* Reads a sample.  False if anything is wrong with it: pprof_record_check
 * says what. */
bool pprof_sample_read(struct pprof_draft *draft, struct hs_cursor body);

/* Reads record FIELD, the INDEX-th of its kind, of any other kind. */
bool pprof_record_read(struct pprof_draft *draft,
                       const struct pprof_field *field, size_t index,
                       struct hs_err *err);

/* Fails at the first thing in record FIELD, the INDEX-th of its kind, that
 * pprof would not accept.  If ODD is not NULL, it gets the offsets from and to
 * (struct pprof_span) of fields that pprof accepts and protobuf-c does not. */
bool pprof_record_check(const struct pprof_field *field, size_t index,
                        struct hs_column *odd, struct hs_err *err);

struct pprof_span {
    uint64_t from, to;
    bool zero; /* its number is 0 */
};

/* A message of the profile, by numbers: location 7, its line 0. */
struct pprof_path {
    uint32_t number[2], index[2];
    unsigned depth;
};

/* The profile's records, one after the other. */
struct pprof_reader {
    struct hs_stream *stream;
    struct hs_cursor in;
    size_t counts[16]; /* of each field so far */
};

void pprof_reader_open(struct pprof_reader *reader, struct hs_input *input);
void pprof_reader_close(struct pprof_reader *reader);

/* The next field of the profile itself; *END instead, if there is none. */
bool pprof_reader_next(struct pprof_reader *reader, struct pprof_field *field,
                       bool *end, struct hs_err *err);

/* Fails with "'PATH.MEMBER' MESSAGE" at the place that PATH has in INPUT. */
bool pprof_fail_at(struct hs_input *input, struct pprof_path path,
                   const char *member, const char *message, struct hs_err *err);

/* Fails at the first use of a string or a location that is not there. */
bool pprof_fail_dangling(struct pprof_draft *draft, struct hs_err *err);

/* The number of the record with ID, or HS_MAP_NONE. */
uint32_t pprof_id_number(const struct pprof_ids *ids, uint64_t id);

/* Turns ids into numbers and checks all that can only be checked at the end,
 * then hands the columns to the profile. */
bool pprof_link(struct pprof_draft *draft, struct hs_err *err);

#endif
