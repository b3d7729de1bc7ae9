/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_objects.c - Object records, span by span.
 *
 *   object = 1 slot size bytes[size] (1 offset)* 0
 *
 * The whole slot is written.  debug.WriteHeapDump knows nothing of what a
 * small span has at its end and writes the slots there as objects as well:
 * phantoms, with the bitmap of the span's pointers and the collector's marks
 * for contents.
 */
#include "heapdump_impl.h"

#define ROOM 4096 /* bytes */

/* Contents and fields on their way, a small object at once. */
struct pen {
    struct heapdump *d;
    size_t used;
    uint8_t at[ROOM + 64];
};

static void flush(struct pen *pen)
{
    hs_writer_bytes(pen->d->writer, pen->at, pen->used);
    pen->used = 0;
}

static void put(struct pen *pen, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        pen->at[pen->used++] = (uint8_t)(value | 0x80);
    pen->at[pen->used++] = (uint8_t)value;
    if (pen->used >= ROOM)
        flush(pen);
}

static void put_word(struct pen *pen, uint64_t word)
{
    heapdump_store(pen->at + pen->used, word);
    pen->used += 8;
    if (pen->used >= ROOM)
        flush(pen);
}

static uint64_t pointer(const struct heapdump *d,
                        const struct heapdump_object *object, uint64_t w)
{
    struct heapdump_word word = heapdump_word(&d->graph, object, w);

    if (word.object == HEAPDUMP_NONE)
        return word.value;
    return heapdump_address(&d->place, word.object) + word.offset;
}

/* Lengths, counters, flags and letters: what stands beside pointers. */
static uint64_t scalar(const struct heapdump_object *object, uint64_t w,
                       uint64_t mixed)
{
    if (object->tabs >> w % object->period & 1)
        return HEAPDUMP_ITABS + mixed % HEAPDUMP_TABS * 32;
    return mixed >> w % 48 & 0x3ff;
}

/* The contents of a slot of SIZE; pointerful objects may have a HEADER. */
static void put_contents(struct pen *pen, const struct heapdump_object *object,
                         uint64_t size, bool header)
{
    uint64_t mixed = heapdump_hash(pen->d->graph.seed ^ 9, object->number);
    uint64_t words = object->bytes / 8, w = 0;

    if (!object->mask) {
        for (; w < size / 8; w++, mixed += mixed << 7 | 1)
            put_word(pen, (mixed & UINT64_C(0x0f0f0f0f0f0f0f0f)) +
                              UINT64_C(0x6161616161616161));
        return;
    }
    if (header)
        put_word(pen, HEAPDUMP_TYPES +
                          96 * (HEAPDUMP_TABS + object->kind * UINT64_C(8) +
                                object->part));
    for (; w < words; w++)
        put_word(pen, object->mask >> w % object->period & 1
                          ? pointer(pen->d, object, w)
                          : scalar(object, w, mixed));
    for (w += header; w < size / 8; w++)
        put_word(pen, 0);
}

/* The offsets of its pointers; a large object's go on to the slot's end. */
static void put_fields(struct pen *pen, const struct heapdump_object *object,
                       uint64_t size, bool header)
{
    bool tiled = pen->d->place.headers && size > HEAPDUMP_SMALL && !header;
    uint64_t words = (tiled ? size : object->bytes) / 8;

    for (uint64_t w = 0; object->mask && w < words; w++)
        if (object->mask >> w % object->period & 1) {
            put(pen, 1);
            put(pen, (w + header) * 8);
        }
    put(pen, 0);
}

/* Enters the pointers of the object at SLOT into the span's bitmap, a bit for
 * a word of the page. */
static void mark(uint8_t *bitmap, const struct heapdump_object *object,
                 uint64_t slot)
{
    for (uint64_t w = 0; w < object->bytes / 8; w++)
        if (object->mask >> w % object->period & 1)
            bitmap[(slot / 8 + w) / 8] |= (uint8_t)(1 << (slot / 8 + w) % 8);
}

static void put_object(struct pen *pen, const struct heapdump_span *span,
                       uint64_t slot, uint32_t number, uint8_t *bitmap)
{
    struct heapdump *d = pen->d;
    struct heapdump_object object;
    bool header = d->place.header[number / 8] >> number % 8 & 1;

    heapdump_describe(&d->graph, number, &object);
    put(pen, TAG_OBJECT);
    put(pen, span->address + slot);
    put(pen, span->size);
    put_contents(pen, &object, span->size, header);
    put_fields(pen, &object, span->size, header);
    if (object.mask && d->place.bitmap && span->size <= HEAPDUMP_SMALL)
        mark(bitmap, &object, slot);
}

/* The slots that reach into the end of a small span. */
static void put_phantoms(struct pen *pen, const struct heapdump_span *span,
                         uint8_t *page)
{
    const struct heapdump_place *place = &pen->d->place;
    uint64_t marks = span->size >= 16 ? place->marks : 0;
    uint64_t mixed = heapdump_hash(place->seed ^ 11, span->address);
    /* A page of words that may be pointers has all bits from Go 1.24 on. */
    bool all = span->scan && span->size == 8 && pen->d->graph.go >= 24;

    for (uint64_t i = 0; i < marks; i++)
        page[HEAPDUMP_PAGE - 1 - i] = (uint8_t)(mixed >> i % 56);
    if (all)
        memset(page + HEAPDUMP_PAGE - marks - place->bitmap, 0xff,
               place->bitmap);
    for (uint64_t slot = span->slots * span->size;
         slot + span->size <= HEAPDUMP_PAGE; slot += span->size) {
        put(pen, TAG_OBJECT);
        put(pen, span->address + slot);
        put(pen, span->size);
        flush(pen);
        hs_writer_bytes(pen->d->writer, page + slot, span->size);
        if (all) {
            put(pen, 1);
            put(pen, 0);
        }
        put(pen, 0);
    }
}

void heapdump_write_objects(struct heapdump *d)
{
    const struct heapdump_span *spans = d->place.spans.at;
    const uint32_t *slots = d->place.slots.at;
    struct pen pen = {.d = d};
    uint8_t page[HEAPDUMP_PAGE];

    for (size_t s = 0; s < d->place.spans.count; s++) {
        const struct heapdump_span *span = &spans[s];
        uint64_t marks = span->size >= 16 ? d->place.marks : 0;
        uint8_t *bitmap = page + HEAPDUMP_PAGE - marks - d->place.bitmap;

        memset(page, 0, sizeof(page));
        for (uint32_t i = 0; i < span->slots; i++)
            if (slots[span->first + i] != HEAPDUMP_NONE)
                put_object(&pen, span, i * span->size, slots[span->first + i],
                           bitmap);
        if (span->size <= HEAPDUMP_SMALL)
            put_phantoms(&pen, span, page);
    }
    flush(&pen);
}
