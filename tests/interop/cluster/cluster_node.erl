%% A node of a cluster in Erlang, as the laboratory starts it: cluster_node:main([Clock, Secret, Cluster, Port, First | Pairs])
%% with the node to join in First ("none" for none), and a domain and the file of its certificate in turn.
-module(cluster_node).

-export([main/1, record/1, put_record/2, make_stricter/0]).

main([Clock, SecretFile, Cluster, Port, First | Pairs]) ->
    ok = mnesia:start(),
    ok = case First of "none" -> xmpptls_ticket_keys:create(ram_copies); _ -> xmpptls_ticket_keys:join(list_to_atom(First)) end,
    {ok, Policy} = xmpptls_policy:new("c2s-server"),
    {ok, Credentials} = xmpptls_credentials:new(pairs(Pairs)),
    {ok, Context} = xmpptls_context:new(Policy, Credentials),
    persistent_term:put(?MODULE, Context),
    {ok, Secret} = xmpptls_ticket_keys:read_secret(SecretFile),
    process_flag(trap_exit, true),
    %% An hour between looks: whatever is noticed before was told by an event of Mnesia, or asked for.
    case xmpptls_ticket_keys:start_link(#{context => Context, secret => Secret, cluster => list_to_binary(Cluster),
                                          every => 3600000, clock => fun() -> clock(Clock) end}) of
        {ok, Keys} ->
            register(ticket_keys, Keys),
            {ok, _} = c2s_server:listen(Context, list_to_integer(Port), direct_tls),
            io:format("ready~n"),
            receive {'EXIT', _, Reason} -> io:format("ended: ~0p~n", [Reason]), halt(1) end;
        {error, {ticket_keys, Why}} ->
            io:format("ticket keys: ~ts~n", [Why]),
            halt(1)
    end.

pairs([Domain, File | More]) -> [#{domain => list_to_binary(Domain), chain => {file, File}} | pairs(More)];
pairs([]) -> [].

%% The laboratory's clock: a file that says how far it is ahead.
clock(File) ->
    {ok, Seconds} = file:read_file(File),
    os:system_time(second) + binary_to_integer(string:trim(Seconds)).

%% For the laboratory: the records of a cluster, and one put in the place of another.
record(Cluster) ->
    [io:format("record ~b ~s~n", [Begin, binary:encode_hex(Record)]) ||
        {_, {C, Begin}, Record} <- ets:tab2list(xmpptls_ticket_key), C =:= Cluster].

put_record(Place, Hex) ->
    mnesia:transaction(fun() -> mnesia:write({xmpptls_ticket_key, Place, binary:decode_hex(Hex)}) end).

%% Another policy for the connections to come, while the node runs.
make_stricter() ->
    {ok, Policy} = xmpptls_policy:from_toml(<<"preset = \"c2s-server\"\n[tls]\noldest_version = \"TLSv1.3\"\n">>),
    xmpptls_context:set_policy(persistent_term:get(?MODULE), Policy).
