/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_tree.c - the dominator tree of a heap, like du.
 *
 * What is not worth a row (heap_twigs.h) is "(N smaller)".
 */
#include "base/size.h"
#include "heap_look.h"
#include "heap_twigs.h"
#include "report/stream.h"
#include "section.h"

#define USUAL_ROWS 40
#define ROWS_EACH  12 /* shown of one node, the rest folded */

static const struct hs_holder *holder_of(const struct hs_heap_case *c,
                                         uint32_t node)
{
    return &c->holders->holders[node - hs_heap_count(c->heap)];
}

static const char *kind_of(const struct hs_heap_case *c, uint32_t node)
{
    if (!hs_twig_is_holder(c, node))
        return "object";
    return hs_holder_kind_name((enum hs_holder_kind)holder_of(c, node)->kind);
}

static struct hs_value address_of(const struct hs_heap_case *c, uint32_t node)
{
    if (!hs_twig_is_holder(c, node))
        return hs_value_address(hs_heap_address(c->heap, node));
    if (holder_of(c, node)->kind == HS_HOLDER_GLOBAL)
        return hs_value_address(
            c->holders->variables[holder_of(c, node)->record].address);
    return hs_value_null();
}

static void add_values(struct hs_document *doc, const struct hs_heap_case *c,
                       struct hs_block *table, const char *name,
                       const char *kind, struct hs_value address,
                       const struct hs_twig *twig)
{
    uint64_t live = c->totals.reachable_bytes;
    struct hs_value values[] = {
        hs_value_name(name, strlen(name)),
        hs_value_text(kind),
        address,
        hs_value_of(HS_UNIT_COUNT, twig->count),
        hs_value_of(HS_UNIT_BYTES, (int64_t)twig->bytes),
        hs_value_share(live ? (double)twig->bytes / (double)live : 0),
        hs_value_of(HS_UNIT_COUNT, (int64_t)twig->objects),
    };

    hs_doc_row(doc, table, values)->depth = twig->depth;
}

static void add_rest(struct hs_document *doc, const struct hs_heap_case *c,
                     struct hs_block *table, const struct hs_twig *twig)
{
    struct hs_twig rest = {.count = twig->rest_count,
                           .bytes = twig->rest_bytes,
                           .objects = twig->rest_objects,
                           .depth = twig->depth + 1};
    const char *name =
        twig->inner && !twig->rest_count ? "(its inner parts)"
        : twig->chain && !twig->rest_count
            ? "(what hangs on them)"
            : hs_doc_printf(doc, "(%s smaller)",
                            hs_show_count(twig->rest_count).text);

    add_values(doc, c, table, name, "rest", hs_value_null(), &rest);
}

#define REST ((uint32_t)1 << 31) /* not a twig but its rest */

/* The rows: numbers of twigs. */
struct rows {
    const struct hs_twigs *twigs;
    struct hs_column order; /* uint32_t */
};

static void add_row(struct hs_document *doc, struct hs_block *table,
                    uint64_t number, void *context)
{
    const struct rows *rows = context;
    const struct hs_heap_case *c = rows->twigs->c;
    uint32_t at = ((const uint32_t *)rows->order.at)[number];
    const struct hs_twig *twig = hs_twig_at(rows->twigs, at & ~REST);

    if (at & REST)
        add_rest(doc, c, table, twig);
    else
        add_values(doc, c, table, hs_twig_name(doc, c, twig),
                   kind_of(c, twig->node), address_of(c, twig->node), twig);
}

/* In the order of the tree: a twig, its children, its rest, its sibling. */
static struct rows *order_rows(const struct hs_twigs *twigs,
                               struct hs_arena *arena)
{
    uint32_t *stack = hs_arena_zeroed(arena, 2 * twigs->list.count + 1, 4);
    struct rows *rows = hs_arena_alloc(arena, sizeof(*rows));
    size_t depth = 0;

    *rows = (struct rows){twigs, HS_COLUMN(uint32_t, arena)};
    stack[depth++] = 0;
    while (depth) {
        uint32_t number = stack[--depth];
        const struct hs_twig *twig = hs_twig_at(twigs, number & ~REST);

        hs_column_push(&rows->order, &number);
        if (number & REST)
            continue;
        if (twig->next != HS_NO_TWIG)
            stack[depth++] = twig->next;
        if (hs_twig_has_rest(twig))
            stack[depth++] = number | REST;
        if (twig->first != HS_NO_TWIG)
            stack[depth++] = twig->first;
    }
    return rows;
}

/* What HOLDER holds with others hangs below neither. */
static void add_shared(struct hs_run *run, const struct hs_heap_case *c,
                       uint32_t holder)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"address", "largest part", HS_UNIT_ADDRESS, HS_ROLE_PLAIN},
        {"bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    size_t count, shown = 0;
    const struct hs_shared *all = hs_retention_shared(c->retention, &count);
    uint64_t limit = hs_run_limit(run, ROWS_EACH);
    double live = (double)c->totals.reachable_bytes;
    struct hs_block *table = NULL;

    for (size_t i = 0; i < count && (!limit || shown < limit); i++) {
        uint32_t top = hs_shared_largest(c->retention, &all[i]);
        struct hs_str name;

        if (!hs_look_shares(c, &all[i], holder) || top == HS_NO_NODE ||
            hs_twig_is_holder(c, top))
            continue;
        if (shown++ == 0)
            table =
                hs_doc_table(run->doc, run->doc->top, "shared", "with partners",
                             columns, sizeof(columns) / sizeof(columns[0]));
        name = hs_shared_name(c->holders, &all[i], run->doc->arena);
        struct hs_value values[] = {
            hs_value_name(name.text, name.size),
            hs_value_address(hs_heap_address(c->heap, top)),
            hs_value_of(HS_UNIT_BYTES, (int64_t)all[i].bytes),
            hs_value_share(live > 0 ? (double)all[i].bytes / live : 0),
            hs_value_of(HS_UNIT_COUNT, (int64_t)all[i].objects),
        };

        hs_doc_row(run->doc, table, values);
    }
}

/* Of the objects of TARGET, the one that retains most. */
static uint32_t largest_of(const struct hs_heap_case *c,
                           const struct hs_heap_target *target)
{
    uint32_t best = target->objects[0];

    for (size_t i = 1; i < target->object_count; i++)
        if (hs_retention_bytes(c->retention, target->objects[i]) >
            hs_retention_bytes(c->retention, best))
            best = target->objects[i];
    return best;
}

/* The node that the user named: one object, or the first holder. */
static bool find_root(struct hs_run *run, const struct hs_heap_case *c,
                      uint32_t *root, struct hs_err *err)
{
    struct hs_heap_target target;

    *root = hs_retention_holder(c->retention, 0);
    if (!run->target)
        return true;
    if (!hs_look_target(c, run->target, run->scratch, &target, err))
        return false;
    if (target.holder_count)
        *root = hs_retention_holder(c->retention, target.holders[0]);
    else
        *root = largest_of(c, &target);
    if (target.shared)
        hs_look_shared_note(run, target.shared);
    if (target.object_count > 1)
        hs_doc_note(run->doc, run->doc->top,
                    "the one that retains most of %s objects",
                    hs_show_count((int64_t)target.object_count).text);
    if (target.holder_count > 1)
        hs_doc_note(run->doc, run->doc->top,
                    "the first of %zu holders of that name",
                    target.holder_count);
    return true;
}

bool hs_heap_tree_section(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
        {"address", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"retained_bytes", "retained", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    const struct hs_heap_case *c = hs_look_heap(run, 0, err);
    struct hs_twigs_plan plan = {.each = ROWS_EACH};
    struct hs_twigs *twigs = hs_arena_alloc(run->scratch, sizeof(*twigs));
    struct hs_block *table;
    struct rows *rows;

    if (!c || !find_root(run, c, &plan.root, err))
        return false;
    plan.limit = hs_run_limit(run, USUAL_ROWS);
    plan.kinds = c->heap->names != NULL;
    hs_twigs_grow(twigs, c, &plan, run->scratch);
    table = hs_doc_table(run->doc, run->doc->top, "rows", "dominated by",
                         columns, sizeof(columns) / sizeof(columns[0]));
    table->style = HS_TABLE_TREE;
    rows = order_rows(twigs, run->scratch);
    hs_doc_stream(run->doc, table, rows->order.count, add_row, rows);
    if (hs_twig_is_holder(c, plan.root) && run->target)
        add_shared(run, c, plan.root - hs_heap_count(c->heap));
    if (!run->target && c->totals.unreachable_objects)
        hs_doc_note(run->doc, run->doc->top,
                    "beside these, %s in %s objects that no root reaches: "
                    "garbage not collected yet, or held by something the dump "
                    "leaves out",
                    hs_show_bytes((int64_t)c->totals.unreachable_bytes).text,
                    hs_show_count((int64_t)c->totals.unreachable_objects).text);
    return true;
}
