/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext.h - what the files of the text profile decoder share; for nobody
 * else.
 *
 *   proftext.c        which text it is; samples become a profile
 *   proftext_line.c   lines, and the numbers in them
 *   proftext_heap.c   `heap profile: ...`
 *   proftext_count.c  `goroutine profile: ...` and `--- mutex:`
 *   proftext_names.c  the comments that name addresses
 *   proftext_maps.c   the memory map at the end
 */
#ifndef HS_FORMAT_PROFTEXT_H
#define HS_FORMAT_PROFTEXT_H

#include "base/cursor.h"
#include "base/intern.h"
#include "base/map.h"
#include "model/profile.h"
#include "model/snapshot.h"

struct proftext {
    struct hs_cursor in;   /* what follows LINE */
    struct hs_cursor line; /* without its end */

    struct hs_snapshot *snapshot;
    struct hs_profile *profile;
    struct hs_arena scratch;
    struct hs_intern strings;
    struct hs_column types, mappings, functions, locations, lines;
    struct hs_column stack_start, frames, values, label_start, labels;
    struct hs_map by_address, by_name; /* locations; functions */

    /* The sample that is being read: its addresses, leaf first, and how many
     * of them a comment has named so far. */
    struct hs_column stack; /* struct proftext_frame */
    size_t matched;         /* frames before this one are done with */
    bool open;
};

struct proftext_frame {
    uint64_t address; /* as in the text: behind the call */
    uint32_t location;
    bool named;
};

/* Goes to the next line; false at the end. */
bool proftext_next(struct proftext *text);

bool proftext_is_comment(struct hs_cursor line); /* or blank */
bool proftext_is_map_head(struct hs_cursor line);

/* Small steps over a line.  proftext_literal and proftext_digits say whether
 * there was what they look for, and do not move if not. */
uint8_t proftext_peek(const struct hs_cursor *line);
void proftext_spaces(struct hs_cursor *line);
bool proftext_literal(struct hs_cursor *line, const char *literal);
bool proftext_digits(struct hs_cursor *line, struct hs_str *digits);

/* DIGITS of base 10, with a sign or not, or 16; false if they are too many
 * for 64 bits (63 in base 10). */
bool proftext_number(struct hs_str digits, int64_t *number);
bool proftext_hex(struct hs_str digits, uint64_t *number);

/* Fails with WHAT at the start of the line. */
bool proftext_fail(const struct proftext *text, const char *what,
                   struct hs_err *err);

/* Opens a sample at the addresses that LINE has ("0x4a0c10 0x4a1000"). */
bool proftext_sample(struct proftext *text, struct hs_cursor line,
                     struct hs_err *err);
/* Ends the open sample, if there is one. */
void proftext_finish(struct proftext *text);

void proftext_value(struct proftext *text, int64_t value);
void proftext_type(struct proftext *text, struct hs_str type, const char *unit);

/* Takes the name for an address of the open sample from the comment LINE. */
void proftext_name(struct proftext *text);

/* Reads the memory map, if there is one from LINE on. */
void proftext_maps(struct proftext *text);

/* One kind of text: recognises the first line, reads the rest. */
bool proftext_heap_likes(struct hs_cursor line);
bool proftext_heap_read(struct proftext *text, struct hs_err *err);
bool proftext_count_likes(struct hs_cursor line);
bool proftext_count_read(struct proftext *text, struct hs_err *err);
bool proftext_delay_likes(struct hs_cursor line);
bool proftext_delay_read(struct proftext *text, struct hs_err *err);

#endif
