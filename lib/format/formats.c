/* SPDX-License-Identifier: Apache-2.0 */
/*
 * formats.c - the table of formats, made from formats.def.
 */
#include "format/format.h"

#include <string.h>

#define HS_FORMAT(name) extern const struct hs_format hs_format_##name;
#include "format/formats.def"
#undef HS_FORMAT

static const struct hs_format *const formats[] = {
#define HS_FORMAT(name) &hs_format_##name,
#include "format/formats.def"
#undef HS_FORMAT
    NULL,
};

const struct hs_format *const *hs_formats(size_t *count)
{
    *count = sizeof(formats) / sizeof(formats[0]) - 1;
    return formats;
}

const struct hs_format *hs_format_named(const char *name)
{
    for (const struct hs_format *const *f = formats; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return *f;
    return NULL;
}

const struct hs_format *hs_format_probe(struct hs_cursor head)
{
    const struct hs_format *best = NULL;
    int most = 0;

    for (const struct hs_format *const *f = formats; *f; f++) {
        int bid = (*f)->probe(head);

        if (bid > most) {
            most = bid;
            best = *f;
        }
    }
    return best;
}
