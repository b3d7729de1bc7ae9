/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.c - the readers that are too long to stand in the header.
 */
#include "base/cursor.h"

/* SIZE bytes as one number in the cursor's byte order. */
static uint64_t fixed(struct hs_cursor *cursor, unsigned size)
{
    const uint8_t *at = hs_cursor_take(cursor, size);
    uint64_t value = 0;
    unsigned i;

    if (!at)
        return 0;
    for (i = 0; i < size; i++)
        value = value << 8 | at[cursor->big_endian ? i : size - 1 - i];
    return value;
}

uint16_t hs_cursor_u16(struct hs_cursor *cursor)
{
    return (uint16_t)fixed(cursor, 2);
}

uint32_t hs_cursor_u32(struct hs_cursor *cursor)
{
    return (uint32_t)fixed(cursor, 4);
}

uint64_t hs_cursor_u64(struct hs_cursor *cursor)
{
    return fixed(cursor, 8);
}

uint64_t hs_cursor_varint_long(struct hs_cursor *cursor)
{
    const uint8_t *at = cursor->at;
    uint64_t value = 0;
    unsigned shift;

    if (cursor->fault)
        return 0;
    for (shift = 0; shift < 70; shift += 7) {
        if (at == cursor->end) {
            cursor->fault = HS_CURSOR_SHORT;
            return 0;
        }
        value |= (uint64_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80) {
            cursor->offset += (uint64_t)(at - cursor->at);
            cursor->at = at;
            return value;
        }
    }
    cursor->fault = HS_CURSOR_OVERLONG;
    return 0;
}

bool hs_cursor_ok(const struct hs_cursor *cursor, const char *what,
                  struct hs_err *err)
{
    switch (cursor->fault) {
    case HS_CURSOR_GOOD:
        return true;
    case HS_CURSOR_SHORT:
        return hs_fail(err, HS_ETRUNC, cursor->offset, "%s is cut short", what);
    case HS_CURSOR_OVERLONG:
        break;
    }
    return hs_fail(err, HS_EDATA, cursor->offset,
                   "%s has a number of more than ten bytes", what);
}
