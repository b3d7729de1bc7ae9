/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h - bytes to a file, gzip'd or not, with one check at the end.
 *
 * Writing never fails on the spot: after the first failure nothing more is
 * written, and hs_writer_close tells of it.
 */
#ifndef HS_BASE_WRITER_H
#define HS_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct hs_writer; /* opaque; owns the file */

/* Creates PATH ("-" is standard output).  gzip'd if GZIP says so; the header
 * has no time and no name, so equal bytes give equal files. */
struct hs_writer *hs_writer_open(const char *path, bool gzip,
                                 struct hs_err *err);

void hs_writer_bytes(struct hs_writer *writer, const void *data, size_t size);

/* An unsigned LEB128 number. */
void hs_writer_varint(struct hs_writer *writer, uint64_t value);

/* Flushes, closes and frees; false, with ERR filled, if anything was lost. */
bool hs_writer_close(struct hs_writer *writer, struct hs_err *err);

#endif
