/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_shorten.c - makes Go names and paths narrower where it hurts least.
 *
 *   github.com/acme/shop/orders.(*Client).Quote     as it was
 *   github.com/.../orders.(*Client).Quote           folders from the second on
 *   .../orders.(*Client).Quote                      the first one, too
 *   .../orders.Cache[...].Put                       type arguments
 *
 * A name may hold several package paths (map[K]V, type arguments), so a path
 * is any run of path characters with a slash; the longest gives way first.
 */
#include "base/text.h"

#include <string.h>

/* Bytes of a name up to which the work, quadratic, does not matter. */
#define LONG 1024

/* One run of a name: its folders are [start, last), each ending in a slash;
 * [from, to) of them are left out. */
struct path {
    size_t start, last;
    size_t from, to; /* equal if nothing is */
};

struct name {
    struct hs_str text;
    struct hs_column paths; /* struct path, in order */
    size_t ellipsis;        /* its width */
};

static bool is_path_char(char c)
{
    return !memchr(" *[](){},;\"'`&|<>=", c, 18);
}

/* "v2" of "x/v2.T" does not identify anything without the folder above. */
static bool is_version(struct hs_str text, size_t at, size_t end)
{
    if (at + 1 >= end || text.text[at] != 'v')
        return false;
    for (at++; at < end && text.text[at] >= '0' && text.text[at] <= '9'; at++)
        continue;
    return at < end && text.text[at] == '.';
}

static void find_paths(struct name *name)
{
    struct hs_str text = name->text;
    size_t at = 0;

    while (at < text.size) {
        struct path path = {at, at, at, at};
        size_t before = at; /* the end of the folder before the last */

        for (; at < text.size && is_path_char(text.text[at]); at++)
            if (text.text[at] == '/') {
                before = path.last;
                path.last = at + 1;
            }
        if (is_version(text, path.last, at))
            path.last = before;
        path.from = path.to = path.last;
        if (path.last > path.start)
            hs_column_push(&name->paths, &path);
        at++;
    }
}

/* The end of the folder that starts at AT. */
static size_t folder_end(struct hs_str text, size_t at)
{
    const char *slash = memchr(text.text + at, '/', text.size - at);

    return slash ? (size_t)(slash - text.text) + 1 : text.size;
}

/* Columns of folders that still show. */
static size_t shown(const struct name *name, const struct path *path)
{
    if (path->from == path->to)
        return path->last - path->start;
    return path->last - path->to + (path->from - path->start) + name->ellipsis +
           1;
}

/* Leaves one more folder of PATH out; false when none is left. */
static bool shrink_path(const struct name *name, struct path *path)
{
    size_t first = folder_end(name->text, path->start);

    if (path->from == path->to) { /* the second folder, if there is one */
        path->from = first < path->last ? first : path->start;
        path->to = folder_end(name->text, path->from);
    } else if (path->to < path->last) {
        path->to = folder_end(name->text, path->to);
    } else if (path->from > path->start) {
        path->from = path->start;
    } else {
        return false;
    }
    if (path->to > path->last)
        path->to = path->last;
    return true;
}

static bool shrink_longest(struct name *name)
{
    struct path *paths = name->paths.at, *longest = NULL;
    size_t most = 0;

    for (size_t i = 0; i < name->paths.count; i++) {
        struct path trial = paths[i];

        if (shown(name, &paths[i]) > most && shrink_path(name, &trial)) {
            most = shown(name, &paths[i]);
            longest = &paths[i];
        }
    }
    return longest && shrink_path(name, longest);
}

static void push(struct hs_column *chars, const char *text, size_t size)
{
    if (size)
        memcpy(hs_column_extend(chars, size), text, size);
}

/* NAME without what its paths leave out. */
static struct hs_str assemble(struct hs_arena *arena, const struct name *name,
                              const char *ellipsis)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    const struct path *paths = name->paths.at;
    size_t at = 0;

    for (size_t i = 0; i < name->paths.count; i++) {
        if (paths[i].from == paths[i].to)
            continue;
        push(&chars, name->text.text + at, paths[i].from - at);
        push(&chars, ellipsis, strlen(ellipsis));
        push(&chars, "/", 1);
        at = paths[i].to;
    }
    push(&chars, name->text.text + at, name->text.size - at);
    return (struct hs_str){chars.at, chars.count};
}

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

/* True for the '[' of Cache[K, V] and not for []T, [8]T and map[K]V. */
static bool opens_arguments(struct hs_str text, size_t at)
{
    if (text.text[at] != '[' || at == 0 || !is_word_char(text.text[at - 1]))
        return false;
    return !(at >= 3 && !memcmp(text.text + at - 3, "map", 3) &&
             (at == 3 || !is_word_char(text.text[at - 4])));
}

static struct hs_str without_arguments(struct hs_arena *arena,
                                       struct hs_str text, const char *ellipsis)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    size_t depth = 0;

    for (size_t at = 0; at < text.size; at++) {
        char c = text.text[at];

        if (depth > 0) {
            depth += (size_t)(c == '[') - (size_t)(c == ']');
        } else if (opens_arguments(text, at)) {
            push(&chars, "[", 1);
            push(&chars, ellipsis, strlen(ellipsis));
            depth = 1;
            continue;
        }
        if (depth == 0)
            push(&chars, &c, 1);
    }
    if (depth > 0) /* brackets that do not pair: no arguments after all */
        return text;
    return (struct hs_str){chars.at, chars.count};
}

/* Both ends of TEXT, the end being the longer one. */
static struct hs_str cut_middle(struct hs_arena *arena, struct hs_str text,
                                size_t width, const char *ellipsis)
{
    size_t mark = hs_text_width(hs_str_of(ellipsis)), head = 0, tail = 0;
    size_t room = width > mark ? width - mark : 0, whole = hs_text_width(text);
    struct hs_column chars = HS_COLUMN(char, arena);
    size_t used = 0;

    while (head < text.size) {
        size_t next = head;

        hs_text_next(text, &next);
        used += hs_text_width((struct hs_str){text.text + head, next - head});
        if (used > room / 3)
            break;
        head = next;
    }
    used = hs_text_width((struct hs_str){text.text, head});
    /* TAIL: where what is left fits into the rest of ROOM. */
    for (size_t gone = 0; tail < text.size && whole - gone > room - used;) {
        size_t next = tail;

        hs_text_next(text, &next);
        gone += hs_text_width((struct hs_str){text.text + tail, next - tail});
        tail = next;
    }
    push(&chars, text.text, head);
    push(&chars, ellipsis, strlen(ellipsis));
    push(&chars, text.text + tail, text.size - tail);
    return (struct hs_str){chars.at, chars.count};
}

struct hs_str hs_text_shorten(struct hs_arena *arena, struct hs_str text,
                              size_t width, const char *ellipsis)
{
    struct name name = {text, HS_COLUMN(struct path, arena),
                        hs_text_width(hs_str_of(ellipsis))};
    struct hs_str whole = text;

    if (hs_text_width(text) <= width)
        return text;
    if (text.size > LONG)
        name.text = text = without_arguments(arena, text, ellipsis);
    if (text.size <= LONG) {
        find_paths(&name);
        while (hs_text_width(text) > width && shrink_longest(&name))
            text = assemble(arena, &name, ellipsis);
    }
    if (hs_text_width(text) > width)
        text = without_arguments(arena, text, ellipsis);
    if (hs_text_width(text) >= hs_text_width(whole))
        text = whole;
    if (width < HS_TEXT_IDENTITY)
        width = HS_TEXT_IDENTITY;
    if (hs_text_width(text) > width)
        text = cut_middle(arena, text, width, ellipsis);
    return text;
}
