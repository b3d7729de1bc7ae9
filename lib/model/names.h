/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - what the program calls what is in its heap.
 *
 * The part *names* of a snapshot: the types of the program, its variables, the
 * layout of its stack frames, and for every object which type it is of and how
 * that is known.  golang/ fills it from the executable once the heap is
 * frozen; without an executable there is none, and everything is asked with a
 * NULL.
 *
 * Types are numbers; 0 is "unknown".  An object costs 4 bytes: its type, its
 * shape (what it is to that type) and the evidence for it, in one word.
 */
#ifndef HS_MODEL_NAMES_H
#define HS_MODEL_NAMES_H

#include "model/heap.h"

#define HS_NO_TYPE    0u
#define HS_MOST_TYPES (1u << 24)
#define HS_NO_GLOBAL  UINT32_MAX

enum hs_go_kind { /* as reflect numbers them */
                  HS_GO_UNKNOWN,
                  HS_GO_BOOL,
                  HS_GO_INT,
                  HS_GO_INT8,
                  HS_GO_INT16,
                  HS_GO_INT32,
                  HS_GO_INT64,
                  HS_GO_UINT,
                  HS_GO_UINT8,
                  HS_GO_UINT16,
                  HS_GO_UINT32,
                  HS_GO_UINT64,
                  HS_GO_UINTPTR,
                  HS_GO_FLOAT32,
                  HS_GO_FLOAT64,
                  HS_GO_COMPLEX64,
                  HS_GO_COMPLEX128,
                  HS_GO_ARRAY,
                  HS_GO_CHAN,
                  HS_GO_FUNC,
                  HS_GO_INTERFACE,
                  HS_GO_MAP,
                  HS_GO_POINTER,
                  HS_GO_SLICE,
                  HS_GO_STRING,
                  HS_GO_STRUCT,
                  HS_GO_UNSAFE_POINTER,
};

struct hs_go_field {
    struct hs_str name;
    uint64_t offset; /* bytes into the struct */
    uint32_t type;
    bool embedded;
};

struct hs_go_type {
    struct hs_str name; /* with full import paths: "[]example.com/app.Line" */
    struct hs_str package; /* import path; empty for types without a name */
    uint64_t descriptor;   /* its address in the program; 0 if only the debug
                            * information tells of it */
    uint64_t size;         /* bytes of a value */
    uint64_t length;       /* of an array: its elements */
    uint32_t elem;  /* of a pointer, slice, array, chan; value of a map */
    uint32_t key;   /* of a map */
    uint32_t group; /* of a map: its group (Go >= 1.24) or bucket, a
                     * struct */
    uint32_t first_field, field_count; /* in fields */
    uint8_t kind;                      /* enum hs_go_kind */
    bool direct;         /* an interface holds the value, not its address */
    bool indirect_key;   /* of a map: its slots hold addresses of keys, ... */
    bool indirect_value; /* ... of values */
    bool has_pointers;
    bool inner;   /* of a sync.Map: an entry, or what leads to entries; since
                   * Go 1.24 a node of a hash trie */
    bool methods; /* of an interface: it has methods, so its first word is an
                   * itab */
};

/* What an object is to its type. */
enum hs_shape {
    HS_SHAPE_ONE,           /* a value of it */
    HS_SHAPE_MANY,          /* values of it in a row: a slice's array */
    HS_SHAPE_STRING,        /* the bytes of a string type */
    HS_SHAPE_MAP,           /* the header of a map type */
    HS_SHAPE_MAP_DIRECTORY, /* inner parts of that map: [N]*table, */
    HS_SHAPE_MAP_TABLE,     /* table, */
    HS_SHAPE_MAP_GROUPS,    /* groups or buckets in a row, */
    HS_SHAPE_MAP_EXTRA,     /* overflow lists of Go < 1.24 */
    HS_SHAPE_CHAN,          /* a chan type's header, with its buffer or not */
    HS_SHAPE_CHAN_BUFFER,   /* elements of that chan type */
    HS_SHAPE_CLOSURE,       /* a func value: code, then what it captured; the
                             * type is a struct if the captures are known, else
                             * a func type or none */
};

/* How a type is known; a later row beats an earlier one. */
enum hs_evidence {
    HS_EVIDENCE_NONE,
    HS_EVIDENCE_GUESS,     /* the only type of its size and pointers; not
                            * counted as typed */
    HS_EVIDENCE_REACHED,   /* something typed points to it */
    HS_EVIDENCE_INTERFACE, /* an interface's type word says so */
    HS_EVIDENCE_FINALIZER, /* the runtime keeps its type for its finalizer */
    HS_EVIDENCE_HEADER,    /* the allocator wrote it before the object */
};

#define HS_TYPING_HEADER                                                       \
    (1u << 31) /* 8 bytes of header come before the value                      \
                */

/* The word of an object. */
static inline uint32_t hs_typing(uint32_t type, enum hs_shape shape,
                                 enum hs_evidence evidence, bool header)
{
    return type | (uint32_t)shape << 24 | (uint32_t)evidence << 28 |
           (header ? HS_TYPING_HEADER : 0);
}

static inline uint32_t hs_typing_type(uint32_t typing)
{
    return typing & (HS_MOST_TYPES - 1);
}

static inline enum hs_shape hs_typing_shape(uint32_t typing)
{
    return (enum hs_shape)(typing >> 24 & 15);
}

static inline enum hs_evidence hs_typing_evidence(uint32_t typing)
{
    return (enum hs_evidence)(typing >> 28 & 7);
}

/* A package variable.  Sorted by address; they do not overlap. */
struct hs_global {
    uint64_t address, size;
    struct hs_str name;    /* "example.com/app.cache" */
    struct hs_str package; /* "example.com/app" */
    uint32_t type;         /* HS_NO_TYPE: no debug information */
    bool temporary;        /* made by the compiler for a composite literal:
                            * belongs to the variable that points to it */
    bool several;          /* values of TYPE in a row, as a slice has them */
};

/* A variable of a function whose address is taken, in every frame of it. */
struct hs_stack_object {
    int64_t offset;      /* from the frame's end (its fp), mostly negative */
    uint32_t size;       /* bytes */
    uint32_t type;       /* or HS_NO_TYPE */
    const uint8_t *mask; /* a bit a word of its first mask_words words: is a
                          * pointer; lowest bit first */
    uint32_t mask_words;
};

/* What a function's frames hold beside what the dump lists.  Sorted by entry;
 * a function that is not here is not known.  The objects of one are sorted by
 * offset and do not overlap. */
struct hs_frame_layout {
    uint64_t entry;
    uint32_t first_object, object_count; /* in stack_objects */
};

/* A local variable's place in a frame of the heap.  Sorted by frame, offset. */
struct hs_local {
    uint32_t frame;  /* in heap->frames */
    uint64_t offset; /* bytes into the frame's memory */
    struct hs_str name;
    uint32_t type;
    /* Of the pointer of a slice or string whose words are in different places:
     * the type of the elements, or the string's, and where in the frame it says
     * how many there are, HS_NO_COUNT if nowhere.  Else HS_NO_TYPE. */
    uint32_t values;
    uint64_t count_at;
};

#define HS_NO_COUNT UINT64_MAX

struct hs_names {
    struct hs_column types;         /* struct hs_go_type; [0] is unknown */
    struct hs_column fields;        /* struct hs_go_field */
    struct hs_column globals;       /* struct hs_global */
    struct hs_column layouts;       /* struct hs_frame_layout */
    struct hs_column stack_objects; /* struct hs_stack_object */
    struct hs_column locals;        /* struct hs_local */
    uint32_t *typings;              /* by object, see hs_typing */
    const struct hs_lens *lens;     /* lens.h; never NULL */
};

static inline const struct hs_go_type *hs_names_type(const struct hs_names *n,
                                                     uint32_t type)
{
    return (const struct hs_go_type *)n->types.at +
           (type < n->types.count ? type : HS_NO_TYPE);
}

/* The field of struct TYPE that is called NAME, or NULL. */
const struct hs_go_field *hs_names_field(const struct hs_names *names,
                                         uint32_t type, const char *name);

/* The word of OBJECT: 0 if NAMES is NULL. */
static inline uint32_t hs_names_typing(const struct hs_names *names,
                                       uint32_t object)
{
    return names && names->typings ? names->typings[object] : 0;
}

/* The global that ADDRESS is in, a number in globals, or HS_NO_GLOBAL. */
uint32_t hs_names_global(const struct hs_names *names, uint64_t address);

/* The layout of the function that starts at ENTRY, or NULL. */
const struct hs_frame_layout *hs_names_layout(const struct hs_names *names,
                                              uint64_t entry);

/* The local that is at OFFSET of frame number FRAME, or NULL. */
const struct hs_local *hs_names_local(const struct hs_names *names,
                                      uint32_t frame, uint64_t offset);

/* What an object with word TYPING is called, made in ARENA where it has to be:
 * "main.Order", "[]main.Line", "map[string]int", "map[string]int (entries)",
 * "chan error"; a string that is an object of its own, beside its bytes, is
 * "string (header)"; empty if unknown. */
struct hs_str hs_typing_name(const struct hs_names *names, uint32_t typing,
                             struct hs_arena *arena);

/* Is it an inner part of a Go value, which a path passes over: the header,
 * tables and groups of a map, the buffer of a channel, a node of a trie? */
bool hs_typing_inner(const struct hs_names *names, uint32_t typing);

#endif
