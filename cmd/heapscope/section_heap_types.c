/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_types.c - what kinds of objects there are, and the lines that
 * allocated those that the profiler sampled.
 */
#include "section_heap.h"

#include <stdlib.h>

#define USUAL_ROWS 12

/* -n on analyze asks for more than the first screen has, and without roots
 * there is not much else to tell. */
static bool is_shown(const struct hs_run *run, const struct hs_case *c)
{
    return run->options->limit != HS_LIMIT_DEFAULT ||
           c->base->totals.reachable_objects == 0;
}

static void add_types(struct hs_run *run, const struct hs_case *c,
                      const char *key, const char *title, uint64_t limit)
{
    static const struct hs_doc_column columns[] = {
        {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"bytes", "own", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"retained_bytes", "retained", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
    };
    size_t count;
    const uint32_t *order = hs_types_order(c->types, &count, run->scratch);
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, key, title, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct hs_type_row *row = &c->types->rows[order[i]];
        struct hs_value values[] = {
            hs_heap_name(row->name),
            hs_heap_count_of(row->objects),
            hs_heap_bytes(row->bytes),
            hs_heap_bytes(row->retained_bytes),
            hs_heap_share(c, row->retained_bytes),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

void hs_heap_types_part(struct hs_run *run, const struct hs_case *c)
{
    add_types(run, c, "types", NULL, hs_heap_json_limit(run));
    if (is_shown(run, c))
        add_types(run, c, NULL, "What it is made of",
                  hs_run_limit(run, USUAL_ROWS));
}

/* A sampled object that is reached, at its line. */
struct site {
    const struct hs_stack_line *line;
    uint64_t objects, bytes;
};

static int by_line(const void *a, const void *b)
{
    const struct site *x = a, *y = b;

    return hs_stack_line_compare(x->line, y->line);
}

static int by_bytes(const void *a, const void *b)
{
    const struct site *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return by_line(a, b);
}

static struct site *sites_of(const struct hs_case *c, size_t *count,
                             struct hs_arena *arena)
{
    size_t all = hs_allocations_count(c->allocations), kept = 0, n = 0;
    struct site *sites = hs_arena_zeroed(arena, all + 1, sizeof(*sites));

    for (size_t i = 0; i < all; i++) {
        uint32_t object = hs_allocations_object(c->allocations, i);
        uint32_t site = hs_allocations_site(c->allocations, object);

        if (!hs_retention_reached(c->retention, object))
            continue;
        sites[kept] = (struct site){hs_allocations_line(c->heap, site), 1,
                                    hs_heap_size(c->heap, object)};
        kept += sites[kept].line != NULL;
    }
    qsort(sites, kept, sizeof(*sites), by_line);
    for (size_t i = 0; i < kept; i++) {
        if (n && by_line(&sites[n - 1], &sites[i]) == 0) {
            sites[n - 1].objects++;
            sites[n - 1].bytes += sites[i].bytes;
        } else {
            sites[n++] = sites[i];
        }
    }
    qsort(sites, n, sizeof(*sites), by_bytes);
    *count = n;
    return sites;
}

static void add_sites(struct hs_run *run, const struct hs_case *c,
                      const char *key, const char *title, uint64_t limit)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"objects", "sampled", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"bytes", "of bytes", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    size_t count;
    const struct site *sites = sites_of(c, &count, run->scratch);
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, key, title, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct hs_stack_line *line = sites[i].line;
        struct hs_value values[] = {
            hs_heap_name(line->function),
            hs_value_text(hs_heap_line(run, line)),
            hs_heap_name(line->file),
            hs_heap_count_of(line->line),
            hs_heap_count_of(sites[i].objects),
            hs_heap_bytes(sites[i].bytes),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

void hs_heap_sites_part(struct hs_run *run, const struct hs_case *c)
{
    add_sites(run, c, "sites", NULL, hs_heap_json_limit(run));
    if (is_shown(run, c) && hs_allocations_count(c->allocations))
        add_sites(run, c, NULL, "Where sampled objects were allocated",
                  hs_run_limit(run, USUAL_ROWS));
}
