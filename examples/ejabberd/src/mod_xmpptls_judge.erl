%% Who the other server is: a verification by the policy of the host, with its questions answered.
%%
%% The verdict is the library's. This brings it the evidence: TLSA records and SRV targets from a resolver that
%% validates (if the configuration names one; else nothing is asked and DANE proves nobody), POSH documents by HTTPS.
-module(mod_xmpptls_judge).

-export([settings/2, outbound/4, inbound/3, dialback/3]).
-export_type([settings/0]).

-type settings() :: #{policy := xmpptls_policy:policy(), resolver := undefined | {inet:ip_address(), inet:port_number()},
                      posh := boolean(), private_addresses := boolean(), timeout := pos_integer(),
                      authorities := file:name_all()}.
-type result() :: {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.

%% @doc What the options of the module mean for a host.
-spec settings(#{atom() => term()}, file:name_all()) -> {ok, settings()} | {error, xmpptls:reason()}.
settings(#{policy := Preset, policy_file := File, resolver := Resolver, resolver_port := Port, posh := Posh,
           posh_private_addresses := Private, timeout := Timeout}, Authorities) ->
    case xmpptls_trust_anchors:new([{file, Authorities}]) of
        {ok, Anchors} ->
            case policy(Preset, File, #{trust_anchors => Anchors}) of
                {ok, Policy} ->
                    {ok, #{policy => Policy, posh => Posh, private_addresses => Private, timeout => Timeout,
                           authorities => Authorities,
                           resolver => case Resolver of undefined -> undefined; _ -> {Resolver, Port} end}};
                {error, _} = Error -> Error
            end;
        {error, _} = Error ->
            Error
    end.

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
        {ok, Verification} -> xmpptls_verification:run(Verification, fun(Question) -> answer(Question, Timed) end);
        {error, _} = Error -> Error
    end.

%% @doc Judges a server that connected to us and says that it is this domain.
-spec inbound(xmpptls_connection:connection(), binary(), settings()) -> result().
inbound(Connection, Domain, #{policy := Policy} = Settings) ->
    Timed = timed(Settings),
    case xmpptls_connection:verification(Connection, Domain, #{policy => Policy}) of
        {ok, Verification} -> xmpptls_verification:run(Verification, fun(Question) -> answer(Question, Timed) end);
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
                      (Question) -> answer(Question, Timed)
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

%% By which of the domain's endpoints we came: the one with the peer's address and port.
endpoint(_, _, #{resolver := undefined}) ->
    undefined;
endpoint(Domain, {Address, Port}, Timed) ->
    case mod_xmpptls_dns:endpoints(resolver(Timed), Domain) of
        {ok, Found} ->
            case [Description || {#{port := At} = Description, Addresses} <- Found, At =:= Port,
                                 lists:member(Address, Addresses)] of
                [Description | _] -> made(Description);
                [] -> undefined
            end;
        {failed, bogus} ->
            made(#{target => Domain, port => Port, srv => bogus});
        {failed, _} ->
            made(#{target => Domain, port => Port, srv => indeterminate})
    end.

made(Description) ->
    case xmpptls_endpoint:new(Description) of
        {ok, Endpoint} -> Endpoint;
        {error, _} -> undefined
    end.

answer(#{kind := tlsa}, #{resolver := undefined}) ->
    not_asked;
answer(#{kind := tlsa, name := Owner}, Timed) ->
    case mod_xmpptls_dns:query(resolver(Timed), Owner, tlsa) of
        {ok, State, Records, Ttl} -> {tlsa, State, Records, os:system_time(second) + Ttl};
        Other -> Other
    end;
answer(#{kind := srv}, #{resolver := undefined}) ->
    not_asked;
answer(#{kind := srv, name := Domain}, Timed) ->
    case mod_xmpptls_dns:endpoints(resolver(Timed), string:trim(Domain, trailing, ".")) of
        {ok, Found} -> {srv, [Endpoint || {Description, _} <- Found, Endpoint <- [made(Description)],
                                          Endpoint =/= undefined]};
        {failed, _} = Failure -> Failure
    end;
answer(#{kind := posh, name := Url}, #{posh := true} = Timed) ->
    mod_xmpptls_posh:fetch(Url, Timed);
answer(_, _) ->
    not_asked.

resolver(#{resolver := {Address, Port}, deadline := Deadline}) ->
    #{address => Address, port => Port, deadline => Deadline}.
