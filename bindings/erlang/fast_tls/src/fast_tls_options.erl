%% The options of `tcp_to_tls', read into what a context depends on and what only a connection does, and the policy that
%% they mean.
-module(fast_tls_options).

-export([read/1, policy/1, remarks/1]).
-export_type([wanted/0, key/0]).

-type wanted() :: #{direction := initiating | accepting, key := key(), sni := binary(), alpn := [binary()]}.
%% All that a context depends on. The direction is part of it: one context never serves both.
-type key() :: #{direction := initiating | accepting, certfile := binary(), keyfile := binary(), cafile := binary(),
                 ciphers := binary(), protocol_options := [binary()], ask := boolean(), dh := boolean()}.

%% The caller keeps time limits of its own: ours are as long as a policy allows, one hour.
-define(LONG, 3600000).

-define(TLS_1_3, [<<"TLS_AES_256_GCM_SHA384">>, <<"TLS_AES_128_GCM_SHA256">>, <<"TLS_CHACHA20_POLY1305_SHA256">>]).

%% @doc Reads options; unknown ones are ignored, as ever. Values are strings or binaries.
-spec read([atom() | {atom(), term()}]) -> wanted().
read(Options) ->
    Text = fun(Name) -> text(proplists:get_value(Name, Options, <<>>)) end,
    Direction = case lists:member(connect, Options) of
                    true -> initiating;
                    false -> accepting
                end,
    Key = #{direction => Direction,
            certfile => Text(certfile), keyfile => Text(keyfile), cafile => Text(cafile), ciphers => Text(ciphers),
            protocol_options => lists:usort(binary:split(Text(protocol_options), <<"|">>, [global, trim_all])),
            ask => not lists:member(verify_none, Options),
            dh => Text(dh) =/= <<>> orelse Text(dhfile) =/= <<>>},
    #{direction => Direction, key => Key, sni => Text(sni),
      alpn => [text(Name) || Name <- proplists:get_value(alpn, Options, []), Name =/= <<>>]}.

text(Text) when is_binary(Text) -> Text;
text(undefined) -> <<>>;
text(Text) -> unicode:characters_to_binary(Text).

%% @doc The policy of contexts with this key. Bytes pass whoever the peer is; the caller asks who it was.
-spec policy(key()) -> {ok, xmpptls_policy:policy()} | {error, xmpptls:reason()}.
policy(#{ask := Ask, protocol_options := Words, ciphers := Ciphers}) ->
    case suites(Ciphers) of
        {ok, Suites} ->
            Settings = [{"requirement", 'encrypt-only'}, {"gate", host},
                        {"tls.unknown_server_name", 'use-default'}, {"tls.resumption", off}, {"dane.inbound", false},
                        {"tls.client_certificate", case Ask of true -> request; false -> never end},
                        {"time_limits.before_tls", ?LONG}, {"time_limits.handshake", ?LONG}],
            xmpptls_policy:new("s2s", #{settings => Settings ++ versions(Words) ++ Suites});
        {error, _} = Error ->
            Error
    end.

%% @doc What of the options is not followed. It is told, once, and not refused: configurations are older than this.
-spec remarks(key()) -> [binary()].
remarks(#{protocol_options := Words, dh := Dh}) ->
    [<<"the option ", Word/binary, " is not followed">> || Word <- Words, is_ignored(xmpptls_compat:option_meaning(Word))]
        ++ [<<"there is no finite-field Diffie-Hellman: dhfile is not used">> || Dh].

is_ignored(Meaning) ->
    Meaning =:= not_followed orelse Meaning =:= unknown.

%% Older versions of TLS do not exist here, so there is nothing to switch off; nor compression, nor tickets.
versions(Words) ->
    [{"tls.newest_version", <<"TLSv1.2">>} || lists:member(<<"no_tlsv1_3">>, Words)]
        ++ [{"tls.oldest_version", <<"TLSv1.3">>} || lists:member(<<"no_tlsv1_2">>, Words)].

%% As with OpenSSL, a cipher string is about TLS 1.2 alone.
suites(<<>>) ->
    {ok, []};
suites(Ciphers) ->
    case xmpptls_compat:parse_ciphers(Ciphers) of
        {ok, Suites} -> {ok, [{"tls.cipher_suites", ?TLS_1_3 ++ [xmpptls:suite_name(Suite) || Suite <- Suites]}]};
        {error, _} = Error -> Error
    end.
