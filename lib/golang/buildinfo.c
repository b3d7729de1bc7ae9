/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buildinfo.c - what the go command wrote down: version, modules, settings.
 *
 *   block  = "\xff Go buildinf:" ptrsize:u1 flags:u1 fill (32 bytes in all)
 *            then, if flags & 2,  version:string modules:string
 *            where string = length:varint text
 *            else, before Go 1.18, version:ptr modules:ptr to Go strings, at
 *            16 of the block; flags & 1: the addresses are big-endian
 *   module info = guard:16 line* guard:16
 *   line   = "path\t" PATH | ("mod" | "dep" | "=>") "\t" PATH "\t" VERSION
 *            "\t" SUM | "build\t" KEY "=" VALUE
 *
 * It is 16-byte aligned in the first writable segment.  A key or value that
 * has odd characters is quoted as Go quotes.
 */
#include "golang/golang_impl.h"

#include "model/goversion.h"

#define MARK      "\xff Go buildinf:"
#define MARK_SIZE 14
#define HEAD_SIZE 32
#define GUARD     16

static struct hs_str sized_text(struct hs_cursor *c)
{
    uint64_t size = hs_cursor_varint(c);
    const uint8_t *text = hs_cursor_take(c, size);

    return (struct hs_str){text ? (const char *)text : "", text ? size : 0};
}

/* The Go string whose header is at ADDRESS. */
static struct hs_str string_at(const struct golang *g, uint64_t address)
{
    struct hs_cursor c = hs_golang_bytes(g, address, 2 * g->pointer_size);
    uint64_t at = hs_golang_word(g, &c), size = hs_golang_word(g, &c);
    const uint8_t *text;

    c = hs_golang_bytes(g, at, size);
    text = hs_cursor_take(&c, size);
    return (struct hs_str){text ? (const char *)text : "", text ? size : 0};
}

/* The block in BYTES, or a bad cursor. */
static struct hs_cursor block_in(struct hs_cursor bytes)
{
    const uint8_t *from = bytes.at, *found;

    while (
        hs_cursor_left(&bytes) >= HEAD_SIZE &&
        (found = memmem(bytes.at, hs_cursor_left(&bytes), MARK, MARK_SIZE))) {
        hs_cursor_take(&bytes, (uint64_t)(found - bytes.at));
        if ((bytes.at - from) % 16 == 0)
            return bytes;
        hs_cursor_take(&bytes, 1);
    }
    hs_cursor_take(&bytes, UINT64_MAX);
    return bytes;
}

static struct hs_cursor find_block(struct golang *g)
{
    const struct golang_segment *segments = g->image->segments.at;
    struct hs_cursor block =
        block_in(hs_golang_section(g, ".go.buildinfo", NULL));

    for (size_t i = 0; block.fault && i < g->image->segments.count; i++)
        if (segments[i].writable)
            block = block_in(
                hs_cursor_over(segments[i].bytes, segments[i].size, 0));
    return block;
}

/* What LINE has up to its next SEPARATOR, which is stepped over. */
static struct hs_str field(struct hs_str *line, char separator)
{
    const char *end =
        line->size ? memchr(line->text, separator, line->size) : NULL;
    struct hs_str first = {line->text,
                           end ? (size_t)(end - line->text) : line->size};
    size_t step = first.size + (end ? 1 : 0);

    *line = (struct hs_str){line->text + step, line->size - step};
    return first;
}

/* TEXT as it was before Go quoted it; a copy only if it is quoted. */
static struct hs_str unquote(struct golang *g, struct hs_str text)
{
    struct hs_column chars = HS_COLUMN(char, g->arena);

    if (text.size < 2 || (text.text[0] != '"' && text.text[0] != '`') ||
        text.text[text.size - 1] != text.text[0])
        return text;
    for (size_t i = 1; i + 1 < text.size; i++) {
        /* Of the escapes, those of quotes and backslashes are common. */
        if (text.text[0] == '"' && text.text[i] == '\\' && i + 2 < text.size &&
            (text.text[i + 1] == '"' || text.text[i + 1] == '\\'))
            i++;
        hs_column_push(&chars, &text.text[i]);
    }
    return (struct hs_str){chars.count ? chars.at : "", chars.count};
}

/* Of KEY=VALUE; a quoted key may have a '=' in it. */
static void add_setting(struct golang *g, struct hs_str line)
{
    struct hs_setting setting;
    size_t end = 0;

    if (line.size && (line.text[0] == '"' || line.text[0] == '`')) {
        end = 1;
        while (end < line.size && line.text[end] != line.text[0])
            end += line.text[end] == '\\' ? 2u : 1u;
        end++;
    }
    while (end < line.size && line.text[end] != '=')
        end++;
    if (end >= line.size)
        return;
    setting.key = unquote(g, (struct hs_str){line.text, end});
    setting.value =
        unquote(g, (struct hs_str){line.text + end + 1, line.size - end - 1});
    hs_column_push(&g->program->settings, &setting);
}

static struct hs_module module_of(struct hs_str line)
{
    struct hs_module module;

    module.path = field(&line, '\t');
    module.version = field(&line, '\t');
    module.sum = field(&line, '\t');
    return module;
}

static void read_line(struct golang *g, struct hs_str line)
{
    struct hs_program *program = g->program;
    struct hs_str kind = field(&line, '\t');
    struct hs_module module;

    if (hs_str_equal(kind, hs_str_of("path"))) {
        program->main = line;
    } else if (hs_str_equal(kind, hs_str_of("mod"))) {
        program->module = module_of(line);
    } else if (hs_str_equal(kind, hs_str_of("dep"))) {
        module = module_of(line);
        hs_column_push(&program->modules, &module);
    } else if (hs_str_equal(kind, hs_str_of("=>")) && program->modules.count) {
        /* The one before was replaced by this one. */
        ((struct hs_module *)program->modules.at)[program->modules.count - 1] =
            module_of(line);
    } else if (hs_str_equal(kind, hs_str_of("build"))) {
        add_setting(g, line);
    }
}

/* The version goes into runtime.buildVersion with experiments behind it. */
bool hs_golang_read_buildinfo(struct golang *g)
{
    struct hs_program *program = g->program;
    struct hs_cursor block = find_block(g), head = block;
    struct hs_str info;
    uint8_t flags;

    program->modules = HS_COLUMN(struct hs_module, g->arena);
    program->settings = HS_COLUMN(struct hs_setting, g->arena);
    g->minor = hs_goversion_minor((struct hs_str){"", 0});
    hs_cursor_take(&head, MARK_SIZE + 1);
    flags = hs_cursor_u8(&head);
    if (head.fault)
        return false;
    if (flags & 2) {
        hs_cursor_take(&block, HEAD_SIZE);
        program->go_version = sized_text(&block);
        info = sized_text(&block);
    } else {
        head.big_endian = g->big_endian;
        program->go_version = string_at(g, hs_golang_word(g, &head));
        info = string_at(g, hs_golang_word(g, &head));
    }
    g->minor = hs_goversion_minor(program->go_version);
    if (info.size < 2 * GUARD)
        return true;
    info = (struct hs_str){info.text + GUARD, info.size - 2 * GUARD};
    while (info.size)
        read_line(g, field(&info, '\n'));
    return true;
}
