/* SPDX-License-Identifier: Apache-2.0 */
/* proftext_test.c - the numbers, names and maps of text profiles. */
#include "format/format.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/profile.h"
#include "model/profile_sound.h"

#include "base/test.h"

struct text {
    struct hs_snapshot snapshot;
    const struct hs_profile *profile;
};

static void read_text(struct text *text, const char *content)
{
    struct hs_input *input = hs_input_over(content, strlen(content), NULL);
    struct hs_source source = {.path = "test", .input = input};
    const struct hs_format *format = hs_format_probe(hs_input_head(input));
    struct hs_err err = HS_ERR_NONE;

    hs_snapshot_init(&text->snapshot);
    hs_column_push(&text->snapshot.sources, &source);
    assert_non_null(format);
    assert_string_equal(format->name, "proftext");
    if (!format->decode(input, &text->snapshot, &err))
        fail_msg("%s (at %lld)", err.message, (long long)err.offset);
    text->profile = text->snapshot.profile;
    assert_null(hs_profile_unsound(text->profile));
}

static void drop_text(struct text *text)
{
    hs_snapshot_close(&text->snapshot);
}

static const char *string(const struct text *text, uint32_t number)
{
    return text->profile->strings[number].text;
}

/* The name of frame FRAME of sample SAMPLE; "?" without one. */
static const char *frame_name(const struct text *text, size_t sample,
                              size_t frame)
{
    const struct hs_profile *p = text->profile;
    const struct hs_location *at =
        &p->locations[p->frames[p->stack_start[sample] + frame]];

    if (at->line_count == 0)
        return "?";
    return string(text, p->functions[p->lines[at->first_line].function].name);
}

static size_t depth(const struct text *text, size_t sample)
{
    return (size_t)(text->profile->stack_start[sample + 1] -
                    text->profile->stack_start[sample]);
}

static void check_values(const char *content, const int64_t *expected,
                         size_t count)
{
    struct text text;

    read_text(&text, content);
    assert_int_equal(text.profile->type_count, count);
    assert_int_equal(text.profile->sample_count, 1);
    assert_memory_equal(text.profile->values, expected,
                        count * sizeof(*expected));
    drop_text(&text);
}

TEST(heap_rows_are_scaled_by_the_chance_of_being_sampled)
{
    const int64_t go[] = {1153, 1574912, 512, 524800};
    const int64_t plain[] = {3, 4096, 1, 1024};
    const int64_t none[] = {0, 0, 1, 1024};

    /* As measured of pprof.  Go writes twice its rate. */
    check_values("heap profile: 1: 1024 [3: 4096] @ heap/1048576\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 go, 4);
    check_values("heap profile: 1: 1024 [3: 4096] @ heap_v2/524288\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 go, 4);
    check_values("heap profile: 1: 1024 [3: 4096] @ heapprofile\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 plain, 4);
    check_values("heap profile: 1: 1024 [3: 4096] @ heap\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 plain, 4);
    check_values("heap profile: 1: 1024 [3: 4096] @ heap/2\n"
                 "1: 1024 [0: 0] @ 0x1000\n",
                 none, 4);
}

TEST(a_heap_text_with_equal_sums_has_two_types)
{
    const int64_t values[] = {1, 1024};

    check_values("heap profile: 1: 1024 [1: 1024] @ heapprofile\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 values, 2);
    check_values("heap profile: 1: 1024 [0: 0] @ heapprofile\n"
                 "1: 1024 [0: 0] @ 0x1000\n",
                 values, 2);
    check_values("heap profile: 9: 9 [8: 8] @ growthz\n"
                 "1: 1024 [3: 4096] @ 0x1000\n",
                 values, 2);
}

TEST(the_mean_size_before_scaling_is_the_label_bytes)
{
    struct text text;

    read_text(&text, "heap profile: 1: 2 [3: 4] @ heap/1048576\n"
                     "2: 2048 [4: 8192] @ 0x1000\n"
                     "0: 0 [4: 8192] @ 0x1000\n"
                     "0: 0 [0: 0] @ 0x1000\n");
    assert_int_equal(text.profile->label_start[3], 3);
    assert_int_equal(text.profile->labels[0].number, 1024);
    assert_int_equal(text.profile->labels[1].number, 2048);
    assert_int_equal(text.profile->labels[2].number, 0);
    assert_string_equal(string(&text, text.profile->labels[0].key), "bytes");
    drop_text(&text);
}

TEST(comments_name_the_frames_and_what_go_hides_stays_hidden)
{
    struct text text;

    read_text(&text, "heap profile: 1: 2 [3: 4] @ heap/2\r\n"
                     "1: 8 [1: 8] @ 0x10 0x20 0x30 0x40 0x50\r\n"
                     "#\t0x1f\tmain.(*T).grow+0x1f\t\t/src/a b/t.go:17\r\n"
                     "#\t0x2f\tmain.main+0x2f\t/src/main.go:9\r\n"
                     "#\t0x3f\truntime.main+0x3f\t/go/proc.go:290\r\n"
                     "\r\n"
                     "1: 8 [1: 8] @ 0x10 0x20\r\n");
    /* 0x10 is the runtime's, 0x50 is goexit. */
    assert_int_equal(depth(&text, 0), 3);
    assert_string_equal(frame_name(&text, 0, 0), "main.(*T).grow");
    assert_string_equal(frame_name(&text, 0, 1), "main.main");
    assert_string_equal(frame_name(&text, 0, 2), "runtime.main");
    assert_int_equal(text.profile->lines[0].line, 17);
    assert_string_equal(string(&text, text.profile->functions[0].file),
                        "/src/a b/t.go");
    /* Without comments nothing is hidden, and names are known all the same. */
    assert_int_equal(depth(&text, 1), 2);
    assert_string_equal(frame_name(&text, 1, 0), "?");
    assert_string_equal(frame_name(&text, 1, 1), "main.(*T).grow");
    drop_text(&text);
}

TEST(a_frame_without_a_name_in_its_comment_is_still_a_frame)
{
    struct text text;

    read_text(&text, "goroutine profile: total 2\n"
                     "2 @ 0x10 0x20 0x30\n"
                     "#\t0xf\n"
                     "#\t0x1f\tmain.f+0x1\t/f.go:1\n");
    assert_int_equal(depth(&text, 0), 2);
    assert_string_equal(frame_name(&text, 0, 0), "?");
    assert_string_equal(frame_name(&text, 0, 1), "main.f");
    assert_int_equal(text.profile->values[0], 2);
    drop_text(&text);
}

/* As Go up to 1.21 writes threads that nobody is known to have started. */
TEST(a_row_without_addresses_is_a_stack_without_frames)
{
    struct text text;

    read_text(&text, "threadcreate profile: total 7\n"
                     "6 @\n"
                     "#\t0x0\n"
                     "\n"
                     "1 @ 0x20\n"
                     "#\t0x1f\truntime.allocm+0x1\t/p.go:1\n");
    assert_int_equal(text.profile->sample_count, 2);
    assert_int_equal(depth(&text, 0), 0);
    assert_int_equal(text.profile->values[0], 6);
    assert_string_equal(frame_name(&text, 1, 0), "runtime.allocm");
    drop_text(&text);
}

static void check_label(const struct text *text, size_t label, const char *key,
                        const char *value)
{
    const struct hs_label *its = &text->profile->labels[label];

    assert_string_equal(string(text, its->key), key);
    assert_string_equal(string(text, its->text), value);
}

TEST(labels_of_goroutines_are_read_as_go_quotes_them)
{
    struct text text;

    read_text(&text, "goroutine profile: total 9\n"
                     "4 @ 0x10 0x20\n"
                     "# labels: {\"a\":\"x, \\\"y\\\"\", "
                     "\"tenant\":\"bl\\u00fce\\t\\xff\"}\n"
                     "#\t0xf\tmain.f+0x1\t/f.go:1\n"
                     "3 @ 0x10\n"
                     "1 @ 0x20\n"
                     "# labels: {\"empty\":\"\", \"k\":\"\\U0001f600\"}\n"
                     "1 @ 0x30\n"
                     "# labels: {\"good\":\"yes\", \"cut\":\"\\u12\"}\n");
    assert_int_equal(text.profile->label_start[1], 2);
    assert_int_equal(text.profile->label_start[2], 2);
    assert_int_equal(text.profile->label_start[3], 3);
    assert_int_equal(text.profile->label_start[4], 4);
    check_label(&text, 0, "a", "x, \"y\"");
    check_label(&text, 1, "tenant",
                "bl\xc3\xbc"
                "e\t\xff");
    check_label(&text, 2, "k", "\xf0\x9f\x98\x80");
    check_label(&text, 3, "good", "yes");
    assert_string_equal(frame_name(&text, 0, 0), "main.f");
    drop_text(&text);
}

TEST(recursion_matches_comments_in_order)
{
    struct text text;

    read_text(&text, "heap profile: 1: 8 [1: 8] @ heap/2\n"
                     "1: 8 [1: 8] @ 0x20 0x20 0x20 0x30\n"
                     "#\t0x1f\tmain.f+0x1\t/f.go:1\n"
                     "#\t0x1f\tmain.f+0x1\t/f.go:1\n"
                     "#\t0x1f\tmain.f+0x1\t/f.go:1\n");
    assert_int_equal(depth(&text, 0), 3);
    assert_int_equal(text.profile->function_count, 1);
    drop_text(&text);
}

TEST(capital_hexadecimal_digits_are_digits)
{
    struct text text;

    read_text(&text, "heap profile: 1: 2 [3: 4] @ heap/2\n"
                     "1: 8 [1: 8] @ 0x40100F\n");
    assert_int_equal(text.profile->locations[0].address, 0x40100e);
    drop_text(&text);
}

TEST(cycles_become_nanoseconds)
{
    const int64_t values[] = {6, 6000000};

    check_values("--- mutex:\ncycles/second=1000000000\n"
                 "sampling period=3\n2000000 2 @ 0x10 0x20\n",
                 values, 2);
}

static const struct hs_mapping *mapping_of(const struct text *text,
                                           size_t location)
{
    uint32_t number = text->profile->locations[location].mapping;

    assert_true(number < text->profile->mapping_count);
    return &text->profile->mappings[number];
}

TEST(addresses_find_their_mapping_and_the_executable_comes_first)
{
    struct text text;

    read_text(&text,
              "heap profile: 1: 2 [3: 4] @ heap/2\n"
              "1: 8 [1: 8] @ 0x500010 0x7f0000000010 0x10\n"
              "MAPPED_LIBRARIES:\n"
              "build=/opt/app\n"
              "7f0000000000-7f0000001000 r-xp 00000000 08:01 7 /lib/c.so.6\n"
              "00600000-00700000 rw-p 00000000 08:01 8 $build/orders\n"
              "00400000-00500000 r-xp 00000000 08:01 8 $build/orders\n"
              "00500000-00600000 r-xp 00100000 08:01 8 $build/orders\n");
    assert_string_equal(string(&text, text.profile->mappings[0].file),
                        "/opt/app/orders");
    assert_int_equal(text.profile->mappings[0].limit, 0x600000);
    assert_int_equal(mapping_of(&text, 0)->start, 0x400000);
    assert_string_equal(string(&text, mapping_of(&text, 1)->file),
                        "/lib/c.so.6");
    /* In no mapping: one that holds everything. */
    assert_int_equal(mapping_of(&text, 2)->limit, UINT64_MAX);
    drop_text(&text);
}

TEST(brief_maps_are_read_too)
{
    struct text text;

    read_text(&text, "heap profile: 1: 2 [3: 4] @ heap/2\n"
                     "1: 8 [1: 8] @ 0x40010\n"
                     "--- Memory map: ---\n"
                     "  0x40000-0x80000: /path/to/binary (@FF00) abc123456\n");
    assert_string_equal(string(&text, text.profile->mappings[0].file),
                        "/path/to/binary");
    assert_int_equal(text.profile->mappings[0].offset, 0xff00);
    assert_string_equal(string(&text, text.profile->mappings[0].build_id),
                        "abc123456");
    drop_text(&text);
}

/* Two megabytes that would take hours or gigabytes if they were believed. */
TEST(texts_made_to_be_slow_are_not)
{
    size_t lines = 60000, room = 4 << 20, used = 0;
    char *content = malloc(room);
    struct text text;

    used += (size_t)sprintf(content, "heap profile: 1: 8 [1: 8] @ heap/2\n"
                                     "1: 8 [1: 8] @");
    for (size_t i = 0; i < lines; i++)
        used += (size_t)sprintf(content + used, " 0x%zx", i + 16);
    for (size_t i = 0; i < lines; i++)
        used += (size_t)sprintf(content + used, "\n#\t0x1\tf+0x1\tf.go:1");
    used += (size_t)sprintf(content + used, "\nMAPPED_LIBRARIES:\na=");
    memset(content + used, 'x', 16000);
    used += 16000;
    for (size_t i = 0; i < lines; i++)
        used += (size_t)sprintf(content + used, "\n1-2 r-xp $a$a$a$a$a$a$a");
    content[used] = '\0';
    read_text(&text, content);
    assert_int_equal(text.profile->stack_start[1], lines);
    assert_true(text.snapshot.arena.bytes < 64 << 20);
    drop_text(&text);
    free(content);
}
