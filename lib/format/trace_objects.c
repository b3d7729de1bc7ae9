/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_objects.c - allocations one by one (GODEBUG=traceallocfree=1).
 *
 * Spans say which slots there are; objects are their slots.  An allocation
 * tells the pointer that the program got, which lies 8 bytes behind the start
 * of its slot where a header precedes it and anywhere inside a block of tiny
 * objects; a free tells the slot.  So every address is taken to its slot.
 *
 * The trace begins with what exists then, mostly without types.  Types are
 * those of elements, and have ids of their generation.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "format/trace_impl.h"

#define CLASSES     68
#define UNIT_BEFORE UINT32_MAX /* born before the trace */
#define MOST_TYPES  ((size_t)1 << 16)
#define MOST_PAGES  64 /* of a span of a size class; Go has up to 10 */
#define MOST_PAGE   ((uint64_t)1 << 20)
#define MOST_BYTES  (MOST_PAGES * MOST_PAGE)

/* runtime/sizeclasses.go, the same from Go 1.19 to 1.27. */
static const uint16_t class_size[CLASSES] = {
    0,     8,     16,    24,    32,    48,    64,    80,    96,    112,
    128,   144,   160,   176,   192,   208,   224,   240,   256,   288,
    320,   352,   384,   416,   448,   480,   512,   576,   640,   704,
    768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304,
    2688,  3072,  3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784,
    6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568, 14336, 16384,
    18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

struct slot {
    uint32_t type; /* row of types + 1; 0: free */
    uint32_t born; /* in units */
    uint32_t group;
    uint32_t region; /* string */
};

struct span {
    uint64_t start;     /* offset from the first heap address */
    uint64_t size;      /* of a slot */
    uint64_t inverse;   /* of that; see slot_number() */
    uint32_t count;     /* of slots; 0: the span is gone */
    uint8_t class;      /* of size; 0: one large object */
    struct slot *slots; /* NULL as long as none was used */
};

/* The slots of a span that is gone; lies where they were. */
struct unused_slots {
    struct unused_slots *next;
    uint32_t count;
};

struct local_type {
    uint64_t address;
    struct hs_str name;
    uint32_t row; /* of types, + 1; 0: not used yet */
};

void hs_trace_objects_init(struct trace *t)
{
    struct trace_objects *o = &t->objects;

    o->first = 0xc000000000;
    o->page_bits = 13;
    o->align = 8;
    hs_map_init(&o->page_of, &t->scratch, 16);
    hs_map_init(&o->type_of, &t->scratch, 16);
    o->pages = HS_COLUMN(uint32_t, &t->scratch);
    o->spans = HS_COLUMN(struct span, &t->scratch);
    o->unused = HS_COLUMN(uint32_t, &t->scratch);
}

void hs_trace_objects_reset(struct trace *t)
{
    struct trace_objects *o = &t->objects;

    hs_map_init(&o->local, &t->table.arena, 16);
    o->locals = HS_COLUMN(struct local_type, &t->table.arena);
}

/* There are allocations: from here on order matters to the tick. */
static void see(struct trace *t)
{
    t->objects.seen = true;
    t->merge.slack = 0;
}

void hs_trace_objects_info(struct trace *t, struct hs_cursor in)
{
    uint64_t first = hs_cursor_varint(&in), page = hs_cursor_varint(&in),
             align = hs_cursor_varint(&in);

    if (in.fault || page < 1024 || page > MOST_PAGE || (page & (page - 1)) ||
        align == 0 || align > page) {
        t->faults++;
        return;
    }
    t->objects.first = first;
    t->objects.page_bits = hs_sort_bits(page) - 1;
    t->objects.align = align;
}

void hs_trace_objects_types(struct trace *t, struct hs_cursor in)
{
    struct trace_objects *o = &t->objects;

    see(t);
    while (!hs_cursor_done(&in)) {
        uint64_t id = hs_cursor_varint(&in), size;
        struct local_type type = {.address = hs_cursor_varint(&in)};

        hs_cursor_varint(&in); /* size of the type */
        hs_cursor_varint(&in); /* of its part with pointers */
        size = hs_cursor_varint(&in);
        type.name.text = (const char *)hs_cursor_take(&in, size);
        type.name.size = (size_t)size;
        if (in.fault) {
            t->faults += !t->partial;
            return;
        }
        if (hs_map_add(&o->local, id, (uint32_t)o->locals.count) ==
            o->locals.count)
            hs_column_push(&o->locals, &type);
    }
}

/* --- types --- */

static struct hs_trace_type *type_at(const struct trace *t, uint32_t type)
{
    return (struct hs_trace_type *)t->line->objects.types.at + type;
}

/* The row of what has no type, in slots of CLASS. */
static uint32_t untyped_row(struct trace *t, unsigned class)
{
    struct hs_column *types = &t->line->objects.types;
    struct hs_trace_type row = {.slot = class_size[class]};

    if (!t->objects.untyped[class]) {
        hs_column_push(types, &row);
        t->objects.untyped[class] = (uint32_t)types->count;
    }
    return t->objects.untyped[class] - 1;
}

/* The row of what LOCAL is, the first of whose objects takes SIZE bytes. */
static uint32_t new_type(struct trace *t, const struct local_type *local,
                         uint64_t size)
{
    struct hs_column *types = &t->line->objects.types;
    struct hs_trace_type row = {.type = local->address, .slot = size};
    uint32_t number =
        hs_map_add(&t->objects.type_of, row.type, (uint32_t)types->count);

    if (number == types->count) {
        row.name = hs_intern_add(&t->strings, local->name);
        hs_column_push(types, &row);
    }
    return number;
}

/* The row of the type with id TYPE, of an object of CLASS and SIZE. */
static uint32_t type_row(struct trace *t, uint64_t type, unsigned class,
                         uint64_t size)
{
    struct trace_objects *o = &t->objects;
    const struct hs_column *types = &t->line->objects.types;
    struct local_type *local;
    uint32_t number = type ? hs_map_lookup(&o->local, type) : HS_MAP_NONE;

    if (number == HS_MAP_NONE || types->count >= MOST_TYPES)
        return untyped_row(t, class);
    local = (struct local_type *)o->locals.at + number;
    if (!local->row)
        local->row = new_type(t, local, size) + 1;
    number = local->row - 1;
    if (type_at(t, number)->slot != size)
        type_at(t, number)->slot = 0;
    return number;
}

/* --- spans --- */

static struct span *span_at(const struct trace *t, uint32_t span)
{
    return (struct span *)t->objects.spans.at + span;
}

/* Where PAGE is found if it was asked for recently. */
static struct trace_page *recent_page(struct trace_objects *o, uint64_t page)
{
    return &o->recent[page % TRACE_RECENT];
}

/* The span at PAGE becomes SPAN (+ 1; 0: none). */
static void set_page(struct trace *t, uint64_t page, uint32_t span)
{
    struct trace_objects *o = &t->objects;
    uint32_t row = hs_map_add(&o->page_of, page, (uint32_t)o->pages.count);

    if (row == o->pages.count)
        hs_column_push(&o->pages, &span);
    ((uint32_t *)o->pages.at)[row] = span;
    *recent_page(o, page) = (struct trace_page){page, span};
}

static void set_pages(struct trace *t, const struct span *span, uint32_t value)
{
    uint64_t page = span->start >> t->objects.page_bits;
    uint64_t size = span->class ? span->size * span->count : 1;
    uint64_t last = (span->start + size - 1) >> t->objects.page_bits;

    for (; page <= last; page++)
        set_page(t, page, value);
}

/* The span with the heap offset AT; NULL if none is known. */
static struct span *span_of(struct trace *t, uint64_t at)
{
    struct trace_objects *o = &t->objects;
    uint64_t page = at >> o->page_bits;
    struct trace_page *recent = recent_page(o, page);

    if (recent->page != page || !recent->span) {
        uint32_t row = hs_map_lookup(&o->page_of, page);

        if (row == HS_MAP_NONE)
            return NULL;
        *recent = (struct trace_page){page, ((uint32_t *)o->pages.at)[row]};
    }
    return recent->span ? span_at(t, recent->span - 1) : NULL;
}

static void drop(struct trace *t, const struct span *span, struct slot *slot)
{
    struct hs_trace_heap *heap = &t->line->objects;
    struct hs_trace_type *type = type_at(t, slot->type - 1);

    type->freed++;
    type->objects--;
    type->bytes -= span->size;
    type->existed -= slot->born == UNIT_BEFORE;
    type->bytes_at[t->slice] -= span->size;
    heap->freed++;
    heap->objects--;
    heap->bytes -= span->size;
    slot->type = 0;
}

/* SPAN is no more; its slots are kept for one of its class. */
static void retire(struct trace *t, struct span *span)
{
    struct trace_objects *o = &t->objects;
    uint32_t number = (uint32_t)(span - (struct span *)o->spans.at);

    set_pages(t, span, 0);
    for (uint32_t i = 0; span->slots && i < span->count; i++)
        if (span->slots[i].type)
            drop(t, span, &span->slots[i]);
    if (span->slots) {
        struct unused_slots *unused =
            (struct unused_slots *)(void *)span->slots;

        *unused =
            (struct unused_slots){o->unused_slots[span->class], span->count};
        o->unused_slots[span->class] = unused;
    }
    span->count = 0;
    span->slots = NULL;
    hs_column_push(&o->unused, &number);
}

/* No span lies where SPAN is now: there is none but in a damaged file. */
static void retire_below(struct trace *t, const struct span *span)
{
    uint64_t page = (uint64_t)1 << t->objects.page_bits;
    uint64_t bytes = span->class ? span->size * span->count : 1;

    for (uint64_t at = 0; at < bytes; at += page) {
        struct span *old = span_of(t, span->start + at);

        if (old)
            retire(t, old);
    }
}

void hs_trace_span(struct trace *t, uint64_t id, uint64_t pages, uint64_t kind)
{
    struct trace_objects *o = &t->objects;
    struct span span = {.count = 1};
    uint64_t class = kind >> 2, page = (uint64_t)1 << o->page_bits, bytes;
    uint32_t number;

    see(t);
    if (kind & 1)
        return; /* of stacks and the like */
    if (class >= CLASSES || pages == 0 || (class && pages > MOST_PAGES) ||
        __builtin_mul_overflow(pages, page, &bytes) ||
        __builtin_mul_overflow(id, page, &span.start) ||
        span.start + bytes < bytes) {
        hs_trace_odd(t);
        return;
    }
    span.class = (uint8_t) class;
    span.size = class ? class_size[class] : bytes;
    if (class) {
        span.count = (uint32_t)(bytes / span.size);
        span.inverse = ((uint64_t)1 << 41) / span.size + 1;
    }
    if (span.count == 0)
        return;
    retire_below(t, &span);
    if (o->unused.count > 0) {
        number = ((uint32_t *)o->unused.at)[--o->unused.count];
        *span_at(t, number) = span;
    } else {
        number = (uint32_t)o->spans.count;
        hs_column_push(&o->spans, &span);
    }
    set_pages(t, &span, number + 1);
}

void hs_trace_span_free(struct trace *t, uint64_t id)
{
    uint64_t start;
    struct span *span;

    see(t);
    if (__builtin_mul_overflow(id, (uint64_t)1 << t->objects.page_bits, &start))
        return;
    span = span_of(t, start);
    if (span)
        retire(t, span);
}

/* --- objects --- */

/* Empty slots for SPAN. */
static struct slot *new_slots(struct trace *t, const struct span *span)
{
    struct unused_slots **list = &t->objects.unused_slots[span->class];
    struct unused_slots *unused = *list;

    if (!unused || unused->count != span->count)
        return hs_arena_zeroed(&t->scratch, span->count, sizeof(struct slot));
    *list = unused->next;
    return memset(unused, 0, span->count * sizeof(struct slot));
}

/* The slot with the offset AT of SPAN, which is too large if there is none.
 * Without a division, which takes longer than the rest: with INVERSE the next
 * number above 2^41 / size, the product's upper part is the quotient as long
 * as AT times size is below 2^41, and slots end at 2^15 and spans at 2^26. */
static uint64_t slot_number(const struct span *span, uint64_t at)
{
    if (!span->class)
        return at / span->size;
    return at < MOST_BYTES ? at * span->inverse >> 41 : UINT64_MAX;
}

/* The slot that ID lies in; NULL if its span is not known. */
static struct slot *slot_of(struct trace *t, uint64_t id, struct span **span)
{
    uint64_t at, slot;

    see(t);
    *span = NULL;
    if (__builtin_mul_overflow(id, t->objects.align, &at))
        return NULL;
    *span = span_of(t, at);
    if (!*span || at < (*span)->start)
        return NULL;
    slot = slot_number(*span, at - (*span)->start);
    if (slot >= (*span)->count)
        return NULL;
    if (!(*span)->slots)
        (*span)->slots = new_slots(t, *span);
    return &(*span)->slots[slot];
}

static uint32_t birth(const struct trace *t, bool existed)
{
    uint64_t units = (uint64_t)(t->now / t->objects.unit);

    if (existed)
        return UNIT_BEFORE;
    return units < UNIT_BEFORE ? (uint32_t)units : UNIT_BEFORE - 1;
}

void hs_trace_object(struct trace *t, uint64_t id, uint64_t type, uint32_t life,
                     bool existed)
{
    struct hs_trace_heap *heap = &t->line->objects;
    struct hs_trace_type *row;
    struct span *span;
    struct slot *slot = slot_of(t, id, &span);

    heap->snapshot |= existed;
    if (!slot) {
        heap->unplaced++;
        return;
    }
    /* One more object in a block of tiny ones, or the free was lost. */
    if (slot->type && span->size == 16)
        return;
    if (slot->type)
        drop(t, span, slot);
    slot->type = type_row(t, type, span->class, span->size) + 1;
    slot->born = birth(t, existed);
    slot->group =
        life == TRACE_NONE ? HS_NO_GROUP : hs_trace_life_group(t, life);
    slot->region = life == TRACE_NONE ? 0 : hs_trace_region_name(t, life);
    row = type_at(t, slot->type - 1);
    row->objects++;
    row->bytes += span->size;
    heap->objects++;
    heap->bytes += span->size;
    if (existed) {
        row->existed++;
        row->bytes_at[0] += span->size;
    } else {
        row->allocated++;
        row->bytes_at[t->slice] += span->size;
        heap->allocated++;
    }
}

void hs_trace_object_free(struct trace *t, uint64_t id)
{
    struct span *span;
    struct slot *slot = slot_of(t, id, &span);

    if (slot && slot->type)
        drop(t, span, slot);
}

/* --- the end --- */

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    if (!x->count != !y->count)
        return x->count ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static int64_t born_at(const struct trace *t, const struct slot *slot)
{
    return slot->born == UNIT_BEFORE ? HS_BEFORE_TRACE
                                     : slot->born * t->objects.unit;
}

/* Lists the live objects; GROUPS translates, KEYS takes what GROUP or region
 * made each: its type above, that below. */
static void list_live(struct trace *t, const uint32_t *groups, uint64_t *keys,
                      uint64_t *region_keys)
{
    struct hs_trace_heap *heap = &t->line->objects;
    struct trace_objects *o = &t->objects;
    const struct span *spans = o->spans.at;
    size_t n = 0;

    for (size_t i = 0; i < o->spans.count && spans[i].count; i++) {
        const struct span *s = &spans[i];

        for (uint32_t k = 0; s->slots && k < s->count; k++) {
            const struct slot *slot = &s->slots[k];
            struct hs_trace_object object;
            struct hs_trace_type *type;

            if (!slot->type)
                continue;
            object = (struct hs_trace_object){
                .address = o->first + s->start + k * s->size,
                .born = born_at(t, slot),
                .type = slot->type - 1,
                .group = slot->group == HS_NO_GROUP ? HS_NO_GROUP
                                                    : groups[slot->group],
            };
            type = type_at(t, object.type);
            if (type->oldest == INT64_MAX || object.born < type->oldest)
                type->oldest = object.born;
            if (object.born > type->newest)
                type->newest = object.born;
            keys[n] = (uint64_t)object.type << 32 | object.group;
            region_keys[n++] = (uint64_t)object.type << 32 | slot->region;
            hs_column_push(&heap->live, &object);
        }
    }
}

/* For each type of the sorted KEYS, the lower half that is there most. */
static void most_of_each(struct trace *t, const uint64_t *keys, size_t count,
                         bool regions)
{
    for (size_t i = 0, end; i < count; i = end) {
        struct hs_trace_type *type = type_at(t, (uint32_t)(keys[i] >> 32));
        uint32_t low = (uint32_t)keys[i];

        for (end = i; end < count && keys[end] == keys[i]; end++)
            continue;
        if (regions && low && end - i > type->region_objects) {
            type->region = low;
            type->region_objects = end - i;
        } else if (!regions && low != HS_NO_GROUP &&
                   end - i > type->group_objects) {
            type->group = low;
            type->group_objects = end - i;
        }
    }
}

/* The most bytes first. */
static int by_bytes(const void *a, const void *b, void *types)
{
    const uint32_t *i = a, *k = b;
    const struct hs_trace_type *x = (struct hs_trace_type *)types + *i,
                               *y = (struct hs_trace_type *)types + *k;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

static void sort_types(struct trace *t)
{
    struct hs_trace_heap *heap = &t->line->objects;
    size_t n = heap->types.count;
    uint32_t *order = hs_arena_alloc(&t->scratch, (n + 1) * sizeof(*order));
    uint32_t *rank = hs_arena_alloc(&t->scratch, (n + 1) * sizeof(*rank));
    struct hs_trace_object *live = heap->live.at;
    struct hs_column sorted = HS_COLUMN(struct hs_trace_type, t->arena);

    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof(*order), by_bytes, heap->types.at);
    for (uint32_t i = 0; i < n; i++) {
        struct hs_trace_type type = *type_at(t, order[i]);

        for (unsigned k = 1; k < HS_SLICES; k++)
            type.bytes_at[k] += type.bytes_at[k - 1];
        rank[order[i]] = i;
        hs_column_push(&sorted, &type);
    }
    for (size_t i = 0; i < heap->live.count; i++)
        live[i].type = rank[live[i].type];
    heap->types = sorted;
}

void hs_trace_objects_finish(struct trace *t, const uint32_t *groups)
{
    struct hs_trace_heap *heap = &t->line->objects;
    struct trace_objects *o = &t->objects;
    size_t n = (size_t)heap->objects, bytes = (n + 1) * sizeof(uint64_t);
    uint64_t *keys, *region_keys;

    heap->known = o->seen;
    if (!o->seen)
        return;
    for (uint32_t i = 0; i < heap->types.count; i++) {
        struct hs_trace_type *type = type_at(t, i);

        type->oldest = INT64_MAX;
        type->newest = HS_BEFORE_TRACE;
        type->group = HS_NO_GROUP;
    }
    hs_trace_sort(&o->spans, by_start);
    keys = hs_arena_alloc(&t->scratch, bytes);
    region_keys = hs_arena_alloc(&t->scratch, bytes);
    list_live(t, groups, keys, region_keys);
    n = heap->live.count;
    hs_sort_u64(keys, n, 0, 64, &t->scratch);
    most_of_each(t, keys, n, false);
    hs_sort_u64(region_keys, n, 0, 64, &t->scratch);
    most_of_each(t, region_keys, n, true);
    for (uint32_t i = 0; i < heap->types.count; i++)
        if (type_at(t, i)->oldest == INT64_MAX)
            type_at(t, i)->oldest = HS_BEFORE_TRACE;
    sort_types(t);
}
