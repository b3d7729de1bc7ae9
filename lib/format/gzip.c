/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip.c - gzip inside of gzip: recognised, not unpacked.
 *
 * One layer is taken off before any format sees the input, and no more: what
 * unpacks until nothing is packed has no end that the user chose.
 */
#include <string.h>

#include "format/format.h"

static int probe(struct hs_cursor head)
{
    const uint8_t *magic = hs_cursor_take(&head, 3);

    return magic && memcmp(magic, "\x1f\x8b\x08", 3) == 0 ? 100 : 0;
}

const struct hs_format hs_format_gzip = {
    .name = "gzip",
    .title = "gzip inside of gzip (unpack it once)",
    .probe = probe,
};
