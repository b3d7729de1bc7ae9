/* SPDX-License-Identifier: Apache-2.0 */
/* replay_test.c - every file of testdata/, whole and cut anywhere, through
 * every decoder: an error or a sound result, never a crash. */
#include "format/format.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/profile_sound.h"
#include "model/timeline_sound.h"

#include "base/test.h"

/* Gives SIZE bytes at DATA to FORMAT; true if it accepts them. */
static bool decode(const struct hs_format *format, const void *data,
                   size_t size)
{
    struct hs_input_limits limits = {.max_bytes = 64 << 20};
    struct hs_input *input = hs_input_over(data, size, &limits);
    struct hs_source source = {.path = "test", .input = input};
    struct hs_snapshot snapshot;
    struct hs_err err = HS_ERR_NONE;
    bool good;

    hs_snapshot_init(&snapshot);
    hs_column_push(&snapshot.sources, &source);
    good = format->decode(input, &snapshot, &err);
    assert_true(good == (err.kind == HS_OK));
    assert_true(!good || snapshot.parts);
    if (snapshot.parts & HS_PART_PROFILE)
        assert_null(hs_profile_unsound(snapshot.profile));
    if (snapshot.parts & HS_PART_TIMELINE)
        assert_null(hs_timeline_unsound(snapshot.timeline));
    hs_snapshot_close(&snapshot);
    return good;
}

/* The files that nftw found; it has no way to pass them on. */
static char *files[4096];
static size_t file_count;

static int note_file(const char *path, const struct stat *st, int type,
                     struct FTW *ftw)
{
    (void)ftw;
    if (type == FTW_F && st->st_size < 1 << 20 && file_count < 4096)
        files[file_count++] = strdup(path);
    return 0;
}

static void find_files(const char *below)
{
    char path[512];

    snprintf(path, sizeof(path), "%s%s", hs_test_data(), below);
    file_count = 0;
    assert_int_equal(nftw(path, note_file, 16, FTW_PHYS), 0);
    assert_true(file_count > 0);
}

static void forget_files(void)
{
    while (file_count > 0)
        free(files[--file_count]);
}

/* Copies of exactly SIZE bytes, so that a step past them is seen. */
static bool decode_copy(const struct hs_format *format, const void *data,
                        size_t size)
{
    void *copy = malloc(size ? size : 1);
    bool good;

    memcpy(copy, data, size);
    good = decode(format, copy, size);
    free(copy);
    return good;
}

TEST(every_file_through_every_decoder_gives_an_error_or_a_sound_result)
{
    size_t count;
    const struct hs_format *const *formats = hs_formats(&count);

    find_files("");
    for (size_t i = 0; i < file_count; i++) {
        struct hs_err err = HS_ERR_NONE;
        struct hs_input *input = hs_input_open(files[i], NULL, &err);
        struct hs_cursor all;

        assert_non_null(input);
        all = hs_input_stored(input);
        for (size_t f = 0; f < count; f++)
            if (formats[f]->decode)
                decode_copy(formats[f], all.at, hs_cursor_left(&all));
        hs_input_close(input);
    }
    forget_files();
}

/* Few enough steps that a run of the tests stays short. */
static size_t step_for(size_t size)
{
    return size <= 1500 ? 1 : size / 150 | 1;
}

/* Every prefix of the SIZE bytes at DATA, which FORMAT accepts as a whole. */
static void chop(const struct hs_format *format, const void *data, size_t size)
{
    for (size_t cut = 0; cut < size; cut += step_for(size))
        decode_copy(format, data, cut);
}

TEST(every_prefix_of_a_valid_file_gives_an_error_or_a_sound_result)
{
    size_t chopped = 0;

    find_files("");
    for (size_t i = 0; i < file_count; i++) {
        struct hs_err err = HS_ERR_NONE;
        struct hs_input *input = hs_input_open(files[i], NULL, &err);
        const struct hs_format *format = hs_format_probe(hs_input_head(input));
        struct hs_cursor stored = hs_input_stored(input), all;
        size_t size = hs_cursor_left(&stored);

        if (format && format->decode && size <= 16 << 10 &&
            decode_copy(format, stored.at, size)) {
            chop(format, stored.at, size);
            if (hs_input_map(input, &all, &err) && all.at != stored.at)
                chop(format, all.at, hs_cursor_left(&all));
            chopped++;
        }
        hs_input_close(input);
    }
    forget_files();
    assert_true(chopped > 20);
}

/* A cut gzip file must never pass for a whole one. */
TEST(every_prefix_of_a_gzip_file_is_refused)
{
    const struct hs_format *format = hs_format_named("pprof");
    char path[512];
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;
    struct hs_cursor all;

    snprintf(path, sizeof(path), "%s/pprof/shapes/gzip-header-fields.pb.gz",
             hs_test_data());
    input = hs_input_open(path, NULL, &err);
    assert_non_null(input);
    all = hs_input_stored(input);
    for (size_t cut = 0; cut < hs_cursor_left(&all); cut++)
        assert_false(decode_copy(format, all.at, cut));
    assert_true(decode_copy(format, all.at, hs_cursor_left(&all)));
    hs_input_close(input);
}
