/* A connection on a descriptor: the part that knows system calls and not Lua. Nothing here blocks.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef XMPPTLS_LUA_DESCRIPTOR_H
#define XMPPTLS_LUA_DESCRIPTOR_H

#include "xmpptls_lua.h"

/* How a step ended. */
enum xl_step {
    XL_DONE,
    XL_WANT_READ,
    XL_WANT_WRITE,
    XL_CLIENT_HELLO, /* the host shall choose, then go on */
    XL_WANT_VERDICT, /* the library keeps the gate until the host concludes */
    XL_CLOSED,       /* properly by the peer, or by us */
    XL_TRUNCATED,    /* the transport ended without close_notify */
    XL_FAILED,       /* the connection's cause says why */
    XL_SYSTEM,       /* a system call failed; errno was kept */
    XL_TIMEOUT,
};

/* Octets between the kernel and the library; allocated only while there are some. */
struct xl_octets {
    uint8_t *memory;
    size_t start, len;
};

struct xl_socket {
    struct xl_object object; /* its handle is the connection */
    int fd;                  /* -1: closed */
    int timeout_ms;          /* 0: never wait, below 0: wait for ever */
    int system_error;
    struct xl_octets rest;   /* came from the kernel, not yet taken by the library */
    struct xl_octets held;   /* made by the library, not yet taken by the kernel */
    uint16_t record_left;    /* of the record that the handshake is reading */
    uint8_t header_len;
    uint8_t header[5];
    bool open;               /* the handshake is done: data may pass */
    bool filled;             /* the last plaintext filled its buffer: there may be more inside */
    bool drained;            /* the last read emptied the kernel's buffer */
    bool over;               /* nothing more will be read: end of stream, failure, or closed */
};

enum xl_step xl_flush(struct xl_socket *socket);
enum xl_step xl_handshake(struct xl_socket *socket);
enum xl_step xl_send(struct xl_socket *socket, const uint8_t *data, size_t len, size_t *accepted_out);
enum xl_step xl_receive(struct xl_socket *socket, uint8_t *out, size_t capacity, size_t *got_out);

/* Whether plaintext can be had without the kernel. */
bool xl_is_dirty(const struct xl_socket *socket);

/* Says goodbye if the kernel takes it at once, closes the descriptor and frees everything. Harmless twice. */
void xl_close(struct xl_socket *socket);

/* Methods about the descriptor itself, as LuaSocket has them. */
int xl_getpeername(lua_State *L);
int xl_getsockname(lua_State *L);
int xl_setoption(lua_State *L);

#endif
