/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.c - the readers that are too long to stand in the header.
 */
#include "base/cursor.h"

#include <endian.h>

uint8_t hs_cursor_u8(struct hs_cursor *cursor)
{
    const uint8_t *at = hs_cursor_take(cursor, 1);

    return at ? *at : 0;
}

uint16_t hs_cursor_u16(struct hs_cursor *cursor)
{
    const uint8_t *at = hs_cursor_take(cursor, 2);

    if (!at)
        return 0;
    return (uint16_t)(cursor->big_endian ? at[0] << 8 | at[1]
                                         : at[1] << 8 | at[0]);
}

uint32_t hs_cursor_u32(struct hs_cursor *cursor)
{
    const uint8_t *at = hs_cursor_take(cursor, 4);
    uint32_t value;

    if (!at)
        return 0;
    memcpy(&value, at, 4);
    return cursor->big_endian ? be32toh(value) : le32toh(value);
}

uint64_t hs_cursor_u64(struct hs_cursor *cursor)
{
    const uint8_t *at = hs_cursor_take(cursor, 8);
    uint64_t value;

    if (!at)
        return 0;
    memcpy(&value, at, 8);
    return cursor->big_endian ? be64toh(value) : le64toh(value);
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
