/* SPDX-License-Identifier: Apache-2.0 */
/* lines_test.c - lines, numbers in them, and lists of JSON objects. */
#include "base/lines.h"

#include <stdlib.h>

#include "base/json_read.h"
#include "base/scan.h"
#include "base/test.h"

TEST(lines_end_at_newlines_and_at_the_end)
{
    static const char text[] = "one\r\n\ntwo\nthree";
    static const char *const expected[] = {"one", "", "two", "three"};
    struct hs_input *input = hs_input_over(text, sizeof(text) - 1, NULL);
    struct hs_err err = HS_ERR_NONE;
    struct hs_lines lines;
    size_t n = 0;

    hs_lines_open(&lines, input);
    while (hs_lines_next(&lines))
        assert_true(
            hs_str_equal(hs_scan_rest(&lines.line), hs_str_of(expected[n++])));
    assert_int_equal(n, 4);
    assert_false(hs_lines_whole(&lines, "the text", &err));
    assert_int_equal(err.kind, HS_ETRUNC);
    hs_lines_close(&lines);
    hs_input_close(input);
}

TEST(a_line_that_is_too_long_is_cut_and_skipped)
{
    size_t size = HS_LINE_MOST + (1 << 18);
    char *text = malloc(size);
    struct hs_input *input;
    struct hs_lines lines;

    memset(text, 'x', size);
    memcpy(text + size - 5, "\nend\n", 5);
    input = hs_input_over(text, size, NULL);
    hs_lines_open(&lines, input);
    assert_true(hs_lines_next(&lines));
    assert_true(lines.cut);
    assert_int_equal(hs_cursor_left(&lines.line), HS_LINE_MOST);
    assert_true(hs_lines_next(&lines));
    assert_true(hs_str_equal(hs_scan_rest(&lines.line), hs_str_of("end")));
    assert_int_equal(lines.line.offset, size - 4);
    assert_false(hs_lines_next(&lines));
    hs_lines_close(&lines);
    hs_input_close(input);
    free(text);
}

static struct hs_cursor over(const char *text)
{
    return hs_cursor_over(text, strlen(text), 0);
}

TEST(numbers_are_read_as_they_were_printed)
{
    struct hs_cursor scan = over("18446744073709551615 ");
    uint64_t n;
    double d;

    assert_true(hs_scan_unsigned(&scan, &n) && n == UINT64_MAX);
    scan = over("18446744073709551616");
    assert_false(hs_scan_unsigned(&scan, &n));
    assert_int_equal(hs_cursor_left(&scan), 20);
    scan = over("0xC000012345z");
    assert_true(hs_scan_hex(&scan, &n) && n == 0xc000012345);
    scan = over("8.589934592e+09 1");
    assert_true(hs_scan_number(&scan, &d) && d == 8589934592.0);
    scan = over("-0.5");
    assert_true(hs_scan_number(&scan, &d) && d == -0.5);
    scan = over("1e999");
    assert_false(hs_scan_number(&scan, &d));
    scan = over(".e5");
    assert_false(hs_scan_number(&scan, &d));
    assert_int_equal(hs_cursor_left(&scan), 3);
}

/* How many objects TEXT has, and the first; OFF by how much it is cut. */
static size_t count_objects(const char *text, size_t size, bool *cut)
{
    struct hs_input *input = hs_input_over(text, size, NULL);
    struct hs_json_objects objects;
    struct hs_str object;
    uint64_t offset;
    size_t n = 0;

    hs_json_objects_open(&objects, input);
    while (hs_json_objects_next(&objects, &object, &offset)) {
        assert_int_equal(object.text[0], '{');
        assert_int_equal(object.text[object.size - 1], '}');
        assert_memory_equal(text + offset, object.text, object.size);
        n++;
    }
    *cut = objects.cut;
    hs_json_objects_close(&objects);
    hs_input_close(input);
    return n;
}

static size_t count_all(const char *text)
{
    bool cut;
    size_t n = count_objects(text, strlen(text), &cut);

    assert_false(cut);
    return n;
}

TEST(lists_of_objects_are_taken_apart)
{
    assert_int_equal(count_all("{\"a\": 1}\n{\"a\": {\"b\": [1, {}]}}\n"), 2);
    assert_int_equal(count_all(" [{\"a\": \"}\\\"]\"}, {}, 5, {}]"), 3);
    assert_int_equal(
        count_all("{\"x\": {\"y\": 1}, \"traceEvents\" : [{}, {\"b\": {}}], "
                  "\"z\": {}}"),
        2);
    assert_int_equal(count_all(""), 0);
    assert_int_equal(count_all("]]}}{}"), 1);
    assert_int_equal(count_all("[{}]{\"a\":1}[{},{}]"), 4);
}

TEST(an_object_that_ends_too_early_is_cut)
{
    static const char text[] = "[{\"a\": \"b\"}, {\"a\": {\"c\": \"}\"}}]";
    bool cut;

    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        size_t n = count_objects(text, size, &cut);

        assert_int_equal(n, (size >= 11) + (size >= 30));
        assert_int_equal(cut,
                         (size >= 2 && size < 11) || (size >= 14 && size < 30));
    }
}

TEST(an_object_of_more_than_a_mebibyte_is_skipped)
{
    size_t size = (HS_JSON_OBJECT_MOST + (1 << 19));
    char *text = malloc(size + 8);
    bool cut;

    memset(text, 'x', size);
    memcpy(text, "{\"", 2);
    memcpy(text + size - 2, "\"}", 2);
    memcpy(text + size, "\n{}\n", 4);
    assert_int_equal(count_objects(text, size + 4, &cut), 1);
    assert_false(cut);
    free(text);
}

TEST(json_that_is_too_deep_is_refused)
{
    char text[8192];
    struct hs_err err = HS_ERR_NONE;

    memset(text, '[', sizeof(text));
    assert_null(hs_json_parse((struct hs_str){text, sizeof(text)}, 0, &err));
    assert_true(err.kind != HS_OK);
}
