/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.c - the buffer between reports and whoever writes for them.
 */
#include "report/output.h"

#include <errno.h>
#include <string.h>

static void hand_over(struct hs_output *out, const char *bytes, size_t size)
{
    if (out->failed || size == 0)
        return;
    errno = 0;
    if (!out->write(out->to, bytes, size)) {
        out->failed = true;
        out->error = errno;
    }
}

void hs_output_put(struct hs_output *out, const char *bytes, size_t size)
{
    if (size > sizeof(out->buffer) - out->held) {
        hand_over(out, out->buffer, out->held);
        out->held = 0;
    }
    if (size > sizeof(out->buffer)) {
        hand_over(out, bytes, size);
        return;
    }
    if (size == 0)
        return;
    memcpy(out->buffer + out->held, bytes, size);
    out->held += size;
}

void hs_output_puts(struct hs_output *out, const char *string)
{
    hs_output_put(out, string, strlen(string));
}

void hs_output_text(struct hs_output *out, struct hs_str text)
{
    hs_output_put(out, text.text, text.size);
}

void hs_output_spaces(struct hs_output *out, size_t count)
{
    for (; count > 0; count--)
        hs_output_put(out, " ", 1);
}

bool hs_output_finish(struct hs_output *out, struct hs_err *err)
{
    char reason[80];

    hand_over(out, out->buffer, out->held);
    out->held = 0;
    if (!out->failed)
        return true;
    return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot write the report: %s",
                   out->error ? strerror_r(out->error, reason, sizeof(reason))
                              : "the write failed");
}
