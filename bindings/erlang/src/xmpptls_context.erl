%% Contexts: what connections share - the current policy and credentials, ticket keys, and the sessions of a client.
%%
%% All processes may use one context at once. A reload puts other credentials or another policy in place; connections
%% that run keep those they began with.
-module(xmpptls_context).

-export([new/1, new/2, set_policy/2, set_credentials/2, set_ticket_keys/2, forget/2]).
-export_type([context/0, ticket_key/0]).

-opaque context() :: reference().

%% An id of 16 bytes that names the key, and a secret of 32 random ones.
-type ticket_key() :: <<_:384>>.

%% @doc A context that shows no certificate.
-spec new(xmpptls_policy:policy()) -> {ok, context()} | {error, xmpptls:reason()}.
new(Policy) ->
    new(Policy, undefined).

%% @doc A context with credentials.
-spec new(xmpptls_policy:policy(), xmpptls_credentials:credentials() | undefined) ->
    {ok, context()} | {error, xmpptls:reason()}.
new(Policy, Credentials) ->
    xmpptls_nif:context_new(Policy, Credentials).

%% @doc Puts another policy in place for the connections to come; on failure the old one stays.
-spec set_policy(context(), xmpptls_policy:policy()) -> ok | {error, xmpptls:reason()}.
set_policy(Context, Policy) ->
    xmpptls_nif:context_set_policy(Context, Policy).

%% @doc Puts other credentials in place for the connections to come; on failure the old ones stay.
-spec set_credentials(context(), xmpptls_credentials:credentials() | undefined) -> ok | {error, xmpptls:reason()}.
set_credentials(Context, Credentials) ->
    xmpptls_nif:context_set_credentials(Context, Credentials).

%% @doc Gives the keys of session tickets, so that several servers take each other's tickets: the first seals, all open;
%% there are at most 8. No key is made in the library any more: replace them at least weekly.
-spec set_ticket_keys(context(), [ticket_key()]) -> ok | {error, xmpptls:reason()}.
set_ticket_keys(Context, Keys) ->
    _ = lists:all(fun(Key) -> byte_size(Key) =:= 48 end, Keys) orelse error(badarg, [Context, Keys]),
    xmpptls_nif:context_set_ticket_keys(Context, Keys).

%% @doc Forgets the session tickets of a domain, so that the next handshake with it is a full one.
-spec forget(context(), Domain :: iodata()) -> ok | {error, xmpptls:reason()}.
forget(Context, Domain) ->
    xmpptls_nif:context_forget(Context, Domain).
