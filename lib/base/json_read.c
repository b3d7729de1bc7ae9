/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read.c - JSON trees, and lists of objects one by one.
 *
 * jansson limits the depth of what it reads to 2048.  The list is taken apart
 * by a scanner that only counts brackets and knows where texts end.
 */
#include "base/json_read.h"

#include <jansson.h>
#include <math.h>

#include "base/progress.h"

#define STEP ((size_t)256 << 10)

static json_t *tree_of(const struct hs_json *json)
{
    return (json_t *)(uintptr_t)json;
}

struct hs_json *hs_json_parse(struct hs_str text, uint64_t offset,
                              struct hs_err *err)
{
    json_error_t why;
    json_t *tree = json_loadb(
        text.size ? text.text : "", text.size,
        JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &why);

    if (!tree) {
        bool cut = json_error_code(&why) == json_error_premature_end_of_input;

        hs_fail(err, cut ? HS_ETRUNC : HS_EDATA,
                offset + (why.position > 0 ? (uint64_t)why.position : 0),
                cut ? "the JSON is cut short" : "not JSON: %s", why.text);
    }
    return (struct hs_json *)tree;
}

void hs_json_free(struct hs_json *json)
{
    json_decref((json_t *)json);
}

const struct hs_json *hs_json_member(const struct hs_json *json,
                                     const char *key)
{
    return (const struct hs_json *)json_object_get(tree_of(json), key);
}

bool hs_json_as_text(const struct hs_json *json, struct hs_str *text)
{
    if (!json_is_string(tree_of(json)))
        return false;
    *text = (struct hs_str){json_string_value(tree_of(json)),
                            json_string_length(tree_of(json))};
    return true;
}

bool hs_json_as_number(const struct hs_json *json, double *number)
{
    if (!json_is_number(tree_of(json)))
        return false;
    *number = json_number_value(tree_of(json));
    return isfinite(*number);
}

bool hs_json_as_unsigned(const struct hs_json *json, uint64_t *number)
{
    double value;

    if (!hs_json_as_number(json, &value) || value < 0)
        return false;
    *number = value >= 0x1p64 ? UINT64_MAX : (uint64_t)value;
    return true;
}

void hs_json_objects_open(struct hs_json_objects *objects,
                          struct hs_input *input)
{
    *objects = (struct hs_json_objects){.stream = hs_stream_open(input),
                                        .window = hs_cursor_over(NULL, 0, 0),
                                        .err = HS_ERR_NONE};
}

void hs_json_objects_close(struct hs_json_objects *objects)
{
    hs_stream_close(objects->stream);
}

/* The bytes before AT are done with. */
static void drop(struct hs_json_objects *o, size_t at)
{
    if (at > 0)
        hs_cursor_take(&o->window, at);
    o->seen -= at;
    o->string = 0;
}

/* There are bytes that nobody has looked at. */
static bool has_more(struct hs_json_objects *o)
{
    if (o->seen < hs_cursor_left(&o->window))
        return true;
    o->too_long |= o->inside && o->seen > HS_JSON_OBJECT_MOST;
    if (!o->inside || o->too_long)
        drop(o, o->seen);
    hs_progress_tell("reading", o->window.offset, 0);
    hs_stream_fill(o->stream, &o->window, o->seen + STEP, &o->err);
    return o->seen < hs_cursor_left(&o->window);
}

/* To the end of the text that is open, or of the window.  A line's end ends it
 * too: JSON has none in a text, so it was no text. */
static void step_string(struct hs_json_objects *o)
{
    const uint8_t *at = o->window.at;
    size_t left = hs_cursor_left(&o->window);

    for (; o->seen < left && o->in_string; o->seen++) {
        uint8_t c = at[o->seen];

        if (c == '\n' || (c == '"' && !o->escaped))
            o->in_string = false;
        o->escaped = c == '\\' && !o->escaped;
    }
}

/* The key before the bracket at SEEN is "traceEvents". */
static bool after_events(const struct hs_json_objects *o)
{
    static const char key[] = "\"traceEvents\"";
    size_t size = sizeof(key) - 1;
    const char *at;

    if (!o->string || o->string - 1 + size > o->seen)
        return false;
    at = (const char *)o->window.at + o->string - 1;
    return memcmp(at, key, size) == 0 &&
           memchr(at + size, ':', o->seen - (o->string - 1) - size) != NULL;
}

static void open_bracket(struct hs_json_objects *o, uint8_t c)
{
    if (!o->begun) {
        o->begun = true;
        o->level = c == '[' ? 1 : 0;
    }
    if (c == '{' && o->depth == o->level && !o->inside) {
        drop(o, o->seen - 1);
        o->inside = true;
        o->too_long = false;
    }
    if (c == '[' && o->depth == 1 && o->level == 0 && after_events(o)) {
        o->level = 2;
        o->inside = false;
    }
    o->depth++;
}

/* True if that was the end of an object of the list. */
static bool close_bracket(struct hs_json_objects *o)
{
    if (o->depth > 0)
        o->depth--;
    if (o->depth == 0)
        o->begun = false; /* what follows is another document */
    if (!o->inside || o->depth != o->level)
        return false;
    o->inside = false;
    o->too_long |= o->seen > HS_JSON_OBJECT_MOST;
    o->skipped += o->too_long;
    return !o->too_long;
}

bool hs_json_objects_next(struct hs_json_objects *o, struct hs_str *text,
                          uint64_t *offset)
{
    drop(o, o->used);
    o->used = 0;
    while (has_more(o)) {
        uint8_t c;

        if (o->in_string) {
            step_string(o);
            continue;
        }
        c = o->window.at[o->seen++];
        if (c == '"') {
            o->in_string = true;
            o->string = o->seen;
        } else if (c == '{' || c == '[') {
            open_bracket(o, c);
        } else if ((c == '}' || c == ']') && close_bracket(o)) {
            *text = (struct hs_str){(const char *)o->window.at, o->seen};
            *offset = o->window.offset;
            o->used = o->seen;
            return true;
        }
    }
    o->cut = o->inside;
    return false;
}
