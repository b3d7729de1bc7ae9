/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_roots.c - data, bss and finalizers.
 *
 * bss has a variable in 32 bytes, a slice; and behind them the runtime's list
 * of goroutines, twice, and one goroutine that it wakes itself.  data has the
 * same room for each: in one of ten a pointer to the one in bss, as a variable
 * has that was written as the address of a literal.
 */
#include "heapdump_impl.h"

#define VARIABLE 4 /* words */
#define RUNTIME  4 /* words */

static uint64_t bss_word(const struct heapdump *d, uint64_t w)
{
    uint64_t v = w / VARIABLE, end = d->graph.variables * (uint64_t)VARIABLE;

    if (w < end)
        return w % VARIABLE ? w % VARIABLE * 8 : heapdump_top(d, (uint32_t)v);
    if (w == end || w == end + 3)
        return heapdump_address(&d->place, d->graph.first[0]);
    if (w == end + 1)
        return d->graph.goroutines;
    return heapdump_of_goroutine(d, d->graph.goroutines - 1, 0);
}

static bool bss_listed(const struct heapdump *d, uint64_t w)
{
    uint64_t end = d->graph.variables * (uint64_t)VARIABLE;

    return w < end ? w % VARIABLE == 0 : w != end + 1;
}

static uint64_t data_word(const struct heapdump *d, uint64_t w)
{
    (void)d;
    if (w % VARIABLE)
        return w;
    /* Not of a variable: the address of a constant. */
    return w / VARIABLE % 10 == 9 ? HEAPDUMP_BSS + w * 8 : HEAPDUMP_TYPES;
}

static bool data_listed(const struct heapdump *d, uint64_t w)
{
    (void)d;
    return w % VARIABLE == 0;
}

static void put_segment(struct heapdump *d, enum heapdump_tag tag,
                        uint64_t start, uint64_t words,
                        uint64_t (*word)(const struct heapdump *, uint64_t),
                        bool (*listed)(const struct heapdump *, uint64_t))
{
    uint8_t bytes[8];

    heapdump_number(d, tag);
    heapdump_number(d, start);
    heapdump_number(d, words * 8);
    for (uint64_t w = 0; w < words; w++) {
        heapdump_store(bytes, word(d, w));
        hs_writer_bytes(d->writer, bytes, sizeof(bytes));
    }
    for (uint64_t w = 0; w < words; w++)
        if (listed(d, w))
            heapdump_field(d, w * 8);
    heapdump_number(d, 0);
}

void heapdump_write_segments(struct heapdump *d)
{
    uint64_t words = d->graph.variables * (uint64_t)VARIABLE;

    put_segment(d, TAG_DATA, HEAPDUMP_DATA, words, data_word, data_listed);
    put_segment(d, TAG_BSS, HEAPDUMP_BSS, words + RUNTIME, bss_word,
                bss_listed);
}

static void put_finalizer(struct heapdump *d, enum heapdump_tag tag,
                          uint32_t object)
{
    heapdump_number(d, tag);
    heapdump_number(d, heapdump_address(&d->place, object));
    heapdump_number(d, HEAPDUMP_TYPES - 16); /* the closure: a constant */
    heapdump_number(d, HEAPDUMP_CODE + 0x300);
    heapdump_number(d, HEAPDUMP_TYPES + 96);
    heapdump_number(d, HEAPDUMP_TYPES + 96);
}

/* Is STRUCTURE one whose first object has a finalizer?  Cycles that nothing
 * else holds are what a finalizer keeps alive for ever. */
static bool finalized(const struct heapdump_graph *graph, uint32_t structure)
{
    enum heapdump_kind kind = graph->kind[structure];

    if (kind == KIND_RING)
        return heapdump_orphan(graph, structure);
    return kind == KIND_RECORD && !heapdump_orphan(graph, structure) &&
           heapdump_hash(graph->seed ^ 12, structure) % 4096 == 0;
}

/* Is it garbage whose finalizer has yet to run? */
static bool queued(const struct heapdump_graph *graph, uint32_t structure)
{
    return graph->kind[structure] == KIND_RECORD &&
           heapdump_orphan(graph, structure) &&
           heapdump_hash(graph->seed ^ 13, structure) % 4 == 0;
}

void heapdump_write_finalizers(struct heapdump *d)
{
    const struct heapdump_graph *graph = &d->graph;

    for (uint32_t s = 0; s < graph->structures; s++)
        if (finalized(graph, s))
            put_finalizer(d, TAG_FINALIZER, graph->first[s]);
    for (uint32_t s = 0; s < graph->structures; s++)
        if (queued(graph, s))
            put_finalizer(d, TAG_QUEUED_FINALIZER, graph->first[s]);
}
