%% Dialback keys (XEP-0220, XEP-0185), over the strings as they stand on the wire.
%%
%% What an answer is worth is a verdict's to say: {@link xmpptls_verification:ask_dialback/2}.
-module(xmpptls_dialback).

-export([random_secret/0, secret/1, key/2, matches/3]).
-export_type([secret/0, stream/0]).

-opaque secret() :: reference().
%% `receiving': the domain that the stream goes to; `originating': the one that opened it; `stream_id': that of the
%% receiving server's response header, the one over TLS.
-type stream() :: #{receiving := binary(), originating := binary(), stream_id := binary()}.

%% @doc A new secret for a configuration file: 64 hexadecimal digits.
-spec random_secret() -> {ok, binary()} | {error, xmpptls:reason()}.
random_secret() ->
    xmpptls_nif:dialback_random_secret().

%% @doc Takes a secret of at least 12 bytes. It is wiped with its last term.
-spec secret(iodata()) -> {ok, secret()} | {error, xmpptls:reason()}.
secret(Bytes) ->
    xmpptls_nif:dialback_secret_new(Bytes).

%% @doc The key for a stream.
-spec key(secret(), stream()) -> {ok, binary()} | {error, xmpptls:reason()}.
key(Secret, #{receiving := Receiving, originating := Originating, stream_id := StreamId}) ->
    xmpptls_nif:dialback_key(Secret, Receiving, Originating, StreamId).

%% @doc Whether a key is the one for this stream; it takes the same time wherever a difference lies.
-spec matches(secret(), stream(), iodata()) -> boolean().
matches(Secret, #{receiving := Receiving, originating := Originating, stream_id := StreamId}, Key) ->
    xmpptls_nif:dialback_matches(Secret, Receiving, Originating, StreamId, Key).
