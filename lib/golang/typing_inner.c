/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_inner.c - what is behind a map, a chan, or a node of a hash trie.
 *
 * Maps of Go 1.24 on (internal/runtime/maps):
 *
 *   Map       used:u64 seed dirPtr dirLen depth:u8 ...
 *   dirLen 0: dirPtr is one group; else *table[dirLen], tables repeat
 *   table     used:u16 capacity:u16 left:u16 depth:u8 index groups
 * lengthMask:u64 group     ctrl:u64 slot[8], slot = key elem
 *
 * and before (runtime/map.go), all counts being of buckets:
 *
 *   hmap      count flags:u8 B:u8 noverflow:u16 hash0:u32 buckets oldbuckets
 *             nevacuate extra
 *   mapextra  overflow oldoverflow nextOverflow, the first two *[]*bucket;
 *             only where buckets have no pointers, and so no way to the next
 *   bucket    tophash:u8[8] key[8] elem[8] overflow
 *
 * Which one a map is, its group says: the first field's name is ctrl or
 * topbits.  A chan (runtime/chan.go) begins with
 *
 *   hchan     qcount dataqsiz buf elemsize:u16 ...
 *
 * and has its buffer behind itself unless the elements have pointers.
 */
#include "golang/typing_impl.h"

uint64_t typing_map_size(const struct typing *t)
{
    return t->word == 8 ? 48 : 28;
}

uint64_t typing_chan_size(const struct typing *t)
{
    return 12 * (uint64_t)t->word;
}

bool hs_golang_is_swiss(const struct hs_names *names, uint32_t map)
{
    const struct hs_go_type *group =
        hs_names_type(names, hs_names_type(names, map)->group);
    const struct hs_go_field *fields = names->fields.at;

    return group->field_count && group->first_field < names->fields.count &&
           hs_str_equal(fields[group->first_field].name, hs_str_of("ctrl"));
}

/* COUNT groups of TYPE at ADDRESS, unless that is nonsense. */
static void claim_groups(struct typing_worker *w, uint64_t address,
                         uint64_t count, uint32_t type)
{
    uint64_t size = typing_type(w->typing, type)->group_size;

    if (address && size && count <= UINT32_MAX / size)
        typing_claim_inner(w, address, count * size, type, HS_SHAPE_MAP_GROUPS);
}

static void scan_swiss(struct typing_worker *w, const struct hs_memory *memory,
                       uint64_t offset, uint32_t type)
{
    const struct typing *t = w->typing;
    uint64_t at = typing_at(t, memory, offset + 8 + t->word);
    uint64_t length = typing_at(t, memory, offset + 8 + 2 * t->word);

    if (length == 0)
        claim_groups(w, at, 1, type);
    else if (at && length <= UINT32_MAX / t->word)
        typing_claim_inner(w, at, length * t->word, type,
                           HS_SHAPE_MAP_DIRECTORY);
}

static void scan_table(struct typing_worker *w, const struct hs_memory *memory,
                       uint64_t offset, uint32_t type)
{
    const struct typing *t = w->typing;
    uint64_t mask = typing_at(t, memory, offset + 8 + 2 * t->word);

    if (mask < UINT32_MAX)
        claim_groups(w, typing_at(t, memory, offset + 8 + t->word), mask + 1,
                     type);
}

static void scan_directory(struct typing_worker *w,
                           const struct hs_memory *memory, uint64_t offset,
                           uint32_t type)
{
    const struct typing *t = w->typing;
    uint64_t last = 0;

    for (; offset < memory->size; offset += t->word) {
        uint64_t at = typing_at(t, memory, offset);

        if (at && at != last)
            typing_claim_inner(w, at, 16 + 2 * (uint64_t)t->word, type,
                               HS_SHAPE_MAP_TABLE);
        last = at;
    }
}

/* The object at ADDRESS as an overflow list's part of COVERS bytes. */
static bool take_extra(struct typing_worker *w, uint64_t address,
                       uint64_t covers, uint32_t type, struct hs_memory *memory)
{
    struct typing_place place;

    if (!typing_locate(w->typing, address, &place) ||
        place.offset != place.header || covers > place.size - place.offset)
        return false;
    typing_claim_inner(w, address, covers, type, HS_SHAPE_MAP_EXTRA);
    return typing_memory(w->typing, place.slot, memory);
}

/* The *[]*bucket at ADDRESS. */
static void scan_overflow(struct typing_worker *w, uint64_t address,
                          uint32_t type)
{
    const struct typing *t = w->typing;
    struct hs_memory memory;
    uint64_t length, capacity, header;

    if (!take_extra(w, address, 3 * (uint64_t)t->word, type, &memory))
        return;
    address = typing_at(t, &memory, 0);
    length = typing_at(t, &memory, t->word);
    capacity = typing_at(t, &memory, 2 * t->word);
    if (length > capacity || capacity > UINT32_MAX ||
        !take_extra(w, address, capacity * t->word, type, &memory))
        return;
    header = address - memory.address;
    for (uint64_t i = 0; i < length; i++)
        claim_groups(w, typing_at(t, &memory, header + i * t->word), 1, type);
}

static void scan_hmap(struct typing_worker *w, const struct hs_memory *memory,
                      uint64_t offset, uint32_t type)
{
    const struct typing *t = w->typing;
    uint64_t at = offset + t->word + 8, extra;
    struct hs_memory its;
    unsigned log;

    if (memory->size < offset || memory->size - offset < t->word + 8)
        return;
    log = memory->bytes[offset + t->word + 1];
    if (log > 40)
        return;
    claim_groups(w, typing_at(t, memory, at), (uint64_t)1 << log, type);
    claim_groups(w, typing_at(t, memory, at + t->word),
                 log ? (uint64_t)1 << (log - 1) : 1, type);
    extra = typing_at(t, memory, at + 3 * t->word);
    if (!extra || !take_extra(w, extra, 3 * (uint64_t)t->word, type, &its))
        return;
    scan_overflow(w, typing_at(t, &its, 0), type);
    scan_overflow(w, typing_at(t, &its, t->word), type);
}

static void scan_chan(struct typing_worker *w, const struct hs_memory *memory,
                      uint64_t offset, uint32_t type)
{
    const struct typing *t = w->typing;
    const struct typing_type *elem =
        typing_type(t, hs_names_type(t->g->names, type)->elem);
    uint64_t room = typing_at(t, memory, offset + t->word);
    uint64_t buffer = typing_at(t, memory, offset + 2 * t->word);

    if (elem->has_pointers && elem->size && room && buffer &&
        room <= UINT32_MAX / elem->size)
        typing_claim_inner(w, buffer, room * elem->size, type,
                           HS_SHAPE_CHAN_BUFFER);
}

void typing_scan_inner(struct typing_worker *w, const struct hs_memory *memory,
                       uint64_t offset, uint32_t typing)
{
    uint32_t type = hs_typing_type(typing);

    switch (hs_typing_shape(typing)) {
    case HS_SHAPE_MAP:
        if (hs_golang_is_swiss(w->typing->g->names, type))
            scan_swiss(w, memory, offset, type);
        else
            scan_hmap(w, memory, offset, type);
        break;
    case HS_SHAPE_MAP_DIRECTORY:
        scan_directory(w, memory, offset, type);
        break;
    case HS_SHAPE_MAP_TABLE:
        scan_table(w, memory, offset, type);
        break;
    case HS_SHAPE_CHAN:
        scan_chan(w, memory, offset, type);
        break;
    default:
        break; /* a string's bytes, and overflow lists: see scan_hmap */
    }
}

/* The types that a node of a hash trie may be of, by TYPE, its common head:
 * isEntry, a bool, comes first (internal/sync/hashtriemap.go). */
void typing_claim_trie(struct typing_worker *w, uint64_t address, uint32_t type)
{
    const struct typing *t = w->typing;
    const struct typing_trie *tries = t->tries.at;
    struct typing_place place;
    struct hs_memory memory;

    if (!typing_locate(t, address, &place) ||
        !typing_memory(t, place.slot, &memory))
        return;
    for (size_t i = 0; i < t->tries.count; i++)
        if (tries[i].node == type)
            typing_claim_one(w, address,
                             memory.bytes[place.offset] ? tries[i].entry
                                                        : tries[i].indirect,
                             HS_EVIDENCE_REACHED);
}
