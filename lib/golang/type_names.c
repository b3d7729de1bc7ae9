/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_names.c - what a type is called, with full import paths.
 *
 * The linker's text has package names only ("[]*http.Request"), so that types
 * of two packages may look alike.  The import path is in a defined type's
 * descriptor; the names of others are put together from those of their parts,
 * which come first.  A part that is not named when its turn comes is part of
 * itself, which takes a damaged file, and goes by the linker's text.
 */
#include <inttypes.h>
#include <stdio.h>

#include "golang/types.h"

/* Names longer than this are left as the linker wrote them. */
#define MOST_NAME 2048

static void add(struct hs_column *chars, struct hs_str text)
{
    if (text.size)
        memcpy(hs_column_extend(chars, text.size), text.text, text.size);
}

static void add_text(struct hs_column *chars, const char *text)
{
    add(chars, hs_str_of(text));
}

/* False if there is no such type. */
static bool add_type(const struct golang *g, struct hs_column *chars,
                     uint32_t type)
{
    const struct golang_descriptor *d = golang_descriptor(g, type);

    if (type == HS_NO_TYPE || chars->count > MOST_NAME)
        return false;
    add(chars,
        d->naming == GOLANG_NAMED ? golang_type(g, type)->name : d->text);
    return true;
}

static bool add_chan(const struct golang *g, struct hs_column *chars,
                     uint32_t type)
{
    static const char *const directions[] = {"chan ", "<-chan ", "chan<- ",
                                             "chan "};
    uint32_t elem = golang_type(g, type)->elem;
    unsigned direction = golang_descriptor(g, type)->direction;
    bool ambiguous = direction == 3 && !golang_descriptor(g, elem)->named &&
                     golang_type(g, elem)->kind == HS_GO_CHAN &&
                     golang_descriptor(g, elem)->direction == 1;

    add_text(chars, directions[direction]);
    add_text(chars, ambiguous ? "(" : "");
    if (!add_type(g, chars, elem))
        return false;
    add_text(chars, ambiguous ? ")" : "");
    return true;
}

static bool add_func(const struct golang *g, struct hs_column *chars,
                     uint32_t type)
{
    const struct golang_descriptor *d = golang_descriptor(g, type);
    const uint32_t *parts = g->type_state->parts.at;
    uint32_t in = d->part_count - d->results;

    add_text(chars, "func(");
    for (uint32_t i = 0; i < d->part_count; i++) {
        uint32_t part = parts[d->first_part + i];

        if (i == in)
            add_text(chars, d->results > 1 ? ") (" : ") ");
        else if (i)
            add_text(chars, ", ");
        if (i + 1 == in && d->variadic) {
            add_text(chars, "...");
            part = golang_type(g, part)->elem;
        }
        if (!add_type(g, chars, part))
            return false;
    }
    add_text(chars, d->results == 1 ? "" : ")");
    return true;
}

static bool add_struct(const struct golang *g, struct hs_column *chars,
                       uint32_t type)
{
    const struct hs_go_type *t = golang_type(g, type);
    const struct hs_go_field *fields = g->names->fields.at;

    add_text(chars, "struct {");
    for (uint32_t i = 0; i < t->field_count; i++) {
        const struct hs_go_field *field = &fields[t->first_field + i];

        add_text(chars, i ? "; " : " ");
        if (!field->embedded) {
            add(chars, field->name);
            add_text(chars, " ");
        }
        if (!add_type(g, chars, field->type))
            return false;
    }
    add_text(chars, t->field_count ? " }" : "}");
    return true;
}

/* The name of a type that has none of its own; false if a part is missing. */
static bool compose(const struct golang *g, struct hs_column *chars,
                    uint32_t type)
{
    const struct hs_go_type *t = golang_type(g, type);
    char length[32];

    switch (t->kind) {
    case HS_GO_POINTER:
        add_text(chars, "*");
        return add_type(g, chars, t->elem);
    case HS_GO_SLICE:
        add_text(chars, "[]");
        return add_type(g, chars, t->elem);
    case HS_GO_ARRAY:
        snprintf(length, sizeof(length), "[%" PRIu64 "]", t->length);
        add_text(chars, length);
        return add_type(g, chars, t->elem);
    case HS_GO_CHAN:
        return add_chan(g, chars, type);
    case HS_GO_MAP:
        add_text(chars, "map[");
        if (!add_type(g, chars, t->key))
            return false;
        add_text(chars, "]");
        return add_type(g, chars, t->elem);
    case HS_GO_FUNC:
        return add_func(g, chars, type);
    case HS_GO_STRUCT:
        return add_struct(g, chars, type);
    default:
        return false; /* an interface: its methods are in the text */
    }
}

/* Of "orders.Cache[int]" of package "example.com/orders", the path and what
 * comes behind the package's name. */
static bool qualify(const struct golang *g, struct hs_column *chars,
                    uint32_t type)
{
    struct hs_str text = golang_descriptor(g, type)->text;
    struct hs_str package = golang_type(g, type)->package;
    const char *dot, *arguments;
    size_t last = package.size;

    while (last > 0 && package.text[last - 1] != '/')
        last--;
    last = package.size - last;
    if (package.size == 0 || package.size > MOST_NAME || text.size == 0)
        return false;
    /* Mostly the package's name is the last element of its path, which may
     * have dots in it. */
    dot = memchr(text.text, '.', text.size);
    if (last < text.size && text.text[last] == '.' &&
        memcmp(text.text, package.text + package.size - last, last) == 0)
        dot = text.text + last;
    arguments = memchr(text.text, '[', text.size);
    if (!dot || (arguments && arguments < dot))
        return false;
    add(chars, package);
    add(chars, (struct hs_str){dot, text.size - (size_t)(dot - text.text)});
    return true;
}

static void name_type(struct golang *g, uint32_t type)
{
    struct golang_descriptor *d = golang_descriptor(g, type);
    struct hs_column *chars = &g->type_state->chars;
    struct hs_str *name = &golang_type(g, type)->name;
    bool made;

    chars->count = 0;
    made = d->named ? qualify(g, chars, type) : compose(g, chars, type);
    *name = d->text;
    d->naming = GOLANG_NAMED;
    if (!made || chars->count > MOST_NAME ||
        chars->count > g->type_state->name_bytes_left ||
        (d->text.size == chars->count &&
         memcmp(d->text.text, chars->at, chars->count) == 0))
        return;
    g->type_state->name_bytes_left -= chars->count;
    *name = (struct hs_str){hs_arena_copy(g->arena, chars->at, chars->count),
                            chars->count};
}

static void want(struct golang *g, struct hs_column *stack, uint32_t type)
{
    if (golang_descriptor(g, type)->naming == GOLANG_NEW)
        hs_column_push(stack, &type);
}

/* Puts on STACK what the name of TYPE is made of. */
static void want_parts(struct golang *g, struct hs_column *stack, uint32_t type)
{
    const struct hs_go_type *t = golang_type(g, type);
    const struct golang_descriptor *d = golang_descriptor(g, type);
    const struct hs_go_field *fields = g->names->fields.at;
    const uint32_t *parts = g->type_state->parts.at;

    if (d->named)
        return;
    want(g, stack, t->elem);
    want(g, stack, t->key);
    for (uint32_t i = 0; i < t->field_count; i++)
        want(g, stack, fields[t->first_field + i].type);
    for (uint32_t i = 0; i < d->part_count; i++) {
        want(g, stack, parts[d->first_part + i]);
        /* The elements of a slice that is written "...T". */
        want(g, stack, golang_type(g, parts[d->first_part + i])->elem);
    }
}

void hs_golang_name_types(struct golang *g, uint32_t from)
{
    struct hs_column *stack = &g->type_state->stack;

    for (uint32_t i = from; i < g->names->types.count; i++) {
        want(g, stack, i);
        while (stack->count) {
            uint32_t top = ((const uint32_t *)stack->at)[stack->count - 1];
            uint8_t *naming = &golang_descriptor(g, top)->naming;

            if (*naming == GOLANG_NEW) {
                *naming = GOLANG_WAITING;
                want_parts(g, stack, top);
                continue;
            }
            if (*naming == GOLANG_WAITING)
                name_type(g, top);
            stack->count--;
        }
    }
}
