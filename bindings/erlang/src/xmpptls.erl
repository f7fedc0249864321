%% TLS for XMPP: how a stream is secured, and by which proof its peer is known.
%%
%% The binding has one module for each kind of handle. The order of a first program:
%% {@link xmpptls_trust_anchors} and {@link xmpptls_policy} say what is demanded, {@link xmpptls_credentials} what we
%% show, {@link xmpptls_context} joins them, and {@link xmpptls_connection} is driven with what a socket brings.
%% Who the peer is says an {@link xmpptls_verdict}, which an {@link xmpptls_verification} reaches by questions
%% (TLSA records, POSH documents, ...) and answers.
%%
%% Nothing here opens a socket or looks anything up, but {@link xmpptls_lookup}. Handles are terms: they end when nobody
%% holds them any more, and they survive a code change. Calls that take long run on dirty schedulers.
%%
%% Failures are `{error, Code}' or `{error, {Code, Detail}}'. Codes are the library's results as atoms
%% (`XMPP_TLS_NOT_YET' is `not_yet'), details are maps with a `message' for people.
-module(xmpptls).

-export([version/0, abi_version/0, suite_name/1, format_error/1]).
-export_type([reason/0, code/0, detail/0, service/0, direction/0]).

-type code() :: atom().
-type detail() :: #{message => binary(), file => binary(), domain => binary(), line => pos_integer(),
                    column => pos_integer(), cause => atom(), clause => binary(), alert => atom()}.
-type reason() :: code() | {code(), detail()}.
-type service() :: c2s | s2s.
-type direction() :: initiating | receiving.

%% @doc The version of the library that is loaded, as `major.minor.patch'.
-spec version() -> binary().
version() ->
    xmpptls_nif:version().

%% @doc The number of the binary interface that is loaded, the one in `libxmpptls.so.N'.
-spec abi_version() -> non_neg_integer().
abi_version() ->
    xmpptls_nif:abi_version().

%% @doc The name of a cipher suite in IANA's registry, as a policy takes it; empty for a number that is not here.
-spec suite_name(non_neg_integer()) -> binary().
suite_name(Suite) ->
    xmpptls_nif:suite_name(Suite).

%% @doc One line about a reason, for people and logs.
-spec format_error(reason()) -> binary().
format_error({Code, #{message := Message}}) ->
    <<(atom_to_binary(Code))/binary, ": ", Message/binary>>;
format_error({Code, _Detail}) ->
    format_error(Code);
format_error(Code) when is_atom(Code) ->
    binary:replace(atom_to_binary(Code), <<"_">>, <<" ">>, [global]).
