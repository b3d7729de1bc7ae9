/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read.h - JSON from strangers; jansson underneath.
 *
 * Two ways to read: a text that fits into memory becomes a tree; a text of any
 * size that is a long list of objects is taken apart into them, one at a time:
 *
 *     {"a": 1}\n{"a": 2}\n          one object after the other
 *     [{"a": 1}, {"a": 2}]          an array of them
 *     {..., "traceEvents": [{"a": 1}, {"a": 2}], ...}     as Chrome has it
 *
 * Numbers are read as doubles, so integers beyond 2^53 are not exact.
 */
#ifndef HS_BASE_JSON_READ_H
#define HS_BASE_JSON_READ_H

#include "base/input.h"
#include "base/str.h"

struct hs_json; /* a value; part of the tree that hs_json_parse has made */

/* The value that TEXT is.  NULL with ERR filled if it is none; OFFSET is where
 * TEXT stands in the input.  Freed with hs_json_free. */
struct hs_json *hs_json_parse(struct hs_str text, uint64_t offset,
                              struct hs_err *err);
void hs_json_free(struct hs_json *json);

/* The member KEY of JSON, or NULL if there is none or JSON is no object, or
 * NULL itself. */
const struct hs_json *hs_json_member(const struct hs_json *json,
                                     const char *key);

/* False if JSON is NULL, or something else. */
bool hs_json_as_text(const struct hs_json *json, struct hs_str *text);
bool hs_json_as_number(const struct hs_json *json, double *number);
/* A fraction is cut off; what is larger becomes the largest. */
bool hs_json_as_unsigned(const struct hs_json *json, uint64_t *number);

#define HS_JSON_OBJECT_MOST ((size_t)1 << 20)

struct hs_json_objects {
    struct hs_stream *stream;
    struct hs_cursor window; /* from the object that is looked at on */
    size_t seen;             /* bytes of it that were looked at */
    size_t used;             /* bytes of the object that was handed out */
    size_t level;            /* how deep the objects of the list are */
    size_t depth;
    size_t string; /* where the last text starts in the window, plus 1 */
    bool in_string, escaped, begun, inside, too_long;
    uint64_t skipped; /* objects longer than HS_JSON_OBJECT_MOST */
    bool cut;         /* the input ends within an object */
    struct hs_err err;
};

void hs_json_objects_open(struct hs_json_objects *objects,
                          struct hs_input *input);
void hs_json_objects_close(struct hs_json_objects *objects);

/* The next object's text, which is valid until the next call, and where it
 * stands; false at the end, or when objects->err is filled. */
bool hs_json_objects_next(struct hs_json_objects *objects, struct hs_str *text,
                          uint64_t *offset);

#endif
