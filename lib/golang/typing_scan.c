/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_scan.c - what a typed piece of memory says of what it points to.
 */
#include "golang/typing_impl.h"

/* Long arrays inside of long arrays: deeper ones are left out. */
#define DEEPEST 16

/* Values in a row: the one at AT is being scanned, LEFT are left with it. */
struct row {
    uint64_t at, left, stride;
    uint32_t op, first, end; /* in t->ops */
};

/* A number that shares its slot cannot be told from others there, and leads
 * nowhere. */
static bool is_nobody(const struct typing_type *its)
{
    return its->count == 0 && its->slot == 0 && !its->open;
}

static void ask_one(struct typing_worker *w, uint64_t address, uint32_t type,
                    enum hs_evidence evidence)
{
    if (!is_nobody(typing_type(w->typing, type)))
        typing_ask(w, address, 1, type, HS_SHAPE_ONE, evidence);
}

static void ask_inner(struct typing_worker *w, uint64_t address,
                      uint64_t covers, uint32_t type, enum hs_shape shape)
{
    typing_ask(w, address, covers, type, shape, HS_EVIDENCE_REACHED);
}

/* What OP leads to if it takes but one word, which is VALUE. */
static inline void follow_pointer(struct typing_worker *w,
                                  const struct typing_op *op, uint64_t value)
{
    const struct typing *t = w->typing;

    switch ((enum typing_op_kind)op->kind) {
    case OP_POINTER:
        ask_one(w, value, op->type, HS_EVIDENCE_REACHED);
        break;
    case OP_MAP:
        ask_inner(w, value, typing_map_size(t), op->type, HS_SHAPE_MAP);
        break;
    case OP_CHAN:
        ask_inner(w, value, typing_chan_size(t), op->type, HS_SHAPE_CHAN);
        break;
    case OP_FUNC:
        typing_ask(w, value, 1, op->type, HS_SHAPE_CLOSURE,
                   HS_EVIDENCE_REACHED);
        break;
    case OP_TRIE:
        typing_claim_trie(w, value, op->type);
        break;
    default: /* see scan_op; long arrays are rows of their own */
        break;
    }
}

/* A pointer-shaped value of TYPE is the word VALUE itself. */
static void follow_direct(struct typing_worker *w, uint32_t type,
                          uint64_t value)
{
    const struct typing *t = w->typing;
    const struct typing_type *its = typing_type(t, type);

    if (its->count == 1)
        follow_pointer(w, (const struct typing_op *)t->ops.at + its->first,
                       value);
}

void typing_follow_value(struct typing_worker *w, uint32_t type, uint64_t value)
{
    if (hs_names_type(w->typing->g->names, type)->direct)
        follow_direct(w, type, value);
    else
        ask_one(w, value, type, HS_EVIDENCE_INTERFACE);
}

/* Follows AGAIN.value by the type that AGAIN.word stands for; behind the level
 * if that has still to be looked up. */
static void follow_word(struct typing_worker *w, struct typing_again again)
{
    uint32_t type;

    if (!typing_known(w, again.word, (enum typing_miss_kind)again.kind,
                      &type)) {
        hs_column_push(&w->again, &again);
        return;
    }
    if (again.how == AGAIN_VALUE)
        typing_follow_value(w, type, again.value);
    else if (again.how == AGAIN_DIRECT)
        follow_direct(w, type, again.value);
    else
        ask_one(w, again.value, type, HS_EVIDENCE_REACHED);
}

void typing_scan_again(struct typing_worker *w,
                       const struct typing_again *again)
{
    if (again->how == AGAIN_CODE)
        typing_ask(w, again->value, 1, again->type, HS_SHAPE_CLOSURE,
                   HS_EVIDENCE_REACHED);
    else
        follow_word(w, *again);
}

/* An interface at OFFSET, whose first word is WORD. */
static void follow_interface(struct typing_worker *w, uint64_t word,
                             const struct hs_memory *memory, uint64_t offset,
                             enum typing_miss_kind kind)
{
    const struct typing *t = w->typing;
    uint64_t value = typing_at(t, memory, offset + t->word);

    if (value && typing_alive(w, offset + t->word))
        follow_word(w, (struct typing_again){.word = word,
                                             .value = value,
                                             .kind = (uint8_t)kind,
                                             .how = AGAIN_VALUE});
}

/* reflect.Value: typ_, ptr, flag; flagIndir says that ptr leads to the value
 * (reflect/value.go). */
static void follow_reflect(struct typing_worker *w,
                           const struct hs_memory *memory, uint64_t offset)
{
    const struct typing *t = w->typing;
    uint64_t value = typing_at(t, memory, offset + t->word);
    bool indirect = typing_at(t, memory, offset + 2 * t->word) & 1u << 7;

    if (value && typing_alive(w, offset + t->word))
        follow_word(w, (struct typing_again){
                           .word = typing_at(t, memory, offset),
                           .value = value,
                           .kind = MISS_TYPE,
                           .how = indirect ? AGAIN_POINTEE : AGAIN_DIRECT});
}

/* Is a string of SIZE bytes at ADDRESS short, and in a slot that short ones
 * share, as most strings are?  Nothing can come of asking for it then. */
static bool is_shared(const struct typing *t, uint64_t address, uint64_t size)
{
    const struct hs_region *region = &t->store->main;
    uint64_t index = (address >> HS_PAGE_SHIFT) - region->first;
    const struct hs_page *page;

    if (size >= TYPING_TINY || index >= region->count)
        return false;
    page = t->store->pages + region->base + index;
    return !page->scan && page->size <= TYPING_TINY &&
           address % HS_PAGE_BYTES >= page->phase;
}

static void follow_string(struct typing_worker *w, uint64_t address,
                          uint64_t size, uint32_t type)
{
    if (!is_shared(w->typing, address, size))
        typing_ask(w, address, size, type, HS_SHAPE_STRING,
                   HS_EVIDENCE_REACHED);
}

/* What OP, at OFFSET of MEMORY, leads to: its first word is VALUE, not 0. */
static void follow(struct typing_worker *w, const struct typing_op *op,
                   uint64_t value, const struct hs_memory *memory,
                   uint64_t offset)
{
    const struct typing *t = w->typing;
    unsigned word = t->word;

    switch ((enum typing_op_kind)op->kind) {
    case OP_STRING:
        follow_string(w, value, typing_at(t, memory, offset + word), op->type);
        break;
    case OP_SLICE:
        typing_ask(w, value, typing_at(t, memory, offset + 2 * word), op->type,
                   HS_SHAPE_MANY, HS_EVIDENCE_REACHED);
        break;
    case OP_OVERFLOW:
        ask_inner(w, value, typing_type(t, op->type)->group_size, op->type,
                  HS_SHAPE_MAP_GROUPS);
        break;
    case OP_POOL:
        typing_ask(w, value, typing_at(t, memory, offset + word), t->pool_local,
                   HS_SHAPE_MANY, HS_EVIDENCE_REACHED);
        break;
    default:
        follow_pointer(w, op, value);
        break;
    }
}

/* The same of OPs with more words that count. */
static inline void scan_op(struct typing_worker *w, const struct typing_op *op,
                           uint64_t value, const struct hs_memory *memory,
                           uint64_t offset)
{
    switch ((enum typing_op_kind)op->kind) {
    case OP_EFACE:
        follow_interface(w, value, memory, offset, MISS_TYPE);
        break;
    case OP_IFACE:
        follow_interface(w, value, memory, offset, MISS_ITAB);
        break;
    case OP_REFLECT:
        follow_reflect(w, memory, offset);
        break;
    default:
        if (typing_alive(w, offset))
            follow(w, op, value, memory, offset);
        break;
    }
}

static struct row row_of(uint32_t first, uint32_t count, uint64_t stride)
{
    return (struct row){
        .stride = stride, .op = first, .first = first, .end = first + count};
}

/* As many of COUNT values as fit between AT and the end. */
static uint64_t clip(const struct hs_memory *memory, uint64_t at,
                     uint64_t count, uint64_t stride)
{
    uint64_t room = at < memory->size ? memory->size - at : 0;

    if (stride == 0)
        return 0;
    if (count == 1) /* as most often: without a division */
        return stride <= room;
    return count < room / stride ? count : room / stride;
}

/* Scans ROW as far as its next long array, which it returns, ROW being behind
 * it; NULL at the end. */
static const struct typing_op *scan_row(struct typing_worker *w,
                                        const struct hs_memory *memory,
                                        struct row *row)
{
    const struct typing *t = w->typing;
    const struct typing_op *ops = t->ops.at;
    const struct typing_op *first = ops + row->first, *end = ops + row->end;
    const struct typing_op *op = ops + row->op;
    uint64_t at = row->at, left = row->left, stride = row->stride;
    uint64_t last = memory->size - t->word; /* word of MEMORY */

    if (memory->size < t->word)
        return NULL;
    for (; left; left--, at += stride, op = first) {
        for (; op < end && op->kind != OP_ARRAY; op++) {
            uint64_t offset = at + op->offset, value;

            if (offset > last)
                continue;
            value = hs_heap_word(t->heap, memory->bytes + offset);
            if (value)
                scan_op(w, op, value, memory, offset);
        }
        if (op == end)
            continue;
        row->at = at;
        row->left = left;
        row->op = (uint32_t)(op + 1 - ops);
        return op;
    }
    return NULL;
}

/* Scans ROW, which is used up: a copy of it would be read before it has
 * arrived in memory, as often as there are objects. */
static void scan_rows(struct typing_worker *w, const struct hs_memory *memory,
                      struct row *row)
{
    const struct typing *t = w->typing;
    struct row above[DEEPEST - 1]; /* the rows that ROW is an element of */
    unsigned depth = 0;

    if (row->op == row->end)
        return;
    for (;;) {
        const struct typing_op *op = scan_row(w, memory, row);
        const struct typing_type *elem;
        uint64_t at, count;

        if (!op) {
            if (depth == 0)
                return;
            *row = above[--depth];
            continue;
        }
        elem = typing_type(t, op->type);
        at = row->at + op->offset;
        count = clip(memory, at, op->count, elem->size);
        if (depth < DEEPEST - 1 && count && elem->count) {
            above[depth++] = *row;
            *row = row_of(elem->first, elem->count, elem->size);
            row->at = at;
            row->left = count;
        }
    }
}

/* Is memory of TYPING a row of values, of which ROW is to know all but where
 * they are?  Else it is an inner part, scanned by hand. */
static bool is_row(const struct typing *t, uint32_t typing, struct row *row)
{
    uint32_t type = hs_typing_type(typing);
    const struct typing_type *its = typing_type(t, type);

    switch (hs_typing_shape(typing)) {
    case HS_SHAPE_CHAN_BUFFER:
        its = typing_type(t, hs_names_type(t->g->names, type)->elem);
        /* fall through */
    case HS_SHAPE_ONE:
    case HS_SHAPE_MANY:
    case HS_SHAPE_CLOSURE:
        *row = row_of(its->first, its->count, its->size);
        return true;
    case HS_SHAPE_MAP_GROUPS:
        *row = row_of(its->groups, its->group_count, its->group_size);
        return true;
    default:
        return false;
    }
}

/* Does a row of that shape go on to the end of its object, however many values
 * something says that there are? */
static bool is_endless(enum hs_shape shape)
{
    return shape == HS_SHAPE_CHAN_BUFFER || shape == HS_SHAPE_MAP_GROUPS;
}

void typing_scan(struct typing_worker *w, const struct hs_memory *memory,
                 uint64_t offset, uint32_t typing, uint64_t count)
{
    struct row row;

    if (!is_row(w->typing, typing, &row)) {
        typing_scan_inner(w, memory, offset, typing);
        return;
    }
    if (is_endless(hs_typing_shape(typing)))
        count = UINT64_MAX;
    row.at = offset;
    row.left = clip(memory, offset, count, row.stride);
    scan_rows(w, memory, &row);
}

/* How many of the values of a huge object one piece has. */
static uint64_t piece_values(const struct row *row)
{
    return row->stride && row->stride < TYPING_PIECE
               ? TYPING_PIECE / row->stride
               : 1;
}

void typing_scan_piece(struct typing_worker *w, const struct typing_huge *huge,
                       uint64_t piece)
{
    struct row row;

    if (!is_row(w->typing, huge->typing, &row))
        return;
    row.at = piece * piece_values(&row) * row.stride;
    row.left = clip(&huge->memory, row.at, piece_values(&row), row.stride);
    scan_rows(w, &huge->memory, &row);
}

/* Has MEMORY, if it is huge and a row of many values, scanned in pieces, by all
 * threads. */
static bool split(struct typing_worker *w, const struct hs_memory *memory,
                  uint32_t typing)
{
    enum hs_shape shape = hs_typing_shape(typing);
    struct row row;
    uint64_t values;

    if (memory->size < TYPING_HUGE ||
        (shape != HS_SHAPE_MANY && !is_endless(shape)) ||
        !is_row(w->typing, typing, &row) || row.stride == 0)
        return false;
    values = clip(memory, 0, UINT64_MAX, row.stride);
    hs_column_push(&w->huge, &(struct typing_huge){
                                 .memory = *memory,
                                 .typing = typing,
                                 .pieces = values / piece_values(&row) + 1});
    return true;
}

bool typing_memory(const struct typing *t, uint32_t slot,
                   struct hs_memory *memory)
{
    uint32_t object = hs_heap_slot_object(t->store, slot);

    if (hs_heap_near(t->store, slot, object, memory))
        memory->address = hs_heap_slot_address(t->store, slot);
    else
        *memory = hs_heap_memory(t->heap, object);
    return memory->bytes != NULL;
}

static void scan_object(struct typing_worker *w, uint32_t object,
                        const struct hs_memory *memory, uint32_t typing)
{
    uint64_t count = UINT64_MAX, header = typing & HS_TYPING_HEADER ? 8 : 0;

    if (hs_typing_shape(typing) == HS_SHAPE_ONE ||
        hs_typing_shape(typing) == HS_SHAPE_CLOSURE)
        count = 1;
    if (!typing_fits(w->typing, memory, typing)) {
        hs_column_push(&w->refused, &(struct typing_refusal){object, typing});
        return;
    }
    if (split(w, memory, typing))
        return;
    typing_scan(w, memory, header, typing, count);
}

void typing_scan_block(struct typing_worker *w, const uint32_t *slots,
                       const uint32_t *typings, size_t count)
{
    const struct typing *t = w->typing;
    const struct hs_heap_store *store = t->store;
    struct hs_memory memory[TYPING_BLOCK];
    uint32_t objects[TYPING_BLOCK];

    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&store->groups[slots[i] / 64]);
    for (size_t i = 0; i < count; i++) {
        size_t page = store->groups[slots[i] / 64].page;

        objects[i] = hs_heap_slot_object(store, slots[i]);
        __builtin_prefetch(&store->pages[page]);
        __builtin_prefetch(&store->places[page]);
    }
    for (size_t i = 0; i < count; i++) {
        memory[i].bytes = NULL;
        if (!hs_heap_near(store, slots[i], objects[i], &memory[i]))
            continue;
        __builtin_prefetch(memory[i].bytes);
        if (memory[i].size > 64)
            __builtin_prefetch(memory[i].bytes + 64);
        __builtin_prefetch(memory[i].fields);
    }
    for (size_t i = 0; i < count; i++) {
        if (!memory[i].bytes)
            memory[i] = hs_heap_memory(t->heap, objects[i]);
        if (memory[i].bytes)
            scan_object(w, objects[i], &memory[i], typings[i]);
    }
}

/* A variable that only a typed pointer tells of: what the compiler makes for
 * `var cache = &LRU{}`. */
static void type_variable(struct typing *t, const struct typing_view *view)
{
    struct hs_names *names = t->g->names;
    uint32_t number = hs_names_global(names, view->address);
    struct hs_global *global = (struct hs_global *)names->globals.at + number;
    uint32_t type = hs_typing_type(view->typing);

    if (number != HS_NO_GLOBAL && global->type == HS_NO_TYPE &&
        hs_typing_shape(view->typing) == HS_SHAPE_ONE &&
        global->address == view->address &&
        global->size == typing_type(t, type)->size)
        global->type = type;
}

void typing_scan_view(struct typing_worker *w, const struct typing_view *view)
{
    struct typing *t = w->typing;
    const struct hs_memory *stretch;
    struct typing_place place;
    struct hs_memory memory;

    if (typing_locate(t, view->address, &place)) {
        if (!typing_memory(t, place.slot, &memory))
            return;
    } else {
        stretch = typing_stretch(t, view->address);
        if (!stretch)
            return;
        memory = *stretch;
        type_variable(t, view);
    }
    typing_scan(w, &memory, view->address - memory.address, view->typing,
                view->count);
}
