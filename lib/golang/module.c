/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module.c - runtime.firstmoduledata: where the runtime finds its tables.
 *
 * It stands in a writable segment, in no place that the file names without
 * symbols (from Go 1.26 on, in a section of its own).  But its first word
 * points to the header of the function table, and its second to the table of
 * names, which that header has the offset of:
 *
 *   module = header:ptr funcnametab:slice cutab:slice ...
 *   header = 0xfffffff1:u4 0:u1 0:u1 quantum:u1 ptrsize:u1 nfunc:word
 *            nfiles:word text:word funcnametab:word ...  (offsets from here)
 *
 * so it is found by looking at every word of the writable segments, and no
 * other word can be mistaken for it.  What follows depends on the version.
 */
#include "golang/golang_impl.h"

#include "model/goversion.h"

/* The magic number of Go 1.18 and 1.19, and that from Go 1.20 on. */
#define MAGIC_118 0xfffffff0u
#define MAGIC_120 0xfffffff1u

/* Words of moduledata that all versions have in one place: pairs of addresses,
 * and slices of three words. */
enum {
    WORD_HEADER = 0,
    WORD_FUNCNAMES = 1,
    WORD_UNITS = 4,
    WORD_FILES = 7,
    WORD_PCTAB = 10,
    WORD_PCLINES = 13,
    WORD_FUNCTIONS = 16,
    WORD_MIN_PC = 20,
    WORD_TEXT = 22,
    WORD_NOPTRDATA = 24,
    WORD_DATA = 26,
    WORD_BSS = 28,
    WORD_NOPTRBSS = 30,
    WORDS = 64,
};

/* Where the others are; 0: there is none. */
static const struct layout {
    unsigned from; /* the first version that has it */
    uint8_t types, etypes, descriptors, rodata, gofunc, sections, typelinks,
        itabs;
} layouts[] = {
    {18, 35, 36, 0, 37, 38, 39, 42, 45},
    {20, 37, 38, 0, 39, 40, 41, 44, 47}, /* covctrs, ecovctrs came in */
    {26, 37, 38, 0, 39, 40, 42, 45, 48}, /* epclntab */
    {27, 37, 39, 38, 42, 43, 45, 0, 0},  /* typedesclen, itaboffset, ... */
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* Does HEADER look like the header of a function table whose names stand at
 * NAMES? */
static bool is_header(const struct golang *g, uint64_t header, uint64_t names)
{
    struct hs_cursor c = hs_golang_bytes(g, header, 8 + 8 * g->pointer_size);
    uint32_t magic = hs_cursor_u32(&c);
    uint16_t pad = hs_cursor_u16(&c);

    if (magic != MAGIC_118 && magic != MAGIC_120)
        return false;
    hs_cursor_u8(&c); /* pc quantum */
    if (pad != 0 || hs_cursor_u8(&c) != g->pointer_size)
        return false;
    hs_cursor_take(&c, 3 * g->pointer_size); /* nfunc nfiles text */
    return header + hs_golang_word(g, &c) == names && !c.fault;
}

/* The address of moduledata in SEGMENT, or 0. */
static uint64_t find_in(const struct golang *g,
                        const struct golang_segment *segment)
{
    uint64_t address = segment->address;
    struct hs_cursor c = hs_cursor_over(segment->bytes, segment->size, 0);
    uint64_t word, next;

    c.big_endian = g->big_endian;
    if (address % g->pointer_size) {
        hs_cursor_take(&c, g->pointer_size - address % g->pointer_size);
        address += g->pointer_size - address % g->pointer_size;
    }
    next = hs_golang_word(g, &c);
    while (!hs_cursor_done(&c)) {
        word = next;
        next = hs_golang_word(g, &c);
        /* The names stand behind the header, and not far. */
        if (next > word && next - word <= 256 && is_header(g, word, next))
            return address;
        address += g->pointer_size;
    }
    return 0;
}

static uint64_t find(struct golang *g)
{
    const struct golang_segment *segments = g->image->segments.at;

    for (size_t i = 0; i < g->image->segments.count; i++) {
        uint64_t address = segments[i].writable ? find_in(g, &segments[i]) : 0;

        if (address)
            return address;
    }
    return 0;
}

static struct golang_span span(const uint64_t *words, unsigned at)
{
    return (struct golang_span){words[at], words[at + 1]};
}

static struct golang_table table(const uint64_t *words, unsigned at)
{
    if (!at)
        return (struct golang_table){0};
    return (struct golang_table){words[at], words[at + 1]};
}

static bool in_order(const struct golang_span *s)
{
    return s->start && s->start <= s->end;
}

/* The module as LAYOUT has it; false if that makes no sense. */
static bool lay_out(const struct golang *g, const uint64_t *words,
                    const struct layout *layout, struct golang_module *m)
{
    *m = (struct golang_module){
        .from = layout->from,
        .header = words[WORD_HEADER],
        .text = span(words, WORD_TEXT),
        .noptrdata = span(words, WORD_NOPTRDATA),
        .data = span(words, WORD_DATA),
        .bss = span(words, WORD_BSS),
        .noptrbss = span(words, WORD_NOPTRBSS),
        .types = {words[layout->types], words[layout->etypes]},
        .rodata = words[layout->rodata],
        .gofunc = words[layout->gofunc],
        .funcnames = table(words, WORD_FUNCNAMES),
        .units = table(words, WORD_UNITS),
        .files = table(words, WORD_FILES),
        .pctab = table(words, WORD_PCTAB),
        .pclines = table(words, WORD_PCLINES),
        .functions = table(words, WORD_FUNCTIONS),
        .sections = table(words, layout->sections),
        .typelinks = table(words, layout->typelinks),
        .itabs = table(words, layout->itabs),
    };
    if (layout->descriptors) {
        m->descriptors.start = m->types.start;
        m->descriptors.end = m->types.start + words[layout->descriptors];
        if (m->descriptors.end < m->types.start ||
            m->descriptors.end > m->types.end)
            return false;
    }
    return in_order(&m->text) && in_order(&m->data) && in_order(&m->bss) &&
           in_order(&m->types) &&
           !hs_golang_bytes(g, m->types.start, m->types.end - m->types.start)
                .fault &&
           !hs_golang_bytes(g, m->rodata, 1).fault &&
           m->sections.count < 1 << 16;
}

/* Of a version that is not known, the newest layout that makes sense. */
static bool choose_layout(struct golang *g, const uint64_t *words)
{
    bool known = g->minor < 1000;

    for (size_t i = LAYOUTS; i-- > 0;) {
        if (known && layouts[i].from > g->minor)
            continue;
        if (lay_out(g, words, &layouts[i], g->module)) {
            if (!known)
                g->minor = layouts[i].from;
            return true;
        }
        if (known)
            return false;
    }
    return false;
}

static void shift(struct golang_span *s, uint64_t slide)
{
    s->start += slide;
    s->end += slide;
}

/* The dump says where the data segment was when the program ran. */
static void find_slide(struct golang *g)
{
    const struct hs_segment *segments = g->heap ? g->heap->segments.at : NULL;

    if (!g->program->position_independent)
        return;
    for (size_t i = 0; g->heap && i < g->heap->segments.count; i++)
        if (hs_str_equal(hs_str_of(segments[i].name), hs_str_of("data")))
            g->slide = segments[i].memory.address - g->module->data.start;
}

/* All that was read is of the file; from here on it is of the process. */
static void move(struct golang_module *m, uint64_t slide)
{
    struct golang_span *spans[] = {&m->text,       &m->noptrdata, &m->data,
                                   &m->bss,        &m->noptrbss,  &m->types,
                                   &m->descriptors};
    struct golang_table *tables[] = {
        &m->funcnames, &m->units,    &m->files,     &m->pctab, &m->pclines,
        &m->functions, &m->sections, &m->typelinks, &m->itabs};

    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        shift(spans[i], slide);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        tables[i]->at += slide;
    m->address += slide;
    m->header += slide;
    m->rodata += slide;
    m->gofunc += slide;
}

bool hs_golang_read_module(struct golang *g, struct hs_err *err)
{
    uint64_t address = find(g), words[WORDS] = {0};
    struct hs_cursor c;

    if (!address)
        return hs_fail(err, HS_EUNSUPPORTED, HS_NOWHERE,
                       "not a Go program, or none of Go 1.18 or later: it has "
                       "no table of functions");
    g->module = hs_arena_zeroed(g->arena, 1, sizeof(*g->module));
    c = hs_golang_rest(g, address);
    for (size_t i = 0; i < WORDS; i++)
        words[i] = hs_golang_word(g, &c);
    if (!choose_layout(g, words))
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "what the executable says of its own segments makes no "
                       "sense");
    g->module->address = address;
    find_slide(g);
    move(g->module, g->slide);
    return true;
}
