/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.c - type descriptors: what internal/abi calls Type.
 *
 *   head      = size:word ptrbytes:word hash:u4 flags:u1 align:u1
 *               fieldalign:u1 kind:u1 equal:ptr gcdata:ptr name:i4 ptrto:i4
 *   array     = head elem:ptr slice:ptr length:word
 *   chan      = head elem:ptr direction:word
 *   func      = head in:u2 out:u2 pad uncommon? types:ptr*
 *   interface = head package:ptr methods:slice
 *   map       = head key:ptr elem:ptr group:ptr hasher:ptr ... flags:u4
 *   pointer, slice = head elem:ptr
 *   struct    = head package:ptr fields:slice    field = name:ptr type:ptr
 *                                                        offset:word
 *   uncommon  = package:i4 methods:u2 exported:u2 offset:u4 unused:u4
 *   name      = flags:u1 length:varint text
 *
 * i4 count from the start of all types.  A descriptor that is asked for is
 * read with all that it is made of, one after another: types are cyclic, and
 * who wrote the file decides how deep they nest.
 */
#include "golang/types.h"

#include "model/goversion.h"

#define FLAG_UNCOMMON   1u
#define FLAG_EXTRA_STAR 2u
#define FLAG_NAMED      4u
#define FLAG_ON_DEMAND  16u /* Go >= 1.24 */
#define FLAG_DIRECT     32u /* Go >= 1.26; a bit of the kind before */
#define KIND_DIRECT     32u
#define KIND_PROGRAM    64u /* Go < 1.24 */
#define KIND_MASK       31u
#define NAME_EMBEDDED   8u
#define VARIADIC        0x8000u
#define UNCOMMON_SIZE   16u
#define METHOD_SIZE     16u

/* What differs from version to version. */
struct type_layout {
    unsigned from;
    bool offset_and_embedded; /* a field's offset, doubled, plus embedded */
    bool swiss;               /* maps have groups, else buckets */
    unsigned map_words;       /* after the hasher and before the flags */
    unsigned indirect_key, indirect_value; /* in a map's flags */
    bool direct_in_kind;
    bool on_demand, programs;
};

static const struct type_layout layouts[] = {
    {18, true, false, 0, 1, 2, true, false, true},
    {19, false, false, 0, 1, 2, true, false, true},
    {24, false, true, 3, 4, 8, true, true, false},
    {26, false, true, 3, 4, 8, false, true, false},
    {27, false, true, 6, 4, 8, false, true, false},
};

/* Go 1.24 and 1.25 can be built with the old maps. */
static const struct type_layout old_maps = {24, false, false, 0,    1,
                                            2,  true,  true,  false};

static const struct type_layout *layout_of(const struct golang *g)
{
    const struct type_layout *layout = &layouts[0];

    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        if (layouts[i].from <= g->minor)
            layout = &layouts[i];
    if (layout->from == 24 &&
        hs_goversion_has(g->program->go_version, "noswissmap"))
        return &old_maps;
    return layout;
}

static unsigned head_size(const struct golang *g)
{
    return 4 * g->pointer_size + 16;
}

static uint64_t align_up(const struct golang *g, uint64_t offset)
{
    return (offset + g->pointer_size - 1) & ~(uint64_t)(g->pointer_size - 1);
}

/* How long the part of a descriptor is that all of its kind have. */
static uint64_t fixed_size(const struct golang *g, unsigned kind)
{
    uint64_t head = head_size(g), word = g->pointer_size;
    const struct type_layout *layout = layout_of(g);

    switch (kind) {
    case HS_GO_ARRAY:
        return head + 3 * word;
    case HS_GO_CHAN:
        return head + 2 * word;
    case HS_GO_FUNC:
        return align_up(g, head + 4);
    case HS_GO_INTERFACE:
    case HS_GO_STRUCT:
        return head + 4 * word;
    case HS_GO_MAP:
        if (!layout->swiss)
            return align_up(g, head + 4 * word + 8);
        return align_up(g, head + (4 + layout->map_words) * word + 4);
    case HS_GO_POINTER:
    case HS_GO_SLICE:
        return head + word;
    default:
        return head;
    }
}

/* The name at ADDRESS, with its flags into *FLAGS; empty if there is none. */
static struct hs_str name_at(const struct golang *g, uint64_t address,
                             uint8_t *flags)
{
    struct hs_cursor c = hs_golang_rest(g, address);
    uint64_t size;
    const uint8_t *text;

    *flags = hs_cursor_u8(&c);
    size = hs_cursor_varint(&c);
    text = hs_cursor_take(&c, size);
    if (!text || size == 0)
        return (struct hs_str){"", 0};
    return (struct hs_str){(const char *)text, size};
}

static struct hs_str name_of_offset(const struct golang *g, uint32_t offset)
{
    const struct golang_span *types = &g->module->types;
    uint8_t flags;

    if (offset == 0 || offset >= types->end - types->start)
        return (struct hs_str){"", 0};
    return name_at(g, types->start + offset, &flags);
}

/* What comes first in any descriptor. */
struct head {
    uint64_t size, pointer_bytes, mask;
    uint32_t name;
    uint8_t flags, kind;
};

static bool read_head(const struct golang *g, uint64_t address,
                      struct head *head)
{
    const struct golang_span *types = &g->module->types;
    uint64_t word = g->pointer_size;
    struct hs_cursor c;
    uint8_t align;

    if (address < types->start || address >= types->end || address % word)
        return false;
    c = hs_golang_bytes(g, address, head_size(g));
    head->size = hs_golang_word(g, &c);
    head->pointer_bytes = hs_golang_word(g, &c);
    hs_cursor_u32(&c); /* hash */
    head->flags = hs_cursor_u8(&c);
    align = hs_cursor_u8(&c);
    hs_cursor_u8(&c); /* alignment as a field */
    head->kind = hs_cursor_u8(&c);
    hs_golang_word(g, &c); /* equal */
    head->mask = hs_golang_pointer(g, &c);
    head->name = hs_cursor_u32(&c);
    return !c.fault && align && align <= 16 && !(align & (align - 1)) &&
           head->pointer_bytes <= head->size &&
           head->pointer_bytes % word == 0 && head->size < (uint64_t)1 << 48 &&
           (head->kind & KIND_MASK) >= HS_GO_BOOL &&
           (head->kind & KIND_MASK) <= HS_GO_UNSAFE_POINTER;
}

/* The import path in the uncommon part of a type. */
static struct hs_str package_of(const struct golang *g, uint64_t address,
                                const struct head *head)
{
    struct hs_cursor c;

    if (!(head->flags & FLAG_UNCOMMON))
        return (struct hs_str){"", 0};
    c = hs_golang_bytes(g, address + fixed_size(g, head->kind & KIND_MASK),
                        UNCOMMON_SIZE);
    return name_of_offset(g, hs_cursor_u32(&c));
}

/* The number of the type at ADDRESS, of which the head is read; the rest
 * follows in its turn. */
static uint32_t enlist(struct golang *g, uint64_t address)
{
    const struct type_layout *layout = layout_of(g);
    uint32_t known = hs_map_lookup(&g->type_at, address);
    struct head head;
    struct hs_go_type type;
    struct golang_descriptor d;

    if (known != HS_MAP_NONE)
        return known;
    if (g->names->types.count >= HS_MOST_TYPES || !read_head(g, address, &head))
        return HS_NO_TYPE;
    type = (struct hs_go_type){
        .descriptor = address,
        .size = head.size,
        .kind = head.kind & KIND_MASK,
        .direct = layout->direct_in_kind ? head.kind & KIND_DIRECT
                                         : head.flags & FLAG_DIRECT,
        .has_pointers = head.pointer_bytes != 0,
    };
    if (head.flags & FLAG_NAMED)
        type.package = package_of(g, address, &head);
    d = (struct golang_descriptor){
        .text = name_of_offset(g, head.name),
        .pointer_bytes = head.pointer_bytes,
        .mask = head.mask,
        .named = head.flags & FLAG_NAMED,
        .program = layout->programs && head.kind & KIND_PROGRAM,
        .on_demand = layout->on_demand && head.flags & FLAG_ON_DEMAND,
    };
    if (head.flags & FLAG_EXTRA_STAR && d.text.size && d.text.text[0] == '*')
        d.text = (struct hs_str){d.text.text + 1, d.text.size - 1};
    hs_column_push(&g->names->types, &type);
    hs_column_push(&g->type_state->descriptors, &d);
    return hs_map_add(&g->type_at, address,
                      (uint32_t)g->names->types.count - 1);
}

/* Takes WORDS of what a sound file can have in all. */
static bool afford(struct golang *g, uint64_t words)
{
    if (words > g->type_state->words_left)
        return false;
    g->type_state->words_left -= words;
    return true;
}

static void read_struct(struct golang *g, uint32_t number, struct hs_cursor *c)
{
    const struct type_layout *layout = layout_of(g);
    uint64_t size = golang_type(g, number)->size;
    uint32_t first = (uint32_t)g->names->fields.count;
    uint64_t at, count;
    struct hs_cursor fields;

    hs_golang_word(g, c); /* package */
    at = hs_golang_pointer(g, c);
    count = hs_golang_word(g, c);
    if (c->fault || count > UINT32_MAX / 2 || !afford(g, 3 * count))
        return;
    fields = hs_golang_bytes(g, at, 3 * count * g->pointer_size);
    while (!hs_cursor_done(&fields)) {
        struct hs_go_field field = {0};
        uint8_t flags;

        field.name = name_at(g, hs_golang_pointer(g, &fields), &flags);
        field.type = enlist(g, hs_golang_pointer(g, &fields));
        field.offset = hs_golang_word(g, &fields);
        field.embedded = flags & NAME_EMBEDDED;
        if (layout->offset_and_embedded) {
            field.embedded = field.offset & 1;
            field.offset >>= 1;
        }
        if (field.offset > size ||
            golang_type(g, field.type)->size > size - field.offset)
            break;
        hs_column_push(&g->names->fields, &field);
    }
    golang_type(g, number)->first_field = first;
    golang_type(g, number)->field_count =
        (uint32_t)(g->names->fields.count - first);
}

static void read_map(struct golang *g, uint32_t number, struct hs_cursor *c)
{
    const struct type_layout *layout = layout_of(g);
    uint32_t key = enlist(g, hs_golang_pointer(g, c));
    uint32_t value = enlist(g, hs_golang_pointer(g, c));
    uint32_t group = enlist(g, hs_golang_pointer(g, c));
    struct hs_go_type *type = golang_type(g, number);
    uint32_t flags;

    hs_golang_word(g, c); /* hasher */
    /* The sizes of key, value and bucket are in their types, too. */
    hs_cursor_take(c, layout->swiss ? layout->map_words * g->pointer_size : 4);
    flags = hs_cursor_u32(c);
    type->key = key;
    type->elem = value;
    type->group = group;
    type->indirect_key = flags & layout->indirect_key;
    type->indirect_value = flags & layout->indirect_value;
}

static void read_func(struct golang *g, uint32_t number, struct hs_cursor *c)
{
    uint64_t address = golang_type(g, number)->descriptor;
    uint32_t first = (uint32_t)g->type_state->parts.count;
    uint32_t in = hs_cursor_u16(c), out = hs_cursor_u16(c);
    struct hs_cursor head = hs_golang_bytes(g, address, head_size(g)), types;

    hs_cursor_take(&head, 2 * g->pointer_size + 4);
    address += fixed_size(g, HS_GO_FUNC);
    if (hs_cursor_u8(&head) & FLAG_UNCOMMON)
        address += UNCOMMON_SIZE;
    golang_descriptor(g, number)->variadic = out & VARIADIC;
    out &= ~VARIADIC;
    if (!afford(g, in + out))
        return;
    types = hs_golang_bytes(g, address, (uint64_t)(in + out) * g->pointer_size);
    while (!hs_cursor_done(&types)) {
        uint32_t part = enlist(g, hs_golang_pointer(g, &types));

        hs_column_push(&g->type_state->parts, &part);
    }
    golang_descriptor(g, number)->first_part = first;
    golang_descriptor(g, number)->part_count =
        (uint32_t)g->type_state->parts.count - first;
    golang_descriptor(g, number)->results = types.fault ? 0 : out;
}

static void read_array(struct golang *g, uint32_t number, struct hs_cursor *c)
{
    uint32_t elem = enlist(g, hs_golang_pointer(g, c));
    struct hs_go_type *type = golang_type(g, number);
    uint64_t size = golang_type(g, elem)->size, length;

    hs_golang_word(g, c); /* slice */
    length = hs_golang_word(g, c);
    /* Elements that do not fill it are none. */
    if (elem == HS_NO_TYPE ||
        (length ? type->size / length != size || type->size % length != 0
                : type->size != 0))
        return;
    type->elem = elem;
    type->length = length;
}

/* Reads what follows the head of type NUMBER. */
static void read_rest(struct golang *g, uint32_t number)
{
    struct hs_go_type *type = golang_type(g, number);
    struct hs_cursor c =
        hs_golang_bytes(g, type->descriptor, fixed_size(g, type->kind));
    uint32_t elem;

    hs_cursor_take(&c, head_size(g));
    switch (type->kind) {
    case HS_GO_ARRAY:
        read_array(g, number, &c);
        break;
    case HS_GO_CHAN:
    case HS_GO_POINTER:
    case HS_GO_SLICE:
        elem = enlist(g, hs_golang_pointer(g, &c));
        golang_type(g, number)->elem = elem;
        if (golang_type(g, number)->kind == HS_GO_CHAN)
            golang_descriptor(g, number)->direction = hs_golang_word(g, &c) & 3;
        break;
    case HS_GO_FUNC:
        read_func(g, number, &c);
        break;
    case HS_GO_INTERFACE:
        hs_cursor_take(&c, 2 * g->pointer_size);
        type->methods = hs_golang_word(g, &c) != 0;
        break;
    case HS_GO_MAP:
        read_map(g, number, &c);
        break;
    case HS_GO_STRUCT:
        read_struct(g, number, &c);
        break;
    default:
        break;
    }
}

uint32_t hs_golang_type_at(struct golang *g, uint64_t descriptor)
{
    uint32_t from = (uint32_t)g->names->types.count;
    uint32_t number = enlist(g, descriptor);

    for (uint32_t i = from; i < g->names->types.count; i++)
        read_rest(g, i);
    if (g->names->types.count > from)
        hs_golang_name_types(g, from);
    return number;
}

/* The descriptor, its uncommon part, what its kind adds, and its methods. */
uint64_t hs_golang_descriptor_size(const struct golang *g, uint64_t address)
{
    uint64_t word = g->pointer_size, size, added = 0, methods = 0;
    struct head head;
    struct hs_cursor c;
    unsigned kind;

    if (!read_head(g, address, &head))
        return 0;
    kind = head.kind & KIND_MASK;
    size = fixed_size(g, kind);
    c = hs_golang_bytes(g, address, size);
    hs_cursor_take(&c, head_size(g));
    if (kind == HS_GO_FUNC) {
        added = hs_cursor_u16(&c);
        added = (added + (hs_cursor_u16(&c) & ~VARIADIC)) * word;
    } else if (kind == HS_GO_STRUCT || kind == HS_GO_INTERFACE) {
        hs_cursor_take(&c, 2 * word);
        added = hs_golang_word(g, &c);
        if (added > g->image->loaded)
            return 0;
        added *= kind == HS_GO_STRUCT ? 3 * word : 8;
    }
    if (head.flags & FLAG_UNCOMMON) {
        c = hs_golang_bytes(g, address + size, UNCOMMON_SIZE);
        hs_cursor_u32(&c); /* package */
        methods = hs_cursor_u16(&c);
        size += UNCOMMON_SIZE;
    }
    size += added + methods * METHOD_SIZE;
    return c.fault ? 0 : align_up(g, size);
}

uint32_t hs_golang_type_add(struct golang *g, const struct hs_go_type *type,
                            const struct hs_go_field *fields,
                            uint32_t field_count)
{
    struct golang_descriptor d = {.text = type->name, .naming = GOLANG_NAMED};
    struct hs_go_type copy = *type;

    if (g->names->types.count >= HS_MOST_TYPES)
        return HS_NO_TYPE;
    if (type->has_pointers) {
        d.on_demand = true;
        d.pointer_bytes = type->size / g->pointer_size * g->pointer_size;
    }
    copy.first_field = (uint32_t)g->names->fields.count;
    copy.field_count = field_count;
    for (uint32_t i = 0; i < field_count; i++)
        hs_column_push(&g->names->fields, &fields[i]);
    hs_column_push(&g->names->types, &copy);
    hs_column_push(&g->type_state->descriptors, &d);
    return (uint32_t)g->names->types.count - 1;
}

void hs_golang_open_types(struct golang *g)
{
    struct golang_types *state = hs_arena_zeroed(g->arena, 1, sizeof(*state));
    struct golang_descriptor nothing = {.masked = true, .naming = GOLANG_NAMED};
    struct hs_go_type unknown = {0};

    state->descriptors = HS_COLUMN(struct golang_descriptor, g->arena);
    state->parts = HS_COLUMN(uint32_t, g->arena);
    state->chars = HS_COLUMN(char, g->arena);
    state->stack = HS_COLUMN(uint32_t, g->arena);
    state->words_left = g->image->loaded / g->pointer_size;
    state->name_bytes_left = 8 * g->image->loaded;
    state->mask_bits_left = (uint64_t)1 << 28;
    g->type_state = state;
    hs_map_init(&g->type_at, g->arena, 256);
    hs_column_push(&g->names->types, &unknown);
    hs_column_push(&state->descriptors, &nothing);
}
