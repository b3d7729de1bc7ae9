/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_plan.c - which words of a type lead where.
 *
 * An object's fields are walked once per type, not once per object: a *plan*
 * lists the words that matter, structs and short arrays laid flat, in order of
 * their offsets.  Long arrays stay one op, whose values have a plan of their
 * own; so the plans of all types together are hardly longer than their field
 * lists.  A damaged file may nest without end: every plan, and all together,
 * have a limit, behind which words are left out.
 *
 * unsafe.Pointer says nothing, but for a few types whose meaning is known:
 *
 *   sync/atomic.Pointer[T]     _ [0]*T names T
 *   sync.Pool                  local, victim: arrays of sync.poolLocal
 *   sync.eface                 an `any` of a pool's queue, by hand
 *   internal/sync.node[K, V]   what a hash trie points to is never a mere node
 *   reflect.Value              typ_ names what ptr points to
 */
#include "golang/typing_impl.h"

#define MOST_OPS   4096u  /* of one plan */
#define MOST_STEPS 16384u /* for one plan */
#define ALL_STEPS  (1u << 26)
#define FLAT_ARRAY 16u /* longer arrays stay one op */

/* A type at BASE of the type that is planned. */
struct piece {
    uint64_t base;
    uint32_t type;
};

struct planner {
    struct typing *t;
    struct hs_column todo; /* struct piece, the next one last */
    size_t first_op;
    uint32_t steps;
    bool partial; /* something was left out */
    uint32_t map; /* whose bucket it is, or HS_NO_TYPE */
};

/* The sizes of Go's slots up to 32 KiB (sizeclasses.go; the same from 1.15 to
 * 1.27), in units of 8 bytes. */
static const uint16_t slot_sizes[] = {
    1,    2,    3,    4,    6,    8,    10,   12,   14,   16,   18,   20,
    22,   24,   26,   28,   30,   32,   36,   40,   44,   48,   52,   56,
    60,   64,   72,   80,   88,   96,   112,  128,  144,  160,  176,  192,
    224,  256,  288,  336,  384,  400,  432,  512,  608,  672,  768,  816,
    848,  864,  1024, 1184, 1216, 1280, 1360, 1536, 1696, 1792, 2048, 2304,
    2384, 2560, 2720, 3072, 3408, 3584, 4096};

#define SLOT_SIZES (sizeof(slot_sizes) / sizeof(slot_sizes[0]))
#define TINY       16u
#define MOST_SMALL 32768u

uint32_t typing_slot_for(const struct typing *t, uint64_t size, bool pointers)
{
    size_t low = 0, high = SLOT_SIZES;

    if (size == 0 || size > UINT32_MAX - HS_PAGE_BYTES ||
        (!pointers && size < TINY))
        return 0;
    if (t->headers && pointers && size > t->small && size <= MOST_SMALL - 8)
        size += 8;
    if (size > MOST_SMALL)
        return (uint32_t)((size + HS_PAGE_BYTES - 1) & ~(HS_PAGE_BYTES - 1));
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (slot_sizes[middle] * 8u < size)
            low = middle + 1;
        else
            high = middle;
    }
    return slot_sizes[low] * 8u;
}

static bool is(struct hs_str name, const char *text)
{
    return hs_str_equal(name, hs_str_of(text));
}

static void add_op(struct planner *p, enum typing_op_kind kind, uint64_t offset,
                   uint32_t type, uint64_t count)
{
    struct typing_op op = {.offset = (uint32_t)offset,
                           .type = type,
                           .count = count > UINT32_MAX ? UINT32_MAX
                                                       : (uint32_t)count,
                           .kind = (uint8_t)kind};

    if (offset <= UINT32_MAX && p->t->ops.count - p->first_op < MOST_OPS)
        hs_column_push(&p->t->ops, &op);
    else
        p->partial = true;
}

static void add_piece(struct planner *p, uint64_t base, uint32_t type)
{
    hs_column_push(&p->todo, &(struct piece){.base = base, .type = type});
}

static const struct hs_go_field *
field_of(const struct typing *t, const struct hs_go_type *type, uint32_t index)
{
    const struct hs_column *fields = &t->g->names->fields;
    uint64_t at = (uint64_t)type->first_field + index;

    if (index >= type->field_count || at >= fields->count)
        return NULL;
    return (const struct hs_go_field *)fields->at + at;
}

static bool is_trie_node(const struct hs_go_type *type)
{
    return hs_str_starts(type->name, "internal/sync.node[") ||
           hs_str_starts(type->name, "internal/concurrent.node[");
}

/* sync/atomic.Pointer[T]: the word is the last field's. */
static bool plan_atomic(struct planner *p, const struct hs_go_type *type,
                        uint64_t base)
{
    const struct hs_names *names = p->t->g->names;
    const struct hs_go_field *first = field_of(p->t, type, 0);
    const struct hs_go_field *last =
        field_of(p->t, type, type->field_count - 1);
    const struct hs_go_type *array, *pointer;

    if (!hs_str_starts(type->name, "sync/atomic.Pointer[") || !first || !last)
        return false;
    array = hs_names_type(names, first->type);
    pointer = hs_names_type(names, array->elem);
    if (array->kind != HS_GO_ARRAY || pointer->kind != HS_GO_POINTER)
        return false;
    add_op(p,
           is_trie_node(hs_names_type(names, pointer->elem)) ? OP_TRIE
                                                             : OP_POINTER,
           base + last->offset, pointer->elem, 1);
    return true;
}

/* The structs whose unsafe.Pointers are known. */
static bool plan_special(struct planner *p, const struct hs_go_type *type,
                         uint64_t base)
{
    unsigned word = p->t->word;

    if (hs_str_starts(type->name, "sync")) {
        if (is(type->name, "sync.eface") && type->size == 2 * word) {
            add_op(p, OP_EFACE, base, HS_NO_TYPE, 2);
            return true;
        }
        return plan_atomic(p, type, base);
    }
    if (is(type->name, "reflect.Value") && type->size == 3 * word) {
        add_op(p, OP_REFLECT, base, HS_NO_TYPE, 1);
        return true;
    }
    return false;
}

static void plan_struct(struct planner *p, const struct hs_go_type *type,
                        uint64_t base)
{
    bool pool = is(type->name, "sync.Pool");

    if (plan_special(p, type, base))
        return;
    for (uint32_t i = type->field_count; i-- > 0;) {
        const struct hs_go_field *field = field_of(p->t, type, i);
        const struct hs_go_type *its;

        if (!field || ++p->steps > MOST_STEPS) {
            p->partial = true;
            break;
        }
        its = hs_names_type(p->t->g->names, field->type);
        if (its->kind == HS_GO_UNSAFE_POINTER) {
            /* Ops must come in order: a piece of its own type number keeps
             * the place; what it means is told by who plans the struct. */
            if (p->map && is(field->name, "overflow"))
                add_piece(p, base + field->offset, HS_NO_TYPE);
            else if (pool &&
                     (is(field->name, "local") || is(field->name, "victim")))
                add_piece(p, base + field->offset, HS_NO_TYPE);
            else
                add_piece(p, base + field->offset, field->type);
        } else if (its->has_pointers) {
            add_piece(p, base + field->offset, field->type);
        }
    }
}

static void plan_array(struct planner *p, const struct hs_go_type *type,
                       uint64_t base)
{
    const struct hs_go_type *elem = hs_names_type(p->t->g->names, type->elem);

    if (type->length == 0 || elem->size == 0 || !elem->has_pointers ||
        type->length > type->size / elem->size)
        return;
    if (type->length > FLAT_ARRAY) {
        add_op(p, OP_ARRAY, base, type->elem, type->length);
        return;
    }
    for (uint64_t i = type->length; i-- > 0;)
        add_piece(p, base + i * elem->size, type->elem);
}

static void plan_piece(struct planner *p, struct piece piece)
{
    const struct hs_go_type *type = hs_names_type(p->t->g->names, piece.type);
    uint64_t base = piece.base;

    switch ((enum hs_go_kind)type->kind) {
    case HS_GO_UNKNOWN:
        /* See plan_struct: only those two have such pieces. */
        if (p->map)
            add_op(p, OP_OVERFLOW, base, p->map, 1);
        else
            add_op(p, OP_POOL, base, HS_NO_TYPE, 1);
        break;
    case HS_GO_POINTER:
        add_op(p,
               is_trie_node(hs_names_type(p->t->g->names, type->elem))
                   ? OP_TRIE
                   : OP_POINTER,
               base, type->elem, 1);
        break;
    case HS_GO_STRING:
        add_op(p, OP_STRING, base, piece.type, 1);
        break;
    case HS_GO_SLICE:
        add_op(p, OP_SLICE, base, type->elem, 1);
        break;
    case HS_GO_INTERFACE:
        add_op(p, type->methods ? OP_IFACE : OP_EFACE, base, HS_NO_TYPE, 1);
        break;
    case HS_GO_MAP:
        add_op(p, OP_MAP, base, piece.type, 1);
        break;
    case HS_GO_CHAN:
        add_op(p, OP_CHAN, base, piece.type, 1);
        break;
    case HS_GO_FUNC:
        add_op(p, OP_FUNC, base, piece.type, 1);
        break;
    case HS_GO_UNSAFE_POINTER:
        add_op(p, OP_UNSAFE, base, HS_NO_TYPE, 1);
        break;
    case HS_GO_STRUCT:
        plan_struct(p, type, base);
        break;
    case HS_GO_ARRAY:
        plan_array(p, type, base);
        break;
    default:
        break;
    }
}

/* Appends the ops of TYPE; says how many. */
static uint32_t plan_ops(struct planner *p, uint32_t type, uint32_t map)
{
    p->first_op = p->t->ops.count;
    p->todo.count = 0;
    p->steps = 0;
    p->partial = false;
    p->map = map;
    add_piece(p, 0, type);
    while (p->todo.count && p->steps++ < MOST_STEPS)
        plan_piece(p, ((struct piece *)p->todo.at)[--p->todo.count]);
    p->partial = p->partial || p->todo.count;
    p->t->steps += p->steps;
    return (uint32_t)(p->t->ops.count - p->first_op);
}

/* A type of which objects are only the beginning. */
static bool is_open(const struct hs_go_type *type)
{
    return is(type->name, "time.Timer") || is(type->name, "time.Ticker");
}

/* See typing_impl.h. */
static uint8_t rank_of(const struct typing *t, const struct hs_go_type *type)
{
    uint64_t size = type->size;
    uint8_t rank = 1;

    if (hs_str_starts(type->name, "<-chan ") ||
        hs_str_starts(type->name, "chan<- ") ||
        (type->name.size && memmem(type->name.text, type->name.size,
                                   "go.shape.", strlen("go.shape."))))
        return 0;
    while (type->kind == HS_GO_STRUCT && rank < 3) {
        const struct hs_go_field *first = field_of(t, type, 0);

        if (!first)
            break;
        type = hs_names_type(t->g->names, first->type);
        if (type->size != size || type->kind != HS_GO_STRUCT)
            break;
        rank++;
    }
    return rank;
}

static void plan_type(struct planner *p, uint32_t number)
{
    struct typing *t = p->t;
    const struct hs_go_type *type = hs_names_type(t->g->names, number);
    struct typing_type *made = hs_column_extend(&t->types, 1);
    uint32_t group = type->kind == HS_GO_MAP ? type->group : HS_NO_TYPE;

    *made = (struct typing_type){
        .size = type->size,
        .has_pointers = type->has_pointers,
        .slot = typing_slot_for(t, type->size, type->has_pointers),
        .rank = rank_of(t, type),
        .open = is_open(type)};
    if (t->steps > ALL_STEPS)
        return;
    made->first = (uint32_t)t->ops.count;
    if (type->has_pointers)
        made->count = plan_ops(p, number, HS_NO_TYPE);
    made->partial = p->partial;
    typing_mark(t, made);
    made->groups = (uint32_t)t->ops.count;
    type = hs_names_type(t->g->names, group);
    if (group == HS_NO_TYPE || type->size == 0 || type->size > UINT32_MAX)
        return;
    made->group_size = (uint32_t)type->size;
    made->group_pointers = type->has_pointers;
    if (type->has_pointers)
        made->group_count = plan_ops(p, group, number);
}

/* The type that is called like TYPE, but for FROM, which is WITH. */
static uint32_t relative(const struct typing *t, struct hs_str name,
                         const char *from, const char *with)
{
    const char *at = memmem(name.text, name.size, from, strlen(from));
    size_t before, behind;

    if (!at)
        return HS_NO_TYPE;
    before = (size_t)(at - name.text);
    behind = name.size - before - strlen(from);
    for (uint32_t i = 1; i < t->g->names->types.count; i++) {
        struct hs_str other = hs_names_type(t->g->names, i)->name;

        if (other.size == before + strlen(with) + behind &&
            memcmp(other.text, name.text, before) == 0 &&
            memcmp(other.text + before, with, strlen(with)) == 0 &&
            memcmp(other.text + other.size - behind,
                   name.text + name.size - behind, behind) == 0)
            return i;
    }
    return HS_NO_TYPE;
}

/* The hash trie whose nodes have type NODE, called NAME. */
static void note_trie(struct typing *t, uint32_t node, struct hs_str name)
{
    struct hs_go_type *types = t->g->names->types.at;
    struct typing_trie trie = {.node = node,
                               .entry = relative(t, name, ".node[", ".entry["),
                               .indirect =
                                   relative(t, name, ".node[", ".indirect[")};

    types[trie.entry].inner = trie.entry != HS_NO_TYPE;
    types[trie.indirect].inner = trie.indirect != HS_NO_TYPE;
    hs_column_push(&t->tries, &trie);
}

/* The type of a pointer to an empty interface; HS_NO_TYPE if the program has no
 * such interface. */
static uint32_t pointer_to_any(struct typing *t)
{
    const struct hs_names *names = t->g->names;
    struct hs_go_type made = {.name = hs_str_of("*interface {}"),
                              .size = t->word,
                              .kind = HS_GO_POINTER,
                              .direct = true,
                              .has_pointers = true};

    for (uint32_t i = 1; i < names->types.count && !made.elem; i++)
        if (is(hs_names_type(names, i)->name, "interface {}"))
            made.elem = i;
    return made.elem ? hs_golang_type_add(t->g, &made, NULL, 0) : HS_NO_TYPE;
}

/* What a sync.Map was before Go 1.24: a map that is only read, one that is
 * written, and in both the address of an entry, which leads to the value.  Up
 * to Go 1.19 that is an unsafe.Pointer. */
static void note_old_map(struct typing *t, uint32_t number)
{
    const struct hs_names *names = t->g->names;
    const struct hs_go_field *value = hs_names_field(names, number, "p");
    uint32_t any = HS_NO_TYPE;
    ptrdiff_t at = 0;

    if (value &&
        hs_names_type(names, value->type)->kind == HS_GO_UNSAFE_POINTER) {
        at = value - (const struct hs_go_field *)names->fields.at;
        any = pointer_to_any(t); /* both columns may move */
    }
    if (any)
        ((struct hs_go_field *)names->fields.at)[at].type = any;
    ((struct hs_go_type *)names->types.at)[number].inner = true;
}

/* Package iter knows of a coroutine only that it is one: its coro is an empty
 * struct, but what pointers to that lead to is the runtime's. */
static void note_coro(struct typing *t, uint32_t number)
{
    struct hs_go_type *types = t->g->names->types.at;

    for (uint32_t i = 1; i < t->g->names->types.count; i++)
        if (is(types[i].name, "runtime.coro"))
            types[number].elem = i;
}

/* Notes map type NUMBER as that of its entries.  A defined type shares them
 * with the type that it is defined as, if the program has that: of such entries
 * only the latter can be said. */
static void note_map(struct typing *t, uint32_t number)
{
    const struct hs_names *names = t->g->names;
    const struct hs_go_type *type = hs_names_type(names, number);
    bool defined = !hs_str_starts(type->name, "map[");

    for (uint32_t i = 1; defined && i < names->types.count; i++)
        if (hs_names_type(names, i)->kind == HS_GO_MAP &&
            hs_names_type(names, i)->group == type->group &&
            hs_str_starts(hs_names_type(names, i)->name, "map["))
            return;
    hs_map_add(&t->map_of, type->group, number);
}

/* Types that are known by name. */
static void note_type(struct typing *t, uint32_t number)
{
    const struct hs_go_type *type = hs_names_type(t->g->names, number);

    if (type->kind == HS_GO_MAP && type->group != HS_NO_TYPE)
        note_map(t, number);
    else if (is(type->name, "sync.poolLocal"))
        t->pool_local = number;
    else if (is(type->name, "runtime.g"))
        t->g_type = number;
    else if (is(type->name, "runtime.timer"))
        t->timer = number;
    else if (is(type->name,
                t->minor <= 22 ? "time.Timer" : "runtime.timeTimer"))
        t->outer_timer = number;
    else if (is_trie_node(type))
        note_trie(t, number, type->name);
    else if (is(type->name, "sync.entry") || is(type->name, "sync.readOnly"))
        note_old_map(t, number);
    else if (is(type->name, "*iter.coro"))
        note_coro(t, number);
}

void typing_plan(struct typing *t)
{
    struct planner p = {.t = t, .todo = HS_COLUMN(struct piece, t->arena)};

    while (t->types.count < t->g->names->types.count) {
        note_type(t, (uint32_t)t->types.count);
        plan_type(&p, (uint32_t)t->types.count);
    }
}
