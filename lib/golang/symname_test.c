/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symname_test.c - names as the linkers of Go 1.19 to 1.27 have written them.
 */
#include "golang/symname.h"

#include "base/test.h"

static void check_variable(const char *symbol, const char *name,
                           const char *package, bool temporary)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct symname found;

    CHECK(hs_symname_variable(hs_str_of(symbol), &arena, &found));
    CHECK(hs_str_equal(found.name, hs_str_of(name)));
    CHECK(hs_str_equal(found.package, hs_str_of(package)));
    CHECK(found.temporary == temporary);
    hs_arena_free(&arena);
}

TEST(symname_splits_the_names_of_variables)
{
    check_variable("main.cache", "main.cache", "main", false);
    check_variable("example.com/a.b/app.cache", "example.com/a.b/app.cache",
                   "example.com/a.b/app", false);
    check_variable("gopkg.in/yaml%2ev3.cache", "gopkg.in/yaml.v3.cache",
                   "gopkg.in/yaml.v3", false);
    check_variable("go.uber.org/zap.pool", "go.uber.org/zap.pool",
                   "go.uber.org/zap", false);
    check_variable("main..stmp_5", "main..stmp_5", "main", true);
    check_variable("a/b%2ec..stmp_5", "a/b.c..stmp_5", "a/b.c", true);
    check_variable("fmt..typeAssert.2", "fmt..typeAssert.2", "fmt", false);
    check_variable("main.pool[example.com/x.T].free",
                   "main.pool[example.com/x.T].free", "main", false);
    check_variable("main.100%25", "main.100%", "main", false);
    check_variable("main.100%", "main.100%", "main", false);
    check_variable("main.%zz", "main.%zz", "main", false);
}

TEST(symname_knows_what_is_of_c)
{
    check_variable("_cgo_init", "_cgo_init", "", false);
    check_variable("stderr@@GLIBC_2.2.5", "stderr", "", false);
    check_variable("completed.0", "completed.0", "", false);
}

TEST(symname_refuses_what_is_no_variable)
{
    static const char *const others[] = {
        "",
        "type:main.T",
        "type:.eqfunc24",
        "go:itab.*os.File,io.Reader",
        "go:main.inittasks",
        "main..inittask",
        "go.itab.*os.File,io.Reader",
        "runtime.gcbits.01",
        "@x",
    };
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct symname found;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        CHECK(!hs_symname_variable(hs_str_of(others[i]), &arena, &found));
    hs_arena_free(&arena);
}

static void check_type(const char *symbol, const char *name)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    CHECK(hs_str_equal(hs_symname_type(hs_str_of(symbol), &arena),
                       hs_str_of(name)));
    hs_arena_free(&arena);
}

TEST(symname_writes_types_as_go_does)
{
    check_type("*main.list", "*main.list");
    check_type("map[string]*gopkg.in/yaml%2ev3.Node",
               "map[string]*gopkg.in/yaml.v3.Node");
    check_type("struct { main.x *main.list; main.y string }",
               "struct { x *main.list; y string }");
    check_type("struct { a.b/c%2ed.x [2]struct { main.y int } }",
               "struct { x [2]struct { y int } }");
    check_type("struct { sync.Mutex; main.n int }",
               "struct { sync.Mutex; n int }");
    check_type("struct { main.n int; sync.Mutex }",
               "struct { n int; sync.Mutex }");
    check_type("struct { *a/b.T; X int }", "struct { *a/b.T; X int }");
    check_type("struct { a.T \"json:\\\"{ a.b c\\\"\" }",
               "struct { a.T \"json:\\\"{ a.b c\\\"\" }");
    check_type("interface { Len() int; main.less(int) bool }",
               "interface { Len() int; less(int) bool }");
    check_type("struct { p.Pair[a.b/c.T,int]; X int }",
               "struct { p.Pair[a.b/c.T,int]; X int }");
    check_type("noalg.map.group[int]string", "map.group[int]string");
    check_type("struct {}", "struct {}");
    check_type("struct { ", "struct { ");
}
