/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang_impl.h - what the readers of one executable share; for golang/ only.
 *
 *   image.c      the ELF file: bytes at an address
 *   sections.c   sections by name
 *   buildinfo.c  version, modules, settings
 *   notes.c      build ids
 *   module.c     moduledata: where types, functions and their data are
 *   types.c      type descriptors, read when they are first asked for
 *   functions.c  the function table: names, files, lines, inlining
 *   match.c      is it the program of the dump?
 *   frames.c     stack objects of the heap's frames
 *   profile.c    the functions of a profile of addresses
 *   count.c      how much there is in it
 *   symbols.c    variables by the symbol table
 *   debug.c      variables, types and locals by DWARF
 *   globals.c    the variables that both know, in order
 *   symname.c    their names, as Go programmers write them
 *   temporaries.c  variables that only have the names of others
 *   typing.c     which object is of which type
 *   lens.c       how Go writes a reference
 *
 * All addresses are those of the running program: the file's plus the slide.
 */
#ifndef HS_GOLANG_GOLANG_IMPL_H
#define HS_GOLANG_GOLANG_IMPL_H

#include "base/map.h"
#include "model/lens.h"
#include "model/program.h"
#include "model/snapshot.h"

/* More program headers than any linker writes. */
#define GOLANG_MOST_SEGMENTS 256

/* Bytes of the file that are in memory when the program runs. */
struct golang_segment {
    uint64_t address, size; /* of the file: without the slide */
    uint64_t offset;        /* in the file */
    const uint8_t *bytes;
    bool writable;
};

struct golang_image {
    struct Elf *elf;           /* libelf's; NULL once closed */
    struct hs_column segments; /* struct golang_segment, by address */
    unsigned machine;          /* EM_X86_64 */
    uint64_t loaded;           /* bytes in all segments */
};

struct golang_span {
    uint64_t start, end; /* addresses */
};

/* What runtime.firstmoduledata says. */
struct golang_module {
    uint64_t address;
    struct golang_span text, noptrdata, data, bss, noptrbss, types;
    uint64_t header; /* of the function table */
    uint64_t rodata; /* stack objects' masks count from here, ... */
    uint64_t gofunc; /* ... the functions' data from here */
    struct golang_span descriptors; /* Go >= 1.27: the listed ones */
    struct golang_table {
        uint64_t at, count;
    } funcnames, units, files, pctab, pclines, functions, sections, typelinks,
        itabs;
    unsigned from; /* the Go version whose layout it has */
};

struct golang {
    struct hs_snapshot *snapshot;
    struct hs_arena *arena;     /* the snapshot's */
    struct hs_arena *scratch;   /* freed when all is read */
    const struct hs_heap *heap; /* frozen, or NULL */
    struct hs_program *program;
    struct hs_names *names;
    unsigned pointer_size;
    bool big_endian;
    unsigned threads;                   /* for typing; 0: as many as pay */
    unsigned minor;                     /* 24 in go1.24.4 */
    uint64_t slide;                     /* running address less the file's */
    struct golang_image *image;         /* image.c */
    struct golang_module *module;       /* module.c */
    struct golang_functions *functions; /* functions.c */
    struct hs_map type_at;           /* descriptor -> number in names->types */
    struct golang_types *type_state; /* types.c */
    struct golang_debug *debug;      /* debug.c; NULL: no debug information */
};

/* The SIZE bytes at ADDRESS, in the program's byte order; a bad cursor if the
 * file does not have them. */
struct hs_cursor hs_golang_bytes(const struct golang *g, uint64_t address,
                                 uint64_t size);

/* All from ADDRESS to the end of its segment; bad if it is in none. */
struct hs_cursor hs_golang_rest(const struct golang *g, uint64_t address);

/* What is in the section called NAME; an empty cursor if there is none, or if
 * it is compressed.  *ADDRESS, unless NULL: where it is when the program runs.
 */
struct hs_cursor hs_golang_section(struct golang *g, const char *name,
                                   uint64_t *address);

bool hs_golang_has_section(const struct golang *g, const char *name);

/* Is all in the file that its sections are made of? */
bool hs_golang_sections_whole(const struct golang *g);

/* A word of the program's size; 0 once CURSOR is bad. */
uint64_t hs_golang_word(const struct golang *g, struct hs_cursor *cursor);

/* A word that is an address: as it is when the program runs. */
uint64_t hs_golang_pointer(const struct golang *g, struct hs_cursor *cursor);

/* Makes g->names->types, with nothing but the unknown type. */
void hs_golang_open_types(struct golang *g);

/* The number of the type that DESCRIPTOR is the address of, which is read, and
 * with it all that it is made of, if it is new; HS_NO_TYPE if there is no
 * sound descriptor.  names->types may move. */
uint32_t hs_golang_type_at(struct golang *g, uint64_t descriptor);

/* Which of the words of type TYPE are pointers, a bit each, lowest first, for
 * COUNT words, after which there are none; NULL if that is not known.  Made
 * once, and lives as long as the snapshot. */
const uint8_t *hs_golang_mask(struct golang *g, uint32_t type, size_t *count);

/* Where PC is: the innermost inlined call first, into LINES, which has room for
 * ROOM; says how many there are, 0 if PC is in no function.  Of a return
 * address, ask for the byte before. */
size_t hs_golang_lines(const struct golang *g, uint64_t pc,
                       struct hs_place *lines, size_t room);

/* A new type of which only the debug information tells. */
uint32_t hs_golang_type_add(struct golang *g, const struct hs_go_type *type,
                            const struct hs_go_field *fields,
                            uint32_t field_count);

/* The struct that a closure of the function at ENTRY is: "F", its code, and
 * then what it has captured, as far as that is known; HS_NO_TYPE if nothing is.
 * Not for two threads at once. */
uint32_t hs_golang_closure_type(struct golang *g, uint64_t entry);

/* Reads all types that the program has; type_list.c. */
void hs_golang_read_all_types(struct golang *g);

/* Does type MAP have groups (Go >= 1.24), not buckets? */
bool hs_golang_is_swiss(const struct hs_names *names, uint32_t map);

/* Makes G of SNAPSHOT's executable and reads what all the others stand on;
 * hs_golang_close_image(G) in any case. */
bool hs_golang_read_program(struct golang *g, struct hs_snapshot *snapshot,
                            struct hs_arena *scratch, struct hs_err *err);

/* The readers, in the order in which they run.  Each leaves out what it cannot
 * read; false with ERR filled if nothing that follows makes sense. */
bool hs_golang_open_image(struct golang *g, struct hs_err *err);
void hs_golang_read_notes(struct golang *g);
bool hs_golang_read_buildinfo(struct golang *g); /* false: it has none */
bool hs_golang_read_module(struct golang *g, struct hs_err *err);
bool hs_golang_read_functions(struct golang *g, struct hs_err *err);
bool hs_golang_match(struct golang *g, struct hs_err *err);
bool hs_golang_name_profile(struct golang *g, struct hs_err *err);
void hs_golang_count(struct golang *g);        /* what there is to tell of */
void hs_golang_read_frames(struct golang *g);  /* layouts, stack objects */
void hs_golang_read_symbols(struct golang *g); /* globals, without types */
void hs_golang_read_debug(struct golang *g);   /* globals' types, locals */
void hs_golang_find_temporaries(struct golang *g); /* more globals */
void hs_golang_type_heap(struct golang *g);        /* names->typings */
void hs_golang_guess(struct golang *g);            /* what nothing tells */
void hs_golang_name_finqueue(struct golang *g);
const struct hs_lens *hs_golang_lens(struct golang *g);
void hs_golang_close_debug(struct golang *g); /* before the image */
void hs_golang_close_image(struct golang *g);

#endif
