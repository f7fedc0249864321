%% Policies: what is demanded of a peer and of TLS. Data, built once and frozen.
%%
%% A policy starts from a dated preset: `c2s-client', `c2s-server', `s2s', `s2s-with-dialback' mean the newest of
%% their kind, `s2s-2026' a fixed one. Settings have the names of the TOML form (`"tls.resumption"',
%% `"requirement"'); each relaxation can be listed with what is lost by it.
-module(xmpptls_policy).

-export([new/1, new/2, from_toml/1, from_toml/2, name/1, toml/1, relaxations/1]).
-export_type([policy/0, options/0, value/0]).

-opaque policy() :: reference().
-type value() :: atom() | binary() | boolean() | integer() | [atom() | binary()].
-type options() :: #{trust_anchors => xmpptls_trust_anchors:anchors(),
                     settings => #{iodata() => value()} | [{iodata(), value()}]}.

%% @equiv new(Preset, #{})
-spec new(Preset :: iodata()) -> {ok, policy()} | {error, xmpptls:reason()}.
new(Preset) ->
    new(Preset, #{}).

%% @doc Makes a policy from a preset.
-spec new(Preset :: iodata(), options()) -> {ok, policy()} | {error, xmpptls:reason()}.
new(Preset, Options) ->
    xmpptls_nif:policy_new(Preset, settings(Options), maps:get(trust_anchors, Options, undefined)).

%% @equiv from_toml(Toml, #{})
-spec from_toml(iodata()) -> {ok, policy()} | {error, xmpptls:reason()}.
from_toml(Toml) ->
    from_toml(Toml, #{}).

%% @doc Makes a policy from its TOML form, read strictly. Files that the text names are not read.
-spec from_toml(iodata(), options()) -> {ok, policy()} | {error, xmpptls:reason()}.
from_toml(Toml, Options) ->
    xmpptls_nif:policy_new_toml(Toml, settings(Options), maps:get(trust_anchors, Options, undefined)).

%% @doc The dated name of the preset, with `+changes' behind it when something was changed.
-spec name(policy()) -> binary().
name(Policy) ->
    maps:get(name, xmpptls_nif:policy_info(Policy)).

%% @doc The whole policy in its TOML form.
-spec toml(policy()) -> binary().
toml(Policy) ->
    maps:get(toml, xmpptls_nif:policy_info(Policy)).

%% @doc What the policy is weaker in than it could be, and what is lost by each.
-spec relaxations(policy()) -> [binary()].
relaxations(Policy) ->
    maps:get(relaxations, xmpptls_nif:policy_info(Policy)).

settings(#{settings := Settings}) when is_map(Settings) ->
    settings(#{settings => maps:to_list(Settings)});
settings(#{settings := Settings}) ->
    [{Name, value(Value)} || {Name, Value} <- Settings];
settings(#{}) ->
    [].

%% A value as it stands in the TOML form.
value(Value) when is_integer(Value) -> integer_to_binary(Value);
value(Value) when is_boolean(Value) -> atom_to_binary(Value);
value(Values) when is_list(Values) -> ["[", lists:join(", ", [value(Value) || Value <- Values]), "]"];
value(Value) when is_atom(Value) -> quoted(atom_to_binary(Value));
value(Value) when is_binary(Value) -> quoted(Value).

quoted(Text) ->
    ["\"", << <<(escaped(Character))/binary>> || <<Character/utf8>> <= Text >>, "\""].

escaped($") -> <<"\\\"">>;
escaped($\\) -> <<"\\\\">>;
escaped(Character) when Character < 32 -> iolist_to_binary(io_lib:format("\\u~4.16.0b", [Character]));
escaped(Character) -> <<Character/utf8>>.
