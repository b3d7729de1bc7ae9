/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symname.h - the linker's names, as Go programmers write them.
 *
 * The linker escapes what would confuse it in the last element of an import
 * path, and has symbols that name no variable.  DWARF has the same names.
 */
#ifndef HS_GOLANG_SYMNAME_H
#define HS_GOLANG_SYMNAME_H

#include "base/arena.h"
#include "base/str.h"

struct symname {
    struct hs_str name;    /* "gopkg.in/yaml.v3.cache" */
    struct hs_str package; /* "gopkg.in/yaml.v3"; empty: not of Go */
    bool temporary;        /* what the compiler made of a composite literal */
};

/* What SYMBOL names, in NAME, made in ARENA.  False if that is no variable: a
 * type, an itab, a string, a mark of the linker. */
bool hs_symname_variable(struct hs_str symbol, struct hs_arena *arena,
                         struct symname *name);

/* The function or type SYMBOL, made in ARENA. */
struct hs_str hs_symname_plain(struct hs_str symbol, struct hs_arena *arena);

/* The import path of what SYMBOL names, made in ARENA; may be empty. */
struct hs_str hs_symname_package(struct hs_str symbol, struct hs_arena *arena);

/* The name of a type as reflect has it but for the full paths, made in ARENA:
 * without "noalg.", and "struct { x int }" for "struct { main.x int }". */
struct hs_str hs_symname_type(struct hs_str symbol, struct hs_arena *arena);

#endif
