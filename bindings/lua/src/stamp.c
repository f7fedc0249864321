/* The state of a file or directory as a text: while it is the same, what was parsed from it is still good.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "xmpptls_lua.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* stamp(path) -> text; or nil, why */
int xl_stamp(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct stat state;
    char text[128];
    if (stat(path, &state) != 0) {
        lua_pushnil(L);
        lua_pushstring(L, strerror(errno));
        return 2;
    }
    int len = snprintf(text, sizeof text, "%lld.%09ld %llu %lld", (long long)state.st_mtim.tv_sec,
        (long)state.st_mtim.tv_nsec, (unsigned long long)state.st_ino, (long long)state.st_size);
    lua_pushlstring(L, text, len > 0 ? (size_t)len : 0);
    return 1;
}
