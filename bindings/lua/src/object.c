/* Objects: userdata that own one handle each, freed by the collector in any order.
 *
 * A kind is recognised by a mark in the metatable, not by the metatable itself, so that the drop-in can give
 * the same objects other method names ("faces") without a second copy of the C code.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "xmpptls_lua.h"
#include <string.h>

void xl_release(lua_State *L, int index, const struct xl_kind *kind)
{
    struct xl_object *object = xl_test(L, index, kind);
    if (object != NULL && object->handle != NULL) {
        kind->release(object);
        object->handle = NULL;
    }
}

static int collect(lua_State *L)
{
    xl_release(L, 1, lua_touserdata(L, lua_upvalueindex(1)));
    return 0;
}

static int describe(lua_State *L)
{
    const struct xl_kind *kind = lua_touserdata(L, lua_upvalueindex(1));
    lua_pushfstring(L, "%s: %p", kind->name, lua_topointer(L, 1));
    return 1;
}

static const luaL_Reg life[] = {
    { "__gc", collect },
    { "__close", collect },
    { "__tostring", describe },
    { NULL, NULL },
};

/* Makes a metatable for `kind` out of the methods table on top, which it replaces. */
static void push_metatable(lua_State *L, const struct xl_kind *kind)
{
    lua_createtable(L, 0, 8);
    lua_pushboolean(L, 1);
    xl_rawset_address(L, -2, kind);
    xl_set_functions(L, life, kind);
    lua_pushstring(L, kind->name);
    lua_setfield(L, -2, "__name");
    /* what getmetatable() shows: the methods, which wrappers of sockets look for, but not __gc */
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_setfield(L, -2, "__metatable");
    lua_insert(L, -2);
    lua_setfield(L, -2, "__index");
}

void xl_register(lua_State *L, const struct xl_kind *kind)
{
    lua_newtable(L);
    if (kind->methods != NULL) {
        xl_set_functions(L, kind->methods, NULL);
    }
    if (kind == &xl_connection_kind || kind == &xl_socket_kind) {
        xl_set_functions(L, xl_connection_facts, NULL);
        xl_set_functions(L, xl_connection_judgement, NULL);
    }
    push_metatable(L, kind);
    xl_rawset_address(L, LUA_REGISTRYINDEX, kind);
}

void *xl_new(lua_State *L, const struct xl_kind *kind, size_t size)
{
    if (size < sizeof(struct xl_object)) {
        size = sizeof(struct xl_object);
    }
    void *object = xl_newuserdata(L, size);
    memset(object, 0, size);
    xl_rawget_address(L, LUA_REGISTRYINDEX, kind);
    lua_setmetatable(L, -2);
    return object;
}

void *xl_test(lua_State *L, int index, const struct xl_kind *kind)
{
    void *object = lua_touserdata(L, index);
    if (object == NULL || !lua_getmetatable(L, index)) {
        return NULL;
    }
    xl_rawget_address(L, -1, kind);
    bool marked = lua_toboolean(L, -1);
    lua_pop(L, 2);
    return marked ? object : NULL;
}

void *xl_check(lua_State *L, int index, const struct xl_kind *kind)
{
    void *object = xl_test(L, index, kind);
    if (object == NULL) {
        const char *text = lua_pushfstring(L, "%s expected, got %s", kind->name, luaL_typename(L, index));
        luaL_argerror(L, index, text);
    }
    return object;
}

void *xl_check_handle(lua_State *L, int index, const struct xl_kind *kind)
{
    struct xl_object *object = xl_check(L, index, kind);
    if (object->handle == NULL) {
        const char *text = lua_pushfstring(L, "this %s was given away or closed", kind->name);
        luaL_argerror(L, index, text);
    }
    return object->handle;
}

static const struct xl_kind *kind_by_name(lua_State *L, int index)
{
    static const struct xl_kind *const kinds[] = { &xl_certificate_kind, &xl_context_kind, &xl_socket_kind };
    const char *name = luaL_checkstring(L, index);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    luaL_argerror(L, index, "no such kind");
    return NULL;
}

/* face(kind, methods) -> metatable: another set of method names for objects of a kind. */
int xl_face(lua_State *L)
{
    const struct xl_kind *kind = kind_by_name(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    push_metatable(L, kind);
    return 1;
}

/* wear(object, kind, face) -> object: gives an object of that kind another face; nil stays nil. */
int xl_wear(lua_State *L)
{
    if (lua_isnil(L, 1)) {
        return 0;
    }
    const struct xl_kind *kind = kind_by_name(L, 2);
    xl_check(L, 1, kind);
    luaL_checktype(L, 3, LUA_TTABLE);
    xl_rawget_address(L, 3, kind);
    luaL_argcheck(L, lua_toboolean(L, -1), 3, "not a face of this kind");
    lua_pushvalue(L, 3);
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

/* carried(object) -> table: the table that travels with a context or socket; made when first asked for. */
int xl_carried(lua_State *L)
{
    struct xl_object *object = xl_test(L, 1, &xl_socket_kind);
    if (object == NULL) {
        object = xl_check(L, 1, &xl_context_kind);
    }
    if (object->carries) {
        xl_push_carried(L, 1);
        return 1;
    }
    lua_newtable(L);
    lua_pushvalue(L, -1);
    xl_set_carried(L, 1);
    object->carries = true;
    return 1;
}
