/* SPDX-License-Identifier: Apache-2.0 */
/*
 * big_holder.c - holders that own much, and where in them it piles up.
 *
 * Big is what owns at least 1 % of what is reachable and 16 MiB, or a tenth of
 * it and 1 MiB; if nobody does, the one that owns most, which is cause for
 * alarm if that is a tenth of all.  From the holder the way goes down the
 * dominator tree along the largest child, as long as that retains 0.7 of its
 * parent: where it ends is the accumulation point, the thing that has many
 * children and is no part of one.
 *
 * A list has no such drop for long; it piles up in its head.
 */
#include <inttypes.h>

#include "algo/kinds.h"
#include "base/size.h"
#include "finding/finding.h"
#include "model/goname.h"

#define LEAST_BYTES     ((uint64_t)16 << 20)
#define LEAST_OF_SMALL  ((uint64_t)1 << 20)
#define KEEP            0.7
#define BRIEF           2 /* names of those who hold something together */
#define DEEPEST         256
#define A_LIST          8 /* so many alike in a row are one */
#define MOST            50
#define DEEPEST_EXAMPLE 6
#define SURE            8 /* sampled objects, half of them from one place */

/* A way down, and whether it goes along a list: objects of one kind, or of two
 * by turns, one below the other. */
struct descent {
    const struct hs_case *c;
    uint32_t node, children, biggest; /* HS_NO_NODE: it has none */
    uint32_t kinds[2];                /* of the last two */
    unsigned alike;                   /* steps of a kind that was just there */
    uint32_t head; /* where those began, with its children and the biggest */
    uint32_t head_children, head_biggest;
};

/* Looks at the children of the descent's node; false where it ends. */
static bool look_down(struct descent *d)
{
    const struct hs_retention *r = d->c->retention;

    d->biggest = HS_NO_NODE;
    if (hs_retention_children(r, d->node, &d->biggest, 1, &d->children) == 0)
        return false;
    return (double)hs_retention_bytes(r, d->biggest) >=
           KEEP * (double)hs_retention_bytes(r, d->node);
}

static void step_down(struct descent *d)
{
    uint32_t kind = HS_NO_NODE;

    if (d->biggest < hs_heap_count(d->c->heap))
        kind = hs_types_of(d->c->types, d->biggest);
    if (kind != HS_NO_NODE && (kind == d->kinds[0] || kind == d->kinds[1])) {
        d->alike++;
    } else {
        d->alike = 0;
        d->head = d->node;
        d->head_children = d->children;
        d->head_biggest = d->biggest;
    }
    d->kinds[1] = d->kinds[0];
    d->kinds[0] = kind;
    d->node = d->biggest;
}

/* The accumulation point below NODE; *CHILDREN says how many it has, *BIGGEST
 * is the largest of them or HS_NO_NODE. */
static uint32_t accumulation(const struct hs_case *c, uint32_t node,
                             uint32_t *children, uint32_t *biggest)
{
    struct descent d = {
        .c = c, .node = node, .head = node, .kinds = {HS_NO_NODE, HS_NO_NODE}};

    for (unsigned depth = 0; look_down(&d); depth++) {
        step_down(&d);
        if (d.alike < A_LIST && depth < DEEPEST)
            continue;
        *children = d.head_children;
        *biggest = d.head_biggest;
        return d.head;
    }
    *children = d.children;
    *biggest = d.biggest;
    return d.node;
}

static uint64_t stack_key(const struct hs_case *c, uint32_t group)
{
    const struct hs_goroutine *goroutines = c->heap->goroutines.at;
    const struct hs_goroutine *g = &goroutines[c->holders->groups[group].first];
    const struct hs_frame *frames = c->heap->frames.at;
    uint64_t key = hs_finding_key(0, c->holders->groups[group].name);

    /* Another dump may have goroutines of other wrappers first. */
    for (uint32_t i = 0; i < g->frame_count; i++)
        if (!hs_goname_wrapper(frames[g->first_frame + i].function))
            key = hs_finding_key(key, frames[g->first_frame + i].function);
    return key;
}

/* Stable from run to run: names; where there are none, who allocated most of
 * it, or else the variable's place in its segment, which only another build
 * changes. */
static uint64_t key_of(const struct hs_case *c, const struct hs_claim *claim,
                       const struct hs_origin *origin)
{
    const struct hs_holder *holder;

    if (claim->holder == HS_NO_RECORD)
        return hs_finding_key(0, claim->name);
    holder = &c->holders->holders[claim->holder];
    if (holder->kind == HS_HOLDER_GROUP)
        return stack_key(c, holder->record);
    if (holder->kind == HS_HOLDER_GLOBAL &&
        !c->holders->variables[holder->record].name.size && origin->line &&
        origin->sampled >= SURE && origin->at_line * 2 >= origin->sampled)
        return hs_finding_key(0, origin->line->function);
    return hs_finding_key(0, claim->name);
}

static const struct hs_goroutine_group *group_of(const struct hs_case *c,
                                                 const struct hs_claim *claim)
{
    const struct hs_holder *holder;

    if (claim->holder == HS_NO_RECORD)
        return NULL;
    holder = &c->holders->holders[claim->holder];
    return holder->kind == HS_HOLDER_GROUP ? &c->holders->groups[holder->record]
                                           : NULL;
}

static bool is_timers(const struct hs_case *c, const struct hs_claim *claim)
{
    return claim->holder != HS_NO_RECORD &&
           c->holders->holders[claim->holder].kind == HS_HOLDER_TIMERS;
}

static const char *share_of(const struct hs_case *c, uint64_t bytes)
{
    uint64_t all = hs_retention_totals(c->retention).reachable_bytes;
    struct hs_shown share =
        hs_show_share(all ? (double)bytes / (double)all : 0);

    return hs_arena_printf(c->arena, "%s, %s of the live heap",
                           hs_show_bytes((int64_t)bytes).text, share.text);
}

/* CLAIM's name, of many holders the first. */
static struct hs_str brief_name(const struct hs_case *c,
                                const struct hs_claim *claim)
{
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(c->retention, &count);

    if (claim->holder != HS_NO_RECORD)
        return claim->name;
    return hs_shared_brief(c->holders, &shared[claim->shared[0]], BRIEF,
                           c->arena);
}

static const char *message_of(const struct hs_case *c,
                              const struct hs_claim *claim, bool big)
{
    const struct hs_goroutine_group *group = group_of(c, claim);
    const char *much = share_of(c, claim->owned_bytes);
    struct hs_str name = brief_name(c, claim);

    if (is_timers(c, claim))
        return hs_arena_printf(
            c->arena, "%.*s ×%" PRIu64 ", neither fired nor stopped, holds %s",
            (int)claim->name.size, claim->name.text,
            hs_holders_members(c->holders, claim->holder), much);
    if (group)
        return hs_arena_printf(c->arena, "%s goroutine%s in %.*s hold%s %s",
                               hs_show_count((int64_t)group->goroutines).text,
                               group->goroutines == 1 ? "" : "s",
                               (int)group->name.size, group->name.text,
                               group->goroutines == 1 ? "s" : "", much);
    if (!big && claim->holder != HS_NO_RECORD)
        return hs_arena_printf(c->arena, "%.*s is the largest holder, with %s",
                               (int)claim->name.size, claim->name.text, much);
    return hs_arena_printf(
        c->arena, "%.*s hold%s %s", (int)name.size, name.text,
        claim->holder == HS_NO_RECORD ? " together" : "s", much);
}

static const char *advice_of(const struct hs_case *c,
                             const struct hs_claim *claim)
{
    const struct hs_goroutine_group *group = group_of(c, claim);
    bool one = group && group->goroutines == 1;

    if (group && hs_str_equal(group->wait_reason, hs_str_of("dumping heap")))
        return "look at what its frames keep; it is the one that wrote the "
               "dump";
    if (group && group->wait_reason.size)
        return hs_arena_printf(
            c->arena,
            "find why %s in '%.*s' and let %s end: a deadline, a ctx, a "
            "closed channel",
            one ? "it waits" : "they wait", (int)group->wait_reason.size,
            group->wait_reason.text, one ? "it" : "them");
    if (group)
        return "look at what its frames keep; it is at work, not waiting";
    if (claim->holder == HS_NO_RECORD)
        return "all of them have to let go; take the one that should not know "
               "of it first";
    switch ((enum hs_holder_kind)c->holders->holders[claim->holder].kind) {
    case HS_HOLDER_GLOBAL:
        return "if it is a cache, bound it; if a registry, delete from it "
               "what is done";
    case HS_HOLDER_TIMERS:
        if (claim->retained_bytes < claim->owned_bytes / 2)
            return "goroutines hold it, too: let go of what piles up at the "
                   "end of the path, or end them and stop the timers";
        return "stop timers and tickers that nobody waits for, cancel contexts "
               "with a deadline; a path names the functions that would run";
    case HS_HOLDER_FINALIZERS:
        return "see 'heapscope finalizers': which wait in the queue, and which "
               "are in a cycle and never run";
    default:
        return "see 'heapscope tree'";
    }
}

/* One of the many things at an accumulation point, followed to what makes it
 * big; HS_NO_NODE if NODE has no object below it. */
static uint32_t example_below(const struct hs_case *c, uint32_t node)
{
    uint32_t objects = hs_heap_count(c->heap), child, all;

    while (node >= objects) {
        if (hs_retention_children(c->retention, node, &child, 1, &all) == 0)
            return HS_NO_NODE;
        node = child;
    }
    for (unsigned depth = 0; depth < DEEPEST_EXAMPLE; depth++) {
        if (hs_retention_children(c->retention, node, &child, 1, &all) == 0 ||
            (double)hs_retention_bytes(c->retention, child) <
                KEEP * (double)hs_retention_bytes(c->retention, node) ||
            hs_types_of(c->types, child) == hs_types_of(c->types, node))
            break;
        node = child;
    }
    return node;
}

/* The parts of CLAIM that are most of it: the holder with what it alone holds,
 * or those of one kind that it shares. */
static struct hs_kind parts_of(const struct hs_case *c,
                               const struct hs_claim *claim,
                               struct hs_arena *arena)
{
    struct hs_kind kind =
        hs_kinds_shared(c->heap, c->holders, c->retention, claim->shared,
                        claim->shared_count, arena);
    uint32_t node = claim->top;

    if (kind.largest != HS_NO_NODE &&
        (claim->holder == HS_NO_RECORD || kind.bytes > claim->retained_bytes))
        return kind;
    if (claim->holder != HS_NO_RECORD)
        node = hs_retention_holder(c->retention, claim->holder);
    kind.bytes = 0;
    kind.members.count = 0;
    hs_column_push(&kind.members, &node);
    return kind;
}

/* Where types are known: the way to the kind that it is made of. */
static void add_pile(const struct hs_case *c, const struct hs_claim *claim,
                     struct hs_suspect *suspect)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_kind parts = parts_of(c, claim, &scratch);
    const uint32_t *nodes = parts.members.at;

    hs_paths_shortest(c->heap, c->holders, c->retention, nodes[0], c->arena,
                      &suspect->path);
    hs_paths_pile(c->heap, c->holders, c->retention, nodes, parts.members.count,
                  parts.bytes, KEEP, c->arena, &scratch, &suspect->path);
    hs_arena_free(&scratch);
}

/* The way to the accumulation point and on to one of what is there. */
static void add_path(const struct hs_case *c, const struct hs_claim *claim,
                     struct hs_suspect *suspect)
{
    uint32_t children = 0, biggest = HS_NO_NODE, point, example;

    if (c->heap->names) {
        add_pile(c, claim, suspect);
        return;
    }
    point = accumulation(c, claim->top, &children, &biggest);
    example = example_below(c, biggest == HS_NO_NODE ? point : biggest);
    if (example != HS_NO_NODE)
        hs_paths_shortest(c->heap, c->holders, c->retention, example, c->arena,
                          &suspect->path);
    suspect->children = children;
}

/* BIG: it is, and not only the largest. */
static void report(const struct hs_case *c, size_t number, bool big,
                   struct hs_suspects *suspects)
{
    const struct hs_claim *claim = &c->claims->rows[number];
    uint64_t all = hs_retention_totals(c->retention).reachable_bytes;
    struct hs_suspect suspect = {
        .grade = HS_GRADE_SIZE,
        .holder = claim->name,
        .unit = claim->holder,
        .objects = claim->owned_objects,
        .bytes = claim->owned_bytes,
        .retained_bytes = claim->retained_bytes,
        .anyway = !big && claim->owned_bytes < all / 10,
        .message = message_of(c, claim, big),
        .advice = advice_of(c, claim),
    };

    if (number < c->composed) {
        const struct hs_composition *made = &c->compositions[number];

        suspect.origin = made->origin;
        if (made->kind_count)
            suspect.type = c->types->rows[made->kinds[0].row].name;
    }
    suspect.key = key_of(c, claim, &suspect.origin);
    add_path(c, claim, &suspect);
    hs_column_push(&suspects->rows, &suspect);
}

/* The runtime is nobody that could let go. */
static bool is_candidate(const struct hs_case *c, const struct hs_claim *claim)
{
    return claim->owned_bytes > 0 &&
           (claim->holder == HS_NO_RECORD ||
            c->holders->holders[claim->holder].kind != HS_HOLDER_RUNTIME);
}

/* The largest claim, if it owns half of all or is of one holder, else the
 * largest of one: where nothing is large, what several hold together is mostly
 * the runtime's own. */
static size_t largest(const struct hs_case *c)
{
    uint64_t half = hs_retention_totals(c->retention).reachable_bytes / 2;

    for (size_t i = 0; i < c->claims->count; i++)
        if (is_candidate(c, &c->claims->rows[i]) &&
            (c->claims->rows[i].holder != HS_NO_RECORD ||
             c->claims->rows[i].owned_bytes > half))
            return i;
    return c->claims->count;
}

/* Is CLAIM, nearly all of it, what SUSPECTS have proved to be lost? */
static bool is_told(const struct hs_suspects *suspects,
                    const struct hs_claim *claim)
{
    const struct hs_suspect *all = suspects->rows.at;

    for (size_t i = 0; i < suspects->rows.count; i++)
        if (all[i].unit == claim->holder &&
            all[i].bytes / 10 >= claim->owned_bytes / 11 &&
            hs_str_equal(all[i].holder, claim->name))
            return true;
    return false;
}

static uint64_t most_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The bytes from which on a holder is big, where ALL are reachable. */
static uint64_t least_of(uint64_t all)
{
    uint64_t of_large = most_of(all / 100, LEAST_BYTES);
    uint64_t of_small = most_of(all / 10, LEAST_OF_SMALL);

    return of_small < of_large ? of_small : of_large;
}

static void find(const struct hs_case *c, struct hs_suspects *suspects,
                 struct hs_arena *scratch)
{
    uint64_t all = hs_retention_totals(c->retention).reachable_bytes;
    uint64_t least = least_of(all);
    size_t found = 0, only;

    (void)scratch;
    for (size_t i = 0; i < c->claims->count && found < MOST; i++) {
        const struct hs_claim *claim = &c->claims->rows[i];

        if (claim->owned_bytes < least)
            break;
        if (!is_candidate(c, claim))
            continue;
        if (!is_told(suspects, claim))
            report(c, i, true, suspects);
        found++;
    }
    only = largest(c);
    if (found == 0 && only < c->claims->count)
        report(c, only, false, suspects);
}

const struct hs_finding hs_finding_big_holder = {
    .name = "big-holder",
    .needs = HS_PART_HEAP,
    .find = find,
};
