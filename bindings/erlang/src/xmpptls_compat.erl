%% OpenSSL's words, for programs that were written for it: codes of verification, names of suites, cipher strings.
%%
%% Nothing here decides about a peer: a chain that holds is not a peer that is known.
-module(xmpptls_compat).

-export([verify_chain/1, verify_chain/2, verify_code/1, verify_text/1, suite_name/1, parse_ciphers/1,
         option_meaning/1]).

%% @equiv verify_chain(Connection, undefined)
-spec verify_chain(xmpptls_connection:connection()) ->
    {ok, [{Code :: pos_integer(), Depth :: non_neg_integer()}]} | {error, xmpptls:reason()}.
verify_chain(Connection) ->
    verify_chain(Connection, undefined).

%% @doc What OpenSSL would say of the peer's chain, everything but the name: `X509_V_...' codes, each with the depth of
%% its certificate. Empty if the chain holds. The policy is the connection's if none is given.
-spec verify_chain(xmpptls_connection:connection(), xmpptls_policy:policy() | undefined) ->
    {ok, [{Code :: pos_integer(), Depth :: non_neg_integer()}]} | {error, xmpptls:reason()}.
verify_chain(Connection, Policy) ->
    xmpptls_nif:compat_verify_chain(Connection, Policy).

%% @doc The code for a verdict: 0 for an authenticated peer and for no other.
-spec verify_code(xmpptls_verdict:verdict()) -> non_neg_integer().
verify_code(Verdict) ->
    xmpptls_nif:compat_verify_code(Verdict).

%% @doc OpenSSL's sentence for a code.
-spec verify_text(non_neg_integer()) -> binary().
verify_text(Code) ->
    xmpptls_nif:compat_verify_text(Code).

%% @doc OpenSSL's name of a suite, given by its IANA number; empty for one that is not here.
-spec suite_name(non_neg_integer()) -> binary().
suite_name(Suite) ->
    xmpptls_nif:compat_suite_name(Suite).

%% @doc The TLS 1.2 suites that a cipher string leaves, by their IANA numbers and in its order.
-spec parse_ciphers(iodata()) -> {ok, [pos_integer()]} | {error, xmpptls:reason()}.
parse_ciphers(Ciphers) ->
    xmpptls_nif:compat_parse_ciphers(Ciphers).

%% @doc What one of OpenSSL's options (`SSL_OP_...', in lower case without the prefix) means here.
-spec option_meaning(iodata()) -> unknown | honoured | holds | meaningless | not_followed.
option_meaning(Name) ->
    xmpptls_nif:compat_option_meaning(Name).
