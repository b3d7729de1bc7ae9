/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacks.c - printed goroutines, grouped as they come.
 */
#include "model/stacks.h"

#include "base/hash.h"
#include "model/goname.h"

static void start(struct hs_stacks *stacks, struct hs_arena *arena)
{
    *stacks = (struct hs_stacks){
        .frames = HS_COLUMN(struct hs_stacks_frame, arena),
        .groups = HS_COLUMN(struct hs_stacks_group, arena),
        .goroutines = HS_COLUMN(struct hs_stacks_goroutine, arena),
    };
    hs_intern_init(&stacks->strings, arena, arena);
    hs_intern_add(&stacks->strings, hs_str_of(""));
}

static void clear(struct hs_stacks_moment *moment)
{
    hs_arena_reset(&moment->arena);
    start(&moment->stacks, &moment->arena);
    hs_map_init(&moment->by_stack, &moment->arena, 16);
    hs_map_init(&moment->by_id, &moment->arena, 16);
}

void hs_stacks_begin(struct hs_stacks_builder *builder,
                     struct hs_snapshot *snapshot, const char *path)
{
    *builder = (struct hs_stacks_builder){.snapshot = snapshot, .path = path};
    clear(&builder->moments[0]);
    clear(&builder->moments[1]);
}

/* Is FUNCTION one that tells nothing of what the goroutine is for?  Where all
 * but a wrapper is plumbing, the wrapper is all there is. */
static bool is_left_out(struct hs_str function, bool only_wrapped)
{
    return hs_goname_wrapper(function) &&
           !(only_wrapped && !hs_goname_plumbing(function));
}

static bool only_wrapped(const struct hs_stacks_entry *entry)
{
    const struct hs_stacks_entry_frame *frames = entry->frames.at;

    for (size_t i = 0; i < entry->frames.count; i++)
        if (!hs_goname_plumbing(frames[i].function) &&
            !hs_goname_wrapper(frames[i].function))
            return false;
    return true;
}

/* The entry's frames as numbers, behind those of all groups; they are taken
 * back if the group is there already. */
static void push_frames(struct hs_stacks *now,
                        const struct hs_stacks_entry *entry)
{
    const struct hs_stacks_entry_frame *frames = entry->frames.at;
    bool wrapped = only_wrapped(entry);

    if (now->frames.count > HS_STACKS_FRAMES_MOST)
        return;
    for (size_t i = 0; i < entry->frames.count; i++) {
        struct hs_stacks_frame frame;

        if (is_left_out(frames[i].function, wrapped))
            continue;
        frame = (struct hs_stacks_frame){
            .function = hs_intern_add(&now->strings, frames[i].function),
            .file = hs_intern_add(&now->strings, frames[i].file),
            .line = frames[i].line};
        hs_column_push(&now->frames, &frame);
    }
}

static uint64_t hash_of(const struct hs_stacks_frame *frames, size_t count,
                        uint32_t creator)
{
    uint64_t hash = hs_hash_number(creator, hs_hash_seed());

    for (size_t i = 0; i < count; i++)
        hash = hs_hash_number(frames[i].function, hash);
    return hash;
}

static bool same_functions(const struct hs_stacks_frame *a,
                           const struct hs_stacks_frame *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].function != b[i].function)
            return false;
    return true;
}

/* As a heap dump's groups are named (DESIGN section 5). */
static uint32_t name_of(const struct hs_stacks *now,
                        const struct hs_stacks_frame *frames, size_t count)
{
    uint32_t second = 0, last = 0;

    for (size_t i = 0; i < count; i++) {
        struct hs_str name = hs_stacks_text(now, frames[i].function);

        if (!hs_goname_standard(name))
            return frames[i].function;
        if (!second && !hs_goname_plumbing(name))
            second = frames[i].function;
        if (!hs_str_equal(name, hs_str_of("runtime.goexit")))
            last = frames[i].function;
    }
    return second ? second : last;
}

static uint32_t find_group(struct hs_stacks_moment *moment,
                           const struct hs_stacks_entry *entry)
{
    struct hs_stacks *now = &moment->stacks;
    uint32_t from = (uint32_t)now->frames.count, count;
    const struct hs_stacks_frame *all, *mine;
    struct hs_stacks_group group = {.first_frame = from,
                                    .elided = entry->elided};
    uint64_t key;

    push_frames(now, entry);
    count = (uint32_t)now->frames.count - from;
    all = now->frames.at;
    mine = count ? all + from : NULL;
    group.frame_count = count;
    group.creator = (struct hs_stacks_frame){
        .function = hs_intern_add(&now->strings, entry->creator),
        .file = hs_intern_add(&now->strings, entry->creator_file),
        .line = entry->creator_line};
    key = hash_of(mine, count, group.creator.function);
    for (;; key++) {
        const struct hs_stacks_group *groups = now->groups.at;
        uint32_t next = (uint32_t)now->groups.count;
        uint32_t found = hs_map_add(&moment->by_stack, key, next);

        if (found == next) {
            group.name = name_of(now, mine, count);
            group.first = (uint32_t)now->goroutines.count;
            hs_column_push(&now->groups, &group);
            return found;
        }
        if (groups[found].frame_count == count &&
            groups[found].creator.function == group.creator.function &&
            same_functions(count ? all + groups[found].first_frame : NULL, mine,
                           count)) {
            now->frames.count = from;
            return found;
        }
    }
}

bool hs_stacks_has(const struct hs_stacks_builder *builder, uint64_t id)
{
    return hs_map_lookup(&builder->moments[builder->now].by_id, id) !=
           HS_MAP_NONE;
}

void hs_stacks_add(struct hs_stacks_builder *builder,
                   const struct hs_stacks_entry *entry, uint64_t offset)
{
    struct hs_stacks_moment *moment = &builder->moments[builder->now];
    struct hs_stacks *now;
    struct hs_stacks_goroutine goroutine = {.id = entry->id,
                                            .parent = entry->parent,
                                            .minutes = entry->minutes,
                                            .locked = entry->locked,
                                            .leaked = entry->leaked};
    struct hs_stacks_group *group;

    if (hs_stacks_has(builder, entry->id)) {
        hs_stacks_next(builder, (struct hs_str){0});
        moment = &builder->moments[builder->now];
    }
    now = &moment->stacks;
    if (now->goroutines.count == HS_STACKS_MOST) {
        now->left_out++;
        return;
    }
    if (now->goroutines.count == 0)
        now->offset = offset;
    hs_map_add(&moment->by_id, entry->id, (uint32_t)now->goroutines.count);
    goroutine.state = hs_intern_add(&now->strings, entry->state);
    goroutine.group = find_group(moment, entry);
    group = (struct hs_stacks_group *)now->groups.at + goroutine.group;
    group->count++;
    if (entry->elided > group->elided)
        group->elided = entry->elided;
    hs_column_push(&now->goroutines, &goroutine);
}

static void copy_column(struct hs_column *to, const struct hs_column *from)
{
    if (from->count)
        memcpy(hs_column_extend(to, from->count), from->at,
               from->count * from->size);
}

static struct hs_digest copy_digest(const struct hs_digest *from,
                                    struct hs_arena *arena)
{
    const struct hs_digest_row *rows = from->rows.at;
    struct hs_digest copy;

    hs_digest_init(&copy, arena);
    for (size_t i = 0; i < from->rows.count; i++) {
        struct hs_digest_row row = rows[i];

        row.name = hs_str_copy(arena, row.name);
        row.via = hs_str_copy(arena, row.via);
        hs_digest_add(&copy, row);
    }
    hs_digest_close(&copy);
    copy.total = from->total;
    return copy;
}

/* MOMENT becomes the snapshot's. */
static void keep(const struct hs_stacks_builder *builder,
                 const struct hs_stacks *moment)
{
    struct hs_snapshot *snapshot = builder->snapshot;
    struct hs_stacks *kept =
        hs_arena_zeroed(&snapshot->arena, 1, sizeof(*kept));

    start(kept, &snapshot->arena);
    copy_column(&kept->frames, &moment->frames);
    copy_column(&kept->groups, &moment->groups);
    copy_column(&kept->goroutines, &moment->goroutines);
    for (uint32_t i = 0; i < moment->strings.texts.count; i++)
        hs_intern_add(&kept->strings, hs_stacks_text(moment, i));
    kept->reason = hs_str_copy(&snapshot->arena, moment->reason);
    kept->offset = moment->offset;
    kept->left_out = moment->left_out;
    kept->path = builder->path;
    kept->first = copy_digest(&builder->first.digest, &snapshot->arena);
    kept->last = copy_digest(&builder->last.digest, &snapshot->arena);
    kept->moments = snapshot->stacks ? snapshot->stacks->moments : 0;
    snapshot->stacks = kept;
    snapshot->parts |= HS_PART_STACKS;
}

/* STACKS, a moment that is over, is the first one so far or the last. */
static void summarise(struct hs_stacks_builder *builder,
                      const struct hs_stacks *stacks)
{
    struct hs_stacks_summary *summary =
        builder->first.digest.rows.count ? &builder->last : &builder->first;

    if (stacks->goroutines.count < 2)
        return;
    hs_arena_reset(&summary->arena);
    hs_digest_init(&summary->digest, &summary->arena);
    hs_stacks_digest(stacks, &summary->digest, &summary->arena);
    summary->digest.total = (int64_t)stacks->goroutines.count;
}

void hs_stacks_next(struct hs_stacks_builder *builder, struct hs_str reason)
{
    struct hs_stacks_moment *now = &builder->moments[builder->now];
    const struct hs_stacks_moment *best = &builder->moments[!builder->now];
    struct hs_str kept;

    if (now->stacks.goroutines.count > 0) {
        builder->count++;
        summarise(builder, &now->stacks);
        if (now->stacks.goroutines.count >= best->stacks.goroutines.count)
            builder->now = !builder->now;
        now = &builder->moments[builder->now];
        clear(now);
    }
    kept = hs_str_copy(&now->arena, reason);
    if (reason.size > 0)
        now->stacks.reason = kept;
}

void hs_stacks_end(struct hs_stacks_builder *builder)
{
    struct hs_snapshot *snapshot = builder->snapshot;
    const struct hs_stacks *best;

    hs_stacks_next(builder, (struct hs_str){0});
    best = &builder->moments[!builder->now].stacks;
    if (best->goroutines.count > 0 &&
        (!snapshot->stacks ||
         best->goroutines.count >= snapshot->stacks->goroutines.count))
        keep(builder, best);
    if (snapshot->stacks)
        snapshot->stacks->moments += builder->count;
    hs_arena_free(&builder->moments[0].arena);
    hs_arena_free(&builder->moments[1].arena);
    hs_arena_free(&builder->first.arena);
    hs_arena_free(&builder->last.arena);
}

void hs_stacks_index(const struct hs_stacks *stacks, struct hs_map *by_id,
                     struct hs_arena *arena)
{
    const struct hs_stacks_goroutine *all = stacks->goroutines.at;

    hs_map_init(by_id, arena, stacks->goroutines.count);
    for (uint32_t i = 0; i < stacks->goroutines.count; i++)
        hs_map_add(by_id, all[i].id, i);
}

bool hs_stacks_runs_finalizers(struct hs_str function)
{
    return hs_str_equal(function, hs_str_of("runtime.runfinq")) ||
           hs_str_equal(function, hs_str_of("runtime.runFinalizers")) ||
           hs_str_equal(function, hs_str_of("runtime.runCleanups"));
}
