%% Credentials: the certificates and keys that we show, by the domain they serve.
%%
%% Several credentials may serve one domain; the client hello decides, an elliptic curve before RSA. A key is
%% recognised by its content, whatever the label in its PEM says.
-module(xmpptls_credentials).

-export([new/1, usable/1, which/2, count/1]).
-export_type([credentials/0, entry/0]).

-opaque credentials() :: reference().
-type entry() :: #{
    %% whom it serves: a domain, `*.' and a domain, every name in the certificate, or whom nothing else serves
    domain => binary() | names | default,
    %% the chain, our own certificate first
    chain := {file, file:name_all()} | {pem, iodata()},
    %% the key, if it is not in the same text as the chain; of the same form
    key => {file, file:name_all()} | {pem, iodata()}}.

%% @doc Reads all entries; one that cannot be used is an error.
-spec new([entry()]) -> {ok, credentials()} | {error, xmpptls:reason()}.
new(Entries) ->
    case usable(Entries) of
        {ok, Credentials, []} -> {ok, Credentials};
        {ok, _, [{_, Reason} | _]} -> {error, Reason};
        {error, _} = Error -> Error
    end.

%% @doc Reads all entries and leaves out those that cannot be used, each of them named with its reason.
-spec usable([entry()]) -> {ok, credentials(), [{entry(), xmpptls:reason()}]} | {error, xmpptls:reason()}.
usable(Entries) ->
    case xmpptls_nif:credentials_new([plain(Entry) || Entry <- Entries]) of
        {ok, Credentials, Refused} ->
            {ok, Credentials, [{lists:nth(Index, Entries), Reason} || {Index, Reason} <- lists:reverse(Refused)]};
        {error, _} = Error ->
            Error
    end.

%% @doc Which certificate would serve a name, and why.
-spec which(credentials(), iodata()) ->
    {ok, exact | wildcard | default | nobody, xmpptls_certificate:certificate() | undefined}
    | {error, xmpptls:reason()}.
which(Credentials, Name) ->
    xmpptls_nif:credentials_which(Credentials, Name).

%% @doc How many names are served, wildcards included.
-spec count(credentials()) -> non_neg_integer().
count(Credentials) ->
    xmpptls_nif:credentials_count(Credentials).

plain(#{chain := {Form, Chain}} = Entry) ->
    {domain(maps:get(domain, Entry, names)), Form, text(Form, Chain), key(Form, Entry)}.

domain(names) -> <<>>;
domain(Domain) -> Domain.

key(Form, #{key := {Form, Key}}) -> text(Form, Key);
key(_, Entry) when not is_map_key(key, Entry) -> undefined.

text(file, Path) when not is_binary(Path) -> unicode:characters_to_binary(Path);
text(_, Text) -> Text.
