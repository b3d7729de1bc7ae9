/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - a buffer, perhaps deflate, and a descriptor.
 */
#include "base/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#define ROOM ((size_t)256 << 10)
/* 15 bits of window, and 16 for a gzip header. */
#define GZIP_ONLY (15 + 16)

struct hs_writer {
    int fd;
    int failure; /* an errno */
    bool gzip;
    z_stream z;
    size_t used;
    uint8_t buffer[ROOM];
    uint8_t deflated[ROOM];
};

struct hs_writer *hs_writer_open(const char *path, bool gzip,
                                 struct hs_err *err)
{
    struct hs_writer *writer;
    int fd = STDOUT_FILENO;

    if (strcmp(path, "-") != 0)
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        hs_fail(err, HS_EIO, HS_NOWHERE, "cannot be created: %s",
                strerror(errno));
        return NULL;
    }
    writer = calloc(1, sizeof(*writer));
    if (!writer ||
        (gzip && deflateInit2(&writer->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                              GZIP_ONLY, 8, Z_DEFAULT_STRATEGY) != Z_OK))
        hs_out_of_memory(sizeof(*writer));
    writer->fd = fd;
    writer->gzip = gzip;
    return writer;
}

static void write_all(struct hs_writer *writer, const uint8_t *data,
                      size_t size)
{
    while (size > 0 && !writer->failure) {
        ssize_t wrote = write(writer->fd, data, size);

        if (wrote < 0) {
            if (errno != EINTR)
                writer->failure = errno;
            continue;
        }
        data += wrote;
        size -= (size_t)wrote;
    }
}

/* Sends the buffer on its way; FLUSH is zlib's. */
static void flush_buffer(struct hs_writer *writer, int flush)
{
    z_stream *z = &writer->z;

    if (!writer->gzip) {
        write_all(writer, writer->buffer, writer->used);
        writer->used = 0;
        return;
    }
    z->next_in = writer->buffer;
    z->avail_in = (uInt)writer->used;
    do {
        z->next_out = writer->deflated;
        z->avail_out = (uInt)ROOM;
        deflate(z, flush);
        write_all(writer, writer->deflated, ROOM - z->avail_out);
    } while (z->avail_out == 0);
    writer->used = 0;
}

void hs_writer_bytes(struct hs_writer *writer, const void *data, size_t size)
{
    const uint8_t *at = data;

    while (size > 0) {
        size_t part = ROOM - writer->used < size ? ROOM - writer->used : size;

        memcpy(writer->buffer + writer->used, at, part);
        writer->used += part;
        at += part;
        size -= part;
        if (writer->used == ROOM)
            flush_buffer(writer, Z_NO_FLUSH);
    }
}

void hs_writer_varint(struct hs_writer *writer, uint64_t value)
{
    uint8_t bytes[10];
    size_t size = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    hs_writer_bytes(writer, bytes, size);
}

bool hs_writer_close(struct hs_writer *writer, struct hs_err *err)
{
    int failure;

    flush_buffer(writer, Z_FINISH);
    if (writer->gzip)
        deflateEnd(&writer->z);
    if (writer->fd != STDOUT_FILENO && close(writer->fd) != 0 &&
        !writer->failure)
        writer->failure = errno;
    failure = writer->failure;
    free(writer);
    if (failure)
        return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot be written: %s",
                       strerror(failure));
    return true;
}
