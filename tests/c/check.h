/* Checks for test programs: each test is a function whose name is a sentence. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

#include "xmpptls.h"

/* A literal as text and length. */
#define T(literal) (literal), (sizeof(literal) - 1)
#define NOTHING NULL, 0

static int check_failures, check_tests_failed, check_tests_passed;

static inline void check_that(int holds, const char *what, const char *file, int line) {
    if (!holds) {
        printf("%s:%d: %s\n", file, line, what);
        check_failures++;
    }
}

static inline void check_result(xmpp_tls_result got, xmpp_tls_result wanted, const char *what, const char *file, int line) {
    if (got != wanted) {
        xmpp_tls_str a = xmpp_tls_result_name(got), b = xmpp_tls_result_name(wanted);
        printf("%s:%d: %s: %.*s, not %.*s\n", file, line, what, (int)a.len, a.data, (int)b.len, b.data);
        check_failures++;
    }
}

static inline int is_text(xmpp_tls_str text, const char *wanted) {
    return text.data != NULL && text.len == strlen(wanted) && memcmp(text.data, wanted, text.len) == 0;
}

static inline int has_text(xmpp_tls_str text, const char *part) {
    size_t length = strlen(part);
    for (size_t at = 0; at + length <= text.len; at++)
        if (memcmp(text.data + at, part, length) == 0)
            return 1;
    return 0;
}

static inline void check_text(xmpp_tls_str text, const char *wanted, const char *what, const char *file, int line) {
    if (!is_text(text, wanted)) {
        printf("%s:%d: %s: \"%.*s\", not \"%s\"\n", file, line, what, (int)text.len, text.data, wanted);
        check_failures++;
    }
}

static inline void check_run(const char *name, void (*test)(void)) {
    int before = check_failures;
    test();
    if (check_failures == before) {
        check_tests_passed++;
    } else {
        printf("FAIL  %s\n", name);
        check_tests_failed++;
    }
}

static inline int check_end(void) {
    printf("%d passed, %d failed\n", check_tests_passed, check_tests_failed);
    return check_tests_failed != 0;
}

#define CHECK(condition) check_that((condition) != 0, #condition, __FILE__, __LINE__)
#define IS(call, wanted) check_result((call), (wanted), #call, __FILE__, __LINE__)
#define OK(call) IS(call, XMPP_TLS_OK)
#define TEXT(call, wanted) check_text((call), (wanted), #call, __FILE__, __LINE__)
#define RUN(test) check_run(#test, test)

#endif
