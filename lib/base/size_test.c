/* SPDX-License-Identifier: Apache-2.0 */
/*
 * size_test.c - numbers as people read them.
 */
#include "base/size.h"

#include <stdbool.h>

#include "base/test.h"

TEST(bytes_have_binary_units_and_one_decimal)
{
    assert_string_equal(hs_show_bytes(0).text, "0 B");
    assert_string_equal(hs_show_bytes(1023).text, "1023 B");
    assert_string_equal(hs_show_bytes(1024).text, "1.0 KiB");
    assert_string_equal(hs_show_bytes(1048524).text, "1023.9 KiB");
    assert_string_equal(hs_show_bytes(1048525).text, "1.0 MiB");
    assert_string_equal(hs_show_bytes(509717709).text, "486.1 MiB");
    assert_string_equal(hs_show_bytes(-1536).text, "-1.5 KiB");
    assert_string_equal(hs_show_bytes(INT64_MAX).text, "8.0 EiB");
    assert_string_equal(hs_show_bytes(INT64_MIN).text, "-8.0 EiB");
}

TEST(counts_are_grouped)
{
    assert_string_equal(hs_show_count(7).text, "7");
    assert_string_equal(hs_show_count(999).text, "999");
    assert_string_equal(hs_show_count(1000).text, "1 000");
    assert_string_equal(hs_show_count(3912440).text, "3 912 440");
    assert_string_equal(hs_show_count(-100000).text, "-100 000");
    assert_string_equal(hs_show_count(INT64_MIN).text,
                        "-9 223 372 036 854 775 808");
}

TEST(durations_have_three_digits_or_two_units)
{
    assert_string_equal(hs_show_nanos(0).text, "0 ns");
    assert_string_equal(hs_show_nanos(999).text, "999 ns");
    assert_string_equal(hs_show_nanos(1234).text, "1.23 µs");
    assert_string_equal(hs_show_nanos(12345).text, "12.3 µs");
    assert_string_equal(hs_show_nanos(123456).text, "123 µs");
    assert_string_equal(hs_show_nanos(999499).text, "999 µs");
    assert_string_equal(hs_show_nanos(999500).text, "1.00 ms");
    assert_string_equal(hs_show_nanos(9996000).text, "10.0 ms");
    assert_string_equal(hs_show_nanos(1250000000).text, "1.25 s");
    assert_string_equal(hs_show_nanos(59499999999).text, "59.5 s");
    assert_string_equal(hs_show_nanos(59999999999).text, "1m 00s");
    assert_string_equal(hs_show_nanos(3599999999999).text, "1h 00m");
    assert_string_equal(hs_show_nanos(7620LL * 1000000000).text, "2h 07m");
    assert_string_equal(hs_show_nanos(1051200LL * 1000000000).text, "12d 04h");
    assert_string_equal(hs_show_nanos(-1250000000).text, "-1.25 s");
    assert_string_equal(hs_show_nanos(INT64_MIN).text, "-106751d 23h");
}

TEST(times_are_utc)
{
    assert_string_equal(hs_show_time(0).text, "1970-01-01 00:00:00 UTC");
    assert_string_equal(hs_show_time(-1).text, "1969-12-31 23:59:59 UTC");
    assert_string_equal(hs_show_time(1709210096LL * 1000000000).text,
                        "2024-02-29 12:34:56 UTC");
    assert_string_equal(hs_show_time(4107542400LL * 1000000000).text,
                        "2100-03-01 00:00:00 UTC");
    assert_string_equal(hs_show_time(INT64_MAX).text,
                        "2262-04-11 23:47:16 UTC");
}

TEST(shares_are_percent)
{
    assert_string_equal(hs_show_share(0).text, "0.0%");
    assert_string_equal(hs_show_share(0.907).text, "90.7%");
    assert_string_equal(hs_show_share(1).text, "100.0%");
    assert_string_equal(hs_show_share(0.0001).text, "<0.1%");
    assert_string_equal(hs_show_share(-0.25).text, "-25.0%");
    assert_string_equal(hs_show_share(12.5).text, "1250.0%");
    assert_string_equal(hs_show_share(0.0 / 0.0).text, "?");
    assert_string_equal(hs_show_share(1e30).text, ">99999999%");
}

TEST(plain_numbers_have_no_needless_digits)
{
    assert_string_equal(hs_show_number(0).text, "0");
    assert_string_equal(hs_show_number(-0.0).text, "0");
    assert_string_equal(hs_show_number(0.25).text, "0.25");
    assert_string_equal(hs_show_number(-1250.1).text, "-1 250.1");
    assert_string_equal(hs_show_number(1e15).text, "1.000e+15");
}

static bool parses_as(const char *text, uint64_t wanted)
{
    uint64_t bytes = 0;

    return hs_size_parse(text, &bytes) && bytes == wanted;
}

TEST(sizes_are_read_with_and_without_units)
{
    uint64_t bytes;

    CHECK(parses_as("0", 0));
    CHECK(parses_as("4096", 4096));
    CHECK(parses_as("4096B", 4096));
    CHECK(parses_as("16MiB", 16 << 20));
    CHECK(parses_as("16 mib", 16 << 20));
    CHECK(parses_as("1.5k", 1536));
    CHECK(parses_as("1.5 GB", 1500000000));
    CHECK(parses_as("15E", (uint64_t)15 << 60));
    CHECK(!hs_size_parse("16E", &bytes));
    CHECK(!hs_size_parse("", &bytes));
    CHECK(!hs_size_parse("MiB", &bytes));
    CHECK(!hs_size_parse("-1", &bytes));
    CHECK(!hs_size_parse("1 MiBs", &bytes));
    CHECK(!hs_size_parse("1x", &bytes));
    CHECK(!hs_size_parse("99999999999999999999", &bytes));
}
