/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info.h - what info tells of each part that a file may fill.
 */
#ifndef HEAPSCOPE_INFO_H
#define HEAPSCOPE_INFO_H

#include "command.h"

void hs_info_profile(struct hs_document *doc, struct hs_block *file,
                     const struct hs_profile *profile);
void hs_info_heap(struct hs_document *doc, struct hs_block *file,
                  const struct hs_heap *heap);
void hs_info_program(struct hs_document *doc, struct hs_block *file,
                     const struct hs_program *program);
void hs_info_trace(struct hs_document *doc, struct hs_block *file,
                   const struct hs_timeline *line);

/* Of /proc, metrics and logs: all that SNAPSHOT, one file's, has of them. */
void hs_info_process(struct hs_document *doc, struct hs_block *file,
                     const struct hs_snapshot *snapshot);

#endif
