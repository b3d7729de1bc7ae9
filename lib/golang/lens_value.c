/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens_value.c - values as Go writes them, for the keys of maps.
 *
 *   "text"  -7  0xc0  true  1.5  (1+2i)  0xc000123400  {1, "a"}  [1, 2, …]
 *
 * A key is to be recognised, not to be copied: texts end after 40 characters,
 * structs and arrays after 4 parts, and three levels down they are "…".
 */
#include "golang/lens_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

#define MOST_CHARACTERS 40u
#define MOST_BYTES      (4 * MOST_CHARACTERS)
#define MOST_PARTS      4u
#define DEEPEST         3u
#define MOST_TODO       64u

/* What is still to be written: a value, or TEXT if that is not NULL. */
struct item {
    const char *text;
    struct hs_memory memory;
    uint64_t offset;
    uint32_t type;
    unsigned depth;
};

struct value_writer {
    const struct golang *g;
    struct hs_column *chars;
    struct item todo[MOST_TODO]; /* the next one last */
    unsigned count;
};

static void add_text(struct value_writer *w, const char *text)
{
    lens_add(w->chars, hs_str_of(text));
}

static void push(struct value_writer *w, struct item item)
{
    if (w->count < MOST_TODO)
        w->todo[w->count++] = item;
}

static void push_text(struct value_writer *w, const char *text)
{
    push(w, (struct item){.text = text});
}

uint64_t lens_descriptor(const struct golang *g, uint32_t type,
                         const uint8_t *bytes)
{
    const struct hs_itab *itabs = g->heap->itabs.at;
    uint64_t word = hs_heap_word(g->heap, bytes);
    struct hs_cursor c;

    if (word == 0 || !hs_names_type(g->names, type)->methods)
        return word;
    for (size_t i = 0; i < g->heap->itabs.count; i++)
        if (itabs[i].itab == word && itabs[i].type)
            return itabs[i].type;
    c = hs_golang_bytes(g, word, 2 * (uint64_t)g->heap->pointer_size);
    hs_golang_pointer(g, &c);
    return hs_golang_pointer(g, &c);
}

uint32_t lens_dynamic(const struct golang *g, uint32_t type,
                      const uint8_t *bytes)
{
    uint32_t found =
        hs_map_lookup(&g->type_at, lens_descriptor(g, type, bytes));

    return found == HS_MAP_NONE ? HS_NO_TYPE : found;
}

bool lens_memory_at(const struct golang *g, uint64_t address,
                    struct hs_memory *memory, uint64_t *offset)
{
    const struct hs_segment *segments = g->heap->segments.at;
    uint32_t object = hs_heap_find(g->heap, address);
    struct hs_cursor rest;

    *offset = 0;
    if (object != HS_NO_OBJECT) {
        *memory = hs_heap_memory(g->heap, object);
        *offset = address - memory->address;
        return memory->bytes != NULL;
    }
    for (size_t i = 0; i < g->heap->segments.count; i++) {
        *memory = segments[i].memory;
        *offset = address - memory->address;
        if (*offset < memory->size)
            return true;
    }
    rest = hs_golang_rest(g, address);
    *offset = 0;
    *memory = (struct hs_memory){
        .address = address, .bytes = rest.at, .size = hs_cursor_left(&rest)};
    return !rest.fault;
}

static bool fits(const struct hs_memory *memory, uint64_t offset, uint64_t size)
{
    return memory->bytes && offset <= memory->size &&
           size <= memory->size - offset;
}

uint64_t lens_number(const struct golang *g, const uint8_t *bytes,
                     uint64_t size)
{
    uint64_t value = 0;

    for (uint64_t i = 0; i < size; i++)
        value = value << 8 | bytes[g->big_endian ? i : size - 1 - i];
    return value;
}

static void add_signed(struct value_writer *w, uint64_t value, uint64_t size)
{
    char text[32];
    unsigned shift = 64 - 8 * (unsigned)size;

    snprintf(text, sizeof(text), "%" PRId64,
             (int64_t)(value << shift) >> shift);
    add_text(w, text);
}

static void add_unsigned(struct value_writer *w, uint64_t value)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, value);
    add_text(w, text);
}

/* PLUS: with a sign in any case. */
static void add_float(struct value_writer *w, uint64_t bits, uint64_t size,
                      bool plus)
{
    char text[40];
    uint32_t half = (uint32_t)bits;
    double value = 0;
    float single;

    if (size == 4) {
        memcpy(&single, &half, 4);
        snprintf(text, sizeof(text), plus ? "%+.6g" : "%.6g", (double)single);
    } else {
        memcpy(&value, &bits, 8);
        snprintf(text, sizeof(text), plus ? "%+.12g" : "%.12g", value);
    }
    add_text(w, text);
}

static void add_complex(struct value_writer *w, const uint8_t *bytes,
                        uint64_t size)
{
    uint64_t half = size / 2;

    add_text(w, "(");
    add_float(w, lens_number(w->g, bytes, half), half, false);
    add_float(w, lens_number(w->g, bytes + half, half), half, true);
    add_text(w, "i)");
}

static void add_character(struct value_writer *w, int32_t code,
                          const char *bytes, size_t size)
{
    char text[8];

    if (code == '"' || code == '\\') {
        add_text(w, "\\");
        lens_add(w->chars, (struct hs_str){bytes, size});
    } else if (code == '\n' || code == '\t' || code == '\r') {
        add_text(w, code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r");
    } else if (code < 32 || code == 127) { /* a byte that is no UTF-8, too */
        snprintf(text, sizeof(text), "\\x%02x", (unsigned char)bytes[0]);
        add_text(w, text);
    } else {
        lens_add(w->chars, (struct hs_str){bytes, size});
    }
}

/* SIZE bytes at BYTES, quoted; CUT: there are more. */
static void add_quoted(struct value_writer *w, const uint8_t *bytes,
                       uint64_t size, bool cut)
{
    struct hs_str text = {(const char *)bytes, (size_t)size};
    size_t at = 0, characters = 0;

    add_text(w, "\"");
    while (at < text.size && characters++ < MOST_CHARACTERS) {
        size_t from = at;
        int32_t code = hs_text_next(text, &at);

        add_character(w, code, text.text + from, at - from);
    }
    add_text(w, cut || at < text.size ? "…\"" : "\"");
}

static void add_string(struct value_writer *w, const uint8_t *bytes)
{
    unsigned word = w->g->heap->pointer_size;
    uint64_t address = hs_heap_word(w->g->heap, bytes);
    uint64_t size = hs_heap_word(w->g->heap, bytes + word), offset;
    bool cut = size > MOST_BYTES;
    struct hs_memory memory;

    if (size == 0) {
        add_text(w, "\"\"");
        return;
    }
    if (!lens_memory_at(w->g, address, &memory, &offset) ||
        !fits(&memory, offset, size)) {
        add_text(w, "…");
        return;
    }
    add_quoted(w, memory.bytes + offset, cut ? MOST_BYTES : size, cut);
}

/* What an interface holds. */
static void add_interface(struct value_writer *w, const struct item *item)
{
    const struct hs_heap *heap = w->g->heap;
    const uint8_t *bytes = item->memory.bytes + item->offset;
    uint32_t type = lens_dynamic(w->g, item->type, bytes);
    uint64_t data = hs_heap_word(heap, bytes + heap->pointer_size);
    struct item inner = {.type = type, .depth = item->depth + 1};

    if (hs_heap_word(heap, bytes) == 0) {
        add_text(w, "nil");
    } else if (type == HS_NO_TYPE) {
        add_text(w, "…");
    } else if (hs_names_type(w->g->names, type)->direct) {
        inner.memory = item->memory;
        inner.offset = item->offset + heap->pointer_size;
        push(w, inner);
    } else if (hs_names_type(w->g->names, type)->size == 0 ||
               lens_memory_at(w->g, data, &inner.memory, &inner.offset)) {
        push(w, inner);
    } else {
        add_text(w, "…");
    }
}

/* The parts of a struct or an array, at most MOST_PARTS; they are pushed with
 * the last one first. */
static void add_parts(struct value_writer *w, const struct item *item)
{
    const struct hs_names *names = w->g->names;
    const struct hs_go_type *type = hs_names_type(names, item->type);
    const struct hs_go_field *fields = names->fields.at;
    bool is_struct = type->kind == HS_GO_STRUCT;
    uint64_t count = is_struct ? type->field_count : type->length;
    uint64_t shown = count < MOST_PARTS ? count : MOST_PARTS;
    uint64_t stride = hs_names_type(names, type->elem)->size;

    if (item->depth >= DEEPEST) {
        add_text(w, "…");
        return;
    }
    add_text(w, is_struct ? "{" : "[");
    push_text(w, is_struct ? "}" : "]");
    if (shown < count)
        push_text(w, ", …");
    for (uint64_t i = shown; i-- > 0;) {
        struct item part = {.memory = item->memory, .depth = item->depth + 1};

        if (is_struct && type->first_field + i < names->fields.count) {
            part.type = fields[type->first_field + i].type;
            part.offset = item->offset + fields[type->first_field + i].offset;
        } else {
            part.type = type->elem;
            part.offset = item->offset + i * stride;
        }
        push(w, part);
        if (i)
            push_text(w, ", ");
    }
}

/* A unique.Handle stands for the value that it points to. */
static bool add_handle(struct value_writer *w, const struct item *item,
                       const struct hs_go_type *type)
{
    const struct hs_go_field *field =
        hs_names_field(w->g->names, item->type, "value");
    struct item inner = {.depth = item->depth + 1};

    if (!hs_str_starts(type->name, "unique.Handle[") || !field ||
        field->offset != 0 || type->size != w->g->heap->pointer_size)
        return false;
    inner.type = hs_names_type(w->g->names, field->type)->elem;
    if (!lens_memory_at(
            w->g, hs_heap_word(w->g->heap, item->memory.bytes + item->offset),
            &inner.memory, &inner.offset))
        return false;
    push(w, inner);
    return true;
}

/* Arrays of bytes are ids and digests. */
static bool add_bytes(struct value_writer *w, const struct item *item,
                      const struct hs_go_type *type)
{
    char text[8];

    if (type->kind != HS_GO_ARRAY || type->length == 0 ||
        hs_names_type(w->g->names, type->elem)->kind != HS_GO_UINT8)
        return false;
    add_text(w, "0x");
    for (uint64_t i = 0; i < type->length && i < MOST_CHARACTERS / 2; i++) {
        snprintf(text, sizeof(text), "%02x",
                 item->memory.bytes[item->offset + i]);
        add_text(w, text);
    }
    if (type->length > MOST_CHARACTERS / 2)
        add_text(w, "…");
    return true;
}

/* Numbers and booleans; false if TYPE is something else. */
static bool add_number(struct value_writer *w, const struct hs_go_type *type,
                       const uint8_t *bytes)
{
    switch ((enum hs_go_kind)type->kind) {
    case HS_GO_BOOL:
        add_text(w, bytes[0] ? "true" : "false");
        return true;
    case HS_GO_INT:
    case HS_GO_INT8:
    case HS_GO_INT16:
    case HS_GO_INT32:
    case HS_GO_INT64:
        if (type->size >= 1 && type->size <= 8)
            add_signed(w, lens_number(w->g, bytes, type->size), type->size);
        return true;
    case HS_GO_UINT:
    case HS_GO_UINT8:
    case HS_GO_UINT16:
    case HS_GO_UINT32:
    case HS_GO_UINT64:
    case HS_GO_UINTPTR:
        if (type->size <= 8)
            add_unsigned(w, lens_number(w->g, bytes, type->size));
        return true;
    case HS_GO_FLOAT32:
    case HS_GO_FLOAT64:
        if (type->size == 4 || type->size == 8)
            add_float(w, lens_number(w->g, bytes, type->size), type->size,
                      false);
        return true;
    case HS_GO_COMPLEX64:
    case HS_GO_COMPLEX128:
        if (type->size == 8 || type->size == 16)
            add_complex(w, bytes, type->size);
        return true;
    default:
        return false;
    }
}

static void add_item(struct value_writer *w, const struct item *item)
{
    const struct hs_go_type *type = hs_names_type(w->g->names, item->type);
    const uint8_t *bytes;

    if (item->type != HS_NO_TYPE && type->size == 0) {
        add_text(w, type->kind == HS_GO_STRUCT ? "{}" : "[]");
        return;
    }
    /* An interface may hold itself in a damaged program. */
    if (item->type == HS_NO_TYPE || item->depth > MOST_TODO ||
        !fits(&item->memory, item->offset, type->size)) {
        add_text(w, "…");
        return;
    }
    bytes = item->memory.bytes + item->offset;
    if (add_number(w, type, bytes))
        return;
    switch ((enum hs_go_kind)type->kind) {
    case HS_GO_POINTER:
    case HS_GO_CHAN:
    case HS_GO_MAP:
    case HS_GO_FUNC:
    case HS_GO_UNSAFE_POINTER:
        if (type->size == w->g->heap->pointer_size)
            lens_add_pointer(w->g, w->chars, item->type,
                             hs_heap_word(w->g->heap, bytes));
        break;
    case HS_GO_STRING:
        if (type->size == 2 * w->g->heap->pointer_size)
            add_string(w, bytes);
        break;
    case HS_GO_INTERFACE:
        if (type->size == 2 * w->g->heap->pointer_size)
            add_interface(w, item);
        break;
    case HS_GO_ARRAY:
        if (add_bytes(w, item, type))
            break;
        /* fall through */
    case HS_GO_STRUCT:
        if (!add_handle(w, item, type) &&
            !lens_add_netip(w->g, w->chars, item->type, bytes))
            add_parts(w, item);
        break;
    default:
        add_text(w, "…");
        break;
    }
}

void lens_add_value(const struct golang *g, struct hs_column *chars,
                    uint32_t type, const struct hs_memory *memory,
                    uint64_t offset)
{
    struct value_writer w = {.g = g, .chars = chars};

    push(&w, (struct item){.type = type, .memory = *memory, .offset = offset});
    while (w.count) {
        struct item item = w.todo[--w.count];

        if (item.text)
            add_text(&w, item.text);
        else
            add_item(&w, &item);
    }
}
