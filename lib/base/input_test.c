/* SPDX-License-Identifier: Apache-2.0 */
/* input_test.c - plain and gzip'd bytes come out whole, or the error says
 * where. */
#include "base/input.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/test.h"

struct bytes {
    uint8_t *at;
    size_t size;
};

/* Bytes that deflate can do little with. */
static struct bytes noise(size_t size)
{
    struct bytes b = {malloc(size + 1), size};
    uint64_t x = 88172645463325252u;

    for (size_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        b.at[i] = (uint8_t)x;
    }
    return b;
}

/* GZ and one more member that holds the SIZE bytes at DATA. */
static void add_member(struct bytes *gz, const void *data, size_t size)
{
    z_stream z = {0};
    size_t room = size + size / 1000 + 100;

    gz->at = realloc(gz->at, gz->size + room);
    deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)size;
    z.next_out = gz->at + gz->size;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    gz->size += z.total_out;
    deflateEnd(&z);
}

/* Inflates GZ both ways; true if both give the SIZE bytes at DATA, or the same
 * failure with a part of them, which goes to ERR. */
static bool gives(struct bytes gz, const void *data, size_t size,
                  struct hs_err *err)
{
    struct hs_input *input = hs_input_over(gz.at, gz.size, NULL);
    struct hs_stream *stream = hs_stream_open(input);
    struct hs_cursor cursor = hs_cursor_over(NULL, 0, 0), all;
    struct hs_err map_err = HS_ERR_NONE;
    bool good = hs_stream_fill(stream, &cursor, size + 1, err);
    size_t got = hs_cursor_left(&cursor);

    CHECK(hs_input_map(input, &all, &map_err) == good);
    CHECK(map_err.kind == err->kind && map_err.offset == err->offset);
    CHECK(hs_cursor_left(&all) == got);
    CHECK(got <= size && (!good || got == size));
    CHECK(got == 0 || memcmp(cursor.at, data, got) == 0);
    CHECK(got == 0 || memcmp(all.at, data, got) == 0);
    hs_stream_close(stream);
    hs_input_close(input);
    return good;
}

TEST(gzip_members_are_joined_and_each_is_checked)
{
    struct bytes text = noise(3000000), gz = {0};
    struct hs_err err = HS_ERR_NONE;

    add_member(&gz, text.at, 1000000);
    add_member(&gz, "", 0);
    add_member(&gz, text.at + 1000000, 2000000);
    CHECK(gives(gz, text.at, text.size, &err));
    gz.at[gz.size - 1] ^= 1; /* the length */
    CHECK(!gives(gz, text.at, text.size, &err) && err.kind == HS_EDATA);
    hs_err_clear(&err);
    gz.at[gz.size - 1] ^= 1;
    gz.at[gz.size - 5] ^= 1; /* the CRC */
    CHECK(!gives(gz, text.at, text.size, &err) && err.kind == HS_EDATA);
    free(text.at);
    free(gz.at);
}

TEST(what_follows_the_last_gzip_member_is_an_error_even_if_it_is_zero)
{
    const uint8_t after[] = {0, 'x', 0x1f};
    struct bytes gz = {0};

    add_member(&gz, "hello", 5);
    gz.at = realloc(gz.at, gz.size + 1);
    for (size_t i = 0; i < sizeof(after); i++) {
        struct bytes longer = {gz.at, gz.size + 1};
        struct hs_err err = HS_ERR_NONE;

        gz.at[gz.size] = after[i];
        CHECK(!gives(longer, "hello", 5, &err));
        /* 1f may be the start of a member that was cut. */
        CHECK(err.kind == (after[i] == 0x1f ? HS_ETRUNC : HS_EDATA));
        CHECK(err.offset == gz.size + (after[i] == 0x1f));
    }
    free(gz.at);
}

TEST(a_gzip_stream_cut_anywhere_says_so)
{
    struct bytes text = noise(300), gz = {0};

    add_member(&gz, text.at, text.size);
    add_member(&gz, text.at, text.size);
    for (size_t cut = 2; cut < gz.size; cut++) {
        struct bytes shorter = {gz.at, cut};
        struct hs_err err = HS_ERR_NONE;
        uint8_t twice[600];

        memcpy(twice, text.at, 300);
        memcpy(twice + 300, text.at, 300);
        if (cut == gz.size / 2)
            CHECK(gives(shorter, twice, 300, &err));
        else
            CHECK(!gives(shorter, twice, 600, &err) && err.kind == HS_ETRUNC &&
                  err.offset == cut);
    }
    free(text.at);
    free(gz.at);
}

TEST(a_gzip_bomb_stops_at_the_limit)
{
    static const uint8_t zeros[1 << 20];
    struct hs_input_limits limits = {.max_bytes = 3 << 20};
    struct bytes gz = {0};

    for (int members = 1; members < 6; members++) {
        struct hs_err err = HS_ERR_NONE;
        struct hs_input *input;
        struct hs_cursor all;

        add_member(&gz, zeros, sizeof(zeros));
        input = hs_input_over(gz.at, gz.size, &limits);
        CHECK(hs_input_map(input, &all, &err) == (members <= 3));
        CHECK(members <= 3 || err.kind == HS_ELIMIT);
        CHECK(hs_cursor_left(&all) == (size_t)(members < 3 ? members : 3)
                                          << 20);
        hs_input_close(input);
    }
    free(gz.at);
}

TEST(a_gzip_bomb_stops_where_no_honest_file_gets_even_without_a_limit)
{
    static const uint8_t megabyte[1 << 20];
    struct hs_cursor cursor = hs_cursor_over(NULL, 0, 0);
    struct hs_err err = HS_ERR_NONE;
    struct hs_stream *stream;
    struct hs_input *input;
    struct bytes gz = {0}, one = {0};
    uint64_t size = 0;

    /* A gigabyte and one megabyte, of one megabyte. */
    add_member(&one, megabyte, sizeof(megabyte));
    gz.size = 1025 * one.size;
    gz.at = malloc(gz.size);
    for (size_t i = 0; i < 1025; i++)
        memcpy((uint8_t *)gz.at + i * one.size, one.at, one.size);
    input = hs_input_over(gz.at, gz.size, NULL);
    stream = hs_stream_open(input);
    do {
        size += hs_cursor_left(&cursor);
        hs_cursor_take(&cursor, hs_cursor_left(&cursor));
    } while (hs_stream_fill(stream, &cursor, 1, &err) &&
             hs_cursor_left(&cursor) > 0);
    CHECK(size == (uint64_t)1 << 30 && err.kind == HS_ELIMIT);
    CHECK(strstr(err.message, "--max-bytes"));
    hs_stream_close(stream);
    hs_input_close(input);
    free(one.at);
    free(gz.at);
}

TEST(a_device_without_end_stops_at_a_limit)
{
    struct hs_err err = HS_ERR_NONE;

    CHECK(!hs_input_open("/dev/zero", NULL, &err) && err.kind == HS_ELIMIT);
    CHECK(strstr(err.message, "--max-bytes"));
}

TEST(a_stream_keeps_unread_bytes_and_counts_offsets)
{
    struct bytes text = noise(5000000), gz = {0};
    struct hs_cursor cursor = hs_cursor_over(NULL, 0, 0);
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;
    struct hs_stream *stream;
    size_t at = 0, step = 1;

    add_member(&gz, text.at, text.size);
    input = hs_input_over(gz.at, gz.size, NULL);
    stream = hs_stream_open(input);
    while (at < text.size) {
        CHECK(hs_stream_fill(stream, &cursor, step, &err));
        CHECK(cursor.offset == at);
        if (step > text.size - at)
            step = text.size - at;
        CHECK(memcmp(hs_cursor_take(&cursor, step), text.at + at, step) == 0);
        at += step;
        step = step * 3 % 1000003;
    }
    CHECK(hs_stream_fill(stream, &cursor, 1, &err));
    CHECK(hs_cursor_left(&cursor) == 0);
    hs_stream_close(stream);
    /* Closing while the thread is still ahead must not hang. */
    hs_stream_close(hs_stream_open(input));
    hs_input_close(input);
    free(text.at);
    free(gz.at);
}

TEST(a_plain_input_is_one_window)
{
    struct hs_input *input = hs_input_over("heap", 4, NULL);
    struct hs_stream *stream = hs_stream_open(input);
    struct hs_cursor cursor = hs_cursor_over(NULL, 0, 0);
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_stream_fill(stream, &cursor, 1, &err));
    CHECK(hs_cursor_left(&cursor) == 4 && *hs_cursor_take(&cursor, 1) == 'h');
    CHECK(hs_stream_fill(stream, &cursor, 100, &err));
    CHECK(hs_cursor_left(&cursor) == 3 && cursor.offset == 1);
    hs_stream_close(stream);
    hs_input_close(input);
}

TEST(the_head_of_a_gzip_input_is_inflated)
{
    struct bytes text = noise(10000), gz = {0};
    struct hs_input *input;
    struct hs_cursor head;

    add_member(&gz, text.at, text.size);
    input = hs_input_over(gz.at, gz.size, NULL);
    head = hs_input_head(input);
    CHECK(hs_cursor_left(&head) == 4096);
    CHECK(memcmp(head.at, text.at, 4096) == 0);
    hs_input_close(input);
    gz.at[2] = 9; /* no such method */
    input = hs_input_over(gz.at, gz.size, NULL);
    head = hs_input_head(input);
    CHECK(hs_cursor_left(&head) == 0);
    hs_input_close(input);
    free(text.at);
    free(gz.at);
}

TEST(missing_files_and_folders_are_told_apart)
{
    struct hs_err err = HS_ERR_NONE;

    CHECK(!hs_input_open("/nonexistent/file", NULL, &err));
    assert_string_equal(err.message,
                        "cannot be opened: No such file or directory");
    hs_err_clear(&err);
    CHECK(!hs_input_open("/", NULL, &err) && err.kind == HS_EIO);
    assert_string_equal(err.message, "is a directory");
}

static void *feed(void *path)
{
    FILE *out = fopen(path, "w");

    for (int i = 0; i < 100000; i++)
        fprintf(out, "%07d\n", i);
    fclose(out);
    return NULL;
}

TEST(a_fifo_is_read_to_its_end_and_not_past_the_limit)
{
    char folder[] = "/tmp/heapscope-test-XXXXXX", path[64];

    CHECK(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/fifo", folder);
    CHECK(mkfifo(path, 0600) == 0);
    for (int small = 0; small < 2; small++) {
        struct hs_input_limits limits = {.max_bytes = small ? 799999 : 800000};
        struct hs_err err = HS_ERR_NONE;
        struct hs_input *input;
        pthread_t writer;

        pthread_create(&writer, NULL, feed, path);
        input = hs_input_open(path, &limits, &err);
        pthread_join(writer, NULL);
        if (small) {
            CHECK(!input && err.kind == HS_ELIMIT);
            continue;
        }
        CHECK(input && hs_input_size(input) == 800000);
        hs_input_close(input);
    }
    unlink(path);
    rmdir(folder);
}

TEST(files_that_claim_no_size_are_read_and_empty_ones_are_empty)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open("/proc/self/maps", NULL, &err);
    struct hs_cursor all;

    CHECK(input && hs_input_size(input) > 0);
    hs_input_close(input);
    input = hs_input_open("/dev/null", NULL, &err);
    CHECK(input && hs_input_size(input) == 0);
    CHECK(hs_input_map(input, &all, &err) && hs_cursor_left(&all) == 0);
    hs_input_close(input);
}

TEST(a_file_that_is_written_to_is_seen_to_change_but_not_one_replaced)
{
    char path[] = "/tmp/heapscope-test-XXXXXX",
         other[] = "/tmp/heapscope-XXXXXX";
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;
    int fd = mkstemp(path), to = mkstemp(other);

    CHECK(fd >= 0 && to >= 0 && write(fd, "abc", 3) == 3);
    input = hs_input_open(path, NULL, &err);
    CHECK(input && !hs_input_changed(input));
    CHECK(write(fd, "d", 1) == 1 && hs_input_changed(input));
    hs_input_close(input);
    input = hs_input_open(path, NULL, &err);
    CHECK(rename(other, path) == 0 && !hs_input_changed(input));
    hs_input_close(input);
    close(fd);
    close(to);
    unlink(path);
}
