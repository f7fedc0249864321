/* Names and options of a socket's descriptor, in LuaSocket's words.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _DEFAULT_SOURCE
#define _POSIX_C_SOURCE 200809L
#include "descriptor.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*name_reader)(int, struct sockaddr *, socklen_t *);

static int failure(lua_State *L, const char *why)
{
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

/* -> address, port, "inet" | "inet6" */
static int push_name(lua_State *L, name_reader read)
{
    struct xl_socket *owner = xl_check(L, 1, &xl_socket_kind);
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (owner->fd < 0) {
        return failure(L, "closed");
    }
    if (read(owner->fd, (struct sockaddr *)&address, &len) != 0) {
        return failure(L, strerror(errno));
    }
    int error = getnameinfo((struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
        NI_NUMERICHOST | NI_NUMERICSERV);
    if (error != 0) {
        return failure(L, gai_strerror(error));
    }
    lua_pushstring(L, host);
    lua_pushinteger(L, atoi(port));
    lua_pushstring(L, address.ss_family == AF_INET6 ? "inet6" : "inet");
    return 3;
}

int xl_getpeername(lua_State *L)
{
    return push_name(L, getpeername);
}

int xl_getsockname(lua_State *L)
{
    return push_name(L, getsockname);
}

/* setoption("keepalive" | "tcp-nodelay", boolean) -> 1 */
int xl_setoption(lua_State *L)
{
    struct xl_socket *owner = xl_check(L, 1, &xl_socket_kind);
    const char *option = luaL_checkstring(L, 2);
    int on = lua_toboolean(L, 3);
    int result = -1;
    if (owner->fd < 0) {
        return failure(L, "closed");
    }
    if (strcmp(option, "keepalive") == 0) {
        result = setsockopt(owner->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    } else if (strcmp(option, "tcp-nodelay") == 0) {
        result = setsockopt(owner->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    } else {
        return failure(L, "unsupported option");
    }
    if (result != 0) {
        return failure(L, strerror(errno));
    }
    lua_pushinteger(L, 1);
    return 1;
}
