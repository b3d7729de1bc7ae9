/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_holders.c - who holds the memory.
 *
 * Programs get every level of the holder tree, overlapping; people get claims,
 * which add up.
 */
#include "section_heap.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"

#define USUAL_ROWS  8
#define ROWS_ANYWAY 3 /* without -n, more only of what holds 0.5 % */

/* Goroutines whose stacks take that much, and 5 % of what is live, have a row
 * whatever they hold. */
#define STACKS_MATTER ((uint64_t)1 << 20)

/* A row for programs. */
struct holder_row {
    const char *kind;
    struct hs_str name, type; /* of a variable */
    uint64_t retained_bytes, retained_objects, owned_bytes, stack_bytes;
    uint64_t count; /* goroutines, finalizers, holders of a shared row */
    bool counted;
};

static bool has_row(const struct hs_holder *holder)
{
    switch ((enum hs_holder_kind)holder->kind) {
    case HS_HOLDER_HEAP:
    case HS_HOLDER_GLOBALS:
    case HS_HOLDER_GOROUTINES:
    case HS_HOLDER_GOROUTINE:
    case HS_HOLDER_FRAME:
    case HS_HOLDER_FINALIZER:
        return false;
    default:
        return true;
    }
}

static uint64_t finalizers_of(const struct hs_case *c, uint32_t holder)
{
    const struct hs_holder *h = &c->holders->holders[holder];

    if (h->record == HS_NO_RECORD)
        return c->heap->finalizers.count;
    return h[1].first_child - h->first_child;
}

/* Is HOLDER all finalizers, and holds what those of one function hold?  Both
 * are of one kind, and who adds rows of a kind up would count it twice. */
static bool is_told_below(const struct hs_case *c, uint32_t holder)
{
    const struct hs_holder *h = &c->holders->holders[holder];
    uint64_t bytes = hs_retention_bytes(
        c->retention, hs_retention_holder(c->retention, holder));

    if ((h->kind != HS_HOLDER_FINALIZERS && h->kind != HS_HOLDER_TIMERS) ||
        h->record != HS_NO_RECORD)
        return false;
    for (uint32_t child = h->first_child; child < h[1].first_child; child++)
        if (bytes && hs_retention_bytes(
                         c->retention,
                         hs_retention_holder(c->retention, child)) == bytes)
            return true;
    return false;
}

static void add_holder(const struct hs_case *c, uint32_t holder,
                       struct hs_column *rows)
{
    const struct hs_holder *h = &c->holders->holders[holder];
    uint32_t node = hs_retention_holder(c->retention, holder);
    struct holder_row row = {
        .kind = hs_holder_kind_name((enum hs_holder_kind)h->kind),
        .retained_bytes = hs_retention_bytes(c->retention, node),
        .retained_objects = hs_retention_objects(c->retention, node),
        .owned_bytes = hs_retention_owned(c->retention, holder),
        .stack_bytes = hs_holders_stack_bytes(c->holders, holder),
        .counted = h->kind == HS_HOLDER_GROUP || h->kind == HS_HOLDER_TIMERS ||
                   h->kind == HS_HOLDER_FINALIZERS,
    };

    if ((!row.owned_bytes && !row.stack_bytes && !row.retained_objects) ||
        is_told_below(c, holder))
        return;
    if (h->kind == HS_HOLDER_GROUP || h->kind == HS_HOLDER_TIMERS)
        row.count = hs_holders_members(c->holders, holder);
    else if (h->kind == HS_HOLDER_FINALIZERS)
        row.count = finalizers_of(c, holder);
    row.name = hs_holders_name(c->holders, holder, c->arena);
    row.type = hs_look_holder_type(c->base, holder);
    hs_column_push(rows, &row);
}

static void add_shared(const struct hs_case *c, struct hs_column *rows)
{
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(c->retention, &count);

    for (size_t i = 0; i < count; i++) {
        struct holder_row row = {
            .kind = "shared",
            .name = hs_shared_name(c->holders, &shared[i], c->arena),
            .retained_bytes = shared[i].bytes,
            .retained_objects = shared[i].objects,
            .owned_bytes = shared[i].bytes,
            .count = shared[i].holder_count,
            .counted = !shared[i].approximate,
        };

        hs_column_push(rows, &row);
    }
}

static void add_unreachable(const struct hs_case *c, struct hs_column *rows)
{
    struct holder_row row = {
        .kind = "unreachable",
        .name = hs_str_of("unreachable"),
        .retained_bytes = c->base->totals.unreachable_bytes,
        .retained_objects = c->base->totals.unreachable_objects,
        .owned_bytes = c->base->totals.unreachable_bytes,
    };

    if (row.retained_objects)
        hs_column_push(rows, &row);
}

static int by_owned(const void *a, const void *b)
{
    const struct holder_row *x = a, *y = b;

    if (x->owned_bytes != y->owned_bytes)
        return x->owned_bytes < y->owned_bytes ? 1 : -1;
    if (x->retained_bytes != y->retained_bytes)
        return x->retained_bytes < y->retained_bytes ? 1 : -1;
    return hs_str_compare(x->name, y->name);
}

static void tell_programs(struct hs_run *run, const struct hs_case *c)
{
    static const struct hs_doc_column columns[] = {
        {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"retained_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"retained_objects", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"owned_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"stack_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_column rows = HS_COLUMN(struct holder_row, c->arena);
    uint64_t limit = hs_heap_json_limit(run);
    const struct holder_row *at;
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "holders", NULL, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (uint32_t h = 0; h < c->holders->holder_count; h++)
        if (has_row(&c->holders->holders[h]) &&
            !hs_holders_is_part(c->holders, h))
            add_holder(c, h, &rows);
    add_shared(c, &rows);
    add_unreachable(c, &rows);
    at = rows.at;
    if (rows.count)
        qsort(rows.at, rows.count, sizeof(*at), by_owned);
    for (size_t i = 0; i < rows.count && (!limit || i < limit); i++) {
        struct hs_value values[] = {
            hs_value_text(at[i].kind),
            hs_value_name(at[i].name.text, at[i].name.size),
            at[i].type.size ? hs_value_name(at[i].type.text, at[i].type.size)
                            : hs_value_null(),
            hs_heap_bytes(at[i].retained_bytes),
            hs_heap_count_of(at[i].retained_objects),
            hs_heap_bytes(at[i].owned_bytes),
            hs_heap_bytes(at[i].stack_bytes),
            at[i].counted ? hs_heap_count_of(at[i].count) : hs_value_null(),
        };

        hs_doc_row(run->doc, table, values);
    }
}

/* "main.worker ×80" */
static struct hs_value claim_name(struct hs_run *run, const struct hs_case *c,
                                  const struct hs_claim *claim)
{
    uint64_t members = claim->holder == HS_NO_RECORD
                           ? 0
                           : hs_holders_members(c->holders, claim->holder);

    if (claim->holder == HS_NO_RECORD) {
        size_t count;
        const struct hs_shared *shared =
            hs_retention_shared(c->retention, &count);

        return hs_heap_name(hs_shared_brief(c->holders,
                                            &shared[claim->shared[0]],
                                            HS_LOOK_NAMES_SHOWN, c->arena));
    }
    if (members == 0)
        return hs_value_name(claim->name.text, claim->name.size);
    return hs_heap_name(hs_str_of(
        hs_doc_printf(run->doc, "%.*s ×%s", (int)claim->name.size,
                      claim->name.text, hs_show_count((int64_t)members).text)));
}

/* What people see of one claim, or of the rest. */
struct shown_claim {
    struct hs_value name;
    uint64_t alone, owned;
    struct hs_heap_stacks stacks;
    const struct hs_composition *made;
};

static void show_claim(struct hs_run *run, const struct hs_case *c,
                       struct hs_block *table, const struct shown_claim *s)
{
    struct hs_value row[] = {
        s->name,
        s->alone ? hs_heap_bytes(s->alone) : hs_value_null(),
        hs_heap_bytes(s->owned),
        hs_heap_share(c, s->owned),
        hs_heap_stacks_value(s->stacks),
        s->made ? hs_heap_origin(run, &s->made->origin) : hs_value_null(),
    };

    hs_doc_row(run->doc, table, row)->text_only = true;
}

static struct hs_heap_stacks stacks_of(const struct hs_case *c,
                                       const struct hs_claim *claim)
{
    return claim->holder == HS_NO_RECORD ? (struct hs_heap_stacks){0}
                                         : hs_heap_stacks(c, claim->holder);
}

/* Is the claim number I, whose goroutines have STACKS, one of those that have
 * a row? */
static bool is_shown(const struct hs_run *run, const struct hs_case *c,
                     size_t i, uint64_t stacks)
{
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    uint64_t live = c->base->totals.reachable_bytes;

    if (run->options->limit != HS_LIMIT_DEFAULT)
        return !limit || i < limit;
    return i < ROWS_ANYWAY ||
           (i < limit && c->claims->rows[i].owned_bytes >= live / 200) ||
           (stacks >= STACKS_MATTER && stacks >= live / 20);
}

static void tell_people(struct hs_run *run, const struct hs_case *c)
{
    static const struct hs_doc_column columns[] = {
        {NULL, NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "alone", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "with partners", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {NULL, "stacks", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "allocated at", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, NULL, "Who holds it", columns,
                     sizeof(columns) / sizeof(columns[0]));
    struct shown_claim rest = {0};
    const char *array = hs_heap_array(run, c);
    size_t left = 0;

    for (size_t i = 0; i < c->claims->count; i++) {
        const struct hs_claim *claim = &c->claims->rows[i];

        struct shown_claim shown = {
            .alone = claim->retained_bytes,
            .owned = claim->owned_bytes,
            .stacks = stacks_of(c, claim),
            .made = i < c->composed ? &c->compositions[i] : NULL,
        };

        if (is_shown(run, c, i, shown.stacks.bytes)) {
            shown.name = claim_name(run, c, claim);
            show_claim(run, c, table, &shown);
            continue;
        }
        rest.alone += shown.alone;
        rest.owned += shown.owned;
        rest.stacks.bytes += shown.stacks.bytes;
        rest.stacks.about |= shown.stacks.about;
        left++;
    }
    if (array)
        hs_doc_note(run->doc, run->doc->top, "%s", array);
    if (left == 0)
        return;
    rest.name = hs_value_text(hs_doc_printf(run->doc, "the rest (%s holders)",
                                            hs_show_count((int64_t)left).text));
    show_claim(run, c, table, &rest);
}

void hs_heap_holders_part(struct hs_run *run, const struct hs_case *c)
{
    tell_programs(run, c);
    tell_people(run, c);
}
