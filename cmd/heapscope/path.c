/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.c - the command path: why is this alive?
 */
#include <inttypes.h>

#include "base/size.h"
#include "heap_steps.h"

#define USUAL_PATHS 5

/* Down to the accumulation point: where less than this is kept of the step
 * before (Eclipse MAT's figure, and it serves). */
#define KEEP    0.7
#define DEEPEST 100

static void add_path(struct hs_run *run, const struct hs_heap_case *c,
                     struct hs_block *list, const struct hs_path *path)
{
    struct hs_document *doc = run->doc;
    struct hs_block *item = hs_doc_group(doc, list, NULL, NULL), *holder;
    struct hs_str name = hs_holders_name(c->holders, path->unit, doc->arena);

    holder = hs_doc_group(doc, item, "holder", NULL);
    hs_doc_field(
        doc, holder, "kind", NULL,
        hs_value_text(hs_holder_kind_name(
            (enum hs_holder_kind)c->holders->holders[path->unit].kind)));
    hs_doc_field(doc, holder, "name", NULL,
                 hs_value_name(name.text, name.size));
    hs_doc_field(doc, item, "ways", NULL,
                 hs_value_of(HS_UNIT_COUNT, path->count));
    hs_look_path(run, c, item, "steps", path);
}

static void describe_object(struct hs_run *run, const struct hs_heap_case *c,
                            uint32_t object)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "target", NULL);
    struct hs_str what = hs_look_object(c, object, doc->arena);
    uint32_t node = hs_retention_reached(c->retention, object)
                        ? hs_retention_dominator(c->retention, object)
                        : HS_NO_NODE;

    hs_doc_field(doc, group, "address", "object",
                 hs_value_address(hs_heap_address(c->heap, object)));
    hs_doc_field(doc, group, NULL, "is", hs_value_name(what.text, what.size));
    hs_doc_field(
        doc, group, "size", NULL,
        hs_value_of(HS_UNIT_BYTES, (int64_t)hs_heap_size(c->heap, object)));
    hs_doc_field(doc, group, "retained_bytes", "retains",
                 hs_value_of(HS_UNIT_BYTES, (int64_t)hs_retention_bytes(
                                                c->retention, object)));
    hs_doc_field(doc, group, "retained_objects", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)hs_retention_objects(
                                                c->retention, object)));
    if (node != HS_NO_NODE && node < hs_heap_count(c->heap))
        hs_doc_field(doc, group, "dominator", "all ways pass",
                     hs_value_address(hs_heap_address(c->heap, node)));
}

static void describe_size(struct hs_run *run,
                          const struct hs_heap_target *target)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "target", NULL);

    hs_doc_field(doc, group, "size", "objects of",
                 hs_value_of(HS_UNIT_BYTES, (int64_t)target->size));
    hs_doc_field(doc, group, "objects", "there are",
                 hs_value_of(HS_UNIT_COUNT, (int64_t)target->object_count));
}

static void describe_type(struct hs_run *run, const struct hs_heap_case *c,
                          const struct hs_heap_target *target)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "target", NULL);
    uint64_t bytes = 0;

    for (size_t i = 0; i < target->object_count; i++)
        bytes += hs_heap_size(c->heap, target->objects[i]);
    hs_doc_field(doc, group, "type", NULL,
                 hs_value_name(target->type, strlen(target->type)));
    hs_doc_field(doc, group, "objects", "there are",
                 hs_value_of(HS_UNIT_COUNT, (int64_t)target->object_count));
    hs_doc_field(doc, group, "bytes", "of size",
                 hs_value_of(HS_UNIT_BYTES, (int64_t)bytes));
    hs_doc_note(doc, doc->top, "%s object%s of %s%s, %s",
                hs_show_count((int64_t)target->object_count).text,
                target->object_count == 1 ? "" : "s",
                target->no_type ? "" : "type ", target->type,
                hs_show_bytes((int64_t)bytes).text);
}

static void add_ways(struct hs_run *run, const struct hs_heap_case *c,
                     const struct hs_heap_target *target, struct hs_block *list)
{
    struct hs_document *doc = run->doc;
    struct hs_arena passing = HS_ARENA_EMPTY;
    struct hs_paths paths;

    hs_paths_find(c->heap, c->holders, c->retention, target->objects,
                  target->object_count, (size_t)hs_run_limit(run, USUAL_PATHS),
                  run->scratch, &passing, &paths);
    hs_arena_free(&passing);
    for (size_t i = 0; i < paths.count; i++)
        add_path(run, c, list, &paths.paths[i]);
    hs_doc_field(doc, doc->top, "holders_in_all", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)paths.units));
    hs_doc_field(doc, doc->top, "ways_in_all", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)paths.ways));
    if (paths.count == 0)
        hs_doc_note(doc, doc->top,
                    "no root reaches it: garbage that is not collected yet, "
                    "or held by something the dump leaves out");
    else if (paths.ways > paths.count)
        hs_doc_note(doc, doc->top,
                    "%s more ways, of %s holders in all (-n 0 shows them)",
                    hs_show_count((int64_t)(paths.ways - paths.count)).text,
                    hs_show_count((int64_t)paths.units).text);
}

/* The largest that HOLDER shares and is as much its own as anybody's, if that
 * is more than it has alone; else NULL. */
static const struct hs_shared *find_shared(const struct hs_heap_case *c,
                                           uint32_t holder)
{
    size_t count;
    const struct hs_shared *all = hs_retention_shared(c->retention, &count);
    uint64_t alone = hs_retention_bytes(
        c->retention, hs_retention_holder(c->retention, holder));

    for (size_t i = 0; i < count && all[i].bytes > alone; i++)
        if (hs_look_shares(c, &all[i], holder))
            return &all[i];
    return NULL;
}

/* Is NODE an inner part of a map or chan, which nobody asks for? */
static bool is_part(const struct hs_heap_case *c, uint32_t node)
{
    const struct hs_names *names = c->heap->names;

    return names && node < hs_heap_count(c->heap) &&
           hs_typing_inner(names, hs_names_typing(names, node)) &&
           hs_typing_shape(hs_names_typing(names, node)) != HS_SHAPE_MAP;
}

/* Where memory piles up, at NODE or below it. */
static uint32_t accumulation(const struct hs_heap_case *c, uint32_t node)
{
    uint32_t child, all, point = node;

    for (unsigned i = 0; i < DEEPEST; i++) {
        if (!hs_retention_children(c->retention, node, &child, 1, &all) ||
            (double)hs_retention_bytes(c->retention, child) <
                KEEP * (double)hs_retention_bytes(c->retention, node))
            break;
        node = child;
        if (!is_part(c, node))
            point = node;
    }
    return point;
}

/* The way from HOLDER into what it holds with others; false if there is no
 * such thing. */
static bool find_joint_way(struct hs_run *run, const struct hs_heap_case *c,
                           uint32_t holder, struct hs_path *path)
{
    const struct hs_shared *shared = find_shared(c, holder);
    struct hs_arena passing = HS_ARENA_EMPTY;
    struct hs_paths paths;
    uint32_t object =
        shared ? hs_shared_largest(c->retention, shared) : HS_NO_NODE;

    if (object == HS_NO_NODE || object >= hs_heap_count(c->heap))
        return false;
    object = accumulation(c, object);
    hs_paths_find(c->heap, c->holders, c->retention, &object, 1,
                  shared->holder_count, run->scratch, &passing, &paths);
    hs_arena_free(&passing);
    for (size_t i = 0; i < paths.count; i++)
        if (paths.paths[i].unit == holder) {
            *path = paths.paths[i];
            return true;
        }
    return false;
}

/* On from NODE, where PATH ends, to what it piles up, if types are known. */
static void pile(struct hs_run *run, const struct hs_heap_case *c,
                 uint32_t node, struct hs_path *path)
{
    struct hs_arena passing = HS_ARENA_EMPTY;

    if (c->heap->names)
        hs_paths_pile(c->heap, c->holders, c->retention, &node, 1, 0, KEEP,
                      run->scratch, &passing, path);
    hs_arena_free(&passing);
}

/* What a holder holds: down to where it accumulates. */
static void add_descents(struct hs_run *run, const struct hs_heap_case *c,
                         const struct hs_heap_target *target,
                         struct hs_block *list)
{
    uint64_t limit = hs_run_limit(run, USUAL_PATHS);

    for (size_t i = 0; i < target->holder_count; i++) {
        struct hs_path path;

        if (limit && i >= limit) {
            hs_doc_note(run->doc, run->doc->top,
                        "%zu more holders have that name",
                        target->holder_count - i);
            break;
        }
        if (find_joint_way(run, c, target->holders[i], &path)) {
            pile(run, c, path.steps[path.step_count - 1].object, &path);
        } else if (c->heap->names) {
            path = (struct hs_path){.unit = target->holders[i],
                                    .holder = target->holders[i],
                                    .through = target->holders[i],
                                    .count = 1,
                                    .goroutines = 1};
            pile(run, c, hs_retention_holder(c->retention, path.unit), &path);
        } else {
            hs_paths_descend(c->heap, c->retention, target->holders[i], KEEP,
                             DEEPEST, run->scratch, &path);
            if (path.step_count == 0) /* of many alike, the first */
                hs_paths_descend(c->heap, c->retention, target->holders[i], 0,
                                 1, run->scratch, &path);
            path.unit = target->holders[i];
        }
        add_path(run, c, list, &path);
    }
}

static bool path_run(struct hs_run *run, struct hs_err *err)
{
    const struct hs_heap_case *c = hs_look_heap(run, 0, err);
    struct hs_heap_target target;
    struct hs_block *list;

    if (!c)
        return false;
    if (!run->target)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "say what to find: an address, a size, a type or a "
                       "holder");
    if (!hs_look_target(c, run->target, run->scratch, &target, err))
        return false;
    if (target.type)
        describe_type(run, c, &target);
    else if (target.size)
        describe_size(run, &target);
    else if (target.object_count)
        describe_object(run, c, target.objects[0]);
    if (target.shared)
        hs_look_shared_note(run, target.shared);
    list = hs_doc_list(run->doc, run->doc->top, "paths",
                       target.object_count ? "held by" : "holds most through");
    if (target.object_count)
        add_ways(run, c, &target, list);
    else
        add_descents(run, c, &target, list);
    return true;
}

const struct hs_command command_path = {
    .name = "path",
    .alias = "why",
    .summary = "why is this alive: shortest ways from a root to it",
    .arguments = "TARGET FILE...",
    .details =
        "TARGET is an address (0xc000012340, also inside an object), a size "
        "(64KiB: the objects of the slot size that holds so much), a "
        "goroutine ('goroutine 17'), a holder as 'top --by holder' lists "
        "them, or a part of its name (main.cache, main.worker, data+0x1a40); "
        "with the executable also a type as 'top --by type' lists them "
        "(main.Order, '[]main.Line'). What several hold together is "
        "'main.a + main.b'.\n\n"
        "Of an object, one shortest path for each variable and each group of "
        "goroutines that holds it, then paths that differ in their first "
        "step. Of the objects of a type or a size, one for each variable or "
        "group that holds some, of that first which holds most of them. The "
        "size at each step is what goes when that object goes. Of a "
        "holder, the way down along what retains most, to where it "
        "accumulates.",
    .takes = HS_TAKES_TARGET,
    .needs = HS_PART_HEAP,
    .run = path_run,
};
