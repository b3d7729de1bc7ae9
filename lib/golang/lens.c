/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens.c - how Go writes a reference.
 *
 * From a typed object and an offset to the words that a Go developer would
 * use: fields and elements are stepped into until what is left is a pointer.
 * Inside of sync/atomic's types nobody knows the fields, so those are left
 * out: it is .root, not .root.v.  The same of a sync.Map, whose entries are
 * written as those of a map: of its own parts nothing is said.
 *
 * A map's entries are in its groups (Go >= 1.24) or buckets:
 *
 *   group  = ctrl:u64 slots[8]{key elem}     or ctrl:u64 keys[8] elems[8]
 *   bucket = topbits[8] keys[8] elems[8] overflow
 *
 * Their structs say where everything is; the fields have these names.
 */
#include "golang/lens_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Structs in structs in arrays ...: deeper ones end there. */
#define DEEPEST 64

#define TRIE "internal/sync."

struct reference {
    const struct golang *g;
    struct hs_column chars;
    const struct hs_memory *memory; /* NULL: its contents are not known */
};

static void add_text(struct reference *r, const char *text)
{
    lens_add(&r->chars, hs_str_of(text));
}

static void add_index(struct reference *r, const char *before, uint64_t index)
{
    char text[40];

    snprintf(text, sizeof(text), "%s[%" PRIu64 "]", before, index);
    add_text(r, text);
}

static const struct hs_go_field *field_at(const struct hs_names *names,
                                          const struct hs_go_type *type,
                                          uint64_t offset)
{
    const struct hs_go_field *fields = names->fields.at;

    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct hs_go_field *field = &fields[type->first_field + i];

        if (type->first_field + (uint64_t)i >= names->fields.count)
            break;
        if (offset - field->offset < hs_names_type(names, field->type)->size)
            return field;
    }
    return NULL;
}

/* Fields that nobody who uses type NUMBER knows: those of sync/atomic, of a
 * sync.Map, and of the hash trie that it is since Go 1.24. */
static bool hides_fields(const struct hs_names *names, uint32_t number)
{
    const struct hs_go_type *type = hs_names_type(names, number);

    return hs_str_starts(type->name, "sync/atomic.") ||
           hs_str_starts(type->name, TRIE "HashTrieMap[") ||
           hs_str_equal(type->name, hs_str_of("sync.Map"));
}

static void add_dynamic(struct reference *r, uint32_t type, uint64_t base)
{
    uint64_t size = 2 * (uint64_t)r->g->heap->pointer_size;
    struct hs_str name;
    uint32_t dynamic;

    if (!r->memory || !r->memory->bytes || r->memory->size < size ||
        base > r->memory->size - size)
        return;
    dynamic = lens_dynamic(r->g, type, r->memory->bytes + base);
    name = hs_names_type(r->g->names, dynamic)->name;
    if (dynamic == HS_NO_TYPE || name.size == 0 ||
        hs_names_type(r->g->names, dynamic)->inner)
        return;
    add_text(r, ".(");
    lens_add(&r->chars, name);
    add_text(r, ")");
}

/* What is OFFSET bytes into the value of type NUMBER at BASE of the memory.
 * CAPTURED: it is a closure, whose fields are variables that it captured. */
static void add_inside(struct reference *r, uint32_t number, uint64_t base,
                       uint64_t offset, bool captured)
{
    const struct hs_names *names = r->g->names;

    for (unsigned depth = 0; depth < DEEPEST; depth++) {
        const struct hs_go_type *type = hs_names_type(names, number);
        const struct hs_go_field *field;
        uint64_t size, index;

        switch ((enum hs_go_kind)type->kind) {
        case HS_GO_STRUCT:
            field = field_at(names, type, offset);
            if (!field)
                return;
            if (!hides_fields(names, number)) {
                add_text(r, captured ? "captured " : ".");
                lens_add(&r->chars, field->name);
            }
            captured = false;
            base += field->offset;
            offset -= field->offset;
            number = field->type;
            break;
        case HS_GO_ARRAY:
            size = hs_names_type(names, type->elem)->size;
            if (size == 0)
                return;
            index = offset / size;
            add_index(r, "", index);
            base += index * size;
            offset -= index * size;
            number = type->elem;
            break;
        case HS_GO_INTERFACE:
            add_dynamic(r, number, base);
            return;
        default:
            return;
        }
    }
}

/* One side of the entries of a group: where the first is, and how far it is
 * from one to the next. */
struct side {
    uint64_t at, stride, size;
    uint32_t type;
};

static bool side_of(const struct hs_names *names, uint32_t group, bool key,
                    struct side *side)
{
    const struct hs_go_field *slots = hs_names_field(names, group, "slots");
    const struct hs_go_field *row =
        hs_names_field(names, group, key ? "keys" : "elems");
    const struct hs_go_type *array;

    if (slots) {
        const struct hs_go_field *field;

        array = hs_names_type(names, slots->type);
        field = hs_names_field(names, array->elem, key ? "key" : "elem");
        if (!field)
            return false;
        side->at = slots->offset + field->offset;
        side->stride = hs_names_type(names, array->elem)->size;
        side->type = field->type;
    } else if (row) {
        side->at = row->offset;
        side->type = hs_names_type(names, row->type)->elem;
        side->stride = hs_names_type(names, side->type)->size;
    } else {
        return false;
    }
    side->size = hs_names_type(names, side->type)->size;
    return true;
}

/* Which entry of SIDE is at OFFSET of a group; false if none is. */
static bool entry_at(const struct side *side, uint64_t offset, uint64_t *entry)
{
    if (offset < side->at || side->stride == 0)
        return false;
    *entry = (offset - side->at) / side->stride;
    return *entry < 8 && (offset - side->at) % side->stride < side->size;
}

/* The key of ENTRY of the group at BASE. */
static void add_key(struct reference *r, const struct hs_go_type *map,
                    const struct side *keys, uint64_t base, uint64_t entry)
{
    uint64_t at = base + keys->at + entry * keys->stride;
    uint32_t type = keys->type;
    struct hs_memory memory;
    uint32_t object;

    if (!r->memory || !r->memory->bytes) {
        add_text(r, "…");
        return;
    }
    memory = *r->memory;
    if (map->indirect_key && type != map->key &&
        at <= memory.size - r->g->heap->pointer_size) {
        object = hs_heap_find(r->g->heap,
                              hs_heap_word(r->g->heap, memory.bytes + at));
        memory = object == HS_NO_OBJECT ? (struct hs_memory){0}
                                        : hs_heap_memory(r->g->heap, object);
        at = object == HS_NO_OBJECT
                 ? 0
                 : hs_heap_word(r->g->heap, r->memory->bytes + base + keys->at +
                                                entry * keys->stride) -
                       memory.address;
        type = map->key;
    }
    lens_add_value(r->g, &r->chars, type, &memory, at);
}

/* OFFSET bytes into the groups, which start at BASE, of a map of type TYPE. */
static void add_entry(struct reference *r, uint32_t type, uint64_t base,
                      uint64_t offset)
{
    const struct hs_names *names = r->g->names;
    const struct hs_go_type *map = hs_names_type(names, type);
    uint64_t size = hs_names_type(names, map->group)->size, entry;
    struct side keys, values;

    if (size == 0 || !side_of(names, map->group, true, &keys) ||
        !side_of(names, map->group, false, &values))
        return;
    base += offset / size * size;
    offset %= size;
    if (entry_at(&values, offset, &entry)) {
        add_text(r, "[");
        add_key(r, map, &keys, base, entry);
        add_text(r, "]");
        offset -= values.at + entry * values.stride;
        if (!map->indirect_value)
            add_inside(r, values.type, base + values.at + entry * values.stride,
                       offset, false);
    } else if (entry_at(&keys, offset, &entry)) {
        add_text(r, "key ");
        add_key(r, map, &keys, base, entry);
        offset -= keys.at + entry * keys.stride;
        if (!map->indirect_key)
            add_inside(r, keys.type, base + keys.at + entry * keys.stride,
                       offset, false);
    }
}

/* OFFSET bytes into an entry of a hash trie, of type TYPE, at BASE. */
static void add_trie_entry(struct reference *r, uint32_t type, uint64_t base,
                           uint64_t offset)
{
    const struct hs_names *names = r->g->names;
    const struct hs_go_field *key = hs_names_field(names, type, "key");
    const struct hs_go_field *value = hs_names_field(names, type, "value");
    bool at_value = value && offset >= value->offset;

    if (!key || (!at_value && offset < key->offset))
        return; /* the next one, of keys with equal hashes */
    add_text(r, at_value ? "[" : "key ");
    if (r->memory->bytes)
        lens_add_value(r->g, &r->chars, key->type, r->memory,
                       base + key->offset);
    if (at_value)
        add_text(r, "]");
    key = at_value ? value : key;
    add_inside(r, key->type, base + key->offset, offset - key->offset, false);
}

static struct hs_str finish(const struct reference *r)
{
    return (struct hs_str){r->chars.count ? r->chars.at : "", r->chars.count};
}

/* An element of a row of TYPE that starts at BASE. */
static void add_element(struct reference *r, const char *before, uint32_t type,
                        uint64_t base, uint64_t offset)
{
    uint64_t size = hs_names_type(r->g->names, type)->size;

    if (size == 0)
        return;
    add_index(r, before, offset / size);
    add_inside(r, type, base + offset / size * size, offset % size, false);
}

static struct hs_str reference(const struct hs_lens *lens, uint32_t object,
                               uint64_t offset, struct hs_arena *arena)
{
    const struct hs_names *names = lens->names;
    uint32_t typing = hs_names_typing(names, object);
    uint32_t type = hs_typing_evidence(typing) > HS_EVIDENCE_GUESS
                        ? hs_typing_type(typing)
                        : HS_NO_TYPE;
    uint64_t base = typing & HS_TYPING_HEADER ? 8 : 0;
    struct hs_memory memory;
    struct reference r = {
        .g = lens->state, .chars = HS_COLUMN(char, arena), .memory = &memory};

    if (type == HS_NO_TYPE || offset < base)
        return (struct hs_str){"", 0};
    memory = hs_heap_memory(lens->heap, object);
    offset -= base;
    switch (hs_typing_shape(typing)) {
    case HS_SHAPE_ONE:
        if (!hs_names_type(names, type)->inner)
            add_inside(&r, type, base, offset, false);
        else if (hs_str_starts(hs_names_type(names, type)->name, TRIE "entry["))
            add_trie_entry(&r, type, base, offset);
        break;
    case HS_SHAPE_CLOSURE:
        add_inside(&r, type, base, offset, true);
        break;
    case HS_SHAPE_MANY:
        add_element(&r, "", type, base, offset);
        break;
    case HS_SHAPE_CHAN_BUFFER:
        add_element(&r, "<-", hs_names_type(names, type)->elem, base, offset);
        break;
    case HS_SHAPE_MAP_GROUPS:
        add_entry(&r, type, base, offset);
        break;
    default:
        break; /* Go has no words for what is in there */
    }
    return finish(&r);
}

static struct hs_str in_global(const struct hs_lens *lens, uint32_t global,
                               uint64_t offset, struct hs_arena *arena)
{
    const struct hs_heap *heap = lens->heap;
    const struct hs_segment *segments = heap->segments.at;
    const struct hs_global *its = lens->names->globals.at;
    struct reference r = {.g = lens->state, .chars = HS_COLUMN(char, arena)};
    uint64_t base = 0, size;

    if (global >= lens->names->globals.count)
        return (struct hs_str){"", 0};
    its += global;
    for (size_t i = 0; i < heap->segments.count && !r.memory; i++) {
        base = its->address - segments[i].memory.address;
        if (base < segments[i].memory.size)
            r.memory = &segments[i].memory;
    }
    size = hs_names_type(lens->names, its->type)->size;
    if (its->several && size) {
        add_index(&r, "", offset / size);
        base += offset - offset % size;
        offset %= size;
    }
    add_inside(&r, its->type, base, offset, false);
    return finish(&r);
}

static size_t lines(const struct hs_lens *lens, uint64_t pc,
                    struct hs_place *places, size_t room)
{
    return hs_golang_lines(lens->state, pc, places, room);
}

const struct hs_lens *hs_golang_lens(struct golang *g)
{
    struct hs_lens *lens = hs_arena_zeroed(g->arena, 1, sizeof(*lens));

    *lens = (struct hs_lens){.reference = reference,
                             .in_global = in_global,
                             .lines = lines,
                             .heap = g->heap,
                             .names = g->names,
                             .state = g};
    return lens;
}
