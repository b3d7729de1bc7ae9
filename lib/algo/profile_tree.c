/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tree.c - opens a call tree at its biggest branch, again and again.
 *
 * A branch owns a run of ORDER, the samples that go through it.  Opening it
 * deals the run out to the branches below, by counting, and moves each
 * sample's cursor one node inwards.  Samples that end at the branch are dealt
 * to nobody: they are its flat value and stay at the front of the run.
 */
#include "algo/profile_tree.h"

#include <stdlib.h>

/* Branches below this part of the total are not worth their memory. */
#define LEAST_SHARE 100000

struct cursor {
    uint64_t first, at; /* frames[first .. at) are still ahead */
    uint32_t line;      /* of frame at - 1: nodes still ahead of it */
};

struct branch {
    uint32_t node, parent, depth;
    uint32_t first_child, next; /* children by size; 0 is none: the top */
    size_t from, to;            /* of ORDER */
    __int128 cum, flat, folded_cum;
    uint64_t folded, folded_samples;
    bool open;
};

struct tree {
    const struct hs_profile_view *view;
    size_t type;
    __int128 least;
    uint32_t *order, *spare;
    uint32_t *next_node;       /* of the samples of the branch being opened */
    struct hs_column children; /* the same; struct child */
    struct cursor *cursors;    /* by sample */
    uint32_t *slot;            /* by node: its place among the children, or 0 */
    struct hs_column branches;
    uint32_t *heap; /* open ends, the biggest at the front */
    size_t heap_count, heap_room;
    struct hs_arena *arena;
};

struct child {
    uint32_t node;
    size_t samples, at;
    __int128 cum;
};

static int64_t value_of(const struct tree *tree, uint32_t s)
{
    const struct hs_profile *profile = tree->view->profile;

    return profile->values[s * profile->type_count + tree->type];
}

/* Steps a cursor to the next node inwards; false at the end of the stack. */
static bool step(const struct hs_profile_view *view, struct cursor *cursor,
                 uint32_t *node)
{
    const uint32_t *start = view->expand_start;
    uint32_t location;

    while (cursor->line == 0) {
        if (cursor->at == cursor->first)
            return false;
        cursor->at--;
        location = view->profile->frames[cursor->at];
        cursor->line = start[location + 1] - start[location];
    }
    location = view->profile->frames[cursor->at];
    *node = view->expand[start[location] + --cursor->line];
    return true;
}

/* Whether branch A is opened before branch B. */
static bool before(const struct tree *tree, uint32_t a, uint32_t b)
{
    const struct branch *branches = tree->branches.at;
    __int128 x = hs_sum_abs(branches[a].cum), y = hs_sum_abs(branches[b].cum);

    return x != y ? x > y : a < b;
}

static void push(struct tree *tree, uint32_t branch)
{
    size_t i = tree->heap_count++;

    while (i > 0 && before(tree, branch, tree->heap[(i - 1) / 2])) {
        tree->heap[i] = tree->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    tree->heap[i] = branch;
}

static uint32_t pop(struct tree *tree)
{
    uint32_t top = tree->heap[0], last = tree->heap[--tree->heap_count];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < tree->heap_count) {
        if (child + 1 < tree->heap_count &&
            before(tree, tree->heap[child + 1], tree->heap[child]))
            child++;
        if (!before(tree, tree->heap[child], last))
            break;
        tree->heap[i] = tree->heap[child];
        i = child;
    }
    tree->heap[i] = last;
    return top;
}

static int compare_children(const void *a, const void *b)
{
    const struct child *x = a, *y = b;
    __int128 v = hs_sum_abs(x->cum), w = hs_sum_abs(y->cum);

    if (v != w)
        return v > w ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* Counts what comes below branch B: its children, and what ends there. */
static void count_children(struct tree *tree, struct branch *b)
{
    struct hs_column *children = &tree->children;
    uint32_t *next_node = tree->next_node;

    children->count = 0;
    for (size_t i = b->from; i < b->to; i++) {
        uint32_t s = tree->order[i], node;
        struct child *child;

        next_node[i - b->from] = HS_NO_NODE_BELOW;
        if (!step(tree->view, &tree->cursors[s], &node)) {
            b->flat += value_of(tree, s);
            continue;
        }
        next_node[i - b->from] = node;
        if (tree->slot[node] == 0) {
            hs_column_push(children, &(struct child){.node = node});
            tree->slot[node] = (uint32_t)children->count;
        }
        child = (struct child *)children->at + tree->slot[node] - 1;
        child->samples++;
        child->cum += value_of(tree, s);
    }
}

/* Deals the samples of B out so that each child's stand together, in the order
 * of CHILDREN, behind those that end at B. */
static void deal(struct tree *tree, const struct branch *b)
{
    const struct hs_column *children = &tree->children;
    const uint32_t *next_node = tree->next_node;
    struct child *child = children->at;
    size_t at = b->to, ends = b->from;

    for (size_t c = children->count; c-- > 0;) {
        at -= child[c].samples;
        child[c].at = at;
        tree->slot[child[c].node] = (uint32_t)c + 1;
    }
    for (size_t i = b->from; i < b->to; i++) {
        uint32_t node = next_node[i - b->from];

        if (node == HS_NO_NODE_BELOW)
            tree->spare[ends++] = tree->order[i];
        else
            tree->spare[child[tree->slot[node] - 1].at++] = tree->order[i];
    }
    memcpy(tree->order + b->from, tree->spare + b->from,
           (b->to - b->from) * sizeof(*tree->order));
    for (size_t c = 0; c < children->count; c++)
        tree->slot[child[c].node] = 0;
}

static void fold(struct branch *b, const struct child *child)
{
    b->folded++;
    b->folded_cum += child->cum;
    b->folded_samples += child->samples;
}

/* Opens branch number B; its children that are big enough become branches. */
static void open_branch(struct tree *tree, uint32_t number)
{
    struct branch b = ((struct branch *)tree->branches.at)[number];
    const struct hs_column *children = &tree->children;
    const struct child *child;
    uint32_t below = 0;

    count_children(tree, &b);
    if (children->count > 0)
        qsort(children->at, children->count, sizeof(*child), compare_children);
    deal(tree, &b);
    child = children->at;
    b.open = true;
    for (size_t c = children->count; c-- > 0;) {
        struct branch new = {.node = child[c].node,
                             .parent = number,
                             .depth = b.depth + 1,
                             .next = below,
                             .from = child[c].at - child[c].samples,
                             .to = child[c].at,
                             .cum = child[c].cum};

        if (hs_sum_abs(new.cum) < tree->least || new.cum == 0) {
            fold(&b, &child[c]);
            continue;
        }
        below = (uint32_t)tree->branches.count;
        hs_column_push(&tree->branches, &new);
    }
    b.first_child = below;
    ((struct branch *)tree->branches.at)[number] = b;
}

static void push_children(struct tree *tree, uint32_t number)
{
    const struct branch *branches;

    if (tree->heap_room < tree->branches.count) {
        uint32_t *heap;

        tree->heap_room = 2 * tree->branches.count + 64;
        heap =
            hs_arena_alloc(tree->arena, tree->heap_room * sizeof(*tree->heap));
        if (tree->heap_count > 0)
            memcpy(heap, tree->heap, tree->heap_count * sizeof(*heap));
        tree->heap = heap;
    }
    branches = tree->branches.at;
    for (uint32_t c = branches[number].first_child; c; c = branches[c].next)
        push(tree, c);
}

/* Puts a cursor to the outermost call of ROOT; false if there is none. */
static bool find_root(const struct hs_profile_view *view, uint32_t root,
                      struct cursor *cursor)
{
    uint32_t node;

    while (step(view, cursor, &node))
        if (node == root)
            return true;
    return false;
}

/* The top: all samples, at their outermost frame. */
static void start(struct tree *tree, uint32_t root)
{
    const struct hs_profile *profile = tree->view->profile;
    struct branch top = {.node = root};
    size_t count = profile->sample_count;
    __int128 total = 0;

    tree->order = hs_arena_alloc(tree->arena, count * sizeof(uint32_t));
    tree->spare = hs_arena_alloc(tree->arena, count * sizeof(uint32_t));
    tree->next_node = hs_arena_alloc(tree->arena, count * sizeof(uint32_t));
    tree->cursors = hs_arena_alloc(tree->arena, count * sizeof(struct cursor));
    for (size_t s = 0; s < count; s++) {
        struct cursor *cursor = &tree->cursors[s];
        int64_t value = value_of(tree, (uint32_t)s);

        *cursor = (struct cursor){0};
        total += hs_sum_abs(value);
        if (value == 0 ||
            !hs_view_stack(tree->view, s, &cursor->first, &cursor->at) ||
            cursor->first == cursor->at ||
            (root != HS_NO_NODE_BELOW && !find_root(tree->view, root, cursor)))
            continue;
        tree->order[top.to++] = (uint32_t)s;
        top.cum += value;
    }
    tree->least = total / LEAST_SHARE;
    hs_column_push(&tree->branches, &top);
}

/* Writes branch NUMBER and, where it was not opened or had small ones, a row
 * for what is folded. */
static void write_folded(struct hs_column *rows, const struct branch *b,
                         unsigned lift)
{
    struct hs_tree_row row = {.node = HS_NO_NODE_BELOW,
                              .depth = b->depth + 1 - lift,
                              .cum = b->folded_cum,
                              .samples = b->folded_samples,
                              .count = b->folded};

    if (b->folded > 0)
        hs_column_push(rows, &row);
}

/* Walks the branches from the top.  Going back up, what was folded below a
 * branch is written after its last child. */
static void write_rows(const struct tree *tree, unsigned lift,
                       struct hs_column *rows)
{
    const struct branch *branches = tree->branches.at;
    uint32_t at = 0;

    for (;;) {
        const struct branch *b = &branches[at];

        if (at > 0 || lift == 0)
            hs_column_push(rows,
                           &(struct hs_tree_row){.node = b->node,
                                                 .depth = b->depth - lift,
                                                 .cum = b->cum,
                                                 .flat = b->flat,
                                                 .samples = b->to - b->from,
                                                 .count = 1});
        if (b->first_child) {
            at = b->first_child;
            continue;
        }
        write_folded(rows, b, lift);
        while (at > 0 && !branches[at].next) {
            at = branches[at].parent;
            write_folded(rows, &branches[at], lift);
        }
        if (at == 0)
            return;
        at = branches[at].next;
    }
}

/* Branches that were never opened are folded into the one above them. */
static void finish(struct tree *tree)
{
    struct branch *branches = tree->branches.at;

    for (size_t i = 0; i < tree->branches.count; i++) {
        uint32_t *link = &branches[i].first_child;

        while (*link) {
            const struct branch *child = &branches[*link];

            if (child->open) {
                link = &branches[*link].next;
                continue;
            }
            branches[i].folded++;
            branches[i].folded_cum += child->cum;
            branches[i].folded_samples += child->to - child->from;
            *link = child->next;
        }
    }
}

struct hs_call_tree *hs_profile_tree(const struct hs_profile_view *view,
                                     size_t type, uint32_t root, size_t limit,
                                     struct hs_arena *arena)
{
    struct hs_call_tree *result = hs_arena_zeroed(arena, 1, sizeof(*result));
    struct hs_column rows = HS_COLUMN(struct hs_tree_row, arena);
    unsigned lift = root == HS_NO_NODE_BELOW;
    struct tree tree = {
        .view = view,
        .type = type,
        .slot = hs_arena_zeroed(arena, view->node_count, sizeof(uint32_t)),
        .branches = HS_COLUMN(struct branch, arena),
        .children = HS_COLUMN(struct child, arena),
        .arena = arena,
    };
    size_t opened = 0;

    start(&tree, root);
    open_branch(&tree, 0);
    push_children(&tree, 0);
    while (tree.heap_count > 0 && (limit == 0 || opened < limit)) {
        uint32_t biggest = pop(&tree);

        open_branch(&tree, biggest);
        push_children(&tree, biggest);
        opened++;
    }
    finish(&tree);
    write_rows(&tree, lift, &rows);
    result->rows = rows.at;
    result->count = rows.count;
    return result;
}
