/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.c - is it the program that the dump was taken of?
 *
 * A program of another build gives wrong names that look right, so it is taken
 * only if it proves itself.  The dump says where the data and the bss segment
 * are and how long; every frame has the address and name of its function; and
 * from Go 1.22 on, an object that is not small starts with the address of its
 * type, whose pointers, repeated to the end of the slot, must be those that
 * the dump lists:
 *
 *   slot   │ type │ value │ value │ ...      pointers at 8 + k * size + 8 * i
 *
 * A damaged dump may have some of it wrong: nine tenths must fit.
 */
#include <inttypes.h>

#include "golang/functions.h"
#include "model/goversion.h"
#include "model/heap_walk.h"

/* Objects with headers are in slots up to this. */
#define MOST_HEADER_SLOT 32768u

/* Of a larger heap, every so many pages are looked at. */
#define MOST_PAGES 4096u

struct match {
    struct golang *g;
    struct hs_map seen; /* header -> 0 */
    uint64_t functions, functions_agree;
    bool segments_agree;
};

static bool mostly(uint64_t agree, uint64_t all)
{
    return agree >= all - all / 10;
}

/* Are the pointers that MEMORY lists those of values of TYPE in a row? */
static bool tiles(struct golang *g, const struct hs_memory *memory,
                  uint32_t type)
{
    uint64_t size = hs_names_type(g->names, type)->size, word = g->pointer_size;
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t at = 8, next = 0;
    bool more = hs_fields_next(&fields, &next);
    size_t count;
    const uint8_t *bits = hs_golang_mask(g, type, &count);

    if (!bits || count == 0 || size % word)
        return false;
    for (; at < memory->size; at += size)
        for (size_t i = 0; i < count && at + i * word < memory->size; i++) {
            bool wanted = bits[i / 8] >> i % 8 & 1;
            bool listed = more && next == at + i * word;

            if (wanted != listed)
                return false;
            if (listed)
                more = hs_fields_next(&fields, &next);
        }
    return !more;
}

static void check_header(struct match *m, const struct hs_memory *memory)
{
    struct golang *g = m->g;
    uint64_t header;
    uint32_t type;

    if (memory->fields == memory->fields_end || memory->size < 16)
        return;
    header = hs_heap_word(g->heap, memory->bytes);
    /* The allocator may not have written it yet; package reflect makes types
     * in the heap. */
    if (header == 0 || hs_heap_find(g->heap, header) != HS_NO_OBJECT ||
        hs_map_lookup(&m->seen, header) != HS_MAP_NONE)
        return;
    hs_map_add(&m->seen, header, 0);
    type = hs_golang_type_at(g, header);
    g->program->headers++;
    g->program->headers_agree += type != HS_NO_TYPE && tiles(g, memory, type);
}

static void check_headers(struct match *m)
{
    const struct hs_heap *heap = m->g->heap;
    const struct hs_heap_store *store = heap->store;
    uint64_t small = hs_heap_small_slot(heap), candidates = 0, stride;

    if (!hs_goversion_has_headers(heap->go_version))
        return;
    for (size_t i = 0; i < store->page_count; i++)
        candidates += store->pages[i].kind == HS_PAGE_SLOTS &&
                      store->pages[i].scan && store->pages[i].size > small &&
                      store->pages[i].size <= MOST_HEADER_SLOT;
    stride = candidates / MOST_PAGES + 1;
    candidates = 0;
    for (size_t i = 0; i < store->page_count; i++) {
        struct hs_heap_walk walk;
        const struct hs_memory *memory;

        if (store->pages[i].kind != HS_PAGE_SLOTS || !store->pages[i].scan ||
            store->pages[i].size <= small ||
            store->pages[i].size > MOST_HEADER_SLOT ||
            candidates++ % stride != 0)
            continue;
        hs_heap_walk_page(&walk, heap, i);
        while ((memory = hs_heap_walk_next(&walk)))
            check_header(m, memory);
    }
}

/* Every function of the dump's frames, once. */
static void check_functions(struct match *m)
{
    const struct hs_heap *heap = m->g->heap;
    const struct hs_frame *frames = heap->frames.at;
    struct hs_map seen;

    hs_map_init(&seen, m->g->scratch, 256);
    for (size_t i = 0; i < heap->frames.count; i++) {
        struct golang_function function;
        uint64_t entry = frames[i].entry;

        if (hs_map_lookup(&seen, entry) != HS_MAP_NONE)
            continue;
        hs_map_add(&seen, entry, 0);
        m->functions++;
        m->functions_agree += hs_golang_function_at(m->g, entry, &function) &&
                              function.entry == entry &&
                              hs_str_equal(function.name, frames[i].function);
    }
}

/* Are the segments of the dump where the program has its own? */
static void check_segments(struct match *m)
{
    const struct golang_module *module = m->g->module;
    const struct hs_segment *segments = m->g->heap->segments.at;

    m->segments_agree = true;
    for (size_t i = 0; i < m->g->heap->segments.count; i++) {
        bool data =
            hs_str_equal(hs_str_of(segments[i].name), hs_str_of("data"));
        const struct golang_span *its = data ? &module->data : &module->bss;

        if (segments[i].memory.address != its->start ||
            segments[i].memory.size > its->end - its->start)
            m->segments_agree = false;
    }
}

/* What about VERSION: "; go1.22.12, the dump is of go1.24.4", or "". */
static const char *versions(const struct golang *g)
{
    struct hs_str a = g->program->go_version, b = g->heap->go_version;

    if (a.size == 0 || b.size == 0 || hs_str_equal(a, b))
        return "";
    return hs_arena_printf(g->scratch, "; %.*s, the dump is of %.*s",
                           (int)(a.size < 40 ? a.size : 40), a.text,
                           (int)(b.size < 40 ? b.size : 40), b.text);
}

static bool refuse(const struct match *m, struct hs_err *err)
{
    const struct golang *g = m->g;
    const char *headers = "";

    if (g->program->headers)
        headers = hs_arena_printf(
            g->scratch, "%" PRIu64 " of %" PRIu64 " type headers and ",
            g->program->headers_agree, g->program->headers);
    return hs_fail(err, HS_EDATA, HS_NOWHERE,
                   "not the program of the dump: %s%" PRIu64 " of %" PRIu64
                   " functions fit it%s%s",
                   headers, m->functions_agree, m->functions,
                   m->segments_agree ? "" : ", and its variables are elsewhere",
                   versions(g));
}

/* A dump that was cut short may not say where the program was loaded. */
static bool is_placed(const struct golang *g)
{
    const struct hs_segment *segments = g->heap->segments.at;

    if (!g->program->position_independent)
        return true;
    for (size_t i = 0; i < g->heap->segments.count; i++)
        if (hs_str_equal(hs_str_of(segments[i].name), hs_str_of("data")))
            return true;
    return false;
}

bool hs_golang_match(struct golang *g, struct hs_err *err)
{
    struct match m = {.g = g};

    if (g->pointer_size != g->heap->pointer_size ||
        g->big_endian != g->heap->big_endian)
        return hs_fail(
            err, HS_EDATA, HS_NOWHERE,
            "not the program of the dump: it is of another "
            "architecture (%u-bit, the dump is of %u-bit %.*s)",
            8 * g->pointer_size, 8 * g->heap->pointer_size,
            (int)(g->heap->goarch.size < 40 ? g->heap->goarch.size : 40),
            g->heap->goarch.text);
    if (!is_placed(g))
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "it is position-independent, and the dump ends before "
                       "it says where it was loaded");
    hs_map_init(&m.seen, g->scratch, 256);
    check_segments(&m);
    check_functions(&m);
    check_headers(&m);
    if (!m.segments_agree || *versions(g) ||
        !mostly(m.functions_agree, m.functions) ||
        !mostly(g->program->headers_agree, g->program->headers))
        return refuse(&m, err);
    g->program->matches = true;
    return true;
}
