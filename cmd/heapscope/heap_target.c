/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_target.c - what a user means by the TARGET of path and tree.
 *
 *   0xc000123458        the object there, or around there
 *   4096, 48B, 1.5MiB   the objects of the slot size that holds so much
 *   goroutine 17        a goroutine by its number
 *   a + b, a + 2 more   what holders hold together, as rows call it
 *   anything else       holders whose name is that; if there are none, the
 *                       objects of the type or row of `top --by type` of that
 *                       name; else holders whose name has it
 */
#include "heap_look.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "algo/types.h"
#include "base/map.h"
#include "base/size.h"

static bool take_address(const struct hs_heap_case *c, const char *target,
                         struct hs_arena *arena, struct hs_heap_target *found,
                         struct hs_err *err)
{
    char *end;
    uint64_t address = strtoull(target, &end, 16);
    uint32_t object;

    if (*end)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "'%.60s' is not an address",
                       target);
    object = hs_heap_find(c->heap, address);
    if (object == HS_NO_OBJECT)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no object of the heap is at '%.60s'", target);
    found->objects = hs_arena_alloc(arena, sizeof(uint32_t));
    found->objects[0] = object;
    found->object_count = 1;
    return true;
}

/* The objects of the smallest size that is WANTED or more. */
static bool take_size(const struct hs_heap_case *c, uint64_t wanted,
                      struct hs_arena *arena, struct hs_heap_target *found,
                      struct hs_err *err)
{
    struct hs_column objects = HS_COLUMN(uint32_t, arena);
    uint32_t count = hs_heap_count(c->heap);

    found->size = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t size = hs_heap_size(c->heap, i);

        if (size < wanted || size > found->size)
            continue;
        if (size < found->size)
            objects.count = 0;
        found->size = size;
        hs_column_push(&objects, &i);
    }
    if (objects.count == 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no object of the heap has %s or more",
                       hs_show_bytes((int64_t)wanted).text);
    found->objects = objects.at;
    found->object_count = objects.count;
    return true;
}

/* NAME as it is in the source: to the linker the package of gopkg.in/yaml.v3 is
 * gopkg.in/yaml%2ev3. */
static struct hs_str without_escapes(struct hs_str name, struct hs_arena *arena)
{
    char *text = hs_arena_alloc(arena, name.size + 1);
    size_t size = 0;

    for (size_t i = 0; i < name.size; i++) {
        text[size] = name.text[i];
        if (name.size - i > 2 && memcmp(name.text + i, "%2e", 3) == 0) {
            text[size] = '.';
            i += 2;
        }
        size++;
    }
    return (struct hs_str){text, size};
}

static bool name_has(struct hs_str name, const char *part, bool whole)
{
    if (whole)
        return hs_str_equal(name, hs_str_of(part));
    return memmem(name.text, name.size, part, strlen(part)) != NULL;
}

/* Holders called so; frames and goroutines only by their whole name, as there
 * may be millions of them. */
static void take_names(const struct hs_heap_case *c, const char *target,
                       bool whole, struct hs_column *holders)
{
    struct hs_arena passing = HS_ARENA_EMPTY;

    for (uint32_t i = 0; i < c->holders->holder_count; i++) {
        const struct hs_holder *holder = &c->holders->holders[i];
        struct hs_str name;

        if (holder->kind == HS_HOLDER_FRAME ||
            (holder->kind == HS_HOLDER_GOROUTINE && !whole))
            continue;
        name = hs_holders_name(c->holders, i, &passing);
        if (name_has(name, target, whole) ||
            (name.size && memchr(name.text, '%', name.size) &&
             name_has(without_escapes(name, &passing), target, whole)))
            hs_column_push(holders, &i);
        hs_arena_reset(&passing);
    }
    hs_arena_free(&passing);
}

/* Of "[]example.com/app/store.Order" []store.Order, made in ARENA. */
static struct hs_str without_paths(struct hs_str name, struct hs_arena *arena)
{
    char *text = hs_arena_alloc(arena, name.size + 1);
    size_t size = 0, start = 0; /* of the name that a path may lead to */

    for (size_t i = 0; i < name.size; i++) {
        if (name.text[i] == '/') {
            size = start;
            continue;
        }
        text[size++] = name.text[i];
        if (memchr("[]*(){},; ", name.text[i], 10))
            start = size;
    }
    return (struct hs_str){text, size};
}

/* Is NAME, with its import path, what the user calls WANTED, maybe without?
 * "example.com/app/store.Order" is store.Order, too; a slice of it is not. */
static bool is_type_name(struct hs_str name, const char *wanted,
                         struct hs_arena *arena)
{
    return hs_str_equal(name, hs_str_of(wanted)) ||
           hs_str_equal(without_paths(name, arena), hs_str_of(wanted));
}

#define GUESSED " (a guess)"

/* The objects that a root reaches and whose type, GUESSED or known, is called
 * NAME. */
static struct hs_column objects_of_type(const struct hs_heap_case *c,
                                        const char *name, bool guessed,
                                        struct hs_arena *arena)
{
    const struct hs_names *names = c->heap->names;
    struct hs_column objects = HS_COLUMN(uint32_t, arena);
    struct hs_arena passing = HS_ARENA_EMPTY;
    uint32_t count = hs_heap_count(c->heap);
    struct hs_map named; /* typing without evidence: 1 if it is called so */

    hs_map_init(&named, arena, 256);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t typing = hs_names_typing(names, i), known;
        uint32_t key = hs_typing(hs_typing_type(typing),
                                 hs_typing_shape(typing), 0, false);
        bool guess = hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS;

        if (hs_typing_type(typing) == HS_NO_TYPE || guess != guessed)
            continue;
        known = hs_map_lookup(&named, key);
        if (known == HS_MAP_NONE) {
            known = is_type_name(hs_typing_name(names, typing, &passing), name,
                                 &passing);
            hs_map_add(&named, key, known);
            hs_arena_reset(&passing);
        }
        if (known && hs_retention_reached(c->retention, i))
            hs_column_push(&objects, &i);
    }
    hs_arena_free(&passing);
    return objects;
}

/* The objects of the type that is called so; if there are none, those that are
 * guessed to be. */
static bool take_type(const struct hs_heap_case *c, const char *target,
                      struct hs_arena *arena, struct hs_heap_target *found)
{
    bool guessed = hs_str_ends(hs_str_of(target), GUESSED);
    struct hs_column objects;

    if (!c->heap->names)
        return false;
    if (guessed)
        target = hs_arena_copy(arena, target, strlen(target) - strlen(GUESSED));
    objects = objects_of_type(c, target, guessed, arena);
    if (objects.count == 0 && !guessed) {
        guessed = true;
        objects = objects_of_type(c, target, guessed, arena);
    }
    if (objects.count == 0)
        return false;
    found->objects = objects.at;
    found->object_count = objects.count;
    found->type =
        guessed ? hs_arena_printf(arena, "%s" GUESSED, target) : target;
    return true;
}

/* The objects of the row of `top --by type` that is called so, where that is no
 * name of a type: "64 B, pointers", "type@0x4ab6e0". */
static bool take_row(const struct hs_heap_case *c, const char *target,
                     struct hs_arena *arena, struct hs_heap_target *found)
{
    struct hs_column objects = HS_COLUMN(uint32_t, arena);
    struct hs_arena passing = HS_ARENA_EMPTY;
    uint32_t count = hs_heap_count(c->heap);
    const struct hs_types *types;
    bool *wanted;

    if (!hs_str_ends(hs_str_of(target), " pointers") &&
        !hs_str_starts(hs_str_of(target), "type@"))
        return false;
    types = hs_types_new(c->heap, c->retention, NULL, &passing, &passing);
    wanted = hs_arena_zeroed(&passing, types->count + 1, sizeof(*wanted));
    for (size_t i = 0; i < types->count; i++)
        wanted[i] = hs_str_equal(types->rows[i].name, hs_str_of(target));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = hs_retention_reached(c->retention, i)
                           ? hs_types_of(types, i)
                           : HS_MAP_NONE;

        if (row < types->count && wanted[row])
            hs_column_push(&objects, &i);
    }
    hs_arena_free(&passing);
    found->objects = objects.at;
    found->object_count = objects.count;
    found->type = objects.count ? target : NULL;
    found->no_type = true;
    return objects.count != 0;
}

/* The program's variable that is called so holds nothing, or it would be a
 * holder. */
static bool is_variable(const struct hs_names *names, const char *target)
{
    const struct hs_global *globals = names->globals.at;

    for (size_t i = 0; i < names->globals.count; i++)
        if (hs_str_equal(globals[i].name, hs_str_of(target)))
            return true;
    return false;
}

static bool is_type(const struct hs_names *names, const char *target)
{
    struct hs_arena passing = HS_ARENA_EMPTY;
    bool found = false;

    for (uint32_t i = 1; i < names->types.count && !found; i++) {
        found = is_type_name(hs_names_type(names, i)->name, target, &passing);
        hs_arena_reset(&passing);
    }
    hs_arena_free(&passing);
    return found;
}

/* Why TARGET is nothing that can be found. */
static bool refuse(const struct hs_heap_case *c, const char *target,
                   struct hs_err *err)
{
    const struct hs_names *names = c->heap->names;

    if (!names)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "'%.80s' is neither a file nor an address (0x...), a "
                       "size (64KiB), a holder; `heapscope top --by holder` "
                       "lists those",
                       target);
    if (is_variable(names, target))
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "variable '%.80s' holds nothing in the heap", target);
    if (is_type(names, target))
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no object that a root reaches is known to be of type "
                       "'%.80s'",
                       target);
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "'%.80s' is neither a file nor an address (0x...), a size "
                   "(64KiB), a holder or a type; `heapscope top --by holder` "
                   "lists the one, --by type the other%s",
                   target,
                   names->globals.count
                       ? ""
                       : "; variables have no names, as the executable is "
                         "stripped");
}

static bool take_holders(const struct hs_heap_case *c, const char *target,
                         struct hs_arena *arena, struct hs_heap_target *found,
                         struct hs_err *err)
{
    struct hs_column holders = HS_COLUMN(uint32_t, arena);

    take_names(c, target, true, &holders);
    if (holders.count == 0 && (take_type(c, target, arena, found) ||
                               take_row(c, target, arena, found)))
        return true;
    if (holders.count == 0)
        take_names(c, target, false, &holders);
    if (holders.count == 0)
        return refuse(c, target, err);
    found->holders = holders.at;
    found->holder_count = holders.count;
    return true;
}

/* What "a + b" hold together; the largest if several rows are called so. */
static bool take_shared(const struct hs_heap_case *c, const char *target,
                        struct hs_arena *arena, struct hs_heap_target *found)
{
    struct hs_arena passing = HS_ARENA_EMPTY;
    const struct hs_shared *all;
    uint32_t object = HS_NO_NODE;
    size_t count;

    if (!strstr(target, " + "))
        return false;
    all = hs_retention_shared(c->retention, &count);
    for (size_t i = 0; i < count && object == HS_NO_NODE; i++) {
        if (hs_str_equal(hs_shared_name(c->holders, &all[i], &passing),
                         hs_str_of(target)) ||
            hs_str_equal(hs_shared_brief(c->holders, &all[i],
                                         HS_LOOK_NAMES_SHOWN, &passing),
                         hs_str_of(target))) {
            object = hs_shared_largest(c->retention, &all[i]);
            found->shared = &all[i];
        }
        hs_arena_reset(&passing);
    }
    hs_arena_free(&passing);
    if (object == HS_NO_NODE || object >= hs_heap_count(c->heap))
        return false;
    found->objects = hs_arena_alloc(arena, sizeof(uint32_t));
    found->objects[0] = object;
    found->object_count = 1;
    return true;
}

void hs_look_shared_note(struct hs_run *run, const struct hs_shared *shared)
{
    if (shared->top_count > 1)
        hs_doc_note(run->doc, run->doc->top,
                    "the largest of %s parts of the %s that %s hold together",
                    hs_show_count(shared->top_count).text,
                    hs_show_bytes((int64_t)shared->bytes).text,
                    hs_show_count(shared->holder_count).text);
}

bool hs_look_shares(const struct hs_heap_case *c,
                    const struct hs_shared *shared, uint32_t holder)
{
    uint32_t owner = hs_shared_owner(c->holders, shared);

    if (owner != HS_NO_RECORD)
        return owner == holder;
    for (uint32_t i = 0; i < shared->holder_count; i++)
        if (shared->holders[i] == holder)
            return true;
    return false;
}

bool hs_look_target(const struct hs_heap_case *c, const char *target,
                    struct hs_arena *arena, struct hs_heap_target *found,
                    struct hs_err *err)
{
    uint64_t size;

    *found = (struct hs_heap_target){0};
    if (target[0] == '0' && (target[1] == 'x' || target[1] == 'X'))
        return take_address(c, target, arena, found, err);
    if (isdigit((unsigned char)target[0]) && hs_size_parse(target, &size))
        return take_size(c, size, arena, found, err);
    return take_shared(c, target, arena, found) ||
           take_holders(c, target, arena, found, err);
}
