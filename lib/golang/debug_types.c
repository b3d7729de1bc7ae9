/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_types.c - from a type of DWARF to its number in names->types.
 *
 *   T          = typedef{name, type: T}              a named type, or
 *              | ...{name, go_kind, go_runtime_type, ...}
 *   pointer    = pointer_type{type: T}
 *   array      = array_type{byte_size, type: T, subrange_type{count}}
 *   struct     = structure_type{byte_size, member{name, type: T, ...}*}
 *   slice      = structure_type{go_elem: T, ...}     kind 0x17
 *   string     = structure_type                      kind 0x18
 *   map, chan  = typedef{go_key: T, go_elem: T}
 *   interface  = typedef{type: struct runtime.iface or runtime.eface}
 *
 * go_runtime_type is where the type's descriptor is, from runtime.types; most
 * types have one, and are then read from there.  The linker leaves the others
 * out of the program, as nothing is ever allocated as one of them: they are
 * made here.  Types lead back to themselves, so they are made in two steps:
 * first without what they are made of, then that is looked up.
 */
#include "golang/debug_impl.h"

#include "golang/symname.h"

/* A chain of typedefs is one long, and of three a Go program has none. */
#define MOST_TYPEDEFS 16

/* No type of Go is larger. */
#define MOST_BYTES ((uint64_t)1 << 40)

static uint8_t kind_of(struct golang_debug *d, Dwarf_Die *die)
{
    uint64_t kind;

    if (hs_debug_number(die, DW_AT_go_kind, &kind) && (kind & 31) != 0 &&
        (kind & 31) <= HS_GO_UNSAFE_POINTER)
        return (uint8_t)(kind & 31);
    switch (dwarf_tag(die)) { /* what the linker made up for maps and chans */
    case DW_TAG_pointer_type:
        return hs_str_equal(hs_debug_name(d, die), hs_str_of("unsafe.Pointer"))
                   ? HS_GO_UNSAFE_POINTER
                   : HS_GO_POINTER;
    case DW_TAG_structure_type:
        return HS_GO_STRUCT;
    case DW_TAG_array_type:
        return HS_GO_ARRAY;
    case DW_TAG_subroutine_type:
        return HS_GO_FUNC;
    default:
        return HS_GO_UNKNOWN;
    }
}

static bool refer(Dwarf_Die *die, unsigned attribute, Dwarf_Die *to)
{
    Dwarf_Attribute found;

    return dwarf_attr_integrate(die, attribute, &found) &&
           dwarf_formref_die(&found, to) && dwarf_tag(to) != DW_TAG_invalid;
}

/* Steps from DIE to what it is a name for. */
static bool strip_typedefs(struct golang_debug *d, Dwarf_Die *die)
{
    Dwarf_Die next;

    for (int i = 0; i < MOST_TYPEDEFS; i++) {
        if (dwarf_tag(die) != DW_TAG_typedef ||
            kind_of(d, die) != HS_GO_UNKNOWN)
            return true;
        if (!refer(die, DW_AT_type, &next))
            return false;
        *die = next;
    }
    return false;
}

static uint64_t size_of(const struct golang *g, Dwarf_Die *die, uint8_t kind)
{
    uint64_t size = 0;

    switch (kind) {
    case HS_GO_POINTER:
    case HS_GO_UNSAFE_POINTER:
    case HS_GO_MAP:
    case HS_GO_CHAN:
    case HS_GO_FUNC:
        return g->pointer_size;
    case HS_GO_INTERFACE:
    case HS_GO_STRING:
        return 2 * (uint64_t)g->pointer_size;
    case HS_GO_SLICE:
        return 3 * (uint64_t)g->pointer_size;
    default:
        hs_debug_number(die, DW_AT_byte_size, &size);
        return size < MOST_BYTES ? size : 0;
    }
}

/* The type by its descriptor, if it has one that is of this kind and size. */
static uint32_t by_descriptor(struct golang_debug *d, Dwarf_Die *die)
{
    const struct hs_go_type *found;
    uint8_t kind = kind_of(d, die);
    uint64_t offset;
    uint32_t type;

    if (!hs_debug_number(die, DW_AT_go_runtime_type, &offset) || offset == 0)
        return HS_NO_TYPE;
    type = hs_golang_type_at(d->g, d->g->module->types.start + offset);
    found = hs_names_type(d->g->names, type);
    if (found->kind != kind || found->size != size_of(d->g, die, kind))
        return HS_NO_TYPE;
    return type;
}

static uint64_t length_of(struct golang_debug *d, Dwarf_Die *array)
{
    uint64_t length = 0;
    Dwarf_Die range;

    if (hs_debug_child(d, array, &range))
        hs_debug_number(&range, DW_AT_count, &length);
    return length;
}

/* Has the interface DIE methods: is its first word an itab? */
static bool has_methods(struct golang_debug *d, Dwarf_Die *die)
{
    Dwarf_Die words;

    return refer(die, DW_AT_type, &words) && strip_typedefs(d, &words) &&
           hs_str_equal(hs_debug_name(d, &words), hs_str_of("runtime.iface"));
}

/* The members of STRUCTURE, without their types, in the scratch arena. */
static struct hs_column members_of(struct golang_debug *d, Dwarf_Die *structure)
{
    struct golang *g = d->g;
    struct hs_column fields = HS_COLUMN(struct hs_go_field, g->scratch);
    Dwarf_Die member;

    for (bool more = hs_debug_child(d, structure, &member); more;
         more = hs_debug_next(d, &member, 0)) {
        struct hs_go_field field = {.type = HS_NO_TYPE};
        uint64_t embedded = 0;

        if (dwarf_tag(&member) != DW_TAG_member)
            continue;
        field.name = hs_symname_plain(hs_debug_name(d, &member), g->arena);
        hs_debug_number(&member, DW_AT_data_member_location, &field.offset);
        hs_debug_number(&member, DW_AT_go_embedded_field, &embedded);
        field.embedded = embedded != 0;
        hs_column_push(&fields, &field);
    }
    return fields;
}

static struct hs_go_type *type_of(const struct golang_debug *d, uint32_t type)
{
    return (struct hs_go_type *)d->g->names->types.at + type;
}

static struct hs_go_field *field_of(const struct golang_debug *d,
                                    const struct hs_go_type *type, uint64_t i)
{
    return (struct hs_go_field *)d->g->names->fields.at + type->first_field + i;
}

/* Adds TYPE to those that settle() will look at. */
static uint32_t add(struct golang_debug *d, struct hs_go_type *type,
                    const struct hs_go_field *fields, uint32_t count)
{
    uint32_t number;

    /* It may have: its mask is made of its parts when it is asked for. */
    type->has_pointers = type->size >= d->g->pointer_size;
    number = hs_golang_type_add(d->g, type, fields, count);
    if (number == HS_NO_TYPE)
        return HS_NO_TYPE;
    type_of(d, number)->has_pointers = false;
    hs_column_push(&d->added, &number);
    return number;
}

/* A new type for DIE, of which only its parts are still missing. */
static uint32_t begin(struct golang_debug *d, Dwarf_Die *die)
{
    struct golang *g = d->g;
    struct hs_str name = hs_debug_name(d, die);
    struct hs_go_type type = {.kind = kind_of(d, die)};
    struct hs_column fields = {0};
    struct debug_pending pending = {.die = dwarf_dieoffset(die)};

    if (type.kind == HS_GO_UNKNOWN || !hs_debug_pay(d, 64))
        return HS_NO_TYPE;
    type.name = hs_symname_type(name, g->arena);
    if (name.size && strchr("*[", name.text[0]) == NULL)
        type.package = hs_symname_package(name, g->arena);
    type.size = size_of(g, die, type.kind);
    if (type.kind == HS_GO_ARRAY)
        type.length = length_of(d, die);
    else if (type.kind == HS_GO_INTERFACE)
        type.methods = has_methods(d, die);
    else if (type.kind == HS_GO_STRUCT)
        fields = members_of(d, die);
    type.direct = type.kind == HS_GO_POINTER || type.kind == HS_GO_MAP ||
                  type.kind == HS_GO_CHAN || type.kind == HS_GO_FUNC ||
                  type.kind == HS_GO_UNSAFE_POINTER;
    pending.type = add(d, &type, fields.at, (uint32_t)fields.count);
    if (pending.type != HS_NO_TYPE)
        hs_column_push(&d->pending, &pending);
    return pending.type;
}

/* The number of what DIE's ATTRIBUTE refers to; its parts may be pending. */
static uint32_t number(struct golang_debug *d, Dwarf_Die *die,
                       unsigned attribute)
{
    Dwarf_Die to;
    uint32_t type;

    if (!hs_debug_pay(d, 16) || !refer(die, attribute, &to) ||
        !strip_typedefs(d, &to))
        return HS_NO_TYPE;
    type = hs_map_lookup(&d->type_of, dwarf_dieoffset(&to));
    if (type != HS_MAP_NONE)
        return type;
    type = by_descriptor(d, &to);
    if (type == HS_NO_TYPE)
        type = begin(d, &to);
    return hs_map_add(&d->type_of, dwarf_dieoffset(&to), type);
}

static void complete_fields(struct golang_debug *d, uint32_t type,
                            Dwarf_Die *structure)
{
    uint32_t i = 0;
    Dwarf_Die member;

    for (bool more = hs_debug_child(d, structure, &member);
         more && i < type_of(d, type)->field_count;
         more = hs_debug_next(d, &member, 0)) {
        uint32_t its;

        if (dwarf_tag(&member) != DW_TAG_member)
            continue;
        its = number(d, &member, DW_AT_type);
        field_of(d, type_of(d, type), i++)->type = its;
    }
}

/* Looks up what PENDING is made of, which may make more pending. */
static void complete(struct golang_debug *d, struct debug_pending pending)
{
    uint32_t elem = HS_NO_TYPE, key = HS_NO_TYPE;
    Dwarf_Die die;

    if (!dwarf_offdie(d->dwarf, pending.die, &die))
        return;
    switch (type_of(d, pending.type)->kind) {
    case HS_GO_POINTER:
    case HS_GO_ARRAY:
        elem = number(d, &die, DW_AT_type);
        break;
    case HS_GO_MAP:
        key = number(d, &die, DW_AT_go_key);
        elem = number(d, &die, DW_AT_go_elem);
        break;
    case HS_GO_SLICE:
    case HS_GO_CHAN:
        elem = number(d, &die, DW_AT_go_elem);
        break;
    case HS_GO_STRUCT:
        complete_fields(d, pending.type, &die);
        break;
    default:
        break;
    }
    type_of(d, pending.type)->elem = elem;
    type_of(d, pending.type)->key = key;
}

/* A type on the way down, and its next part to go into. */
struct descent {
    uint32_t added; /* in d->added */
    uint64_t part;
};

enum { UNSEEN, INSIDE, WHOLE };

/* The parts that lie inside a value of TYPE. */
static uint64_t parts_of(const struct hs_go_type *type)
{
    if (type->kind == HS_GO_STRUCT)
        return type->field_count;
    return type->kind == HS_GO_ARRAY ? 1 : 0;
}

static uint32_t *part_of(const struct golang_debug *d, struct hs_go_type *type,
                         uint64_t part)
{
    return type->kind == HS_GO_ARRAY ? &type->elem
                                     : &field_of(d, type, part)->type;
}

/* Are the parts of TYPE where they fit?  Those that do not are forgotten. */
static void check_part(const struct golang_debug *d, struct hs_go_type *type,
                       uint64_t part)
{
    uint32_t *its = part_of(d, type, part);
    uint64_t size = hs_names_type(d->g->names, *its)->size;
    bool fits;

    if (type->kind == HS_GO_ARRAY) {
        fits = size == 0 ? type->size == 0
                         : type->size / size == type->length &&
                               type->size % size == 0;
    } else {
        uint64_t offset = field_of(d, type, part)->offset;

        fits = offset <= type->size && size <= type->size - offset;
    }
    if (!fits)
        *its = HS_NO_TYPE;
    if (type->size < d->g->pointer_size)
        return;
    type->has_pointers |=
        *its == HS_NO_TYPE || hs_names_type(d->g->names, *its)->has_pointers;
}

static bool is_pointer(uint8_t kind)
{
    return kind == HS_GO_CHAN || kind == HS_GO_FUNC ||
           kind == HS_GO_INTERFACE || kind == HS_GO_MAP ||
           kind == HS_GO_POINTER || kind == HS_GO_SLICE ||
           kind == HS_GO_STRING || kind == HS_GO_UNSAFE_POINTER;
}

/* Finds out, inner types first, which of the added types have pointers.  A
 * type that is inside itself is not of this world: its part is forgotten. */
static void settle(struct golang_debug *d)
{
    size_t count = d->added.count - d->settled;
    const uint32_t *added = (const uint32_t *)d->added.at + d->settled;
    uint8_t *state = hs_arena_zeroed(d->g->scratch, count, 1);
    struct hs_column stack = HS_COLUMN(struct descent, d->g->scratch);
    struct hs_map places;

    hs_map_init(&places, d->g->scratch, count);
    for (uint32_t i = 0; i < count; i++)
        hs_map_add(&places, added[i], i);
    for (uint32_t i = 0; i < count; i++) {
        if (state[i] == UNSEEN) {
            hs_column_push(&stack, &(struct descent){.added = i});
            state[i] = INSIDE;
        }
        while (stack.count) {
            struct descent *top = (struct descent *)stack.at + stack.count - 1;
            struct hs_go_type *type = type_of(d, added[top->added]);
            uint32_t inner = HS_MAP_NONE;

            if (top->part == parts_of(type)) {
                type->has_pointers |= is_pointer(type->kind);
                state[top->added] = WHOLE;
                stack.count--;
                continue;
            }
            inner = hs_map_lookup(&places, *part_of(d, type, top->part));
            if (inner != HS_MAP_NONE && state[inner] == UNSEEN) {
                state[inner] = INSIDE;
                hs_column_push(&stack, &(struct descent){.added = inner});
                continue;
            }
            if (inner != HS_MAP_NONE && state[inner] == INSIDE)
                *part_of(d, type, top->part) = HS_NO_TYPE;
            check_part(d, type, top->part++);
        }
    }
    d->settled = d->added.count;
}

uint32_t hs_debug_type(struct golang_debug *d, Dwarf_Die *die,
                       unsigned attribute)
{
    uint32_t type = number(d, die, attribute);

    while (d->pending.count) {
        struct debug_pending *last =
            (struct debug_pending *)d->pending.at + --d->pending.count;

        complete(d, *last);
    }
    if (d->settled < d->added.count)
        settle(d);
    return type;
}

uint32_t hs_debug_array(struct golang_debug *d, Dwarf_Die *die,
                        unsigned attribute)
{
    Dwarf_Die slice, member;

    if (!refer(die, attribute, &slice) || !strip_typedefs(d, &slice) ||
        kind_of(d, &slice) != HS_GO_SLICE ||
        !hs_debug_child(d, &slice, &member))
        return HS_NO_TYPE;
    return hs_debug_type(d, &member, DW_AT_type);
}

uint32_t hs_debug_struct(struct golang_debug *d, struct hs_str name,
                         uint64_t size, const struct hs_go_field *fields,
                         uint32_t count)
{
    struct hs_go_type type = {.name = name, .size = size, .kind = HS_GO_STRUCT};
    uint32_t number = add(d, &type, fields, count);

    settle(d);
    return number;
}
