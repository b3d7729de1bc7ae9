/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup.c - the memory files of a control group, version 1 or 2.
 *
 *   memory.stat, memory.events, memory.oom_control     (key " " n NL)+
 *   memory.current, memory.max, memory.limit_in_bytes, ...   n NL | "max" NL
 *
 * A file with nothing but a number is known by its name.  Several files may be
 * one: as `grep . memory.*` prints them (NAME ":" line) or `head memory.*`
 * ("==> " NAME " <==").
 */
#include "base/lines.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

/* What version 1 writes for "no limit" is some such number of whole pages. */
#define UNLIMITED ((uint64_t)1 << 60)

static const struct {
    const char *file, *key; /* KEY NULL: a number alone */
    enum hs_fact_name fact;
} rows[] = {
    {"memory.current", NULL, HS_FACT_GROUP_USED},
    {"memory.peak", NULL, HS_FACT_GROUP_PEAK},
    {"memory.max", NULL, HS_FACT_GROUP_LIMIT},
    {"memory.high", NULL, HS_FACT_GROUP_HIGH},
    {"memory.swap.current", NULL, HS_FACT_GROUP_SWAP},
    {"memory.usage_in_bytes", NULL, HS_FACT_GROUP_USED},
    {"memory.max_usage_in_bytes", NULL, HS_FACT_GROUP_PEAK},
    {"memory.limit_in_bytes", NULL, HS_FACT_GROUP_LIMIT},
    /* Of version 2; */
    {NULL, "anon", HS_FACT_GROUP_ANON},
    {NULL, "file", HS_FACT_GROUP_FILE},
    {NULL, "kernel", HS_FACT_GROUP_KERNEL},
    {NULL, "anon_thp", HS_FACT_GROUP_HUGE},
    {NULL, "inactive_file", HS_FACT_GROUP_IDLE_FILE},
    {NULL, "oom", HS_FACT_GROUP_OOM},
    {NULL, "oom_kill", HS_FACT_GROUP_OOM_KILLS},
    /* of version 1, where total_ is with the groups below, and comes last. */
    {NULL, "rss", HS_FACT_GROUP_ANON},
    {NULL, "cache", HS_FACT_GROUP_FILE},
    {NULL, "rss_huge", HS_FACT_GROUP_HUGE},
    {NULL, "hierarchical_memory_limit", HS_FACT_GROUP_LIMIT},
    {NULL, "total_rss", HS_FACT_GROUP_ANON},
    {NULL, "total_cache", HS_FACT_GROUP_FILE},
    {NULL, "total_rss_huge", HS_FACT_GROUP_HUGE},
    {NULL, "total_inactive_file", HS_FACT_GROUP_IDLE_FILE},
};

static const char *const keys_alone[] = {
    "low",  "high",        "max",         "under_oom", "oom_kill_disable",
    "slab", "mapped_file", "kernel_stack"};

struct cgroup {
    struct hs_lines lines;
    struct hs_snapshot *snapshot;
    char file[64]; /* whose lines these are; "" if not known */
    uint64_t found;
    uint64_t anon, mapped; /* for the resident size */
    bool nameless;         /* a number alone, of a file without a name */
};

static struct hs_str last_element(struct hs_str path)
{
    const char *slash = path.size ? memrchr(path.text, '/', path.size) : NULL;

    if (!slash)
        return path;
    return (struct hs_str){slash + 1,
                           path.size - (size_t)(slash + 1 - path.text)};
}

static void set_file(struct cgroup *c, struct hs_str path)
{
    struct hs_str name = last_element(path);

    c->file[0] = '\0';
    if (name.size >= sizeof(c->file) || name.size == 0)
        return;
    memcpy(c->file, name.text, name.size);
    c->file[name.size] = '\0';
}

/* "memory.current" or "/sys/fs/cgroup/x/memory.current" */
static bool is_file_name(struct hs_str path)
{
    struct hs_str name = last_element(path);

    return name.size > 7 && memcmp(name.text, "memory.", 7) == 0 &&
           !memchr(name.text, ' ', name.size);
}

/* Takes `NAME:` or a whole `==> NAME <==` off LINE; true if nothing is left. */
static bool take_name(struct cgroup *c, struct hs_cursor *line)
{
    struct hs_cursor scan = *line;
    struct hs_str name;

    if (hs_scan_literal(&scan, "==> ") && hs_scan_until(&scan, ' ', &name) &&
        is_file_name(name)) {
        set_file(c, name);
        return true;
    }
    scan = *line;
    if (hs_scan_until(&scan, ':', &name) && is_file_name(name)) {
        set_file(c, name);
        *line = scan;
    }
    return false;
}

static void say(struct cgroup *c, enum hs_fact_name fact, uint64_t value)
{
    struct hs_process *process = hs_process_of(c->snapshot);

    c->found++;
    if (fact == HS_FACT_GROUP_LIMIT && value >= UNLIMITED)
        process->group_unlimited = true;
    else
        hs_process_say(process, fact, value, HS_BY_CGROUP);
}

static bool take_number(struct cgroup *c, bool max, uint64_t value)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rows[i].file || strcmp(rows[i].file, c->file) != 0)
            continue;
        if (max && rows[i].fact == HS_FACT_GROUP_LIMIT)
            hs_process_of(c->snapshot)->group_unlimited = true;
        if (max)
            c->found++;
        else
            say(c, rows[i].fact, value);
        return true;
    }
    c->nameless |= !is_file_name(hs_str_of(c->file));
    return c->nameless || c->file[0];
}

/* Keys mean the same in whatever file they are, but for those of memory.events
 * that say how often a line was crossed. */
static void take_pair(struct cgroup *c, struct hs_str key, uint64_t value)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].key && hs_str_equal(key, hs_str_of(rows[i].key)))
            say(c, rows[i].fact, value);
    if (hs_str_equal(key, hs_str_of("file_mapped")) ||
        hs_str_equal(key, hs_str_of("total_mapped_file")))
        c->mapped = value;
}

static bool take_line(struct cgroup *c, struct hs_err *err)
{
    struct hs_cursor line = c->lines.line;
    struct hs_str key, rest;
    uint64_t value = 0;
    bool max;

    if (take_name(c, &line))
        return true;
    rest = hs_scan_trim(hs_scan_rest(&line));
    if (rest.size == 0)
        return true;
    line = hs_cursor_over(rest.text, rest.size, c->lines.line.offset);
    max = hs_str_equal(rest, hs_str_of("max"));
    if (max || (hs_scan_unsigned(&line, &value) && hs_cursor_left(&line) == 0))
        return take_number(c, max, value);
    line = hs_cursor_over(rest.text, rest.size, c->lines.line.offset);
    if (hs_scan_until(&line, ' ', &key) && hs_scan_unsigned(&line, &value) &&
        hs_cursor_left(&line) == 0) {
        take_pair(c, key, value);
        return true;
    }
    if (is_file_name(hs_str_of(c->file)))
        return true; /* memory.numa_stat, memory.pressure: nobody needs them */
    return hs_lines_fail(&c->lines, "a line of a control group's memory file",
                         err);
}

static bool read(struct cgroup *c, struct hs_err *err)
{
    struct hs_process *process;
    uint64_t anon;

    while (hs_lines_next(&c->lines))
        if (!take_line(c, err))
            return false;
    if (!hs_lines_whole(&c->lines, "the file", err))
        return false;
    if (c->found == 0)
        return hs_fail(err, HS_EUNKNOWN, HS_NOWHERE,
                       c->nameless
                           ? "a number alone: what it is, the file's name "
                             "says, such as memory.current or memory.max"
                           : "nothing of a control group's memory that is "
                             "known");
    process = hs_process_of(c->snapshot);
    if (hs_process_knows(process, HS_FACT_GROUP_ANON, &anon) &&
        !__builtin_add_overflow(anon, c->mapped, &anon))
        hs_process_say(process, HS_FACT_RSS, anon, HS_BY_CGROUP);
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct cgroup c = {.snapshot = snapshot};

    set_file(&c, hs_str_of(hs_input_path(input)));
    hs_lines_open(&c.lines, input);
    read(&c, err);
    hs_lines_close(&c.lines);
    return err->kind == HS_OK;
}

static bool is_key(struct hs_str key)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].key && hs_str_equal(key, hs_str_of(rows[i].key)))
            return true;
    for (size_t i = 0; i < sizeof(keys_alone) / sizeof(keys_alone[0]); i++)
        if (hs_str_equal(key, hs_str_of(keys_alone[i])))
            return true;
    return false;
}

static int probe(struct hs_cursor head)
{
    struct hs_str first, key;
    struct hs_cursor line, scan;
    uint64_t value;

    if (!hs_scan_until(&head, '\n', &first))
        return 0;
    line = scan = hs_cursor_over(first.text, first.size, 0);
    /* All there is: a number, or that there is no limit. */
    if (hs_cursor_left(&head) == 0 &&
        (hs_str_equal(first, hs_str_of("max")) ||
         (hs_scan_unsigned(&scan, &value) && hs_cursor_left(&scan) == 0)))
        return 60;
    scan = line;
    if (hs_scan_literal(&scan, "==> ") && hs_scan_until(&scan, ' ', &key))
        return is_file_name(key) ? 90 : 0;
    scan = line;
    if (hs_scan_until(&scan, ':', &key) && is_file_name(key))
        return 90;
    return hs_scan_until(&line, ' ', &key) && is_key(key) &&
                   hs_scan_unsigned(&line, &value) && hs_cursor_left(&line) == 0
               ? 80
               : 0;
}

const struct hs_format hs_format_cgroup = {
    .name = "cgroup",
    .title = "control group's memory file (v1 or v2)",
    .command = "grep . /sys/fs/cgroup/memory.* >cgroup.txt",
    .capture =
        "    grep . /sys/fs/cgroup/memory.* >cgroup.txt     # in the "
        "container\n"
        "\n"
        "The limit of a container, how near it is, and how often it was met.\n"
        "memory.stat, memory.current, memory.max and memory.events may be\n"
        "given as they are, too. Reading them costs nothing.",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
