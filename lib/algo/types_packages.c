/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_packages.c - which package a type belongs to.
 *
 * A type with a name belongs to where it is declared.  One without, []main.Line
 * or map[string]*main.Order, belongs where its elements do, or else its keys;
 * strings and numbers belong nowhere.
 */
#include <stdlib.h>

#include "algo/types_impl.h"

#define HOPS 16 /* [][]*T: to look through, as types may refer in rings */

static struct hs_str package_of(const struct hs_names *names, uint32_t type)
{
    struct hs_str key = {0};

    for (unsigned i = 0; i < HOPS && type != HS_NO_TYPE; i++) {
        const struct hs_go_type *t = hs_names_type(names, type);

        if (t->package.size)
            return t->package;
        if (t->kind == HS_GO_MAP && !key.size)
            key = hs_names_type(names, t->key)->package;
        type = t->elem;
    }
    return key;
}

struct member {
    struct hs_str package;
    uint32_t type;
};

static int by_package(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = hs_str_compare(x->package, y->package);

    return order ? order : (x->type > y->type) - (x->type < y->type);
}

/* Package 0 is of what has no type, 1 of the types that belong nowhere. */
void hs_types_find_packages(struct hs_types *types, struct hs_arena *arena,
                            struct hs_arena *scratch)
{
    uint32_t count = types->type_count, packages = 1;
    struct member *members =
        hs_arena_zeroed(scratch, (size_t)count + 1, sizeof(*members));
    uint32_t *number =
        hs_arena_zeroed(arena, (size_t)count + 1, sizeof(*number));
    struct hs_str *names =
        hs_arena_zeroed(arena, (size_t)count + 2, sizeof(*names));

    names[0] = hs_str_of("(type unknown)");
    names[1] = hs_str_of("(no package)");
    for (uint32_t i = 0; i < count; i++)
        members[i] = (struct member){package_of(types->names, i), i};
    if (count)
        qsort(members, count, sizeof(*members), by_package);
    for (uint32_t i = 0; i < count; i++) {
        if (members[i].package.size &&
            !hs_str_equal(names[packages], members[i].package))
            names[++packages] = members[i].package;
        number[members[i].type] = packages;
    }
    if (count)
        number[HS_NO_TYPE] = 0;
    types->package_of = number;
    types->packages = names;
}
