/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.c - opening an input and having all of it in memory.
 *
 * A regular file is mapped.  What cannot be mapped (a pipe, a terminal, a file
 * of /proc) is spooled to an unlinked temporary file, and that is mapped: a
 * heap dump that comes through a pipe may be larger than memory.
 */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/input_gzip.h"
#include "base/input_impl.h"
#include "base/progress.h"
#include "base/size.h"

/* What is read if nobody says how much; see hs_input_limits. */
#define MOST        ((uint64_t)64 << 30)
#define ALWAYS      ((uint64_t)1 << 30)
#define OF_DEVICE   ((uint64_t)64 << 20)
#define USUAL_RATIO 100
#define PIECE       ((size_t)1 << 20)
/* A deflated byte yields at most 1032, so this much cannot fill memory. */
#define SMALL ((size_t)64 << 10)

static bool fail_system(struct hs_err *err, const char *what)
{
    return hs_fail(err, HS_EIO, HS_NOWHERE, "%s: %s", what, strerror(errno));
}

/* A descriptor of a file without a name, or -1.  /var/tmp comes first, because
 * /tmp is memory on many systems. */
static int open_temporary(const struct hs_input_limits *limits, bool small)
{
    const char *folders[] = {limits->temp_folder, "/var/tmp", "/tmp"};
    int fd = -1;

    if (small)
        fd = memfd_create("heapscope", MFD_CLOEXEC);
    for (size_t i = 0; i < 3 && fd < 0; i++) {
        char name[4096];

        if (!folders[i] || snprintf(name, sizeof(name), "%s/heapscope-XXXXXX",
                                    folders[i]) >= (int)sizeof(name))
            continue;
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0)
            unlink(name);
    }
    return fd;
}

static bool write_all(int fd, const uint8_t *data, size_t size,
                      struct hs_err *err)
{
    while (size > 0) {
        ssize_t wrote = write(fd, data, size);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail_system(err, "cannot write a temporary file");
        data += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

/* Maps SIZE bytes of FD; an empty file is the empty text. */
static const uint8_t *map_file(int fd, size_t size, struct hs_err *err)
{
    void *data;

    if (size == 0)
        return (const uint8_t *)"";
    data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
        fail_system(err, "cannot be mapped");
        return NULL;
    }
    return data;
}

/* Unless the user says how much may be read, leaves an eighth of what is free
 * where FILE is to others; true if that is what limits INPUT. */
static bool spare_space(struct hs_input *input, int file)
{
    struct statvfs fs;
    uint64_t room;

    if (input->limits_given || fstatvfs(file, &fs) != 0 || fs.f_blocks == 0 ||
        __builtin_mul_overflow((uint64_t)fs.f_bavail, fs.f_frsize, &room))
        return false;
    room -= room / 8;
    if (room >= input->limits.max_bytes)
        return false;
    input->limits.max_bytes = room;
    return true;
}

static bool fail_space(const struct hs_input *input, struct hs_err *err)
{
    hs_err_clear(err);
    return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                   "takes more than %s, nearly all that is free for temporary "
                   "files; TMPDIR names another folder for them, --max-bytes "
                   "another limit",
                   hs_show_bytes((int64_t)input->limits.max_bytes).text);
}

/* Copies what FROM still has into the file TO. */
static bool spool(struct hs_input *input, int from, int to, uint64_t *size,
                  struct hs_err *err)
{
    uint8_t *piece = malloc(PIECE);
    ssize_t got = 1;

    if (!piece)
        hs_out_of_memory(PIECE);
    while (got != 0 && err->kind == HS_OK) {
        got = read(from, piece, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            fail_system(err, "cannot be read");
            break;
        }
        *size += (uint64_t)got;
        if (*size > input->limits.max_bytes)
            hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                    "has more than %s; if that is right, --max-bytes lets it",
                    hs_show_bytes((int64_t)input->limits.max_bytes).text);
        else
            write_all(to, piece, (size_t)got, err);
        hs_progress_tell("reading", *size, 0);
    }
    free(piece);
    return err->kind == HS_OK;
}

static bool map_spooled(struct hs_input *input, int fd, struct hs_err *err)
{
    int file = open_temporary(&input->limits, false);
    uint64_t size = 0;
    bool scarce;

    if (file < 0)
        return fail_system(err, "cannot make a temporary file");
    scarce = spare_space(input, file);
    if (!spool(input, fd, file, &size, err)) {
        if (scarce && err->kind == HS_ELIMIT)
            fail_space(input, err);
    } else {
        input->stored = map_file(file, (size_t)size, err);
        input->stored_size = (size_t)size;
        input->stored_mapped = input->stored && size > 0;
    }
    close(file);
    return err->kind == HS_OK;
}

static bool map_stored(struct hs_input *input, int fd, struct hs_err *err)
{
    struct stat st;
    off_t position;

    if (fstat(fd, &st) != 0)
        return fail_system(err, "cannot be read");
    if (S_ISDIR(st.st_mode))
        return hs_fail(err, HS_EIO, HS_NOWHERE, "is a directory");
    if (S_ISCHR(st.st_mode) && !isatty(fd) && !input->limits_given)
        input->limits.max_bytes = OF_DEVICE; /* it may have no end */
    position = lseek(fd, 0, SEEK_CUR);
    /* Files of /proc say 0 bytes; standard input may be half read. */
    if (!S_ISREG(st.st_mode) || st.st_size == 0 || position != 0)
        return map_spooled(input, fd, err);
    input->stored = map_file(fd, (size_t)st.st_size, err);
    input->stored_size = (size_t)st.st_size;
    input->stored_mapped = input->in_place = input->stored != NULL;
    input->opened = st;
    return input->stored_mapped;
}

static struct hs_input *new_input(const char *path,
                                  const struct hs_input_limits *limits)
{
    struct hs_input *input = calloc(1, sizeof(*input));

    if (!input)
        hs_out_of_memory(sizeof(*input));
    input->path = strdup(path);
    if (!input->path)
        hs_out_of_memory(strlen(path));
    if (limits)
        input->limits = *limits;
    input->limits_given = input->limits.max_bytes != 0;
    if (!input->limits_given)
        input->limits.max_bytes = MOST;
    return input;
}

/* How much a gzip'd input may become if nobody says: real ones are some five
 * to thirty times their size, a bomb is a thousand times. */
static void limit_inflated(struct hs_input *input)
{
    uint64_t size = input->stored_size;

    input->limits.max_bytes =
        size < MOST / USUAL_RATIO ? size * USUAL_RATIO : MOST;
    if (input->limits.max_bytes < ALWAYS)
        input->limits.max_bytes = ALWAYS;
}

/* What hs_input_head will show. */
static void fill_head(struct hs_input *input)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_gunzip gunzip;

    input->gzipped = hs_gunzip_likes(input->stored, input->stored_size);
    if (!input->gzipped)
        return;
    if (!input->limits_given)
        limit_inflated(input);
    hs_gunzip_open(&gunzip, input->stored, input->stored_size, UINT64_MAX);
    input->head_size =
        hs_gunzip_read(&gunzip, input->head, sizeof(input->head), &err);
    hs_gunzip_close(&gunzip);
}

struct hs_input *hs_input_open(const char *path,
                               const struct hs_input_limits *limits,
                               struct hs_err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct hs_input *input;

    if (fd < 0) {
        fail_system(err, "cannot be opened");
        return NULL;
    }
    input = new_input(path, limits);
    if (!map_stored(input, fd, err)) {
        hs_input_close(input);
        input = NULL;
    } else {
        fill_head(input);
    }
    if (!is_stdin)
        close(fd);
    return input;
}

struct hs_input *hs_input_over(const void *data, size_t size,
                               const struct hs_input_limits *limits)
{
    struct hs_input *input = new_input("memory", limits);

    input->stored = size ? data : "";
    input->stored_size = size;
    fill_head(input);
    return input;
}

bool hs_input_changed(const struct hs_input *input)
{
    const struct stat *then = &input->opened;
    struct stat now;
    int failed = strcmp(input->path, "-") == 0 ? fstat(STDIN_FILENO, &now)
                                               : stat(input->path, &now);

    /* A file that was replaced by another stays as it was for us. */
    if (!input->in_place || failed || now.st_dev != then->st_dev ||
        now.st_ino != then->st_ino)
        return false;
    return now.st_size != then->st_size ||
           now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != then->st_mtim.tv_nsec;
}

static void unmap(const uint8_t *data, size_t size)
{
    munmap((void *)(uintptr_t)data, size);
}

void hs_input_close(struct hs_input *input)
{
    if (!input)
        return;
    if (input->stored_mapped)
        unmap(input->stored, input->stored_size);
    if (input->plain_size > 0)
        unmap(input->plain, input->plain_size);
    free(input->path);
    free(input);
}

struct hs_cursor hs_input_head(struct hs_input *input)
{
    size_t size = input->stored_size;

    if (input->gzipped)
        return hs_cursor_over(input->head, input->head_size, 0);
    return hs_cursor_over(input->stored,
                          size < HS_INPUT_HEAD ? size : HS_INPUT_HEAD, 0);
}

const char *hs_input_path(const struct hs_input *input)
{
    return input->path;
}

uint64_t hs_input_size(const struct hs_input *input)
{
    return input->stored_size;
}

struct hs_cursor hs_input_stored(const struct hs_input *input)
{
    return hs_cursor_over(input->stored, input->stored_size, 0);
}

/* Inflates into FILE; *SIZE says how much, failure or not. */
static bool inflate_to(struct hs_input *input, int file, size_t *size,
                       struct hs_err *err)
{
    struct hs_stream *stream = hs_stream_open(input);
    struct hs_cursor cursor = hs_cursor_over(NULL, 0, 0);
    struct hs_err write_err = HS_ERR_NONE;
    bool more;

    do {
        size_t left;

        hs_stream_fill(stream, &cursor, 1, err);
        left = hs_cursor_left(&cursor);
        more = left > 0 && write_all(file, cursor.at, left, &write_err);
        if (more)
            *size += left;
        hs_cursor_take(&cursor, left);
    } while (more && err->kind == HS_OK);
    if (write_err.kind != HS_OK)
        *err = write_err;
    hs_stream_close(stream);
    return err->kind == HS_OK;
}

static void inflate_all(struct hs_input *input)
{
    int file = open_temporary(&input->limits, input->stored_size < SMALL);
    const uint8_t *plain;
    size_t size = 0;
    bool scarce;

    input->plain = (const uint8_t *)"";
    input->plain_err = HS_ERR_NONE;
    if (file < 0) {
        fail_system(&input->plain_err, "cannot make a temporary file");
        return;
    }
    scarce = input->stored_size >= SMALL && spare_space(input, file);
    if (!inflate_to(input, file, &size, &input->plain_err) && scarce &&
        input->plain_err.kind == HS_ELIMIT)
        fail_space(input, &input->plain_err);
    plain = map_file(file, size, &input->plain_err);
    if (plain) {
        input->plain = plain;
        input->plain_size = size;
    }
    close(file);
}

bool hs_input_map(struct hs_input *input, struct hs_cursor *all,
                  struct hs_err *err)
{
    if (!input->gzipped) {
        *all = hs_cursor_over(input->stored, input->stored_size, 0);
        return true;
    }
    if (!input->inflated)
        inflate_all(input);
    input->inflated = true;
    *all = hs_cursor_over(input->plain, input->plain_size, 0);
    if (input->plain_err.kind != HS_OK)
        return hs_fail(err, input->plain_err.kind, input->plain_err.offset,
                       "%s", input->plain_err.message);
    return true;
}
