/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - the bytes of one input, plain or gzip'd, from a file or stdin.
 *
 * An input is opened once and then read in one of two ways:
 *
 *   mapped    hs_input_map: all of it as one cursor.  A plain file is mapped;
 *             a gzip'd one is inflated to an unlinked temporary file first.
 *   streamed  hs_stream_*: pieces in order, inflated as they are asked for
 *             (on a second thread), so that memory follows what the decoder
 *             keeps and not the file.
 *
 * The bytes of a plain file must not change while it is open; whether they
 * did can be asked.
 *
 * More than 12 functions: a mapped and a streamed input are asked the same.
 *
 * gzip: every member of a multi-member file, length and CRC checked, one layer
 * only; junk after the last member is an error.  Offsets of inflated bytes
 * count from the start of the inflated stream; a gzip error gives the offset
 * in the compressed file.
 */
#ifndef HS_BASE_INPUT_H
#define HS_BASE_INPUT_H

#include "base/cursor.h"

struct hs_input; /* opaque; owns the mapping and the descriptor */

struct hs_input_limits {
    /* Inflated bytes, or those of a pipe.  0 is what is no mistake, as a rule:
     * at most 64 GiB; inflated, at most 1 GiB or a hundred times the file,
     * whichever is more; of a device, at most 64 MiB; and never so much that
     * less than an eighth of what is free for temporary files would stay so. */
    uint64_t max_bytes;
    /* Where temporary files go; NULL means /var/tmp or /tmp. */
    const char *temp_folder;
};

/* Opens PATH ("-" is standard input).  NULL, with ERR filled, if it cannot be
 * read.  The caller closes it. */
struct hs_input *hs_input_open(const char *path,
                               const struct hs_input_limits *limits,
                               struct hs_err *err);
void hs_input_close(struct hs_input *input);

/* An input over SIZE bytes at DATA, which must outlive it: tests, fuzzing. */
struct hs_input *hs_input_over(const void *data, size_t size,
                               const struct hs_input_limits *limits);

/* The first inflated bytes (up to 4 KiB), for probing; empty if there are none
 * or the gzip header is already bad. */
struct hs_cursor hs_input_head(struct hs_input *input);

const char *hs_input_path(const struct hs_input *input);
uint64_t hs_input_size(const struct hs_input *input); /* as stored on disk */

/* Did another program write to the file since it was opened?  Then what was
 * read of it may be of two moments. */
bool hs_input_changed(const struct hs_input *input);

/* All of it as it is stored, for what looks at the compression itself. */
struct hs_cursor hs_input_stored(const struct hs_input *input);

/* All of it, inflated; stays valid until close.  On a damaged or truncated
 * gzip stream ERR is filled, false returned, and *ALL still holds what could
 * be inflated before (maybe nothing). */
bool hs_input_map(struct hs_input *input, struct hs_cursor *all,
                  struct hs_err *err);

/*
 * A stream hands out windows of the inflated bytes.  hs_stream_fill makes at
 * least WANTED bytes available behind the cursor's position, if there are as
 * many, keeps unread bytes, and moves the window: pointers into it die.
 */
struct hs_stream;

struct hs_stream *hs_stream_open(struct hs_input *input);
void hs_stream_close(struct hs_stream *stream);

/* Refills CURSOR, at first one over nothing: hs_cursor_over(NULL, 0, 0).  False
 * with ERR filled if the compressed data is bad or a limit is met; true with
 * fewer bytes than WANTED only at the end. */
bool hs_stream_fill(struct hs_stream *stream, struct hs_cursor *cursor,
                    size_t wanted, struct hs_err *err);

#endif
