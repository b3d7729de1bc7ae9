/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.c - one table of options; one argp for each command made from it.
 *
 * The line is read twice: first with every option known, only to find the
 * command, which need not come first; then with the options of that command.
 * ARGP_LONG_ONLY lets a single dash start a long option, so what people are
 * used to type for `go tool pprof` (-sample_index=1, -cum) is understood.
 */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "commands.h"
#include "format/format.h"
#include "help.h"
#include "output.h"
#include "report/report.h"

enum key {
    KEY_SAMPLE_TYPE = 0x100,
    KEY_INUSE_SPACE,
    KEY_INUSE_OBJECTS,
    KEY_ALLOC_SPACE,
    KEY_ALLOC_OBJECTS,
    KEY_JSON,
    KEY_SVG,
    KEY_DOT,
    KEY_TEXT,
    KEY_BY,
    KEY_CUM,
    KEY_VIEW,
    KEY_FOCUS,
    KEY_IGNORE,
    KEY_HIDE,
    KEY_SHOW,
    KEY_SHOW_FROM,
    KEY_TAG_FOCUS,
    KEY_TAG_IGNORE,
    KEY_MERGE,
    KEY_GRANULARITY,
    KEY_NODES,
    KEY_NODECOUNT,
    KEY_DIFF_BASE,
    KEY_FAIL_ON,
    KEY_RSS,
    KEY_MAX_BYTES,
    KEY_COLOUR,
    KEY_USAGE,
};

/* Help shows the own options of a command first. */
enum group { GROUP_OWN = 1, GROUP_ALL = 2 };

#define HIDDEN OPTION_HIDDEN

struct row {
    struct argp_option option;
    unsigned set; /* enum hs_option_set: any of them; 0: all commands */
};

static const struct row rows[] = {
    {{"sample-type", KEY_SAMPLE_TYPE, "NAME", 0,
      "the sample type that counts, by name or number", GROUP_OWN},
     HS_OPT_SAMPLE_TYPE},
    {{"by", KEY_BY, "WHAT", 0, "what a row stands for; see above", GROUP_OWN},
     HS_OPT_BY},
    {{"cum", KEY_CUM, NULL, 0, "sort by cumulative value", GROUP_OWN},
     HS_OPT_CUM},
    {{"view", KEY_VIEW, "VIEW", 0, "what is drawn; see above", GROUP_OWN},
     HS_OPT_VIEW},
    {{"nodes", KEY_NODES, "N", 0, "draw at most N nodes (80; 0: all)",
      GROUP_OWN},
     HS_OPT_NODES},
    {{"focus", KEY_FOCUS, "REGEX", 0,
      "only stacks with a function or file that matches", GROUP_OWN},
     HS_OPT_FOCUS},
    {{"ignore", KEY_IGNORE, "REGEX", 0,
      "no stacks with a function or file that matches", GROUP_OWN},
     HS_OPT_FOCUS},
    {{"hide", KEY_HIDE, "REGEX", 0,
      "no frames of a function or file that matches", GROUP_OWN},
     HS_OPT_FOCUS},
    {{"show", KEY_SHOW, "REGEX", 0,
      "only frames of a function or file that matches", GROUP_OWN},
     HS_OPT_FOCUS},
    {{"show-from", KEY_SHOW_FROM, "REGEX", 0,
      "only what the outermost frame that matches has called, and itself",
      GROUP_OWN},
     HS_OPT_FOCUS},
    {{"tagfocus", KEY_TAG_FOCUS, "[KEY=]TAG", 0,
      "only samples with a label that matches, or with a number in a range "
      "(64kb:1mb, 64kb:, :64kb)",
      GROUP_OWN},
     HS_OPT_FOCUS},
    {{"tagignore", KEY_TAG_IGNORE, "[KEY=]TAG", 0,
      "no samples with such a label", GROUP_OWN},
     HS_OPT_FOCUS},
    {{"merge", KEY_MERGE, NULL, 0, "add up several profiles, as of replicas",
      GROUP_OWN},
     HS_OPT_MERGE},
    {{"granularity", KEY_GRANULARITY, "WHAT", 0,
      "what a frame stands for: functions, files, lines or packages",
      GROUP_OWN},
     HS_OPT_FOCUS},
    {{"fail-on", KEY_FAIL_ON, "COND", 0,
      "exit with 1 if COND holds; may be given again", GROUP_OWN},
     HS_OPT_FAIL_ON},
    {{"rss", KEY_RSS, "SIZE", 0,
      "how much memory of the process is resident, if no file says so",
      GROUP_OWN},
     HS_OPT_RSS},

    {{"format", 'f', "REPORT", 0, "how the report is written", GROUP_ALL}, 0},
    {{"from", 'F', "FORMAT", 0, "what the files are, instead of finding out",
      GROUP_ALL},
     0},
    {{"output", 'o', "FILE", 0, "write to FILE; its extension implies -f",
      GROUP_ALL},
     0},
    {{"limit", 'n', "N", 0, "show at most N rows of a table (0: all)",
      GROUP_ALL},
     0},
    {{"max-bytes", KEY_MAX_BYTES, "SIZE", 0,
      "refuse inputs that inflate to more than SIZE", GROUP_ALL},
     0},
    {{"color", KEY_COLOUR, "WHEN", 0, "colours: auto, always or never",
      GROUP_ALL},
     0},
    {{"quiet", 'q', NULL, 0, "no progress, no warnings", GROUP_ALL}, 0},
    {{"verbose", 'v', NULL, 0, "tell what time and memory each step takes",
      GROUP_ALL},
     0},
    {{"help", '?', NULL, 0, "show this", GROUP_ALL}, 0},
    {{"usage", KEY_USAGE, NULL, HIDDEN, NULL, 0}, 0},
    {{"version", 'V', NULL, 0, "show the version, and those of the libraries",
      GROUP_ALL},
     0},

    /* What pprof calls them. */
    {{"sample_index", KEY_SAMPLE_TYPE, "NAME", HIDDEN, NULL, 0},
     HS_OPT_SAMPLE_TYPE},
    {{"inuse_space", KEY_INUSE_SPACE, NULL, HIDDEN, NULL, 0},
     HS_OPT_SAMPLE_TYPE},
    {{"inuse_objects", KEY_INUSE_OBJECTS, NULL, HIDDEN, NULL, 0},
     HS_OPT_SAMPLE_TYPE},
    {{"alloc_space", KEY_ALLOC_SPACE, NULL, HIDDEN, NULL, 0},
     HS_OPT_SAMPLE_TYPE},
    {{"alloc_objects", KEY_ALLOC_OBJECTS, NULL, HIDDEN, NULL, 0},
     HS_OPT_SAMPLE_TYPE},
    {{"show_from", KEY_SHOW_FROM, "REGEX", HIDDEN, NULL, 0}, HS_OPT_FOCUS},
    {{"diff_base", KEY_DIFF_BASE, "FILE", HIDDEN, NULL, 0}, 0},
    {{"nodecount", KEY_NODECOUNT, "N", HIDDEN, NULL, 0}, 0},
    {{"json", KEY_JSON, NULL, HIDDEN, NULL, 0}, 0},
    {{"svg", KEY_SVG, NULL, HIDDEN, NULL, 0}, 0},
    {{"dot", KEY_DOT, NULL, HIDDEN, NULL, 0}, 0},
    {{"text", KEY_TEXT, NULL, HIDDEN, NULL, 0}, 0},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct parse {
    struct hs_request *request;
    const char *base; /* -diff_base */
};

/* TEXT and the names of all reports (key f) or formats (key F). */
static const char *with_names(struct hs_arena *arena, const char *text, int key)
{
    size_t count;

    if (key == 'f') {
        const struct hs_report *const *reports = hs_reports(&count);

        for (size_t i = 0; i < count; i++)
            text = hs_arena_printf(arena, "%s%s %s", text, i ? "," : ":",
                                   reports[i]->name);
    } else if (key == 'F') {
        const struct hs_format *const *formats = hs_formats(&count);
        const char *mark = ":";

        for (size_t i = 0; i < count; i++) {
            if (!formats[i]->decode)
                continue;
            text =
                hs_arena_printf(arena, "%s%s %s", text, mark, formats[i]->name);
            mark = ",";
        }
    }
    return text;
}

/* The options of SET (all bits: every option there is) with the end mark. */
static struct argp_option *collect(struct hs_arena *arena, unsigned set)
{
    struct argp_option *all = hs_arena_zeroed(arena, ROWS + 1, sizeof(*all));
    size_t n = 0;

    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].set == 0 || (rows[i].set & set)) {
            all[n] = rows[i].option;
            all[n].doc = with_names(arena, all[n].doc, all[n].key);
            n++;
        }
    return all;
}

static uint64_t number(const char *text, const char *option,
                       struct argp_state *state)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-')
        argp_error(state, "'%s' for --%s is no whole number", text, option);
    return value;
}

static uint64_t size_of(const char *text, struct argp_state *state)
{
    uint64_t bytes;

    if (!hs_size_parse(text, &bytes))
        argp_error(state, "'%s' is no size, such as 512MiB", text);
    return bytes;
}

/* The options that only keep their text, or stand for one. */
static bool keep_text(struct hs_options *o, int key, const char *arg)
{
    switch (key) {
    case 'f':
        o->format = arg;
        return true;
    case 'F':
        o->from = arg;
        return true;
    case 'o':
        o->output = arg;
        return true;
    case KEY_JSON:
        o->format = "json";
        return true;
    case KEY_SVG:
        o->format = "svg";
        return true;
    case KEY_DOT:
        o->format = "dot";
        return true;
    case KEY_TEXT:
        o->format = "text";
        return true;
    case KEY_SAMPLE_TYPE:
        o->sample_type = arg;
        return true;
    case KEY_INUSE_SPACE:
        o->sample_type = "inuse_space";
        return true;
    case KEY_INUSE_OBJECTS:
        o->sample_type = "inuse_objects";
        return true;
    case KEY_ALLOC_SPACE:
        o->sample_type = "alloc_space";
        return true;
    case KEY_ALLOC_OBJECTS:
        o->sample_type = "alloc_objects";
        return true;
    case KEY_BY:
        o->by = arg;
        return true;
    case KEY_VIEW:
        o->view = arg;
        return true;
    case KEY_FOCUS:
        o->focus = arg;
        return true;
    case KEY_IGNORE:
        o->ignore = arg;
        return true;
    case KEY_HIDE:
        o->hide = arg;
        return true;
    case KEY_SHOW:
        o->show = arg;
        return true;
    case KEY_SHOW_FROM:
        o->show_from = arg;
        return true;
    case KEY_TAG_FOCUS:
        o->tag_focus = arg;
        return true;
    case KEY_TAG_IGNORE:
        o->tag_ignore = arg;
        return true;
    case KEY_GRANULARITY:
        o->granularity = arg;
        return true;
    default:
        return false;
    }
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;
    struct hs_options *o = &parse->request->options;
    const char *kept = arg;

    if (keep_text(o, key, arg))
        return 0;
    switch (key) {
    case 'n':
        o->limit = number(arg, "limit", state);
        break;
    case KEY_NODES:
        o->nodes = number(arg, "nodes", state);
        break;
    case KEY_NODECOUNT:
        o->limit = o->nodes = number(arg, "nodecount", state);
        break;
    case KEY_RSS:
        o->rss = size_of(arg, state);
        break;
    case KEY_MAX_BYTES:
        o->max_bytes = size_of(arg, state);
        break;
    case KEY_COLOUR:
        if (strcmp(arg, "auto") && strcmp(arg, "always") &&
            strcmp(arg, "never"))
            argp_error(state, "--color is auto, always or never, not '%s'",
                       arg);
        o->colour = arg;
        break;
    case KEY_CUM:
        o->cum = true;
        break;
    case KEY_MERGE:
        o->merge = true;
        break;
    case KEY_FAIL_ON:
        hs_column_push(&o->fail_on, &kept);
        break;
    case KEY_DIFF_BASE:
        parse->base = arg;
        break;
    case '?':
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
        break;
    case KEY_USAGE:
        argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
        break;
    case 'V':
        hs_help_version(stdout);
        exit(hs_close_stdout("heapscope") ? HS_EXIT_OK : HS_EXIT_NO_REPORT);
    case 'q':
        o->quiet = true;
        break;
    case 'v':
        o->verbose = true;
        break;
    case ARGP_KEY_ARG:
        hs_column_push(&parse->request->arguments, &kept);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* The first reading: stops at the first argument, which is the command, and
 * leaves its place in STATE->input. */
static error_t find_command(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    switch (key) {
    case '?':
    case KEY_USAGE:
        hs_help_usage(stdout);
        exit(hs_close_stdout("heapscope") ? HS_EXIT_OK : HS_EXIT_NO_REPORT);
    case 'V':
        hs_help_version(stdout);
        exit(hs_close_stdout("heapscope") ? HS_EXIT_OK : HS_EXIT_NO_REPORT);
    case ARGP_KEY_ARG:
        *(int *)state->input = state->next - 1;
        state->next = state->argc;
        return 0;
    default:
        return 0;
    }
}

/* The index of the command in ARGV; 0 if there is none.  Ends the program if
 * an option before it is wrong or asks for help. */
static int command_index(struct hs_arena *arena, int argc, char **argv)
{
    struct argp argp = {.options = collect(arena, ~0u), .parser = find_command};
    int index = 0;

    argp_parse(&argp, argc, argv, ARGP_IN_ORDER | ARGP_LONG_ONLY | ARGP_NO_HELP,
               NULL, &index);
    return index;
}

/* Leaves out what argp adds of itself. */
static char *filter(int key, const char *text, void *input)
{
    (void)input;
    return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)(uintptr_t)text;
}

static struct argp argp_for(const struct hs_command *command,
                            struct hs_arena *arena)
{
    return (struct argp){
        .options = collect(arena, command->options),
        .parser = parse_key,
        .args_doc = command->arguments,
        .help_filter = filter,
        .doc = command->details
                   ? hs_arena_printf(arena, "%s\n\n%s", command->summary,
                                     command->details)
                   : command->summary,
    };
}

void hs_options_help(const struct hs_command *command)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_request none;
    struct parse parse = {.request = &none};
    struct argp argp = argp_for(command, &arena);
    char *argv[] = {hs_arena_printf(&arena, "heapscope %s", command->name),
                    hs_arena_copy(&arena, "--help", 6), NULL};

    /* Not argp_help(), which knows no filter. */
    argp_parse(&argp, 2, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, &parse);
    hs_arena_free(&arena);
}

/* The command that ARGV asks for, which is taken out of it.  Ends the program
 * if there is none. */
static const struct hs_command *take_command(struct hs_arena *arena, int *argc,
                                             char **argv)
{
    int index = command_index(arena, *argc, argv);
    const struct hs_command *command;
    const char *nearest;

    if (index == 0) {
        hs_help_usage(stderr);
        exit(HS_EXIT_USAGE);
    }
    command = hs_command_named(argv[index]);
    if (!command) {
        nearest = hs_command_nearest(argv[index]);
        fprintf(stderr, "heapscope: there is no command '%s'", argv[index]);
        if (nearest)
            fprintf(stderr, "; did you mean '%s'?\n", nearest);
        else if (access(argv[index], F_OK) == 0)
            fprintf(stderr, "; for a file: heapscope analyze '%s'\n",
                    argv[index]);
        else
            fprintf(stderr, "; 'heapscope help' lists them\n");
        exit(HS_EXIT_USAGE);
    }
    memmove(argv + index, argv + index + 1,
            (size_t)(*argc - index) * sizeof(*argv));
    --*argc;
    return command;
}

/* pprof names the old one by option and the new one by argument. */
static void put_base_first(struct hs_request *request, const char *base)
{
    const char **at;

    if (request->command->takes != HS_TAKES_TWO) {
        fprintf(stderr,
                "heapscope %s: -diff_base is of another command: "
                "heapscope diff '%s' NEW\n",
                request->command->name, base);
        exit(HS_EXIT_USAGE);
    }
    at = hs_column_extend(&request->arguments, 1);
    memmove((const char **)request->arguments.at + 1, request->arguments.at,
            (request->arguments.count - 1) * sizeof(*at));
    *(const char **)request->arguments.at = base;
}

void hs_options_parse(struct hs_request *request, struct hs_arena *arena,
                      int argc, char **argv)
{
    struct parse parse = {.request = request};
    struct argp argp;

    argp_err_exit_status = HS_EXIT_USAGE;
    argv[0] = hs_arena_copy(arena, "heapscope", 9);
    *request = (struct hs_request){
        .options = {.limit = HS_LIMIT_DEFAULT,
                    .nodes = 80,
                    .fail_on = HS_COLUMN(const char *, arena)},
        .arguments = HS_COLUMN(const char *, arena),
    };
    request->command = take_command(arena, &argc, argv);
    argv[0] = hs_arena_printf(arena, "heapscope %s", request->command->name);
    argp = argp_for(request->command, arena);
    argp_parse(&argp, argc, argv, ARGP_LONG_ONLY | ARGP_NO_HELP, NULL, &parse);
    if (parse.base)
        put_base_first(request, parse.base);
}
