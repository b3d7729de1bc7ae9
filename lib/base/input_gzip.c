/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_gzip.c - inflating the members of a gzip file one after the other.
 *
 *   file   = member+
 *   member = 1f 8b ... deflated ... crc:u4 length:u4
 *
 * zlib knows one member and checks its CRC and length; the loop over members
 * and the rule that nothing else may follow the last one are here.  gzread()
 * would not do: it passes over junk and a cut in silence.
 */
#include "base/input_gzip.h"

#include "base/size.h"

#include <string.h>

/* zlib counts in 32 bits. */
#define PIECE ((size_t)1 << 30)

/* 15 bits of window, and 16 says that a gzip header must come first. */
#define GZIP_ONLY (15 + 16)

static const uint8_t magic[] = {0x1f, 0x8b};

bool hs_gunzip_likes(const uint8_t *data, size_t size)
{
    return size >= sizeof(magic) && memcmp(data, magic, sizeof(magic)) == 0;
}

void hs_gunzip_open(struct hs_gunzip *gunzip, const uint8_t *data, size_t size,
                    uint64_t limit)
{
    *gunzip = (struct hs_gunzip){.start = data, .at = data, .limit = limit};
    gunzip->end = data + size;
    if (inflateInit2(&gunzip->z, GZIP_ONLY) != Z_OK)
        hs_out_of_memory(sizeof(*gunzip));
}

void hs_gunzip_close(struct hs_gunzip *gunzip)
{
    inflateEnd(&gunzip->z);
}

uint64_t hs_gunzip_offset(const struct hs_gunzip *gunzip)
{
    return (uint64_t)(gunzip->at - gunzip->start);
}

/* Between two members: true if another one begins. */
static bool next_member(struct hs_gunzip *gunzip, struct hs_err *err)
{
    size_t left = (size_t)(gunzip->end - gunzip->at);

    if (left == 0 && gunzip->at > gunzip->start) {
        gunzip->done = true;
        return false;
    }
    if (memcmp(gunzip->at, magic, left < 2 ? left : 2) != 0)
        return hs_fail(err, HS_EDATA, hs_gunzip_offset(gunzip),
                       "bytes follow the end of the gzip stream");
    inflateReset(&gunzip->z);
    gunzip->inside = true;
    return true;
}

/* One call of zlib, for at most ROOM bytes to OUT; how many there were goes to
 * *MADE. */
static bool inflate_some(struct hs_gunzip *gunzip, uint8_t *out, size_t room,
                         size_t *made, struct hs_err *err)
{
    z_stream *z = &gunzip->z;
    size_t left = (size_t)(gunzip->end - gunzip->at);
    int status;

    /* zlib's interface has no const, but it only reads. */
    z->next_in = (Bytef *)(uintptr_t)gunzip->at;
    z->avail_in = (uInt)(left < PIECE ? left : PIECE);
    z->next_out = out;
    z->avail_out = (uInt)(room < PIECE ? room : PIECE);
    status = inflate(z, Z_NO_FLUSH);
    gunzip->at = z->next_in;
    *made = (size_t)(z->next_out - out);
    switch (status) {
    case Z_STREAM_END:
        gunzip->inside = false;
        return true;
    case Z_OK:
        return true;
    case Z_BUF_ERROR:
        return hs_fail(err, HS_ETRUNC, hs_gunzip_offset(gunzip),
                       "the gzip stream is cut short");
    case Z_MEM_ERROR:
        hs_out_of_memory(room);
    default:
        return hs_fail(err, HS_EDATA, hs_gunzip_offset(gunzip),
                       "the gzip stream is damaged (%s)",
                       z->msg ? z->msg : "a preset dictionary is wanted");
    }
}

size_t hs_gunzip_read(struct hs_gunzip *gunzip, uint8_t *out, size_t room,
                      struct hs_err *err)
{
    size_t total = 0, made = 0;

    while (total < room && !gunzip->done && err->kind == HS_OK) {
        if (!gunzip->inside && !next_member(gunzip, err))
            break;
        inflate_some(gunzip, out + total, room - total, &made, err);
        total += made;
        gunzip->produced += made;
        if (gunzip->produced > gunzip->limit) {
            total -= (size_t)(gunzip->produced - gunzip->limit);
            hs_err_clear(err);
            hs_fail(err, HS_ELIMIT, hs_gunzip_offset(gunzip),
                    "inflates to more than %s; if that is right, --max-bytes "
                    "lets it",
                    hs_show_bytes((int64_t)gunzip->limit).text);
        }
    }
    return total;
}
