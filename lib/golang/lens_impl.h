/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens_impl.h - what the parts of the lens share; for lens*.c only.
 */
#ifndef HS_GOLANG_LENS_IMPL_H
#define HS_GOLANG_LENS_IMPL_H

#include "golang/golang_impl.h"

/* Appends TEXT to CHARS, a column of char. */
static inline void lens_add(struct hs_column *chars, struct hs_str text)
{
    if (text.size)
        memcpy(hs_column_extend(chars, text.size), text.text, text.size);
}

/* The descriptor of what the interface of type TYPE holds whose words are at
 * BYTES, which has two; 0 if it holds nothing. */
uint64_t lens_descriptor(const struct golang *g, uint32_t type,
                         const uint8_t *bytes);

/* The type that it is of; HS_NO_TYPE if it is none that has been read. */
uint32_t lens_dynamic(const struct golang *g, uint32_t type,
                      const uint8_t *bytes);

/* Appends the value of TYPE at OFFSET of MEMORY as Go would write it, short:
 * of long texts and deep structs only the beginning. */
void lens_add_value(const struct golang *g, struct hs_column *chars,
                    uint32_t type, const struct hs_memory *memory,
                    uint64_t offset);

/* The memory that ADDRESS is in: of an object, a segment, or of the executable.
 * *OFFSET is where in it. */
bool lens_memory_at(const struct golang *g, uint64_t address,
                    struct hs_memory *memory, uint64_t *offset);

/* The number of SIZE bytes, up to 8, in the program's byte order. */
uint64_t lens_number(const struct golang *g, const uint8_t *bytes,
                     uint64_t size);

/* Appends the netip.Addr at BYTES; false if TYPE is another, or if it cannot be
 * told of which version it is. */
bool lens_add_netip(const struct golang *g, struct hs_column *chars,
                    uint32_t type, const uint8_t *bytes);

/* Appends ADDRESS, a pointer, chan, map or func of type TYPE, as Go would write
 * it: by the name of what is there, if it has one. */
void lens_add_pointer(const struct golang *g, struct hs_column *chars,
                      uint32_t type, uint64_t address);

#endif
