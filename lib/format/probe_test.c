/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_test.c - what the first bytes of a file say that it is.
 */
#include <string.h>

#include "base/test.h"
#include "format/format.h"

static const char *name_of(const char *bytes, size_t size)
{
    const struct hs_format *format =
        hs_format_probe(hs_cursor_over(bytes, size, 0));

    return format ? format->name : "";
}

#define NAME_OF(literal) name_of(literal, sizeof(literal) - 1)

TEST(a_trace_is_known_by_its_version_line)
{
    assert_string_equal(NAME_OF("go 1.22 trace\0\0\0more"), "trace");
    assert_string_equal(NAME_OF("go 1.5 trace\0\0\0\0"), "trace");
    assert_string_equal(NAME_OF("go 1.26 trace\0\0\0"), "trace");
    CHECK(strcmp(NAME_OF("go 1.22 trace"), "trace") != 0);
    CHECK(strcmp(NAME_OF("go 1.22 trick\0\0\0"), "trace") != 0);
    CHECK(strcmp(NAME_OF("go 1. of anything at all"), "trace") != 0);
}

TEST(an_executable_and_a_core_dump_differ_in_their_type)
{
    char elf[18] = "\177ELF\2\1\1";

    elf[16] = 2;
    assert_string_equal(name_of(elf, sizeof(elf)), "elf");
    elf[16] = 3;
    assert_string_equal(name_of(elf, sizeof(elf)), "elf");
    elf[16] = 4;
    assert_string_equal(name_of(elf, sizeof(elf)), "core");
    elf[5] = 2; /* big-endian: the 4 is now 0x0400 */
    assert_string_equal(name_of(elf, sizeof(elf)), "elf");
    elf[16] = 0;
    elf[17] = 4;
    assert_string_equal(name_of(elf, sizeof(elf)), "core");
    CHECK(strcmp(name_of(elf, sizeof(elf) - 1), "core") != 0);
}

TEST(a_heap_dump_is_known_by_its_first_line)
{
    assert_string_equal(NAME_OF("go1.7 heap dump\n\x06"), "godump");
}

TEST(prose_is_nothing)
{
    assert_string_equal(NAME_OF("# Test data\n\nWhat the tests read."), "");
    assert_string_equal(NAME_OF(""), "");
}
