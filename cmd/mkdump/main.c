/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - mkdump KIND -o FILE: writes synthetic inputs for tests and
 * benchmarks.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "mkdump.h"

#define MKDUMP(name) extern const struct mkdump_kind mkdump_##name;
#include "kinds.def"
#undef MKDUMP

static const struct mkdump_kind *const kinds[] = {
#define MKDUMP(name) &mkdump_##name,
#include "kinds.def"
#undef MKDUMP
    NULL,
};

struct arguments {
    struct mkdump_options options;
    const struct mkdump_kind *kind;
    const char *output;
};

static const struct argp_option option_table[] = {
    {"count", 'n', "N", 0, "how many of the kind's unit", 0},
    {"samples", 0, NULL, OPTION_ALIAS, NULL, 0},
    {"objects", 0, NULL, OPTION_ALIAS, NULL, 0},
    {"seed", 's', "S", 0, "another seed, other data (1)", 0},
    {"shape", 't', "WORD", 0, "a variant that the kind knows", 0},
    {"output", 'o', "FILE", 0,
     "where to; gzip'd if FILE ends in .gz, standard output if -", 0},
    {NULL, 0, NULL, 0, "Of a heap dump:", 1},
    {"fragmented", 'x', NULL, 0, "scatter every structure of a heap", 1},
    {"goroutines", 'g', "N", 0, "how many a heap has (one in 5000 objects)", 1},
    {"go", 'G', "VERSION", 0, "that writes the heap dump (1.24.4)", 1},
    {"allocs", 'a', NULL, 0, "with the heap's allocation sites", 1},
    {0},
};

static uint64_t number(struct argp_state *state, const char *text)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-')
        argp_error(state, "'%s' is not a number", text);
    return value;
}

static const struct mkdump_kind *named(struct argp_state *state,
                                       const char *name)
{
    for (const struct mkdump_kind *const *kind = kinds; *kind; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    argp_error(state, "no kind is called '%s'", name);
    return NULL;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'n':
        arguments->options.count = number(state, text);
        return 0;
    case 's':
        arguments->options.seed = number(state, text);
        return 0;
    case 't':
        arguments->options.shape = text;
        return 0;
    case 'x':
        arguments->options.fragmented = true;
        return 0;
    case 'g':
        arguments->options.goroutines = number(state, text);
        return 0;
    case 'G':
        arguments->options.go = text;
        return 0;
    case 'a':
        arguments->options.allocs = true;
        return 0;
    case 'o':
        arguments->output = text;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->kind)
            argp_error(state, "one KIND at a time");
        arguments->kind = named(state, text);
        return 0;
    case ARGP_KEY_END:
        if (!arguments->kind || !arguments->output)
            argp_error(state, "KIND and -o FILE are needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The kinds, below the options in --help. */
static char *list_kinds(int key, const char *text, void *input)
{
    size_t size = 0;
    char *list = NULL;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)(uintptr_t)text;
    out = open_memstream(&list, &size);
    if (!out)
        return NULL;
    fputs("Kinds:\n", out);
    for (const struct mkdump_kind *const *kind = kinds; *kind; kind++)
        fprintf(out, "  %-10s %s\n", (*kind)->name, (*kind)->title);
    fclose(out);
    return list;
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "KIND -o FILE",
        .doc = "Writes synthetic inputs for tests and benchmarks.\v",
        .help_filter = list_kinds,
    };
    struct arguments arguments = {.options.seed = 1};
    struct hs_err err = HS_ERR_NONE;
    struct hs_writer *writer;

    argp_err_exit_status = 64;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    writer =
        hs_writer_open(arguments.output,
                       hs_str_ends(hs_str_of(arguments.output), ".gz"), &err);
    if (writer) {
        arguments.kind->write(&arguments.options, writer, &err);
        hs_writer_close(writer, &err);
    }
    if (err.kind == HS_OK)
        return 0;
    fprintf(stderr, "mkdump: %s: %s\n", arguments.output, err.message);
    return err.kind == HS_EUSAGE ? 64 : 2;
}
