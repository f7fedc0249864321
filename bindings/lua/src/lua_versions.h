/* One source for Lua 5.1, LuaJIT, 5.2, 5.3 and 5.4: what differs between them, under names of our own.
 *
 * Names of our own, because LuaJIT declares some of the later functions itself. The rest of the binding
 * uses only what all five have, and these.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef XMPPTLS_LUA_VERSIONS_H
#define XMPPTLS_LUA_VERSIONS_H

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM < 501
#error "Lua 5.1 or later is needed"
#endif

/* The length of a string, table or userdata, without metamethods. */
#if LUA_VERSION_NUM == 501
#define xl_rawlen(L, index) lua_objlen(L, index)
#else
#define xl_rawlen(L, index) lua_rawlen(L, index)
#endif

/* The position of a stack entry, counted from the bottom, so that pushing does not move it. */
static inline int xl_absolute(lua_State *L, int index)
{
    return (index > 0 || index <= LUA_REGISTRYINDEX) ? index : lua_gettop(L) + index + 1;
}

/* Reads table[key] where the key is the address of something static in C. */
static inline void xl_rawget_address(lua_State *L, int index, const void *key)
{
    index = xl_absolute(L, index);
    lua_pushlightuserdata(L, (void *)key);
    lua_rawget(L, index);
}

/* Sets table[key] to the value on top, which is popped. */
static inline void xl_rawset_address(lua_State *L, int index, const void *key)
{
    index = xl_absolute(L, index);
    lua_pushlightuserdata(L, (void *)key);
    lua_insert(L, -2);
    lua_rawset(L, index);
}

/* Reads table[name] without metamethods, for tables that callers hand over. */
static inline void xl_rawget_name(lua_State *L, int index, const char *name)
{
    index = xl_absolute(L, index);
    lua_pushstring(L, name);
    lua_rawget(L, index);
}

/* Adds functions to the table on top; each gets `kind` as its only upvalue when it is not NULL. */
static inline void xl_set_functions(lua_State *L, const luaL_Reg *functions, const void *kind)
{
    for (; functions->name != NULL; functions++) {
        if (kind != NULL) {
            lua_pushlightuserdata(L, (void *)kind);
        }
        lua_pushcclosure(L, functions->func, kind != NULL ? 1 : 0);
        lua_setfield(L, -2, functions->name);
    }
}

/* Makes a userdata that can carry one table beside its bytes. */
static inline void *xl_newuserdata(lua_State *L, size_t size)
{
#if LUA_VERSION_NUM >= 504
    return lua_newuserdatauv(L, size, 1);
#else
    return lua_newuserdata(L, size);
#endif
}

/* Pops a table and lets the userdata at `index` carry it. */
static inline void xl_set_carried(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 504
    (void)lua_setiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_setuservalue(L, index);
#else
    lua_setfenv(L, index);
#endif
}

/* Pushes the table that the userdata at `index` carries. In 5.1 every userdata carries one from birth, the
 * globals of its maker, so the caller must know whether one was set. */
static inline void xl_push_carried(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 504
    (void)lua_getiuservalue(L, index, 1);
#elif LUA_VERSION_NUM >= 502
    lua_getuservalue(L, index);
#else
    lua_getfenv(L, index);
#endif
}

#endif
