/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_tree.c - the dominator tree of a heap, like du.
 *
 * The biggest branches are opened first, wherever they are, until the rows are
 * used up.  Children that are alike (the same kind of node, size and retained
 * size) are one row with a count; what is left of them is "(N smaller)".
 */
#include <inttypes.h>

#include "base/size.h"
#include "heap_look.h"
#include "section.h"

#define USUAL_ROWS 40
#define CHILDREN   256 /* looked at of one node */
#define ROWS_EACH  12  /* shown of one node, the rest folded */

#define NONE UINT32_MAX

struct twig {                /* a row, and its place in the tree being opened */
    uint32_t node;           /* HS_NO_NODE: the rest of its parent's children */
    uint32_t count;          /* nodes that it stands for */
    uint64_t bytes, objects; /* of all of them */
    uint32_t depth;
    uint32_t first, next; /* child, sibling */
    bool open;
};

struct tree {
    const struct hs_heap_case *c;
    struct hs_column twigs;
    struct hs_arena *arena;
    uint32_t most, rows_each; /* CHILDREN and ROWS_EACH, or without limit */
};

static struct twig *twig_at(const struct tree *tree, uint32_t number)
{
    return (struct twig *)tree->twigs.at + number;
}

static bool is_holder(const struct tree *tree, uint32_t node)
{
    return node >= hs_heap_count(tree->c->heap);
}

static const struct hs_holder *holder_of(const struct tree *tree, uint32_t node)
{
    return &tree->c->holders->holders[node - hs_heap_count(tree->c->heap)];
}

/* Goroutines of a group, finalizers of a function: only numbers tell them
 * apart. */
static bool one_of_many(const struct hs_holder *holder)
{
    return holder->kind == HS_HOLDER_GOROUTINE ||
           holder->kind == HS_HOLDER_FINALIZER;
}

static bool alike(const struct tree *tree, uint32_t a, uint32_t b)
{
    const struct hs_heap_case *c = tree->c;

    if (hs_retention_bytes(c->retention, a) !=
        hs_retention_bytes(c->retention, b))
        return false;
    if (is_holder(tree, a) != is_holder(tree, b))
        return false;
    if (!is_holder(tree, a))
        return hs_heap_size(c->heap, a) == hs_heap_size(c->heap, b);
    return one_of_many(holder_of(tree, a)) && one_of_many(holder_of(tree, b));
}

static uint32_t add_twig(struct tree *tree, uint32_t node, uint32_t depth)
{
    const struct hs_retention *r = tree->c->retention;
    struct twig twig = {.node = node,
                        .count = 1,
                        .bytes = hs_retention_bytes(r, node),
                        .objects = hs_retention_objects(r, node),
                        .depth = depth,
                        .first = NONE,
                        .next = NONE};

    hs_column_push(&tree->twigs, &twig);
    return (uint32_t)tree->twigs.count - 1;
}

/* What PARENT's children have beyond those that got rows. */
static void add_rest(struct tree *tree, uint32_t parent, uint32_t last,
                     uint32_t left)
{
    struct twig rest = *twig_at(tree, parent);
    uint64_t shown = 0, objects = 0;
    uint32_t own = is_holder(tree, rest.node) ? 0 : 1;

    for (uint32_t t = rest.first; t != NONE; t = twig_at(tree, t)->next) {
        shown += twig_at(tree, t)->bytes;
        objects += twig_at(tree, t)->objects;
    }
    if (own)
        shown += hs_heap_size(tree->c->heap, rest.node);
    rest.bytes -= shown;
    rest.objects -= objects + own;
    rest.node = HS_NO_NODE;
    rest.count = left;
    rest.depth++;
    rest.first = rest.next = NONE;
    rest.open = true;
    hs_column_push(&tree->twigs, &rest);
    twig_at(tree, last)->next = (uint32_t)tree->twigs.count - 1;
}

/* Adds what one more child of twig NUMBER retains to the row before it, if
 * the two are alike. */
static bool join(struct tree *tree, uint32_t last, uint32_t child)
{
    const struct hs_retention *r = tree->c->retention;
    struct twig *twig;

    if (last == NONE || !alike(tree, twig_at(tree, last)->node, child))
        return false;
    twig = twig_at(tree, last);
    twig->count++;
    twig->bytes += hs_retention_bytes(r, child);
    twig->objects += hs_retention_objects(r, child);
    return true;
}

/* The biggest dominator children of NODE, as many as rows may be made of. */
static uint32_t *find_children(struct tree *tree, uint32_t node,
                               uint32_t *found, uint32_t *all)
{
    const struct hs_retention *r = tree->c->retention;
    uint32_t most = tree->most, first, *children;

    hs_retention_children(r, node, &first, 1, all);
    if (most > *all)
        most = *all;
    children = hs_arena_alloc(tree->arena, ((size_t)most + 1) * 4);
    *found = hs_retention_children(r, node, children, most, all);
    return children;
}

/* Makes rows of the children of twig NUMBER, at most ROOM. */
static void open_twig(struct tree *tree, uint32_t number, uint64_t room)
{
    uint32_t all, found, last = NONE, done = 0, *children;
    uint32_t depth = twig_at(tree, number)->depth + 1;
    uint64_t rows = 0;

    twig_at(tree, number)->open = true;
    /* Of a row that stands for many nothing below is shown. */
    if (twig_at(tree, number)->count > 1)
        return;
    children = find_children(tree, twig_at(tree, number)->node, &found, &all);
    for (; done < found; done++) {
        uint32_t twig;

        if (join(tree, last, children[done]))
            continue;
        if (hs_retention_bytes(tree->c->retention, children[done]) == 0 ||
            rows == tree->rows_each || rows >= room)
            break;
        twig = add_twig(tree, children[done], depth);
        if (last == NONE)
            twig_at(tree, number)->first = twig;
        else
            twig_at(tree, last)->next = twig;
        last = twig;
        rows++;
    }
    if (last != NONE && done < all)
        add_rest(tree, number, last, all - done);
}

/* The closed twig that retains most, or NONE. */
static uint32_t biggest_closed(const struct tree *tree)
{
    uint32_t best = NONE;

    for (uint32_t i = 0; i < tree->twigs.count; i++) {
        const struct twig *twig = twig_at(tree, i);

        if (!twig->open &&
            (best == NONE || twig->bytes > twig_at(tree, best)->bytes))
            best = i;
    }
    return best;
}

static void grow(struct tree *tree, uint32_t root, uint64_t limit)
{
    tree->most = limit ? CHILDREN : UINT32_MAX;
    tree->rows_each = limit ? ROWS_EACH : UINT32_MAX;
    add_twig(tree, root, 0);
    /* Without a limit all are opened, in whatever order. */
    for (uint32_t i = 0; limit == 0 && i < tree->twigs.count; i++)
        if (!twig_at(tree, i)->open)
            open_twig(tree, i, UINT64_MAX);
    while (tree->twigs.count < limit) {
        uint32_t next = biggest_closed(tree);

        if (next == NONE)
            return;
        open_twig(tree, next, limit - tree->twigs.count);
    }
}

static const char *node_name(struct hs_run *run, const struct tree *tree,
                             const struct twig *twig)
{
    const struct hs_heap_case *c = tree->c;
    struct hs_document *doc = run->doc;
    struct hs_str name;
    uint32_t holder;

    if (twig->node == HS_NO_NODE)
        return hs_doc_printf(doc, "(%s smaller)",
                             hs_show_count(twig->count).text);
    if (!is_holder(tree, twig->node)) {
        name = hs_look_object(c, twig->node, doc->arena);
        if (twig->count > 1)
            return hs_doc_printf(doc, "%.*s ×%s", (int)name.size, name.text,
                                 hs_show_count(twig->count).text);
        return hs_doc_printf(doc, "%.*s 0x%" PRIx64, (int)name.size, name.text,
                             hs_heap_address(c->heap, twig->node));
    }
    holder = twig->node - hs_heap_count(c->heap);
    name = hs_holders_name(c->holders, holder, doc->arena);
    if (one_of_many(&c->holders->holders[holder]) && twig->count > 1)
        return hs_doc_printf(doc, "%.*s and %s more", (int)name.size, name.text,
                             hs_show_count(twig->count - 1).text);
    if (c->holders->holders[holder].kind == HS_HOLDER_GROUP &&
        hs_holders_goroutines(c->holders, holder) > 1)
        return hs_doc_printf(
            doc, "%.*s ×%s", (int)name.size, name.text,
            hs_show_count((int64_t)hs_holders_goroutines(c->holders, holder))
                .text);
    return hs_doc_printf(doc, "%.*s", (int)name.size, name.text);
}

static struct hs_value kind_of(const struct tree *tree, const struct twig *twig)
{
    if (twig->node == HS_NO_NODE)
        return hs_value_text("rest");
    if (!is_holder(tree, twig->node))
        return hs_value_text("object");
    return hs_value_text(hs_holder_kind_name(
        (enum hs_holder_kind)holder_of(tree, twig->node)->kind));
}

static struct hs_value address_of(const struct tree *tree, uint32_t node)
{
    const struct hs_heap_case *c = tree->c;

    if (!is_holder(tree, node))
        return hs_value_address(hs_heap_address(c->heap, node));
    if (holder_of(tree, node)->kind == HS_HOLDER_GLOBAL)
        return hs_value_address(
            c->holders->variables[holder_of(tree, node)->record].address);
    return hs_value_null();
}

static void add_row(struct hs_run *run, const struct tree *tree,
                    struct hs_block *table, const struct twig *twig)
{
    const char *name = node_name(run, tree, twig);
    uint64_t live = tree->c->totals.reachable_bytes;
    struct hs_value values[] = {
        hs_value_name(name, strlen(name)),
        kind_of(tree, twig),
        hs_value_null(),
        hs_value_of(HS_UNIT_COUNT, twig->count),
        hs_value_of(HS_UNIT_BYTES, (int64_t)twig->bytes),
        hs_value_share(live ? (double)twig->bytes / (double)live : 0),
        hs_value_of(HS_UNIT_COUNT, (int64_t)twig->objects),
    };

    if (twig->node != HS_NO_NODE)
        values[2] = address_of(tree, twig->node);
    hs_doc_row(run->doc, table, values)->depth = twig->depth;
}

/* Rows in the order of the tree: child first, then sibling. */
static void add_rows(struct hs_run *run, const struct tree *tree,
                     struct hs_block *table)
{
    uint32_t *stack =
        hs_arena_zeroed(run->scratch, tree->twigs.count + 1, sizeof(*stack));
    size_t depth = 0;

    stack[depth++] = 0;
    while (depth) {
        const struct twig *twig = twig_at(tree, stack[--depth]);

        add_row(run, tree, table, twig);
        if (twig->next != NONE)
            stack[depth++] = twig->next;
        if (twig->first != NONE)
            stack[depth++] = twig->first;
    }
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
        *root = target.objects[0];
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
    struct tree tree = {.c = c,
                        .arena = run->scratch,
                        .twigs = HS_COLUMN(struct twig, run->scratch)};
    struct hs_block *table;
    uint32_t root;

    if (!c || !find_root(run, c, &root, err))
        return false;
    grow(&tree, root, hs_run_limit(run, USUAL_ROWS));
    table = hs_doc_table(run->doc, run->doc->top, "rows", "dominated by",
                         columns, sizeof(columns) / sizeof(columns[0]));
    table->style = HS_TABLE_TREE;
    add_rows(run, &tree, table);
    if (!run->target && c->totals.unreachable_objects)
        hs_doc_note(run->doc, run->doc->top,
                    "beside these, %s in %s objects that no root reaches: "
                    "garbage not collected yet, or held by something the dump "
                    "leaves out",
                    hs_show_bytes((int64_t)c->totals.unreachable_bytes).text,
                    hs_show_count((int64_t)c->totals.unreachable_objects).text);
    return true;
}
