%% SASL EXTERNAL (XEP-0178): which users a certificate names, whom a peer acts as, whether to offer the mechanism.
%%
%% The domain of a user must be one that is served; users of others are shown and are never an identity. Whether an account
%% exists is the host's to say.
-module(xmpptls_external).

-export([users/2, list/1, foreign/1, resolve/2, resolve_server/1, offer/1, offer/3]).
-export([client_authzid/1, client_authzid/2, encode_authzid/1, decode_authzid/1]).
-export_type([users/0, answer/0, refusal/0, offer/0]).

-opaque users() :: reference().
%% A peer that may not act as it wishes: why, and the SASL error condition that it is told.
-type refusal() :: #{reason := atom(), condition := binary()}.
-type answer() :: {ok, binary()} | {refused, refusal()} | {error, xmpptls:reason()}.
-type offer() :: offer | no_certificate | no_possession | not_authenticated | no_identity | not_receiving.

%% @doc The users that a certificate names in its XmppAddrs, and the domains that are served here.
-spec users(xmpptls_certificate:certificate(), Served :: [iodata()]) -> {ok, users()} | {error, xmpptls:reason()}.
users(Certificate, Served) ->
    xmpptls_nif:external_users(Certificate, Served).

%% @doc The users of served domains, as bare JIDs.
-spec list(users()) -> [binary()].
list(Users) ->
    xmpptls_nif:external_list(Users).

%% @doc The users of other domains, to be shown and nothing else.
-spec foreign(users()) -> [binary()].
foreign(Users) ->
    xmpptls_nif:external_foreign(Users).

%% @doc Whom a client acts as. `authzid': decoded, as {@link decode_authzid/1} gives it; `mapped': the bare JID that the
%% operator knows by this certificate or key.
-spec resolve(users(), #{authzid => iodata(), mapped => iodata()}) -> answer().
resolve(Users, Wish) ->
    xmpptls_nif:external_resolve(Users, maps:get(authzid, Wish, undefined), maps:get(mapped, Wish, undefined)).

%% @doc Which domain a server wants to act as: its authorization identity, or the `from' of its stream header over TLS.
%% That it may is said by a verdict about that very domain.
-spec resolve_server(#{from := iodata(), authzid => iodata()}) -> answer().
resolve_server(#{from := From} = Wish) ->
    xmpptls_nif:external_resolve_server(maps:get(authzid, Wish, undefined), From).

%% @doc Whether to offer EXTERNAL to a server.
-spec offer(xmpptls_verdict:verdict()) -> offer().
offer(Verdict) ->
    xmpptls_nif:external_offer(Verdict, undefined, false).

%% @doc Whether to offer EXTERNAL to a client: the users of its certificate, and whether the operator knows it by
%% certificate or key.
-spec offer(xmpptls_verdict:verdict(), users() | undefined, IsMapped :: boolean()) -> offer().
offer(Verdict, Users, IsMapped) ->
    xmpptls_nif:external_offer(Verdict, Users, IsMapped).

%% @doc The text of `<auth/>' of a client whose certificate names one user.
-spec client_authzid(xmpptls_certificate:certificate()) -> {ok, binary()} | {error, xmpptls:reason()}.
client_authzid(Certificate) ->
    xmpptls_nif:external_client_authzid(Certificate, undefined).

%% @doc The text of `<auth/>' of a client that wants to act as this bare JID: `=' when the certificate says so already.
-spec client_authzid(xmpptls_certificate:certificate(), iodata()) -> {ok, binary()} | {error, xmpptls:reason()}.
client_authzid(Certificate, Wanted) ->
    xmpptls_nif:external_client_authzid(Certificate, Wanted).

%% @doc The text of `<auth/>' for an authorization identity: base64; `=' for none.
-spec encode_authzid(iodata() | undefined) -> {ok, binary()} | {error, xmpptls:reason()}.
encode_authzid(Identity) ->
    xmpptls_nif:external_encode_authzid(Identity).

%% @doc The authorization identity in the text of `<auth/>'; empty for none.
-spec decode_authzid(iodata()) -> answer().
decode_authzid(Text) ->
    xmpptls_nif:external_decode_authzid(Text).
