/* SPDX-License-Identifier: Apache-2.0 */
/* cursor_test.c - a cursor never reads past its span, and says where. */
#include "base/cursor.h"

#include "base/test.h"

TEST(a_cursor_refuses_a_length_that_would_wrap)
{
    struct hs_cursor c = hs_cursor_over("abcd", 4, 0);

    CHECK(!hs_cursor_take(&c, UINT64_MAX));
    CHECK(c.fault == HS_CURSOR_SHORT);
    CHECK(hs_cursor_u16(&c) == 0);
}

TEST(a_cursor_reads_both_byte_orders)
{
    struct hs_cursor c = hs_cursor_over("\x01\x02\x01\x02", 4, 0);

    CHECK(hs_cursor_u16(&c) == 0x0201);
    c.big_endian = true;
    CHECK(hs_cursor_u16(&c) == 0x0102);
    CHECK(hs_cursor_done(&c) && !c.fault);
}

TEST(a_varint_of_ten_bytes_drops_its_overflow_and_eleven_are_an_error)
{
    const char *ten = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    const char *eleven = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    struct hs_cursor c = hs_cursor_over(ten, 10, 0);
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_cursor_varint(&c) == UINT64_MAX && c.offset == 10);
    c = hs_cursor_over(eleven, 11, 100);
    CHECK(hs_cursor_varint(&c) == 0);
    CHECK(!hs_cursor_ok(&c, "value", &err));
    CHECK(err.kind == HS_EDATA && err.offset == 100);
}

TEST(a_sub_cursor_that_does_not_fit_spoils_both)
{
    struct hs_cursor c = hs_cursor_over("abcd", 4, 7);
    struct hs_cursor s = hs_cursor_sub(&c, 5);
    struct hs_err err = HS_ERR_NONE;

    CHECK(s.fault && c.fault && hs_cursor_left(&s) == 0);
    CHECK(!hs_cursor_ok(&c, "record", &err));
    CHECK(err.kind == HS_ETRUNC && err.offset == 7);
    assert_string_equal(err.message, "record is cut short");
}
