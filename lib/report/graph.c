/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph.c - builds what DOT and SVG draw: labels, colours, sizes, borders.
 *
 * A name in a label loses the folders of its package path first and is broken
 * where Go names have joints.  cgraph reads a backslash in a label as an escape
 * and "&...;" as an entity, so both are escaped; quotes are agwrite's business,
 * and HTML-like labels are never made, so markup is only text.
 */
#include "report/graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_WIDTH   44 /* columns of a name before its folders go */
#define LINE_WIDTH   30 /* columns of a label's line before it is broken */
#define NAME_LINES   4
#define DETAIL_LINES 6
#define ELLIPSIS     "…"

/* Width of a column in ems.  gvc reckons with Helvetica; where a browser has to
 * take another font, often a wider one, the text must still fit its box. */
#define LETTER 0.6

/* In a picture from top to bottom of more nodes than this, leaves of one parent
 * are staggered over some ranks, lest they make it wider than anyone can look
 * at. */
#define MANY   20
#define STAGES 3

struct colour {
    double red, green, blue;
};

/* Fills that black letters read well on: grey, sand, red; green for less. */
static const struct colour cold = {0.945, 0.945, 0.937};
static const struct colour warm = {0.992, 0.875, 0.690};
static const struct colour hot = {0.953, 0.498, 0.408};
static const struct colour less = {0.592, 0.831, 0.612};

static struct colour mix(struct colour a, struct colour b, double share)
{
    return (struct colour){a.red + (b.red - a.red) * share,
                           a.green + (b.green - a.green) * share,
                           a.blue + (b.blue - a.blue) * share};
}

/* VALUE between 0 and 1, whatever a command said. */
static double bounded(double value)
{
    return value > 0 ? value < 1 ? value : 1 : 0;
}

static struct colour fill_of(double heat)
{
    if (heat < 0)
        return mix(cold, less, sqrt(bounded(-heat)));
    heat = bounded(heat);
    return heat < 0.3 ? mix(cold, warm, heat / 0.3)
                      : mix(warm, hot, (heat - 0.3) / 0.7);
}

static const char *colour_name(struct hs_arena *arena, struct colour colour)
{
    return hs_arena_printf(arena, "#%02x%02x%02x",
                           (unsigned)(colour.red * 255 + 0.5),
                           (unsigned)(colour.green * 255 + 0.5),
                           (unsigned)(colour.blue * 255 + 0.5));
}

/* cgraph's functions take char *, though they copy. */
static void set(const struct hs_picture *picture, void *object,
                const char *name, const char *value)
{
    struct hs_arena *arena = picture->arena;

    agsafeset(object, hs_arena_copy(arena, name, strlen(name)),
              hs_arena_copy(arena, value, strlen(value)),
              hs_arena_copy(arena, "", 0));
}

static void declare(const struct hs_picture *picture, int kind,
                    const char *name, const char *value)
{
    struct hs_arena *arena = picture->arena;

    agattr(picture->drawn, kind, hs_arena_copy(arena, name, strlen(name)),
           hs_arena_copy(arena, value, strlen(value)));
}

static void push(struct hs_column *label, const char *text, size_t size)
{
    if (size)
        memcpy(hs_column_extend(label, size), text, size);
}

/* One line of a label, escaped. */
static void push_line(struct hs_column *label, struct hs_str line,
                      const char *ampersand)
{
    size_t next;

    if (label->count > 0)
        push(label, "\\n", 2);
    for (size_t at = 0; at < line.size; at = next) {
        int32_t code;

        next = at;
        code = hs_text_next(line, &next);
        if (code == '\\')
            push(label, "\\\\", 2);
        else if (code == '&')
            push(label, ampersand, strlen(ampersand));
        else if (code == 0xe000) /* HS_PICTURE_AMPERSAND */
            push(label, "?", 1);
        else
            push(label, line.text + at, next - at);
    }
}

static bool is_digit(struct hs_str text, size_t at)
{
    return at < text.size && text.text[at] >= '0' && text.text[at] <= '9';
}

/* Does the blank at AT group a number's digits, as in "2 996"? */
static bool is_grouping(struct hs_str text, size_t at)
{
    if (at == 0 || !is_digit(text, at - 1))
        return false;
    for (size_t i = 1; i <= 3; i++)
        if (!is_digit(text, at + i))
            return false;
    return !is_digit(text, at + 4);
}

static bool is_joint(struct hs_str text, size_t at)
{
    return strchr("./,) ;-", text.text[at]) != NULL && !is_grouping(text, at);
}

/* Where the line that starts at AT ends: before a receiver, "(*Client)", else
 * behind the last joint that fits. */
static size_t line_end(struct hs_str text, size_t at)
{
    size_t width = 0, joint = 0, receiver = 0, end = at;

    while (end < text.size) {
        size_t next = end;

        hs_text_next(text, &next);
        width += hs_text_width((struct hs_str){text.text + end, next - end});
        if (width > LINE_WIDTH)
            return receiver ? receiver : joint > at + 4 ? joint : end;
        if (is_joint(text, end))
            joint = next;
        if (text.text[end] == '.' && next < text.size && text.text[next] == '(')
            receiver = next;
        end = next;
    }
    return end;
}

/* Returns the columns of the widest line. */
static size_t push_wrapped(struct hs_column *label, struct hs_str text,
                           size_t lines, const char *ampersand)
{
    size_t at = 0, most = 0;

    while (at < text.size && lines-- > 0) {
        size_t end = line_end(text, at);
        struct hs_str line = {text.text + at, end - at};

        push_line(label, line, ampersand);
        if (hs_text_width(line) > most)
            most = hs_text_width(line);
        at = end;
    }
    if (at < text.size)
        push(label, ELLIPSIS, strlen(ELLIPSIS));
    return most;
}

/* A label and, in *WIDTH, its columns. */
static const char *label_of(const struct hs_picture *picture,
                            const struct hs_doc_node *node,
                            const char *ampersand, size_t *width)
{
    struct hs_arena *arena = picture->arena;
    struct hs_column label = HS_COLUMN(char, arena);
    const char *line = node->detail;
    struct hs_str name = hs_str_of(node->name ? node->name : "");

    name = hs_text_shorten(arena, hs_text_clean(arena, name), NAME_WIDTH,
                           ELLIPSIS);
    *width = push_wrapped(&label, name, NAME_LINES, ampersand);
    for (size_t n = 0; line && n < DETAIL_LINES; n++) {
        const char *end = strchrnul(line, '\n');
        struct hs_str text = {line, (size_t)(end - line)};

        size_t wide =
            push_wrapped(&label, hs_text_clean(arena, text), 2, ampersand);

        if (wide > *width)
            *width = wide;
        line = *end ? end + 1 : NULL;
    }
    push(&label, "", 1);
    return label.at;
}

/* A whole name on one line, as an attribute. */
static const char *escaped(const struct hs_picture *picture, const char *name,
                           const char *ampersand)
{
    struct hs_column text = HS_COLUMN(char, picture->arena);

    push_line(&text, hs_text_clean(picture->arena, hs_str_of(name)), ampersand);
    push(&text, "", 1);
    return text.at;
}

static void add_node(const struct hs_picture *picture, size_t n,
                     const struct hs_doc_node *node, const char *ampersand)
{
    struct hs_arena *arena = picture->arena;
    Agnode_t *drawn =
        agnode(picture->drawn, hs_arena_printf(arena, "n%zu", n), 1);
    struct colour fill = fill_of(node->heat);
    struct colour border = mix(fill, (struct colour){0, 0, 0}, 0.45);
    int points = 9 + (int)(bounded(node->size) * 13);
    size_t width;

    set(picture, drawn, "label", label_of(picture, node, ampersand, &width));
    if (picture->tooltips && node->name)
        set(picture, drawn, "tooltip", escaped(picture, node->name, ampersand));
    set(picture, drawn, "fontsize", hs_arena_printf(arena, "%d", points));
    set(picture, drawn, "width",
        hs_arena_printf(arena, "%.2f",
                        (double)width * points * LETTER / 72 + 0.15));
    set(picture, drawn, "fillcolor", colour_name(arena, fill));
    set(picture, drawn, "color", colour_name(arena, border));
    if (node->box) {
        set(picture, drawn, "style", "filled");
        set(picture, drawn, "penwidth", "1.6");
    }
    if (node->marked) {
        set(picture, drawn, "peripheries", "2");
        set(picture, drawn, "color", "#7a1f12");
    }
}

/* How edges meet at a node. */
struct degree {
    uint32_t in, out, leaves;
};

static struct degree *count_degrees(const struct hs_picture *picture)
{
    const struct hs_doc_edge *edges = picture->graph->edges.at;
    size_t count = picture->graph->nodes.count;
    struct degree *degrees =
        hs_arena_zeroed(picture->arena, count + 1, sizeof(*degrees));

    for (size_t i = 0; i < picture->graph->edges.count; i++) {
        if (edges[i].from >= count || edges[i].to >= count)
            continue;
        degrees[edges[i].from].out++;
        degrees[edges[i].to].in++;
    }
    return degrees;
}

/* How many ranks EDGE goes down. */
static unsigned edge_length(const struct hs_picture *picture,
                            const struct hs_doc_edge *edge,
                            struct degree *degrees)
{
    const struct degree *to = &degrees[edge->to];

    if (!picture->graph->rank_down || picture->graph->nodes.count <= MANY ||
        to->in != 1 || to->out != 0)
        return 1;
    return 1 + degrees[edge->from].leaves++ % STAGES;
}

static void add_edge(const struct hs_picture *picture, size_t n,
                     const struct hs_doc_edge *edge, struct degree *degrees,
                     const char *ampersand)
{
    struct hs_arena *arena = picture->arena;
    struct hs_column label = HS_COLUMN(char, arena);
    double weight = bounded(edge->weight);
    Agnode_t *from =
        agnode(picture->drawn, hs_arena_printf(arena, "n%u", edge->from), 0);
    Agnode_t *to =
        agnode(picture->drawn, hs_arena_printf(arena, "n%u", edge->to), 0);
    Agedge_t *drawn;

    if (!from || !to) /* a command's mistake, not a reason to draw nothing */
        return;
    drawn =
        agedge(picture->drawn, from, to, hs_arena_printf(arena, "e%zu", n), 1);
    if (edge->label) {
        struct hs_str text = hs_str_of(edge->label);

        push_wrapped(&label,
                     hs_text_shorten(arena, hs_text_clean(arena, text),
                                     LINE_WIDTH, ELLIPSIS),
                     2, ampersand);
        push(&label, "", 1);
        /* Spaces keep the letters off the line, see LETTER. */
        set(picture, drawn, "label",
            hs_arena_printf(arena, "   %s  ", (const char *)label.at));
    }
    set(picture, drawn, "minlen",
        hs_arena_printf(arena, "%u", edge_length(picture, edge, degrees)));
    set(picture, drawn, "penwidth",
        hs_arena_printf(arena, "%.1f",
                        0.8 + 3.2 * weight + (edge->bold ? 1.2 : 0)));
    set(picture, drawn, "weight",
        hs_arena_printf(arena, "%d",
                        1 + (int)(20 * weight) + (edge->bold ? 30 : 0)));
    if (edge->bold) {
        set(picture, drawn, "color", "#b3321f");
        set(picture, drawn, "fontcolor", "#7a1f12");
    } else {
        set(picture, drawn, "color",
            colour_name(arena, mix((struct colour){0.66, 0.66, 0.66},
                                   (struct colour){0.30, 0.30, 0.30}, weight)));
    }
    if (edge->dashed)
        set(picture, drawn, "style", "dashed");
}

static void declare_all(const struct hs_picture *picture)
{
    static const struct {
        int kind;
        const char *name, *value;
    } attributes[] = {
        {AGRAPH, "bgcolor", "white"},
        {AGRAPH, "charset", "UTF-8"},
        {AGRAPH, "fontname", "Helvetica"},
        {AGRAPH, "fontsize", "14"},
        {AGRAPH, "labeljust", "l"},
        {AGRAPH, "labelloc", "t"},
        {AGRAPH, "nodesep", "0.22"},
        {AGRAPH, "ranksep", "0.45"},
        {AGRAPH, "pad", "0.2"},
        {AGNODE, "fontname", "Helvetica"},
        {AGNODE, "fontcolor", "#1a1a1a"},
        {AGNODE, "shape", "box"},
        {AGNODE, "style", "filled,rounded"},
        {AGNODE, "height", "0.3"},
        {AGNODE, "width", "0.5"},
        {AGNODE, "margin", "0.12,0.06"},
        {AGEDGE, "fontname", "Helvetica"},
        {AGEDGE, "fontsize", "9"},
        {AGEDGE, "fontcolor", "#555555"},
        {AGEDGE, "arrowsize", "0.6"},
    };

    for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
        declare(picture, attributes[i].kind, attributes[i].name,
                attributes[i].value);
}

static const struct hs_block *find_graph(const struct hs_block *top)
{
    const struct hs_block *block = top;

    while (block && block->kind != HS_BLOCK_GRAPH) {
        if (block->first) {
            block = block->first;
            continue;
        }
        while (block && !block->next)
            block = block->parent;
        block = block ? block->next : NULL;
    }
    return block;
}

struct hs_str hs_picture_title(const struct hs_picture *picture)
{
    const char *title = picture->graph->title;

    return hs_text_clean(picture->arena,
                         hs_str_of(title && *title ? title : "heapscope"));
}

bool hs_picture_open(struct hs_picture *picture, const struct hs_document *doc,
                     struct hs_arena *arena, const char *ampersand,
                     Agiodisc_t *io, struct hs_err *err)
{
    const struct hs_block *graph = find_graph(doc->top);
    Agdisc_t services = {NULL, NULL, io};
    struct hs_column title = HS_COLUMN(char, arena);
    const struct hs_doc_node *nodes;
    const struct hs_doc_edge *edges;
    struct degree *degrees;

    if (!graph)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "this report has no graph; charts are drawn by -f svg");
    *picture = (struct hs_picture){
        .graph = graph, .arena = arena, .tooltips = io != NULL};
    picture->drawn = agopen(hs_arena_printf(arena, "heapscope"), Agdirected,
                            io ? &services : NULL);
    declare_all(picture);
    if (graph->title && *graph->title) {
        push_line(&title, hs_picture_title(picture), ampersand);
        push(&title, "\\l", 3);
        set(picture, picture->drawn, "label", title.at);
    }
    set(picture, picture->drawn, "rankdir", graph->rank_down ? "TB" : "LR");
    nodes = graph->nodes.at;
    for (size_t i = 0; i < graph->nodes.count; i++)
        add_node(picture, i, &nodes[i], ampersand);
    edges = graph->edges.at;
    degrees = count_degrees(picture);
    for (size_t i = 0; i < graph->edges.count; i++)
        add_edge(picture, i, &edges[i], degrees, ampersand);
    return true;
}

void hs_picture_close(struct hs_picture *picture)
{
    if (picture->drawn)
        agclose(picture->drawn);
    picture->drawn = NULL;
}
