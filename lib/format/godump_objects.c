/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump_objects.c - object records, as fast as memory comes.
 *
 *   Object = 1 address:uint size:uint byte{size} fields
 *
 * Where a record ends depends on four lengths inside it, so decoding one after
 * another is a chain of loads that each wait for the one before.  But the
 * records of a span are alike: *head* remembers the bytes that were equal in
 * the last record, and while the next record has them too, all its lengths are
 * known and the processor runs ahead.  Everything else (a new span, the end of
 * the input, nonsense) goes through the cursor.
 */
#include "format/godump_impl.h"

#include <endian.h>
#include <string.h>

#define STOPS 0x8080808080808080u

/* Bytes of a record that head_take looks at beyond its contents: tag, eight
 * of the address, eight of the size, a kind and a long offset. */
#define SLACK 32

/* Of the last of the five bytes of the longest offset that is read without a
 * cursor. */
#define MOST_SHIFT 28

/* How far ahead of the record being read to call for memory.  The processor
 * does this itself, but not from one page of 4 KiB into the next: a third of
 * the time. */
#define AHEAD 2048

/* What the last record's head looked like. */
struct head {
    uint64_t address_mask; /* the bits of an address's bytes */
    uint64_t stops;        /* its bytes' top bits */
    uint64_t size_mask;
    uint64_t size_raw; /* the bytes of the size */
    uint64_t size;
    unsigned size_at; /* where they are */
    unsigned bytes;   /* of the whole head; 0: nothing learned yet */
    unsigned pointer_size;
};

static inline uint64_t load(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return le64toh(word);
}

/* The number that up to eight bytes of a varint, top bits cut off, say. */
static inline uint64_t join(uint64_t word)
{
    word &= ~STOPS;
    word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
    word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
    return (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
}

/* The bits of the first BYTES bytes of a word. */
static uint64_t mask_of(unsigned bytes)
{
    return bytes >= 8 ? UINT64_MAX : ((uint64_t)1 << 8 * bytes) - 1;
}

static void learn(struct head *head, const uint8_t *at, unsigned address_bytes,
                  unsigned size_bytes, uint64_t size)
{
    head->bytes = 0;
    if (address_bytes > 8 || size_bytes > 8)
        return;
    head->address_mask = mask_of(address_bytes);
    head->stops = STOPS & mask_of(address_bytes - 1);
    head->size_mask = mask_of(size_bytes);
    head->size_raw = load(at + 1 + address_bytes) & head->size_mask;
    head->size = size;
    head->size_at = 1 + address_bytes;
    head->bytes = 1 + address_bytes + size_bytes;
}

/* The end of the list of pointers at AT, which is its 0; NULL where it should
 * be read with more care.  There are SLACK bytes before END. */
static inline const uint8_t *skip_fields(const uint8_t *at,
                                         const uint8_t *careful, uint64_t last)
{
    while (*at == 1) {
        uint64_t offset = at[1];

        at += 2;
        if (offset >= 0x80) {
            offset = (offset & 0x7f) | (uint64_t)(*at & 0x7f) << 7;
            for (unsigned shift = 14; *at++ >= 0x80; shift += 7) {
                if (shift > MOST_SHIFT)
                    return NULL;
                offset |= (uint64_t)(*at & 0x7f) << shift;
            }
        }
        if (offset > last || at > careful)
            return NULL;
    }
    return *at == 0 ? at : NULL;
}

/* The same of the list at AT of an object of SIZE bytes. */
static const uint8_t *skip_all(const uint8_t *at, const uint8_t *end,
                               uint64_t size, unsigned pointer_size)
{
    if (end - at < SLACK)
        return NULL;
    if (size < pointer_size)
        return *at == 0 ? at : NULL;
    return skip_fields(at, end - SLACK, size - pointer_size);
}

/* Reads the record at AT through a cursor, but for its list of pointers, which
 * may be long; returns its end or NULL. */
static __attribute__((noinline)) const uint8_t *
head_learn(struct head *head, const uint8_t *at, const uint8_t *end,
           struct hs_memory *memory)
{
    struct hs_cursor in = hs_cursor_over(at, (size_t)(end - at), 0);
    struct hs_err ignored = HS_ERR_NONE;
    const uint8_t *size_at, *bytes_at, *fields_end;
    uint64_t address;

    if (hs_cursor_varint(&in) != TAG_OBJECT)
        return NULL;
    address = hs_cursor_varint(&in);
    size_at = in.at;
    *memory = hs_godump_memory(&in, address);
    bytes_at = memory->bytes;
    if (in.fault || memory->size == 0 ||
        memory->size - 1 > UINT64_MAX - memory->address)
        return NULL;
    fields_end = skip_all(in.at, end, memory->size, head->pointer_size);
    if (fields_end) {
        memory->fields = in.at;
        memory->fields_end = fields_end++;
    } else {
        if (!hs_godump_fields(&in, memory, head->pointer_size, &ignored) ||
            in.fault)
            return NULL;
        fields_end = in.at;
    }
    if (at[0] == TAG_OBJECT && end - at >= SLACK)
        learn(head, at, (unsigned)(size_at - at - 1),
              (unsigned)(bytes_at - size_at), memory->size);
    return fields_end;
}

/* Reads the record at AT; returns its end or NULL. */
static inline const uint8_t *take(struct head *head, const uint8_t *at,
                                  const uint8_t *end, struct hs_memory *memory)
{
    const uint8_t *bytes = at + head->bytes, *fields;
    uint64_t word;

    if (head->bytes == 0 || (uint64_t)(end - at) < head->size + SLACK)
        return head_learn(head, at, end, memory);
    word = load(at + 1) & head->address_mask;
    if (at[0] != TAG_OBJECT || (word & STOPS) != head->stops ||
        (load(at + head->size_at) & head->size_mask) != head->size_raw)
        return head_learn(head, at, end, memory);
    memory->address = join(word);
    memory->size = head->size;
    memory->bytes = bytes;
    memory->fields = fields = bytes + head->size;
    if (*fields) {
        if (head->size < head->pointer_size)
            return head_learn(head, at, end, memory);
        fields =
            skip_fields(fields, end - SLACK, head->size - head->pointer_size);
        if (!fields)
            return head_learn(head, at, end, memory);
    }
    if (memory->size - 1 > UINT64_MAX - memory->address)
        return NULL;
    memory->fields_end = fields;
    return fields + 1;
}

const uint8_t *hs_godump_take(const struct hs_heap *heap, const uint8_t *at,
                              const uint8_t *stop, const uint8_t *end,
                              struct hs_heap_draft *draft)
{
    struct head head = {.pointer_size = heap->pointer_size};
    struct hs_heap_record record = {.start = at};

    while (record.start < stop) {
        const struct hs_memory *memory = &record.memory;

        __builtin_prefetch(record.start + AHEAD);
        __builtin_prefetch(record.start + AHEAD + 64);
        record.end = take(&head, record.start, end, &record.memory);
        if (!record.end)
            break;
        /* A pointer takes two bytes of the list, or more. */
        record.pointers = (uint64_t)(memory->fields_end - memory->fields) / 2;
        hs_heap_draft_object(draft, &record);
        record.start = record.end;
    }
    hs_heap_draft_break(draft);
    return record.start;
}

size_t hs_godump_read(const struct hs_heap *heap, const uint8_t **at,
                      struct hs_memory *out, size_t most)
{
    struct head head = {.pointer_size = heap->pointer_size};
    const uint8_t *end = heap->store->end;
    size_t count = 0;

    while (count < most) {
        const uint8_t *next;

        __builtin_prefetch(*at + AHEAD);
        __builtin_prefetch(*at + AHEAD + 64);
        next = take(&head, *at, end, &out[count]);
        if (!next)
            break;
        *at = next;
        count++;
    }
    return count;
}

/* True if so many records from AT on look like a span's objects. */
static bool plausible(const struct hs_heap *heap, const uint8_t *at,
                      const uint8_t *end)
{
    struct head head = {.pointer_size = heap->pointer_size};
    struct hs_memory memory;

    for (unsigned i = 0; i < 64; i++) {
        at = take(&head, at, end, &memory);
        if (!at || memory.address % 8 || memory.size % 8 ||
            memory.address < heap->arena_start ||
            memory.address >= heap->arena_end)
            return false;
    }
    return true;
}

const uint8_t *hs_godump_guess(const struct hs_heap *heap, const uint8_t *from,
                               const uint8_t *to, const uint8_t *end)
{
    struct head head = {.pointer_size = heap->pointer_size};
    struct hs_memory memory;
    uint64_t page;

    while (from < to && !(*from == TAG_OBJECT && plausible(heap, from, end)))
        from++;
    if (from >= to)
        return NULL;
    if (!take(&head, from, end, &memory))
        return NULL;
    page = memory.address >> HS_PAGE_SHIFT;
    while (from < to) {
        const uint8_t *next = take(&head, from, end, &memory);

        if (!next)
            return NULL;
        if (memory.address >> HS_PAGE_SHIFT != page)
            return from;
        from = next;
    }
    return NULL;
}
