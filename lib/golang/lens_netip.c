/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens_netip.c - a netip.Addr as netip prints it.
 *
 *   Addr = addr{hi lo:u64} z
 *
 * An address of version 4 is in the lower 32 bits, behind 0xffff.  Which
 * version it is, only Z tells:
 *
 *   z = 0                              no address at all
 *   z -> addrDetail{isV6 bool, zoneV6 string}                   Go >= 1.23
 *   z = net/netip.z4, .z6noz, or that of some zone              before
 */
#include "golang/lens_impl.h"

#include <inttypes.h>
#include <stdio.h>

#define GROUPS    8u
#define MOST_ZONE 32u /* bytes shown */

struct address {
    uint64_t high, low;
    bool v6;
    struct hs_str zone;
};

/* The word of the variable that is called NAME; 0 if there is none. */
static uint64_t variable_word(const struct golang *g, const char *name)
{
    const struct hs_global *globals = g->names->globals.at;
    struct hs_memory memory;
    uint64_t offset;

    for (size_t i = 0; i < g->names->globals.count; i++)
        if (hs_str_equal(globals[i].name, hs_str_of(name)) &&
            lens_memory_at(g, globals[i].address, &memory, &offset) &&
            memory.size - offset >= g->pointer_size)
            return hs_heap_word(g->heap, memory.bytes + offset);
    return 0;
}

/* The text of the string at OFFSET of MEMORY, which has it. */
static struct hs_str text_at(const struct golang *g,
                             const struct hs_memory *memory, uint64_t offset)
{
    const uint8_t *bytes = memory->bytes + offset;
    uint64_t size = hs_heap_word(g->heap, bytes + g->pointer_size), at;
    struct hs_memory text;

    if (size == 0)
        return (struct hs_str){"", 0};
    if (size > MOST_ZONE ||
        !lens_memory_at(g, hs_heap_word(g->heap, bytes), &text, &at) ||
        text.size - at < size)
        return hs_str_of("…");
    return (struct hs_str){(const char *)text.bytes + at, (size_t)size};
}

/* What the addrDetail of TYPE at WORD says; false if it is none. */
static bool read_detail(const struct golang *g, uint32_t type, uint64_t word,
                        struct address *address)
{
    const struct hs_go_field *v6 = hs_names_field(g->names, type, "isV6");
    const struct hs_go_field *zone = hs_names_field(g->names, type, "zoneV6");
    uint64_t size = hs_names_type(g->names, type)->size, offset;
    struct hs_memory memory;

    if (!v6 || !zone || v6->offset >= size ||
        zone->offset + 2 * (uint64_t)g->pointer_size > size ||
        !lens_memory_at(g, word, &memory, &offset) ||
        memory.size - offset < size)
        return false;
    address->v6 = memory.bytes[offset + v6->offset] != 0;
    address->zone = text_at(g, &memory, offset + zone->offset);
    return true;
}

/* Which version ADDRESS is, whose z of TYPE is WORD; false if that is not
 * known. */
static bool read_version(const struct golang *g, uint32_t type, uint64_t word,
                         struct address *address)
{
    const struct hs_go_field *value = hs_names_field(g->names, type, "value");
    uint64_t z4;

    if (value)
        return read_detail(g, hs_names_type(g->names, value->type)->elem, word,
                           address);
    z4 = variable_word(g, "net/netip.z4");
    address->v6 = word != z4;
    if (address->v6 && word != variable_word(g, "net/netip.z6noz"))
        address->zone = hs_str_of("…");
    return z4 != 0;
}

static void add_v4(struct hs_column *chars, uint64_t low)
{
    char text[32];

    snprintf(text, sizeof(text), "%u.%u.%u.%u", (unsigned)(low >> 24 & 0xff),
             (unsigned)(low >> 16 & 0xff), (unsigned)(low >> 8 & 0xff),
             (unsigned)(low & 0xff));
    lens_add(chars, hs_str_of(text));
}

static unsigned group_of(const struct address *address, unsigned i)
{
    uint64_t half = i < 4 ? address->high : address->low;

    return half >> (48 - 16 * (i % 4)) & 0xffff;
}

/* Of two zero groups or more in a row the longest row is "::". */
static void add_v6(struct hs_column *chars, const struct address *address)
{
    unsigned from = GROUPS, count = 1;
    char text[8];

    for (unsigned i = 0, end; i < GROUPS; i = end + 1) {
        for (end = i; end < GROUPS && group_of(address, end) == 0;)
            end++;
        if (end - i > count) {
            from = i;
            count = end - i;
        }
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == from) {
            lens_add(chars, hs_str_of("::"));
            i += count - 1;
            continue;
        }
        snprintf(text, sizeof(text), i && i != from + count ? ":%x" : "%x",
                 group_of(address, i));
        lens_add(chars, hs_str_of(text));
    }
}

bool lens_add_netip(const struct golang *g, struct hs_column *chars,
                    uint32_t type, const uint8_t *bytes)
{
    const struct hs_go_field *z = hs_names_field(g->names, type, "z");
    uint64_t size = hs_names_type(g->names, type)->size, word;
    struct address address = {.zone = {0}};

    if (!hs_str_equal(hs_names_type(g->names, type)->name,
                      hs_str_of("net/netip.Addr")) ||
        !z || z->offset < 16 || z->offset + g->pointer_size > size)
        return false;
    word = hs_heap_word(g->heap, bytes + z->offset);
    if (word == 0) {
        lens_add(chars, hs_str_of("invalid IP"));
        return true;
    }
    if (!read_version(g, z->type, word, &address))
        return false;
    address.high = lens_number(g, bytes, 8);
    address.low = lens_number(g, bytes + 8, 8);
    if (address.v6 && (address.high || address.low >> 32 != 0xffff))
        add_v6(chars, &address);
    else
        lens_add(chars, hs_str_of(address.v6 ? "::ffff:" : ""));
    if (!address.v6 || (!address.high && address.low >> 32 == 0xffff))
        add_v4(chars, address.low);
    if (address.zone.size) {
        lens_add(chars, hs_str_of("%"));
        lens_add(chars, address.zone);
    }
    return true;
}
