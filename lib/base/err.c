/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.c - filling errors, and the one way out when memory is gone.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool hs_fail(struct hs_err *err, enum hs_err_kind kind, uint64_t offset,
             const char *format, ...)
{
    va_list args;

    if (err->kind != HS_OK)
        return false;
    err->kind = kind;
    err->offset = offset;
    va_start(args, format);
    vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    return false;
}

void hs_err_clear(struct hs_err *err)
{
    *err = HS_ERR_NONE;
}

_Noreturn void hs_out_of_memory(size_t wanted)
{
    fprintf(stderr, "heapscope: out of memory (%zu more bytes wanted)\n",
            wanted);
    /* Not exit(): another thread may be at work on what atexit tears down. */
    _Exit(2);
}
