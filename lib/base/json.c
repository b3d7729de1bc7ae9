/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - the frame of a JSON text; jansson writes the values in it.
 */
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/err.h"

#define DIGITS 10

static void put(struct hs_json_writer *json, const char *bytes, size_t size)
{
    if (!json->failed && !json->write(json->to, bytes, size))
        json->failed = true;
}

static int put_piece(const char *bytes, size_t size, void *data)
{
    struct hs_json_writer *json = data;

    put(json, bytes, size);
    return json->failed ? -1 : 0;
}

/* Takes VALUE over and writes it. */
static void put_value(struct hs_json_writer *json, json_t *value, size_t flags)
{
    if (!value)
        hs_out_of_memory(0);
    if (json_dump_callback(value, put_piece, json,
                           JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS) |
                               flags) != 0)
        json->failed = true;
    json_decref(value);
}

static void put_line_end(struct hs_json_writer *json)
{
    put(json, "\n", 1);
    for (unsigned i = 0; i < json->depth; i++)
        put(json, "  ", 2);
}

static bool on_one_line(const struct hs_json_writer *json)
{
    return json->line_depth && json->depth >= json->line_depth;
}

/* What stands before a member: comma, line end, key. */
static void begin_member(struct hs_json_writer *json, const char *key)
{
    if (json->begun)
        put(json, on_one_line(json) ? ", " : ",", on_one_line(json) ? 2 : 1);
    if (json->depth > 0 && !on_one_line(json))
        put_line_end(json);
    json->begun = true;
    if (!key)
        return;
    put_value(json, json_stringn(key, strlen(key)), 0);
    put(json, ": ", 2);
}

void hs_json_open(struct hs_json_writer *json, const char *key, char opener,
                  bool one_line)
{
    begin_member(json, key);
    put(json, &opener, 1);
    json->depth++;
    json->begun = false;
    if (one_line && !json->line_depth)
        json->line_depth = json->depth;
}

void hs_json_close(struct hs_json_writer *json, char closer)
{
    bool one_line = on_one_line(json);

    if (json->line_depth == json->depth)
        json->line_depth = 0;
    json->depth--;
    if (json->begun && !one_line)
        put_line_end(json);
    put(json, &closer, 1);
    json->begun = true;
    if (json->depth == 0)
        put(json, "\n", 1);
}

void hs_json_null(struct hs_json_writer *json, const char *key)
{
    begin_member(json, key);
    put_value(json, json_null(), 0);
}

void hs_json_bool(struct hs_json_writer *json, const char *key, bool truth)
{
    begin_member(json, key);
    put_value(json, json_boolean(truth), 0);
}

void hs_json_integer(struct hs_json_writer *json, const char *key,
                     int64_t integer)
{
    begin_member(json, key);
    put_value(json, json_integer(integer), 0);
}

void hs_json_number(struct hs_json_writer *json, const char *key, double number)
{
    begin_member(json, key);
    put_value(json, isfinite(number) ? json_real(number) : json_null(), 0);
}

/* JSON may have anything but control characters below 32 as it is.  It may be
 * read on a terminal, though, so what would be escaped in a text for people is
 * escaped here, too: a text with such characters is written in ASCII. */
void hs_json_text(struct hs_json_writer *json, const char *key,
                  struct hs_str text)
{
    struct hs_str good = hs_text_repair(json->arena, text);
    size_t flags = hs_text_is_clean(good) ? 0 : JSON_ENSURE_ASCII;

    begin_member(json, key);
    put_value(json, json_stringn(good.size ? good.text : "", good.size), flags);
}
