%% Who the other server is: a verification by the policy of the host, with its questions answered.
%%
%% The verdict is the library's, and so are the look-ups, unless the configuration names a resolver that it trusts to
%% validate: then SRV and TLSA records are asked of that one, and POSH documents fetched by Erlang's HTTP client.
-module(mod_xmpptls_judge).

-export([settings/2, look_up/1, outbound/4, inbound/3, dialback/3]).
-export_type([settings/0]).

-type settings() :: #{policy := xmpptls_policy:policy(), by := by(), posh := boolean(),
                      private_addresses := boolean(), timeout := pos_integer(), authorities := file:name_all(),
                      atom() => term()}.
%% Who looks things up.
-type by() :: {resolver, inet:ip_address(), inet:port_number()} | {library, xmpptls_lookup:options()} | {process, pid()} | nobody.
-type result() :: {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.

%% @doc What the options of the module mean for a host.
-spec settings(#{atom() => term()}, file:name_all()) -> {ok, settings()} | {error, xmpptls:reason()}.
settings(#{policy := Preset, policy_file := File, posh := Posh, posh_private_addresses := Private,
           timeout := Timeout} = Options, Authorities) ->
    case xmpptls_trust_anchors:new([{file, Authorities}]) of
        {ok, Anchors} ->
            case policy(Preset, File, #{trust_anchors => Anchors}) of
                {ok, Policy} ->
                    {ok, #{policy => Policy, posh => Posh, private_addresses => Private, timeout => Timeout,
                           authorities => Authorities, by => by(Options, Anchors)}};
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

by(#{resolver := Address, resolver_port := Port}, _) when Address =/= undefined ->
    {resolver, Address, Port};
by(#{dns_servers := Servers, dns_port := Port, dnssec_anchors := File, posh_private_addresses := Private}, Anchors) ->
    Options = #{https_anchors => Anchors, allow_every_address => Private,
                servers => [{Server, Port} || Server <- Servers]},
    {library, case File of
                  undefined -> Options;
                  _ -> {ok, Keys} = file:read_file(File), Options#{dnssec_anchors => Keys}
              end}.

%% @doc Starts the library's look-ups, linked to the caller, if the settings want them.
-spec look_up(settings()) -> settings().
look_up(#{by := {library, Options}} = Settings) ->
    case xmpptls_lookup:start_link(Options) of
        {ok, Lookup} ->
            Settings#{by := {process, Lookup}};
        {error, Reason} ->
            logger:error("mod_xmpptls looks nothing up: ~ts", [xmpptls:format_error(Reason)]),
            Settings#{by := nobody}
    end;
look_up(Settings) ->
    Settings.

policy(Preset, undefined, Options) ->
    xmpptls_policy:new(atom_to_binary(Preset), Options);
policy(_, File, Options) ->
    case file:read_file(File) of
        {ok, Toml} -> xmpptls_policy:from_toml(Toml, Options);
        {error, Why} -> {error, {file_not_readable, #{message => iolist_to_binary(file:format_error(Why)), file => File}}}
    end.

%% @doc Judges the server that we connected to.
-spec outbound(xmpptls_connection:connection(), binary(), {inet:ip_address(), inet:port_number()}, settings()) ->
    result().
outbound(Connection, Domain, Peer, #{policy := Policy} = Settings) ->
    Timed = timed(Settings),
    Options = case endpoint(Domain, Peer, Timed) of
                  undefined -> #{policy => Policy};
                  Endpoint -> #{policy => Policy, endpoint => Endpoint}
              end,
    case xmpptls_connection:verification(Connection, Domain, Options) of
        {ok, Verification} -> run(Verification, Timed);
        {error, _} = Error -> Error
    end.

%% @doc Judges a server that connected to us and says that it is this domain.
-spec inbound(xmpptls_connection:connection(), binary(), settings()) -> result().
inbound(Connection, Domain, #{policy := Policy} = Settings) ->
    Timed = timed(Settings),
    case xmpptls_connection:verification(Connection, Domain, #{policy => Policy}) of
        {ok, Verification} -> run(Verification, Timed);
        {error, _} = Error -> Error
    end.

%% @doc Judges a server whose dialback key the authoritative server has confirmed.
-spec dialback(xmpptls_connection:connection(),
               #{originating := binary(), receiving := binary(), stream_id := binary(), over_tls := boolean()},
               settings()) -> result().
dialback(Connection, #{originating := Domain, over_tls := OverTls} = Pair, #{policy := Policy} = Settings) ->
    Timed = timed(Settings),
    case xmpptls_connection:verification(Connection, Domain, #{policy => Policy}) of
        {ok, Verification} ->
            %% Whether DNSSEC protected the way to the authoritative server, ejabberd does not tell.
            Ask = fun (#{kind := dialback}) -> {dialback, true, false, OverTls};
                      (Question) -> answer(Question, Verification, Timed)
                  end,
            case xmpptls_verification:ask_dialback(Verification, Pair) of
                ok -> xmpptls_verification:run(Verification, Ask);
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

timed(#{timeout := Timeout} = Settings) ->
    Settings#{deadline => erlang:monotonic_time(millisecond) + Timeout}.

run(Verification, Timed) ->
    xmpptls_verification:run(Verification, fun(Question) -> answer(Question, Verification, Timed) end).

%% By which of the domain's endpoints we came: the one with the peer's address and port.
endpoint(_, _, #{by := nobody}) ->
    undefined;
endpoint(Domain, {Address, Port}, #{by := {process, Lookup}} = Timed) ->
    case xmpptls_lookup:candidates(Lookup, Domain, s2s, left(Timed)) of
        {ok, Found} ->
            case [Endpoint || #{port := At, addresses := Addresses, endpoint := Endpoint} <- Found, At =:= Port,
                              lists:member(Address, Addresses)] of
                [Endpoint | _] -> Endpoint;
                [] -> undefined
            end;
        absent -> undefined;
        {failed, Why} -> unknown(Domain, Port, Why);
        {error, _} -> unknown(Domain, Port, unreachable)
    end;
endpoint(Domain, {Address, Port}, Timed) ->
    case mod_xmpptls_dns:endpoints(resolver(Timed), Domain) of
        {ok, Found} ->
            case [Description || {#{port := At} = Description, Addresses} <- Found, At =:= Port,
                                 lists:member(Address, Addresses)] of
                [Description | _] -> made(Description);
                [] -> undefined
            end;
        {failed, Why} -> unknown(Domain, Port, Why)
    end.

%% The way here could not be found out, or was forged: DANE can prove nothing, and the policy says what that means.
unknown(Domain, Port, bogus) -> made(#{target => Domain, port => Port, srv => bogus});
unknown(Domain, Port, _) -> made(#{target => Domain, port => Port, srv => indeterminate}).

made(Description) ->
    case xmpptls_endpoint:new(Description) of
        {ok, Endpoint} -> Endpoint;
        {error, _} -> undefined
    end.

answer(_, _, #{by := nobody}) ->
    not_asked;
answer(#{kind := posh}, _, #{posh := false}) ->
    not_asked;
answer(#{kind := Kind} = Question, Verification, #{by := {process, Lookup}} = Timed)
  when Kind =:= tlsa; Kind =:= srv; Kind =:= posh ->
    xmpptls_lookup:ask(Lookup, Verification, Question, left(Timed));
answer(#{kind := tlsa, name := Owner}, _, Timed) ->
    case mod_xmpptls_dns:query(resolver(Timed), Owner, tlsa) of
        {ok, State, Records, Ttl} -> {tlsa, State, Records, os:system_time(second) + Ttl};
        Other -> Other
    end;
answer(#{kind := srv, name := Domain}, _, Timed) ->
    case mod_xmpptls_dns:endpoints(resolver(Timed), string:trim(Domain, trailing, ".")) of
        {ok, Found} -> {srv, [Endpoint || {Description, _} <- Found, Endpoint <- [made(Description)],
                                          Endpoint =/= undefined]};
        {failed, _} = Failure -> Failure
    end;
answer(#{kind := posh, name := Url}, _, Timed) ->
    mod_xmpptls_posh:fetch(Url, Timed);
answer(_, _, _) ->
    not_asked.

resolver(#{by := {resolver, Address, Port}, deadline := Deadline}) ->
    #{address => Address, port => Port, deadline => Deadline}.

left(#{deadline := Deadline}) ->
    max(1, Deadline - erlang:monotonic_time(millisecond)).
