%% Verdicts: who the peer is, by which proof, and every reason that was found on the way.
%%
%% A verdict never changes. It belongs to one domain and, if it was made from a connection, to that connection.
-module(xmpptls_verdict).

-export([info/1, level/1, method/1, is_permitted/1, summary/1, json/1, to_map/1, observe/2, observe/3, dialback_condition/1]).
-export_type([verdict/0, info/0, level/0, method/0, observation/0]).

-opaque verdict() :: reference().
-type level() :: authenticated | weak | encrypted_only | refused.
-type method() :: none | pkix | pkix_ta | pkix_ee | dane_ta | dane_ee | posh | exception | dialback
                | dialback_dnssec | atom().
-type info() :: #{
    permitted := boolean(), level := level(), method := method(),
    domain := binary(), service := xmpptls:service(), direction := xmpptls:direction(),
    reference_identity := binary() | undefined, presented_as := binary() | undefined,
    possession_shown := boolean(), judged_at := integer(), valid_until := integer() | infinity,
    reasons := [{atom(), binary()}], notes := [{atom(), binary()}], summary := binary()}.

-type observation() :: #{
    change := first_seen | same | renewed_same_key | new_key_same_issuer | new_issuer | worse_verdict | atom(),
    loudness := info | warning | alarm,
    %% what to store from now on, if anything
    store := binary() | undefined}.

%% @doc The verdict as a map. `permitted' says whether the level is enough for the policy.
-spec info(verdict()) -> info().
info(Verdict) ->
    xmpptls_nif:verdict_info(Verdict).

%% @doc How sure it is.
-spec level(verdict()) -> level().
level(Verdict) ->
    maps:get(level, info(Verdict)).

%% @doc The proof that succeeded.
-spec method(verdict()) -> method().
method(Verdict) ->
    maps:get(method, info(Verdict)).

%% @doc Whether the level is enough for the policy that the verdict was made by.
-spec is_permitted(verdict()) -> boolean().
is_permitted(Verdict) ->
    maps:get(permitted, info(Verdict)).

%% @doc One line for people and logs.
-spec summary(verdict()) -> binary().
summary(Verdict) ->
    maps:get(summary, info(Verdict)).

%% @doc Everything as JSON, the trail of attempts with their evidence included.
-spec json(verdict()) -> binary().
json(Verdict) ->
    xmpptls_nif:verdict_json(Verdict).

%% @doc As {@link json/1}, read into maps with binary keys.
-spec to_map(verdict()) -> xmpptls_json:value().
to_map(Verdict) ->
    {ok, Value} = xmpptls_json:decode(json(Verdict)),
    Value.

%% @doc Compares with what was seen of the domain before: the JSON that the last observation gave to be stored, or
%% `undefined' if there never was one. A damaged history is an error, never an empty one.
-spec observe(verdict(), iodata() | undefined) -> {ok, observation()} | {error, xmpptls:reason()}.
observe(Verdict, History) ->
    xmpptls_nif:verdict_observe(Verdict, History, undefined).

%% @doc The same at another time, in Unix seconds.
-spec observe(verdict(), iodata() | undefined, integer()) -> {ok, observation()} | {error, xmpptls:reason()}.
observe(Verdict, History, Time) ->
    xmpptls_nif:verdict_observe(Verdict, History, Time).

%% @doc The condition of the error that answers a refused pair in dialback; `undefined' if it is not refused.
-spec dialback_condition(verdict()) -> binary() | undefined.
dialback_condition(Verdict) ->
    xmpptls_nif:verdict_dialback_condition(Verdict).
