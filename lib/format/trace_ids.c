/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_ids.c - a table from ids to numbers from which entries can go.
 *
 * Linear probing; a removal moves later entries up (Knuth, vol. 3, 6.4,
 * algorithm R), so that goroutines which come and go leave nothing behind.
 */
#include "base/hash.h"
#include "format/trace_impl.h"

struct trace_id_slot {
    uint64_t id;
    uint32_t number; /* + 1; 0: free */
};

#define FIRST_ROOM 256

void hs_trace_ids_init(struct trace_ids *ids, struct hs_arena *arena)
{
    *ids = (struct trace_ids){
        .mask = FIRST_ROOM - 1, .seed = hs_hash_seed(), .arena = arena};
    ids->slots = hs_arena_zeroed(arena, FIRST_ROOM, sizeof(*ids->slots));
}

static size_t home(const struct trace_ids *ids, uint64_t id)
{
    return (size_t)hs_hash_number(id, ids->seed) & ids->mask;
}

/* Where ID is or would go. */
static size_t find(const struct trace_ids *ids, uint64_t id)
{
    size_t i = home(ids, id);

    while (ids->slots[i].number && ids->slots[i].id != id)
        i = (i + 1) & ids->mask;
    return i;
}

static void grow(struct trace_ids *ids)
{
    struct trace_id_slot *old = ids->slots;
    size_t room = ids->mask + 1;

    ids->mask = room * 2 - 1;
    ids->slots = hs_arena_zeroed(ids->arena, room * 2, sizeof(*ids->slots));
    for (size_t i = 0; i < room; i++)
        if (old[i].number)
            ids->slots[find(ids, old[i].id)] = old[i];
    hs_arena_release(ids->arena, old, room * sizeof(*old));
}

uint32_t hs_trace_ids_find(const struct trace_ids *ids, uint64_t id)
{
    return ids->slots[find(ids, id)].number - 1;
}

void hs_trace_ids_add(struct trace_ids *ids, uint64_t id, uint32_t number)
{
    if (ids->count + 1 > ids->mask / 2)
        grow(ids);
    ids->slots[find(ids, id)] = (struct trace_id_slot){id, number + 1};
    ids->count++;
}

void hs_trace_ids_remove(struct trace_ids *ids, uint64_t id)
{
    size_t gap = find(ids, id), i = gap;

    if (!ids->slots[gap].number)
        return;
    ids->count--;
    for (;;) {
        size_t wants;

        i = (i + 1) & ids->mask;
        if (!ids->slots[i].number)
            break;
        /* An entry may move up unless its home lies behind the gap. */
        wants = home(ids, ids->slots[i].id);
        if (((i - wants) & ids->mask) < ((i - gap) & ids->mask))
            continue;
        ids->slots[gap] = ids->slots[i];
        gap = i;
    }
    ids->slots[gap].number = 0;
}
