/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - writes JSON as a stream, member by member; jansson underneath.
 *
 * jansson formats each value, the frame around the values is written here, so
 * that a report of a million rows is never held as a tree.  An object or array
 * may be put on one line: rows of tables read best so.
 *
 *     hs_json_open(&json, NULL, '{', false);
 *     hs_json_integer(&json, "objects", 17);
 *     hs_json_close(&json, '}');
 *
 * Inside an object every value has a KEY (of good UTF-8), inside an array none.
 */
#ifndef HS_BASE_JSON_H
#define HS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

struct hs_json_writer {
    bool (*write)(void *to, const void *bytes, size_t size);
    void *to;
    struct hs_arena *arena; /* scratch: repaired texts */
    bool failed;            /* a write failed; later ones are not tried */
    bool begun;             /* the open object or array has a member */
    unsigned depth;
    unsigned line_depth; /* from this depth on, all on one line; 0: nowhere */
};

/* OPENER is '{' or '['. */
void hs_json_open(struct hs_json_writer *json, const char *key, char opener,
                  bool one_line);
/* CLOSER is '}' or ']'; after the outermost, the line ends. */
void hs_json_close(struct hs_json_writer *json, char closer);

void hs_json_null(struct hs_json_writer *json, const char *key);
void hs_json_bool(struct hs_json_writer *json, const char *key, bool truth);
void hs_json_integer(struct hs_json_writer *json, const char *key,
                     int64_t integer);

/* Ten significant digits; null for what is no number. */
void hs_json_number(struct hs_json_writer *json, const char *key,
                    double number);

/* Any bytes: what is no UTF-8 becomes U+FFFD. */
void hs_json_text(struct hs_json_writer *json, const char *key,
                  struct hs_str text);

#endif
