/* Sockets: a connection on the descriptor of a LuaSocket object (or a bare number), with LuaSocket's manners.
 *
 * The object is given its methods' usual words: send, receive, settimeout, getfd, dirty, close. Without a
 * time limit of 0 a call waits with poll(); with 0 it answers "wantread" or "wantwrite" at once.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "descriptor.h"
#include <errno.h>
#include <poll.h>
#include <string.h>

enum { CHUNK = 16384 };

static void release(void *object)
{
    xl_close(object);
}

static struct xl_socket *check(lua_State *L)
{
    return xl_check(L, 1, &xl_socket_kind);
}

/* ---- waiting ---- */

/* Waits for what `step` wants, if the socket may wait; answers XL_DONE when it is worth another try. */
static enum xl_step wait_for(struct xl_socket *socket, enum xl_step step, uint64_t began_ms)
{
    if ((step != XL_WANT_READ && step != XL_WANT_WRITE) || socket->timeout_ms == 0) {
        return step;
    }
    struct pollfd watched = { .fd = socket->fd, .events = step == XL_WANT_READ ? POLLIN : POLLOUT };
    for (;;) {
        int left = -1;
        if (socket->timeout_ms > 0) {
            uint64_t gone = xl_now().monotonic_ms - began_ms;
            left = gone < (uint64_t)socket->timeout_ms ? (int)((uint64_t)socket->timeout_ms - gone) : 0;
        }
        int count = poll(&watched, 1, left);
        if (count > 0) {
            socket->drained = false;
            return XL_DONE;
        }
        if (count == 0) {
            return XL_TIMEOUT;
        }
        if (errno != EINTR) {
            socket->system_error = errno;
            return XL_SYSTEM;
        }
    }
}

static void push_reason(lua_State *L, const struct xl_socket *socket, enum xl_step step)
{
    switch (step) {
    case XL_WANT_READ:
        lua_pushliteral(L, "wantread");
        break;
    case XL_WANT_WRITE:
        lua_pushliteral(L, "wantwrite");
        break;
    case XL_CLIENT_HELLO:
        lua_pushliteral(L, "client hello");
        break;
    case XL_WANT_VERDICT:
        lua_pushliteral(L, "wantverdict");
        break;
    case XL_TRUNCATED:
        lua_pushliteral(L, "unexpected eof while reading");
        break;
    case XL_TIMEOUT:
        lua_pushliteral(L, "timeout");
        break;
    case XL_SYSTEM:
        lua_pushstring(L, strerror(socket->system_error));
        break;
    case XL_FAILED:
        xl_push_str(L, xmpp_tls_connection_cause_message(socket->object.handle));
        break;
    default:
        lua_pushliteral(L, "closed");
    }
}

/* ---- life ---- */

/* Takes the descriptor out of a LuaSocket object, which forgets it; or takes a number. */
static int take_descriptor(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TNUMBER) {
        return (int)lua_tointeger(L, 1);
    }
    lua_getfield(L, 1, "getfd");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    int fd = lua_isnumber(L, -1) ? (int)lua_tointeger(L, -1) : -1;
    lua_pop(L, 1);
    if (fd >= 0) {
        lua_getfield(L, 1, "setfd");
        lua_pushvalue(L, 1);
        lua_pushinteger(L, -1);
        lua_call(L, 2, 0);
    }
    return fd;
}

/* wrap(socket or descriptor, connection) -> socket. Both arguments give away what they held. */
static int wrap(lua_State *L)
{
    luaL_checkany(L, 1);
    (void)xl_check_handle(L, 2, &xl_connection_kind);
    lua_settop(L, 2);
    struct xl_socket *socket = xl_new(L, &xl_socket_kind, sizeof *socket);
    socket->fd = -1;
    socket->timeout_ms = -1;
    int fd = take_descriptor(L); /* may raise: the connection is still the caller's */
    if (fd < 0) {
        return luaL_argerror(L, 1, "the socket is closed");
    }
    struct xl_object *connection = xl_check(L, 2, &xl_connection_kind);
    socket->fd = fd;
    socket->object.handle = connection->handle;
    connection->handle = NULL;
    return 1;
}

static int close_socket(lua_State *L)
{
    xl_close(check(L));
    lua_pushinteger(L, 1);
    return 1;
}

static int settimeout(lua_State *L)
{
    struct xl_socket *socket = check(L);
    lua_Number seconds = luaL_optnumber(L, 2, -1);
    if (seconds < 0) {
        socket->timeout_ms = -1;
    } else if (seconds > 2000000) {
        socket->timeout_ms = 2000000000;
    } else {
        socket->timeout_ms = (int)(seconds * 1000);
    }
    lua_pushinteger(L, 1);
    return 1;
}

static int getfd(lua_State *L)
{
    lua_pushinteger(L, check(L)->fd);
    return 1;
}

static int dirty(lua_State *L)
{
    lua_pushboolean(L, xl_is_dirty(check(L)));
    return 1;
}

/* handshake() -> true; or false, "wantread" | "wantwrite" | "client hello" | why it failed */
static int handshake(lua_State *L)
{
    struct xl_socket *socket = check(L);
    uint64_t began = socket->timeout_ms > 0 ? xl_now().monotonic_ms : 0;
    enum xl_step step = XL_DONE;
    do {
        step = xl_handshake(socket);
        if (step == XL_DONE) {
            lua_pushboolean(L, 1);
            return 1;
        }
        step = wait_for(socket, step, began);
    } while (step == XL_DONE);
    lua_pushboolean(L, 0);
    push_reason(L, socket, step);
    return 2;
}

/* shut() -> 1: says goodbye and lets no data pass any more; the descriptor stays, for the loop that watches it */
static int shut(lua_State *L)
{
    struct xl_socket *socket = check(L);
    if (socket->object.handle != NULL && socket->fd >= 0) {
        xmpp_tls_time now = xl_now();
        (void)xmpp_tls_connection_close(socket->object.handle, &now);
        (void)xl_flush(socket);
    }
    socket->open = false;
    socket->over = true;
    lua_pushinteger(L, 1);
    return 1;
}

/* ---- data ---- */

/* A position of send(data, i, j): negative ones count from the end, as in string.sub. */
static size_t position(lua_Integer at, size_t len)
{
    if (at >= 0) {
        return (size_t)at;
    }
    return (size_t)-at > len ? 0 : len - (size_t)-at + 1;
}

/* send(data [, i [, j]]) -> last index sent; or nil, why, last index sent */
static int send_data(lua_State *L)
{
    struct xl_socket *socket = check(L);
    size_t len = 0, accepted = 0;
    const uint8_t *data = (const uint8_t *)luaL_checklstring(L, 2, &len);
    size_t first = position(luaL_optinteger(L, 3, 1), len);
    size_t last = position(luaL_optinteger(L, 4, -1), len);
    first = first < 1 ? 1 : first;
    last = last > len ? len : last;
    size_t total = first <= last ? last - first + 1 : 0;
    uint64_t began = socket->timeout_ms > 0 ? xl_now().monotonic_ms : 0;
    enum xl_step step = XL_DONE;
    do {
        size_t now_accepted = 0;
        step = xl_send(socket, data + first - 1 + accepted, total - accepted, &now_accepted);
        accepted += now_accepted;
        if (step == XL_DONE) {
            lua_pushinteger(L, (lua_Integer)(first - 1 + accepted));
            return 1;
        }
        step = wait_for(socket, step, began);
    } while (step == XL_DONE);
    lua_pushnil(L);
    push_reason(L, socket, step);
    lua_pushinteger(L, (lua_Integer)(first - 1 + accepted));
    return 3;
}

enum pattern { EXACTLY, ALL, LINE };

/* Whether the octets that came complete what was asked for; takes the end of a line away. */
static bool completes(enum pattern pattern, size_t wanted, size_t have, const uint8_t *chunk, size_t *got)
{
    if (pattern == LINE && *got == 1) {
        if (chunk[0] == '\n') {
            *got = 0;
            return true;
        }
        *got = chunk[0] == '\r' ? 0 : 1; /* as LuaSocket: carriage returns of a line are dropped */
        return false;
    }
    return pattern == EXACTLY && have == wanted;
}

static int end_of_receive(lua_State *L, const struct xl_socket *socket, enum pattern pattern, enum xl_step step)
{
    /* LuaSocket's "*a" of a waiting socket reads to the end and calls that success */
    bool to_the_end = pattern == ALL && step == XL_CLOSED && socket->timeout_ms != 0 && xl_rawlen(L, -1) > 0;
    if (step == XL_DONE || to_the_end) {
        return 1;
    }
    lua_pushnil(L);
    push_reason(L, socket, step);
    lua_pushvalue(L, -3);
    return 3;
}

static int receive_data(lua_State *L, struct xl_socket *socket, enum pattern pattern, size_t wanted)
{
    uint64_t began = socket->timeout_ms > 0 ? xl_now().monotonic_ms : 0;
    enum xl_step step = XL_DONE;
    size_t have = 0;
    bool complete = pattern == EXACTLY && wanted == 0;
    luaL_Buffer all;
    socket->drained = false;
    luaL_buffinit(L, &all);
    if (lua_isstring(L, 3)) { /* what came before */
        size_t len = 0;
        const char *prefix = lua_tolstring(L, 3, &len);
        luaL_addlstring(&all, prefix, len);
        have = len;
        complete = pattern == EXACTLY && have >= wanted;
    }
    while (!complete && step == XL_DONE) {
        uint8_t chunk[CHUNK];
        size_t got = 0, capacity = pattern == LINE ? 1 : sizeof chunk;
        if (pattern == EXACTLY && wanted - have < capacity) {
            capacity = wanted - have;
        }
        step = xl_receive(socket, chunk, capacity, &got);
        if (step == XL_DONE) {
            have += got;
            complete = completes(pattern, wanted, have, chunk, &got);
            luaL_addlstring(&all, (const char *)chunk, got);
        } else {
            step = wait_for(socket, step, began);
        }
    }
    luaL_pushresult(&all);
    return end_of_receive(L, socket, pattern, step);
}

/* receive([n | "*a" | "*l" [, prefix]]) -> data; or nil, why, partial */
static int receive(lua_State *L)
{
    struct xl_socket *socket = check(L);
    if (lua_type(L, 2) == LUA_TNUMBER) {
        lua_Number wanted = lua_tonumber(L, 2);
        luaL_argcheck(L, wanted >= 0 && wanted <= 1e15, 2, "invalid count");
        return receive_data(L, socket, EXACTLY, (size_t)wanted);
    }
    const char *pattern = luaL_optstring(L, 2, "*l");
    pattern += pattern[0] == '*';
    luaL_argcheck(L, pattern[0] == 'a' || pattern[0] == 'l', 2, "invalid receive pattern");
    return receive_data(L, socket, pattern[0] == 'a' ? ALL : LINE, 0);
}

static const luaL_Reg methods[] = {
    { "handshake", handshake },
    { "send", send_data },
    { "receive", receive },
    { "settimeout", settimeout },
    { "getfd", getfd },
    { "dirty", dirty },
    { "shut", shut },
    { "close", close_socket },
    { "getpeername", xl_getpeername },
    { "getsockname", xl_getsockname },
    { "setoption", xl_setoption },
    { NULL, NULL },
};

const struct xl_kind xl_socket_kind = { "xmpptls.socket", release, methods };

const luaL_Reg xl_socket_functions[] = {
    { "wrap", wrap },
    { NULL, NULL },
};
