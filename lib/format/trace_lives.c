/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_lives.c - goroutines: which there are, in what state, of which group.
 *
 * Only those that exist (or that an event waits for) take memory; what is gone
 * is counted in its group.  A goroutine keeps the ids of its last reason and
 * stack, which are looked up when their generation ends: most never are.
 */
#include "format/trace_impl.h"

/* Groups beyond that many are counted as one: a real program has a few
 * hundred, and one takes some 200 bytes. */
#define MOST_GROUPS  ((size_t)1 << 18)
#define MOST_SAMPLES 4096

void hs_trace_lives_init(struct trace *t)
{
    struct trace_lives *lives = &t->lives;
    struct trace_life collector = {.id = UINT64_MAX};

    hs_trace_ids_init(&lives->ids, &t->scratch);
    lives->lives = HS_COLUMN(struct trace_life, &t->scratch);
    lives->unused = HS_COLUMN(uint32_t, &t->scratch);
    lives->extras = HS_COLUMN(struct trace_extra, &t->scratch);
    lives->unused_extras = HS_COLUMN(uint32_t, &t->scratch);
    lives->groups = HS_COLUMN(struct trace_group, &t->scratch);
    hs_map_init(&lives->group_of, &t->scratch, 64);
    hs_trace_series_init(&lives->counts, MOST_SAMPLES, &t->scratch);
    hs_column_push(&lives->lives, &collector);
}

/* --- groups --- */

static struct trace_group *group_at(const struct trace *t, uint32_t group)
{
    return (struct trace_group *)t->lives.groups.at + group;
}

/* The group of those that FUNCTION starts, created on stack CREATION. */
static uint32_t group_of(struct trace *t, uint32_t function, uint32_t creation)
{
    struct trace_lives *lives = &t->lives;
    uint32_t number = (uint32_t)lives->groups.count, found;

    if (number >= MOST_GROUPS)
        number = (uint32_t)MOST_GROUPS - 1;
    found = hs_map_add(&lives->group_of, (uint64_t)creation << 32 | function,
                       number);
    if (found == lives->groups.count) {
        struct trace_group group = {
            .row = {.function = function, .creation = creation},
            .kind = (uint8_t)hs_trace_root_kind(
                hs_intern_text(&t->strings, function))};

        hs_column_push(&lives->groups, &group);
    }
    return found;
}

/* --- the table --- */

static uint32_t new_life(struct trace *t, uint64_t id)
{
    struct trace_lives *lives = &t->lives;
    struct trace_life life = {.id = id, .state = TRACE_ABSENT};
    uint32_t number;

    if (lives->unused.count > 0) {
        number = ((uint32_t *)lives->unused.at)[--lives->unused.count];
        life.use = hs_trace_life(t, number)->use;
        *hs_trace_life(t, number) = life;
    } else {
        number = (uint32_t)lives->lives.count;
        hs_column_push(&lives->lives, &life);
    }
    hs_trace_ids_add(&lives->ids, id, number);
    return number;
}

uint32_t hs_trace_life_of(struct trace *t, uint64_t id)
{
    struct trace_lives *lives = &t->lives;
    uint32_t *recent = &lives->recent[id % TRACE_RECENT], number = *recent;

    if (number && hs_trace_life(t, number)->id == id)
        return number;
    number = hs_trace_ids_find(&lives->ids, id);
    if (number == TRACE_NONE)
        number = new_life(t, id);
    *recent = number;
    return number;
}

struct trace_extra *hs_trace_life_extra(struct trace *t, uint32_t life)
{
    struct trace_lives *lives = &t->lives;
    struct trace_life *l = hs_trace_life(t, life);
    struct trace_extra extra = {.assist = -1}, *at;

    if (!l->extra && lives->unused_extras.count > 0) {
        const uint32_t *unused = lives->unused_extras.at;

        l->extra = unused[--lives->unused_extras.count] + 1;
        at = (struct trace_extra *)lives->extras.at + l->extra - 1;
        *at = extra;
    } else if (!l->extra) {
        hs_column_push(&lives->extras, &extra);
        l->extra = (uint32_t)lives->extras.count;
    }
    return (struct trace_extra *)lives->extras.at + l->extra - 1;
}

static uint32_t finalizer_of(const struct trace *t,
                             const struct trace_life *life)
{
    const struct trace_extra *extras = t->lives.extras.at;

    return life->extra ? extras[life->extra - 1].finalizer : 0;
}

static void drop_extra(struct trace *t, struct trace_life *life)
{
    uint32_t extra = life->extra - 1, finalizer = finalizer_of(t, life);

    if (!life->extra)
        return;
    if (finalizer)
        hs_trace_finalizer_ended(t, finalizer - 1);
    life->extra = 0;
    hs_trace_regions_drop(t, (struct trace_extra *)t->lives.extras.at + extra);
    hs_column_push(&t->lives.unused_extras, &extra);
}

/* --- lives --- */

/* BY more goroutines exist. */
static void count(struct trace *t, int by)
{
    struct trace_lives *lives = &t->lives;

    lives->count += by;
    if (lives->count > lives->peak) {
        lives->peak = lives->count;
        lives->peak_time = t->now;
    }
    hs_trace_series_add(&lives->counts,
                        (struct trace_sample){t->now, lives->count, 0});
}

static void become_finalizer(struct trace *t, uint32_t life)
{
    const struct trace_group *group =
        group_at(t, hs_trace_life(t, life)->group);

    if (group->kind != TRACE_ROOT_OTHER &&
        !finalizer_of(t, hs_trace_life(t, life)))
        hs_trace_finalizer_new(t, life, group->kind, group->row.function);
}

/* The start function that stack id NEW_STACK is. */
static uint32_t start_of(struct trace *t, uint64_t new_stack)
{
    return hs_trace_stack_info(t, hs_trace_stack(t, new_stack))->root;
}

void hs_trace_life_born(struct trace *t, uint32_t life, uint64_t new_stack,
                        uint64_t stack, enum hs_trace_state state)
{
    uint32_t function = start_of(t, new_stack);
    uint32_t group = group_of(t, function, hs_trace_stack(t, stack));
    struct trace_life *l;

    if (hs_trace_life(t, life)->state != TRACE_ABSENT) {
        hs_trace_odd(t);
        hs_trace_life_ended(t, life);
        life = hs_trace_life_of(t, hs_trace_life(t, life)->id);
    }
    l = hs_trace_life(t, life);
    l->group = group;
    l->state = (uint8_t)state;
    l->seq = 0;
    l->era = t->era;
    l->since = l->created = t->now;
    l->reason = l->stack = 0;
    l->flags = function ? LIFE_ROOTED : 0;
    group_at(t, group)->row.started++;
    group_at(t, group)->row.alive_at[t->slice]++;
    t->line->started++;
    count(t, 1);
    become_finalizer(t, life);
    hs_trace_merge_wake(t, life);
}

void hs_trace_life_existed(struct trace *t, uint32_t life, uint64_t new_stack,
                           enum hs_trace_state state)
{
    struct trace_life *l;
    uint32_t function = start_of(t, new_stack);
    uint32_t group = group_of(t, function, 0);

    l = hs_trace_life(t, life);
    l->group = group;
    l->state = (uint8_t)state;
    l->seq = 0;
    l->era = t->era;
    l->since = l->created = HS_BEFORE_TRACE;
    l->reason = l->stack = 0;
    l->flags = (uint8_t)(LIFE_EXISTED | (function ? LIFE_ROOTED : 0));
    group_at(t, group)->row.existed++;
    t->line->existed++;
    become_finalizer(t, life);
    hs_trace_merge_wake(t, life);
}

void hs_trace_life_ended(struct trace *t, uint32_t life)
{
    struct trace_life *l = hs_trace_life(t, life);
    struct trace_group *group = group_at(t, l->group);

    group->row.ended++;
    group->row.alive_at[t->slice]--;
    t->line->ended++;
    count(t, -1);
    drop_extra(t, l);
    l->state = TRACE_ABSENT;
    l->flags = 0;
    l->use++;
    if (l->waiters) {
        hs_trace_merge_wake(t, life);
        return;
    }
    hs_trace_ids_remove(&t->lives.ids, l->id);
    if (t->lives.recent[l->id % TRACE_RECENT] == life)
        t->lives.recent[l->id % TRACE_RECENT] = 0;
    hs_column_push(&t->lives.unused, &life);
}

/* Nothing but this event tells that LIFE exists: how it came is lost. */
static void found(struct trace *t, uint32_t life)
{
    uint64_t seq = hs_trace_life(t, life)->seq;

    if (hs_trace_life(t, life)->state != TRACE_ABSENT)
        return;
    if (t->told)
        hs_trace_life_born(t, life, 0, 0, HS_TRACE_UNKNOWN);
    else
        hs_trace_life_existed(t, life, 0, HS_TRACE_UNKNOWN);
    hs_trace_life(t, life)->seq = seq;
}

void hs_trace_life_start(struct trace *t, uint32_t life)
{
    struct trace_life *l;
    uint32_t finalizer;

    found(t, life);
    l = hs_trace_life(t, life);
    l->state = HS_TRACE_RUNNING;
    l->since = t->now;
    l->reason = l->stack = 0;
    l->flags &= (uint8_t)~LIFE_LOCAL;
    finalizer = finalizer_of(t, l);
    if (finalizer)
        hs_trace_finalizer_start(t, finalizer - 1);
    if (l->waiters)
        hs_trace_merge_wake(t, life);
}

/* LIFE, which existed, goes into GROUP. */
static void move(struct trace *t, uint32_t life, uint32_t group)
{
    struct trace_life *l = hs_trace_life(t, life);

    group_at(t, l->group)->row.existed--;
    group_at(t, group)->row.existed++;
    l->group = group;
}

/* Puts LIFE into the group of its start function. */
static void learn_root(struct trace *t, uint32_t life, uint64_t stack)
{
    struct trace_life *l = hs_trace_life(t, life);
    uint32_t function = start_of(t, stack), group;

    if (!function)
        return;
    l->flags |= LIFE_ROOTED;
    if (!(l->flags & LIFE_EXISTED))
        return;
    group = group_of(t, function, 0);
    if (l->flags & LIFE_OWN)
        group_at(t, l->group)->merged = group + 1;
    move(t, life, group);
    become_finalizer(t, life);
}

/* LIFE becomes a group of its own. */
static void part(struct trace *t, uint32_t life)
{
    struct trace_group own = {0};

    hs_column_push(&t->lives.groups, &own);
    move(t, life, (uint32_t)t->lives.groups.count - 1);
    hs_trace_life(t, life)->flags |= LIFE_OWN;
}

/* Asked for every allocation: so a group is made elsewhere. */
uint32_t hs_trace_life_group(struct trace *t, uint32_t life)
{
    const struct trace_life *l = hs_trace_life(t, life);

    if ((l->flags & LIFE_EXISTED) && !(l->flags & (LIFE_ROOTED | LIFE_OWN)) &&
        t->lives.groups.count < MOST_GROUPS - 1)
        part(t, life);
    return l->group;
}

static void seen(struct trace *t, uint32_t life, uint64_t stack)
{
    if (stack && !(hs_trace_life(t, life)->flags & LIFE_ROOTED))
        learn_root(t, life, stack);
}

void hs_trace_life_on(struct trace *t, uint32_t life, uint64_t stack)
{
    struct trace_life *l;
    uint32_t finalizer;

    seen(t, life, stack);
    l = hs_trace_life(t, life);
    if (!stack || l->stack || l->reason || stack >= UINT32_MAX)
        return;
    l->stack = (uint32_t)stack;
    l->flags |= LIFE_LOCAL;
    finalizer = finalizer_of(t, l);
    if (finalizer)
        hs_trace_finalizer_stop(t, finalizer - 1, l->state, 0, stack);
}

void hs_trace_life_stop(struct trace *t, uint32_t life,
                        enum hs_trace_state state, uint64_t reason,
                        uint64_t stack)
{
    struct trace_life *l;
    uint32_t finalizer;

    found(t, life);
    seen(t, life, stack);
    l = hs_trace_life(t, life);
    l->state = (uint8_t)state;
    l->since = t->now;
    l->reason = reason < UINT32_MAX ? (uint32_t)reason : 0;
    l->stack = stack < UINT32_MAX ? (uint32_t)stack : 0;
    l->flags |= LIFE_LOCAL;
    finalizer = finalizer_of(t, l);
    if (finalizer)
        hs_trace_finalizer_stop(t, finalizer - 1, state, reason, stack);
    if (l->waiters)
        hs_trace_merge_wake(t, life);
}

void hs_trace_life_unblock(struct trace *t, uint32_t life)
{
    struct trace_life *l;
    uint32_t finalizer;

    found(t, life);
    l = hs_trace_life(t, life);
    l->state = HS_TRACE_RUNNABLE;
    l->since = t->now;
    finalizer = finalizer_of(t, l);
    if (finalizer)
        hs_trace_finalizer_unblock(t, finalizer - 1);
    if (l->waiters)
        hs_trace_merge_wake(t, life);
}

void hs_trace_lives_settle(struct trace *t)
{
    struct trace_life *lives = t->lives.lives.at;

    for (size_t i = 1; i < t->lives.lives.count; i++) {
        struct trace_life *l = &lives[i];

        if (!(l->flags & LIFE_LOCAL))
            continue;
        l->reason = hs_trace_string(t, l->reason);
        l->stack = hs_trace_stack(t, l->stack);
        l->flags &= (uint8_t)~LIFE_LOCAL;
    }
}
