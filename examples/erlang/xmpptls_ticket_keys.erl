%% Keys of session tickets that the nodes of a cluster share, in Mnesia: docs/guide/14-cluster.md.
%%
%%     ok = xmpptls_ticket_keys:create(ram_copies),          % on the first node; Mnesia runs
%%     ok = xmpptls_ticket_keys:join('first@host'),          % on every other one
%%     {ok, Secret} = xmpptls_ticket_keys:read_secret("cluster.secret"),
%%     {ok, _} = xmpptls_ticket_keys:start_link(#{context => Context, secret => Secret, cluster => <<"example">>})
%%
%% A node has read the keys when `start_link' returns, and serves only then. Options: `period' (seconds, a day), `every'
%% (milliseconds between looks into the table, a minute) and `clock' (a fun that gives seconds since 1970).
%%
%% Time is cut into periods, and each has its key. Whoever first finds none for this period or the one after makes it, in
%% a transaction, if there is still none; everybody else takes what is there, told by an event of the table or at the
%% next look. A record is sealed with the cluster's secret: replicas and what Mnesia writes to disk tell no keys.
-module(xmpptls_ticket_keys).

-behaviour(gen_server).

-export([create/1, join/1, read_secret/1, start_link/1, refresh/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, format_status/1]).
-export([seal/4, unseal/3]).
-export_type([options/0, secret/0]).

-include_lib("kernel/include/logger.hrl").

-define(TABLE, xmpptls_ticket_key).
-define(LABEL, "XTK", 1).
-define(LIFETIME, (12 * 3600)). % of a ticket, in the library

%% In a fun, so that no report of a crash or of a supervisor shows it.
-type secret() :: fun(() -> <<_:256>>).
-type options() :: #{context := xmpptls_context:context(), secret := secret(), cluster := binary(),
                     period => pos_integer(), every => pos_integer(), clock => fun(() -> integer())}.
-type place() :: {Cluster :: binary(), Begin :: non_neg_integer(), Period :: pos_integer()}.

%% @doc Makes the table, on the first node of the cluster.
-spec create(ram_copies | disc_copies) -> ok | {error, term()}.
create(Copies) ->
    case mnesia:create_table(?TABLE, [{Copies, [node()]}, {attributes, [place, record]}]) of
        {atomic, ok} -> loaded();
        {aborted, {already_exists, ?TABLE}} -> loaded();
        {aborted, Reason} -> {error, Reason}
    end.

%% @doc Brings a copy of the table here from another node. Mnesia runs here, with a schema of its own in memory.
-spec join(node()) -> ok | {error, term()}.
join(Node) ->
    case mnesia:change_config(extra_db_nodes, [Node]) of
        {ok, [_ | _]} ->
            case mnesia:add_table_copy(?TABLE, node(), ram_copies) of
                {atomic, ok} -> loaded();
                {aborted, {already_exists, ?TABLE, _}} -> loaded();
                {aborted, Reason} -> {error, Reason}
            end;
        {ok, []} -> {error, {not_reached, Node}};
        {error, Reason} -> {error, Reason}
    end.

loaded() ->
    case mnesia:wait_for_tables([?TABLE], 10000) of
        ok -> ok;
        Other -> {error, Other}
    end.

%% @doc The secret of the cluster: a file with 64 hexadecimal digits, as `openssl rand -hex 32' prints them.
-spec read_secret(file:name_all()) -> {ok, secret()} | {error, term()}.
read_secret(File) ->
    case file:read_file(File) of
        {ok, Text} ->
            try binary:decode_hex(string:trim(Text, trailing, "\n")) of
                <<Secret:32/binary>> -> {ok, fun() -> Secret end};
                _ -> {error, {File, "64 hexadecimal digits are needed"}}
            catch
                error:badarg -> {error, {File, "64 hexadecimal digits are needed"}}
            end;
        {error, Reason} -> {error, {File, Reason}}
    end.

%% @doc Reads the keys, or makes those that nobody made yet, gives them to the context, and follows them from then on.
-spec start_link(options()) -> {ok, pid()} | {error, term()}.
start_link(Options) ->
    gen_server:start_link(?MODULE, Options, []).

%% @doc Looks into the table now; says what could not be used.
-spec refresh(gen_server:server_ref()) -> [binary()].
refresh(Keys) ->
    gen_server:call(Keys, refresh).

%% --- the process that holds the keys, by the beginning of their periods ---

init(#{context := _, secret := Secret, cluster := Cluster} = Options)
  when is_function(Secret, 0), byte_size(Cluster) >= 1, byte_size(Cluster) =< 64 ->
    #{period := Period} = State = maps:merge(#{period => 24 * 3600, every => 60000, held => #{},
                                               clock => fun() -> os:system_time(second) end}, Options),
    true = Period >= 3 * 3600 andalso Period =< 7 * 24 * 3600,
    case look(State) of
        {[], Ready} -> {ok, later(Ready)};
        {[Problem | _], _} -> {stop, {ticket_keys, Problem}}
    end.

handle_call(refresh, _, State) ->
    {Problems, Next} = look(State),
    {reply, Problems, Next}.

handle_cast(_, State) ->
    {noreply, State}.

handle_info(look, State) ->
    {noreply, later(told(look(State)))};
handle_info({mnesia_table_event, {write, _, _}}, State) ->
    {noreply, told(look(State))};
handle_info(_, State) ->
    {noreply, State}.

format_status(#{state := State} = Status) ->
    Status#{state := maps:remove(held, State)};
format_status(Status) ->
    Status.

later(#{every := Every} = State) ->
    _ = erlang:send_after(Every, self(), look),
    State.

told({Problems, State}) ->
    lists:foreach(fun(Problem) -> ?LOG_WARNING("ticket keys: ~ts; the keys held stay", [Problem]) end, Problems),
    State.

%% Takes over what lies in the table.
look(#{clock := Clock, period := Period, held := Held} = State) ->
    Now = Clock(),
    Current = Now - Now rem Period,
    _ = mnesia:subscribe({table, ?TABLE, simple}), % again and again: Mnesia may have been stopped meanwhile
    case mnesia:transaction(fun() -> records(State, Current) end) of
        {atomic, Records} ->
            {Found, Problems} = lists:foldl(fun(Record, Sum) -> take(Record, Sum, State) end, {#{}, []}, Records),
            {lists:reverse(Problems), give(Current, State#{held := Found})};
        {aborted, Reason} ->
            {[text("the store is away: ~0p", [Reason])], give(Current, State#{held := Held})}
    end.

%% Within a transaction. A table that lost its records gets back what is held; what nobody needs any more goes.
records(#{cluster := Cluster, secret := Secret, period := Period, held := Held}, Current) ->
    [Last | _] = Begins = [Current + Number * Period || Number <- lists:seq(-kept(Period), 1)],
    lists:foreach(fun(Place) -> ok = mnesia:delete({?TABLE, Place}) end,
                  [Place || {C, Begin} = Place <- mnesia:all_keys(?TABLE), C =:= Cluster, Begin < Last - Period]),
    [{Begin, case mnesia:read(?TABLE, {Cluster, Begin}, write) of
                 [{?TABLE, _, Record}] -> Record;
                 [] when Begin < Current -> none;
                 [] ->
                     Key = case Held of #{Begin := Known} -> Known; #{} -> crypto:strong_rand_bytes(48) end,
                     Record = seal(Secret, {Cluster, Begin, Period}, Key, crypto:strong_rand_bytes(12)),
                     ok = mnesia:write({?TABLE, {Cluster, Begin}, Record}),
                     Record
             end} || Begin <- Begins].

take({Begin, Record}, {Found, Problems}, #{cluster := Cluster, secret := Secret, period := Period, held := Held}) ->
    Known = maps:with([Begin], Held),
    case Record =:= none orelse unseal(Secret, {Cluster, Begin, Period}, Record) of
        true ->
            {maps:merge(Found, Known), Problems};
        {ok, Key} ->
            map_size(Known) =:= 1 andalso Known =/= #{Begin => Key} andalso
                ?LOG_WARNING("ticket keys: ~ts ~b: replaced in the store, and here", [Cluster, Begin]),
            {Found#{Begin => Key}, Problems};
        {error, Why} ->
            {maps:merge(Found, Known), [text("~ts ~b: ~ts", [Cluster, Begin, Why]) | Problems]}
    end.

%% The newest key whose period has begun seals; all open. The last one stays, however old.
give(Current, #{context := Context, period := Period, held := Held} = State) ->
    case [Begin || Begin <- maps:keys(Held), Begin =< Current] of
        [] ->
            State;
        Begun ->
            First = lists:max(Begun),
            Kept = maps:filter(fun(Begin, _) -> Begin =:= First orelse Begin >= Current - kept(Period) * Period end, Held),
            Order = [First | lists:reverse(lists:sort(maps:keys(Kept) -- [First]))],
            ok = xmpptls_context:set_ticket_keys(Context, [maps:get(Begin, Kept) || Begin <- Order]),
            State#{held := Kept}
    end.

text(Format, Values) ->
    unicode:characters_to_binary(io_lib:format(Format, Values)).

%% Periods for which tickets still come back, and one for clocks that differ.
kept(Period) ->
    ?LIFETIME div Period + 1.

%% --- records ---

%% @doc A record for the store. The nonce is random, and never used twice.
-spec seal(secret(), place(), xmpptls_context:ticket_key(), Nonce :: <<_:96>>) -> binary().
seal(Secret, {Cluster, Begin, Period}, <<Key:48/binary>>, <<Nonce:12/binary>>) ->
    Plain = <<?LABEL, Begin:64, Period:32, Key/binary, Cluster/binary>>,
    {Sealed, Tag} = crypto:crypto_one_time_aead(aes_256_gcm, Secret(), Nonce, Plain, <<>>, true),
    <<?LABEL, Nonce/binary, Sealed/binary, Tag/binary>>.

%% @doc The key in a record, which must be that of this place.
-spec unseal(secret(), place(), binary()) -> {ok, xmpptls_context:ticket_key()} | {error, string()}.
unseal(Secret, {Cluster, Begin, Period}, <<?LABEL, Nonce:12/binary, Rest/binary>>) when byte_size(Rest) > 64 + 16 ->
    Length = byte_size(Rest) - 16,
    <<Sealed:Length/binary, Tag:16/binary>> = Rest,
    case crypto:crypto_one_time_aead(aes_256_gcm, Secret(), Nonce, Sealed, <<>>, Tag, false) of
        <<?LABEL, Begin:64, Period:32, Key:48/binary, Cluster/binary>> -> {ok, Key};
        error -> {error, "not sealed with this cluster's secret, or changed since"};
        _ -> {error, "the record of another cluster, time or period"}
    end;
unseal(_, _, _) ->
    {error, "a record of another layout"}.
