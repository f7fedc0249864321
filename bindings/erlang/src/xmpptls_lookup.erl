%% Look-ups by the library: where a domain's service is, its TLSA records with DNSSEC validated here, its POSH document.
%%
%% A process owns the library's thread, hands questions in and answers out; callers wait in Erlang, never in a scheduler.
%% What is under way when the process ends is given up. The library may have been built without look-ups: then
%% {@link start_link/1} fails with `not_built'.
-module(xmpptls_lookup).

-behaviour(gen_server).

-export([start_link/1, stop/1, answer/3, ask/4, candidates/4, flush/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).
-export_type([options/0, candidate/0]).

-type options() :: #{
    %% DNS servers in place of the system's; they need not validate
    servers => [{inet:ip_address(), inet:port_number()}],
    %% authorities of the HTTPS servers that hold POSH documents; without any, none is fetched
    https_anchors => xmpptls_trust_anchors:anchors(),
    %% DNSKEY records, one a line, in place of the root's
    dnssec_anchors => iodata(),
    %% networks that may be contacted although they are not public; or every address
    allow_networks => [iodata()], allow_every_address => boolean(),
    %% a resolver that leaves DNSSEC out counts as insecure, not as an attack: whoever sits between can do the same
    accept_resolver_without_dnssec => boolean(),
    https_port => inet:port_number()}.
-type candidate() :: #{endpoint := xmpptls_endpoint:endpoint(), target := binary(), port := inet:port_number(),
                       transport := starttls | direct_tls, addresses := [inet:ip_address()]}.

%% @doc Starts the process. Nothing is asked yet.
-spec start_link(options()) -> {ok, pid()} | {error, xmpptls:reason()}.
start_link(Options) ->
    case gen_server:start_link(?MODULE, Options, []) of
        {ok, Lookup} -> {ok, Lookup};
        {error, {shutdown, Reason}} -> {error, Reason}
    end.

-spec stop(pid()) -> ok.
stop(Lookup) ->
    gen_server:stop(Lookup).

%% @doc Answers every question of a verification that can be looked up, round after round, within so many milliseconds.
%% The others stay open.
-spec answer(pid(), xmpptls_verification:verification(), pos_integer()) -> ok | {error, xmpptls:reason()}.
answer(Lookup, Verification, Limit) ->
    rounds(Lookup, Verification, erlang:monotonic_time(millisecond) + Limit).

rounds(Lookup, Verification, Deadline) ->
    case xmpptls_verification:questions(Verification) of
        [] -> ok;
        Questions ->
            Left = max(1, Deadline - erlang:monotonic_time(millisecond)),
            Requests = [{Id, gen_server:send_request(Lookup, {question, Handle, Left})} || #{id := Id, handle := Handle} <- Questions],
            Given = [give(Verification, Id, gen_server:receive_response(Request, infinity)) || {Id, Request} <- Requests],
            case [Reason || {error, Reason} <- Given] of
                [] -> rounds(Lookup, Verification, Deadline);
                [Reason | _] -> {error, Reason}
            end
    end.

%% @doc Looks one question up and answers it: for {@link xmpptls_verification:run/2}, beside answers from elsewhere.
-spec ask(pid(), xmpptls_verification:verification(), xmpptls_verification:question(), pos_integer()) ->
    given | xmpptls_verification:answer().
ask(Lookup, Verification, #{id := Id, handle := Handle}, Limit) ->
    Request = gen_server:send_request(Lookup, {question, Handle, Limit}),
    case give(Verification, Id, gen_server:receive_response(Request, infinity)) of
        ok -> given;
        {error, _} -> {failed, unreachable}
    end.

give(Verification, Id, {reply, {ok, Reply}}) ->
    case xmpptls_nif:reply_answer(Reply, Verification, Id) of
        ok -> ok;
        %% A kind that cannot be looked up stays open.
        {error, {not_found, _}} -> ok;
        {error, _} = Error -> Error
    end;
give(Verification, Id, {reply, {error, timeout}}) ->
    xmpptls_verification:answer(Verification, Id, {failed, timeout});
give(_, _, {reply, {error, _} = Error}) ->
    Error;
give(_, _, {error, _}) ->
    {error, cancelled}.

%% @doc Where to connect, in the order of trying.
-spec candidates(pid(), binary(), xmpptls:service(), pos_integer()) ->
    {ok, [candidate()]} | absent | {failed, xmpptls_verification:failure()} | {error, xmpptls:reason()}.
candidates(Lookup, Domain, Service, Limit) ->
    case gen_server:call(Lookup, {domain, candidates, Domain, Service, Limit}, infinity) of
        {ok, Reply} ->
            case xmpptls_nif:reply_info(Reply) of
                #{outcome := found, candidates := Found} -> {ok, [candidate(One) || One <- Found]};
                #{outcome := absent} -> absent;
                #{failure := Failure} -> {failed, Failure}
            end;
        {error, _} = Error -> Error
    end.

candidate(#{addresses := Texts} = Found) ->
    Found#{addresses := [Address || Text <- Texts, {ok, Address} <- [inet:parse_address(binary_to_list(Text))]]}.

%% @doc Forgets what is kept about a domain.
-spec flush(pid(), binary()) -> ok | {error, xmpptls:reason()}.
flush(Lookup, Domain) ->
    gen_server:call(Lookup, {flush, Domain}).

%% --- the process ---

init(Options) ->
    process_flag(trap_exit, true),
    case xmpptls_nif:lookup_new(plain(Options)) of
        {ok, Lookup} -> {ok, #{lookup => Lookup, waiting => #{}, watched => none}};
        {error, Reason} -> {stop, {shutdown, Reason}}
    end.

handle_call({question, Handle, Limit}, From, #{lookup := Lookup} = State) ->
    submitted(xmpptls_nif:lookup_question(Lookup, Handle, Limit), From, State);
handle_call({domain, What, Domain, Service, Limit}, From, #{lookup := Lookup} = State) ->
    submitted(xmpptls_nif:lookup_domain(Lookup, What, Domain, Service, Limit), From, State);
handle_call({flush, Domain}, _From, #{lookup := Lookup} = State) ->
    {reply, xmpptls_nif:lookup_flush(Lookup, Domain), State}.

handle_cast(_, State) ->
    {noreply, State}.

handle_info({select, _, Reference, ready_input}, #{watched := Reference} = State) ->
    {noreply, collect(State#{watched := none})};
handle_info({'EXIT', _, Reason}, State) ->
    {stop, Reason, State};
handle_info(_, State) ->
    {noreply, State}.

terminate(_, #{lookup := Lookup}) ->
    xmpptls_nif:lookup_close(Lookup).

submitted({ok, Id}, From, #{waiting := Waiting} = State) ->
    {noreply, watch(State#{waiting := Waiting#{Id => From}})};
submitted({error, _} = Error, _, State) ->
    {reply, Error, State}.

watch(#{watched := none, lookup := Lookup, waiting := Waiting} = State) when map_size(Waiting) > 0 ->
    Reference = make_ref(),
    ok = xmpptls_nif:lookup_watch(Lookup, Reference),
    State#{watched := Reference};
watch(State) ->
    State.

collect(#{lookup := Lookup, waiting := Waiting} = State) ->
    case xmpptls_nif:lookup_collect(Lookup) of
        {ok, Id, Result} ->
            case maps:take(Id, Waiting) of
                {From, Rest} -> gen_server:reply(From, Result), collect(State#{waiting := Rest});
                error -> collect(State)
            end;
        none ->
            watch(State)
    end.

plain(Options) ->
    lists:append([option(Name, Value) || {Name, Value} <- maps:to_list(Options)]).

option(servers, Servers) -> [{server, inet:ntoa(Address), Port} || {Address, Port} <- Servers];
option(allow_networks, Networks) -> [{allow_network, Network} || Network <- Networks];
option(Name, true) when Name =:= allow_every_address; Name =:= accept_resolver_without_dnssec -> [Name];
option(Name, false) when Name =:= allow_every_address; Name =:= accept_resolver_without_dnssec -> [];
option(Name, Value) -> [{Name, Value}].
