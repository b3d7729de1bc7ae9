/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_impl.h - what the readers of DWARF share; for debug*.c only.
 *
 *   debug.c           opens it, walks its units, types the variables
 *   debug_image.c     its sections, for libdw to inflate
 *   debug_tables.c    whether its abbreviations are such that libdw can use
 * them debug_types.c     a type of DWARF -> its number in names->types
 *   debug_locals.c    the variables in the heap's frames
 *   debug_places.c    where in its frame a variable is
 *   debug_closures.c  what a closure has captured
 *
 * libdw is careful with what it reads, but not with how often: entries whose
 * references lead back, or that share one long list, could keep it busy for
 * ever.  So every step is paid for out of one budget, and a walk only ever goes
 * forward.
 */
#ifndef HS_GOLANG_DEBUG_IMPL_H
#define HS_GOLANG_DEBUG_IMPL_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "golang/golang_impl.h"

/* Go's own attributes (cmd/internal/dwarf). */
#define DW_AT_go_kind           0x2900
#define DW_AT_go_key            0x2901
#define DW_AT_go_elem           0x2902
#define DW_AT_go_embedded_field 0x2903
#define DW_AT_go_runtime_type   0x2904
#define DW_AT_go_closure_offset 0x2907

/* A function with code of its own, or one that is only inlined. */
struct debug_function {
    uint64_t entry;     /* of the file; 0: has no code */
    Dwarf_Off die, end; /* of its entry, with all that is below it */
};

/* A type whose parts are still to be looked up. */
struct debug_pending {
    uint32_t type;
    Dwarf_Off die;
};

/* Bytes [start, start + size) of a variable; all of it if SIZE is UINT64_MAX.
 */
struct debug_piece {
    uint64_t start, size;
    int64_t offset; /* from the frame's end */
    bool on_stack;
};

#define HS_DEBUG_PIECES 16 /* that a variable may be in */

struct golang_debug {
    struct golang *g;
    Elf *elf; /* debug_image.c */
    Dwarf *dwarf;
    const char *info, *info_end;  /* the section of entries */
    uint64_t budget;              /* bytes that may still be stepped over */
    struct hs_column functions;   /* struct debug_function */
    struct hs_map function_at;    /* entry -> number in functions */
    struct hs_map function_named; /* hash of its name -> ..., once asked for */
    bool named;                   /* function_named is filled */
    struct hs_map type_of;        /* offset of an entry -> type */
    struct hs_column pending;     /* struct debug_pending */
    struct hs_column added;       /* uint32_t: types that only DWARF tells of,
                                   * of which ... */
    size_t settled;               /* ... the first so many are whole */
    uint32_t code;                /* the type of an address of code, if made */
    struct hs_map closures;       /* entry of a function -> type */
};

/* An ELF file of the debug sections alone, in the scratch arena; NULL if there
 * are none. */
Elf *hs_debug_open_image(struct golang *g);

/* Takes COST from the budget; false once it is spent. */
static inline bool hs_debug_pay(struct golang_debug *d, uint64_t cost)
{
    d->budget -= cost < d->budget ? cost : d->budget;
    return d->budget > 0;
}

/* Are all TABLES of abbreviations short enough to be used? */
bool hs_debug_check_tables(struct golang_debug *d, struct hs_cursor tables);

/* The first entry below PARENT, and the next one beside DIE, in its place.
 * END is where all below PARENT ends; 0: what is below it has nothing below
 * itself, else it is not gone on with. */
bool hs_debug_child(struct golang_debug *d, Dwarf_Die *parent,
                    Dwarf_Die *child);
bool hs_debug_next(struct golang_debug *d, Dwarf_Die *die, Dwarf_Off end);

/* The entry of FUNCTION. */
bool hs_debug_function(struct golang_debug *d,
                       const struct debug_function *function, Dwarf_Die *die);

/* The name of DIE, borrowed from the section; empty if it has none. */
struct hs_str hs_debug_name(struct golang_debug *d, Dwarf_Die *die);

/* The value of a number or address; false if DIE has no such attribute. */
bool hs_debug_number(Dwarf_Die *die, unsigned attribute, uint64_t *value);

/* The number of the type that DIE's ATTRIBUTE refers to, whole; HS_NO_TYPE if
 * there is none.  names->types may move. */
uint32_t hs_debug_type(struct golang_debug *d, Dwarf_Die *die,
                       unsigned attribute);

/* Of a slice that DIE's ATTRIBUTE refers to: what its first word is, a pointer
 * to its element. */
uint32_t hs_debug_array(struct golang_debug *d, Dwarf_Die *die,
                        unsigned attribute);

/* A new struct of FIELDS which DWARF does not have. */
uint32_t hs_debug_struct(struct golang_debug *d, struct hs_str name,
                         uint64_t size, const struct hs_go_field *fields,
                         uint32_t count);

/* What of VARIABLE is in the frame when its function is at PC, of the file,
 * into PIECES, which has room for HS_DEBUG_PIECES; how many. */
size_t hs_debug_place(struct golang_debug *d, Dwarf_Die *variable, uint64_t pc,
                      struct debug_piece *pieces);

void hs_debug_read_locals(struct golang_debug *d);

#endif
