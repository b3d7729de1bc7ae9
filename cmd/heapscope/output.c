/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.c - opening, writing and closing the output, and what a terminal at
 * its other end can show.
 */
#include "output.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

const struct hs_report *hs_output_report(const struct hs_options *options,
                                         struct hs_err *err)
{
    const char *name = options->format, *dot;
    const struct hs_report *report;
    size_t count;

    if (name) {
        report = hs_report_named(name);
        if (!report)
            hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                    "there is no report '%s'; --help lists them", name);
        return report;
    }
    dot = options->output ? strrchr(options->output, '.') : NULL;
    report = dot ? hs_report_named(dot + 1) : NULL;
    return report ? report : hs_reports(&count)[0];
}

static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

bool hs_output_check(const struct hs_options *options, struct hs_arena *arena,
                     struct hs_err *err)
{
    const char *path = options->output, *slash;
    struct stat st;

    if (!path || strcmp(path, "-") == 0)
        return true;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return hs_fail(err, HS_EIO, HS_NOWHERE,
                           "cannot write '%s': it is a directory", path);
        if (access(path, W_OK) != 0)
            return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot write '%s': %s",
                           path, strerror(errno));
        return true;
    }
    slash = strrchr(path, '/');
    if (slash) {
        size_t size = (size_t)(slash - path) + 1;

        if (access(hs_arena_copy(arena, path, size), W_OK | X_OK) != 0)
            return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot write '%s': %s",
                           path, strerror(errno));
    }
    return true;
}

static bool write_bytes(void *to, const void *bytes, size_t size)
{
    struct hs_sink *sink = to;

    if (fwrite(bytes, 1, size, sink->file) == size)
        return true;
    if (!sink->error)
        sink->error = errno;
    return false;
}

/* Whether the reader's locale has the characters beyond ASCII. */
static bool speaks_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8;

    if (!locale)
        return false;
    utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

/* A file gets what is good for any reader: no folding, no colour, UTF-8. */
static void learn_abilities(struct hs_output *out, const char *colour, int fd)
{
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    bool terminal = isatty(fd);
    bool plain = !term || !*term || strcmp(term, "dumb") == 0;
    struct winsize size;

    out->unicode = !terminal || (speaks_utf8() && !plain);
    out->colour = terminal && !plain && !(no_colour && *no_colour);
    if (colour && strcmp(colour, "auto") != 0)
        out->colour = strcmp(colour, "always") == 0;
    if (terminal)
        out->width =
            ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static FILE *open_beside(struct hs_sink *sink, struct hs_arena *arena)
{
    struct stat st;
    mode_t mask = umask(0);
    char resolved[PATH_MAX];
    int fd;

    umask(mask);
    /* Through a symbolic link, what it points to is replaced. */
    if (!realpath(sink->path, resolved))
        snprintf(resolved, sizeof(resolved), "%s", sink->path);
    sink->target = hs_arena_copy(arena, resolved, strlen(resolved));
    sink->temporary = hs_arena_printf(arena, "%s.XXXXXX", sink->target);
    fd = mkstemp(sink->temporary);
    if (fd < 0) {
        sink->temporary = NULL;
        return NULL;
    }
    if (stat(sink->target, &st) == 0)
        fchmod(fd, st.st_mode & 07777);
    else
        fchmod(fd, 0666 & ~mask);
    return fdopen(fd, "w");
}

bool hs_sink_open(struct hs_sink *sink, const struct hs_options *options,
                  struct hs_arena *arena, struct hs_err *err)
{
    const char *path = options->output;

    *sink = (struct hs_sink){.out = {.write = write_bytes, .to = sink},
                             .path = path};
    if (!path || strcmp(path, "-") == 0) {
        sink->path = "standard output";
        sink->file = stdout;
    } else if (is_special(path)) {
        sink->file = fopen(path, "w");
    } else {
        sink->file = open_beside(sink, arena);
    }
    if (!sink->file) {
        int error = errno;

        hs_sink_close(sink, false, err);
        return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot write '%s': %s",
                       sink->path, strerror(error));
    }
    learn_abilities(&sink->out, options->colour, fileno(sink->file));
    return true;
}

static bool close_file(struct hs_sink *sink)
{
    bool good = fflush(sink->file) == 0 && !ferror(sink->file);

    if (!good && !sink->error)
        sink->error = errno;
    if (sink->file != stdout && fclose(sink->file) != 0 && good) {
        sink->error = errno;
        good = false;
    }
    return good;
}

bool hs_sink_close(struct hs_sink *sink, bool good, struct hs_err *err)
{
    bool written = sink->file && close_file(sink);

    if (sink->temporary) {
        if (good && written && rename(sink->temporary, sink->target) != 0) {
            sink->error = errno;
            written = false;
        }
        if (!good || !written)
            unlink(sink->temporary);
    }
    if (good && !written)
        return hs_fail(err, HS_EIO, HS_NOWHERE, "cannot write '%s': %s",
                       sink->path, strerror(sink->error));
    return true;
}

bool hs_close_stdout(const char *program)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (errno != EPIPE)
        fprintf(stderr, "%s: cannot write 'standard output': %s\n", program,
                strerror(errno));
    return false;
}
