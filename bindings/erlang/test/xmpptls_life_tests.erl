%% What becomes of handles: processes that die, code that is loaded anew, many connections, busy schedulers.
-module(xmpptls_life_tests).

-include_lib("eunit/include/eunit.hrl").

a_killed_owner_leaks_nothing_test_() ->
    {timeout, 120, fun() ->
        #{context := Context} = xmpptls_test:pair(),
        %% Steps of a handshake, of which the last leaves it open; each is the last one of some owners' lives.
        Round = fun() -> [die_after(Step, How, Context, 5) || Step <- lists:seq(0, 4), How <- [killed, crashed]] end,
        [Round() || _ <- lists:seq(1, 5)],
        Before = xmpptls_test:memory(),
        [Round() || _ <- lists:seq(1, 40)],
        Grown = xmpptls_test:memory() - Before,
        %% 2,000 handshakes that were broken off, most with what was written early, would be 60 MB and more; the allocators
        %% of many schedulers keep some of what was given back
        ?assert(Grown < 40_000)
    end}.

many_connections_take_little_and_give_it_back_test_() ->
    {timeout, 300, fun() ->
        #{context := Context} = xmpptls_test:pair(),
        Open = fun(Count) -> [established(Context) || _ <- lists:seq(1, Count)] end,
        Warm = Open(100),
        Before = xmpptls_test:memory(),
        Many = Open(1000),
        Each = (xmpptls_test:memory() - Before) / 2000,
        ?assert(Each < 16),
        [xmpptls_connection:close(End) || {One, Other} <- Many, End <- [One, Other]],
        %% What was given back is used again: another 1,000 need no more.
        High = xmpptls_test:memory(),
        Again = Open(1000),
        ?assert(xmpptls_test:memory() - High < 4000),
        ?assertEqual(2100, length(Warm) + length(Many) + length(Again))
    end}.

%% What comes back from a dirty scheduler comes by a function of its own.
only_what_makes_keys_leaves_the_scheduler_test() ->
    #{context := Context} = xmpptls_test:pair(#{settings => [{"tls.resumption", off}]}),
    Stanza = binary:copy(<<"x">>, 300),
    Self = self(),
    Pid = spawn_link(fun() ->
              receive begin_now -> ok end,
              Did = fun(Call) -> Result = Call(), Self ! did, Result end,
              {ok, One} = xmpptls_connection:initiating(Context, <<"b.test">>, #{transport => tls_only}),
              {ok, Two} = xmpptls_connection:accepting(Context, #{transport => tls_only}),
              {ok, <<>>, Hello} = Did(fun() -> xmpptls_connection:write(One, <<"early">>) end),
              {ok, <<>>, <<>>} = Did(fun() -> xmpptls_connection:received(One, <<>>) end),
              {ok, <<>>, <<>>} = Did(fun() -> xmpptls_connection:write(One, <<" words">>) end),
              {ok, <<>>, <<>>} = Did(fun() -> xmpptls_connection:received(Two, <<>>) end),
              {ok, <<>>, Flight} = Did(fun() -> xmpptls_connection:received(Two, Hello) end),
              {ok, <<>>, Last} = Did(fun() -> xmpptls_connection:received(One, Flight) end),
              {ok, <<"early words">>, <<>>} = Did(fun() -> xmpptls_connection:received(Two, Last) end),
              {ok, <<>>, Record} = Did(fun() -> xmpptls_connection:write(One, Stanza) end),
              {ok, Stanza, <<>>} = Did(fun() -> xmpptls_connection:received(Two, Record) end),
              Large = binary:copy(<<"x">>, 70000),
              {ok, <<>>, _} = Did(fun() -> xmpptls_connection:write(Two, Large) end)
          end),
    erlang:trace(Pid, true, [running, send]),
    Pid ! begin_now,
    ?assertEqual([1, 0, 0, 0, 1, 1, 1, 0, 0, 1], [hops(0) || _ <- lists:seq(1, 10)]).

two_processes_may_use_one_connection_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    Self = self(),
    Writers = [spawn_link(fun() -> Self ! {self(), [xmpptls_connection:write(Initiating, <<"x">>) || _ <- lists:seq(1, 200)]} end)
               || _ <- lists:seq(1, 8)],
    Results = [receive {Writer, Result} -> Result end || Writer <- Writers],
    [?assertMatch({ok, <<>>, _}, Result) || Result <- lists:append(Results)].

one_process_may_close_what_another_uses_test() ->
    [begin
         #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
         {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
         Self = self(),
         User = spawn_link(fun() -> Self ! {self(), xmpptls_connection:received(Accepting, Hello)} end),
         _ = xmpptls_connection:close(Accepting),
         receive
             {User, {ok, <<>>, _}} -> ok;
             {User, {error, connection_closed, <<>>, <<>>}} -> ok
         end
     end || _ <- lists:seq(1, 20)].

terms_outlive_a_code_change_test() ->
    #{context := Context, initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
    %% The old code goes, and its library with it; whoever still ran it would be killed.
    code:purge(xmpptls_nif),
    {module, xmpptls_nif} = code:load_file(xmpptls_nif),
    ?assert(code:soft_purge(xmpptls_nif)),
    {_, _} = xmpptls_test:exchange(Initiating, Accepting, Hello),
    ?assertEqual(open, xmpptls_connection:phase(Accepting)),
    {ok, _} = xmpptls_connection:accepting(Context).

%% --- ---

%% How often the process left for a dirty scheduler until it did its next step.
hops(Count) ->
    receive
        {trace, _, out, {erts_internal, dirty_nif_finalizer, _}} -> hops(Count + 1);
        {trace, _, send, did, _} -> Count;
        {trace, _, _, _} -> hops(Count);
        {trace, _, _, _, _} -> hops(Count)
    after 10000 -> no_step
    end.

established(Context) ->
    {ok, Initiating} = xmpptls_connection:initiating(Context, <<"b.test">>),
    {ok, Accepting} = xmpptls_connection:accepting(Context),
    xmpptls_test:handshake(Initiating, Accepting),
    {Initiating, Accepting}.

%% Processes that die after a step: from outside, or by a fault of their own.
die_after(Step, How, Context, Count) ->
    Self = self(),
    Owners = [spawn_monitor(fun() ->
                  Ends = steps(Step, Context),
                  Self ! {ready, self()},
                  receive fail -> exit(crashed); never -> Ends end
              end) || _ <- lists:seq(1, Count)],
    [receive {ready, Pid} when How =:= killed -> exit(Pid, kill); {ready, Pid} -> Pid ! fail end || {Pid, _} <- Owners],
    [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(How, Reason) end || {Pid, Monitor} <- Owners].

%% The first so many steps of a handshake; text that is written early waits until the last.
steps(Step, Context) ->
    {ok, Initiating} = xmpptls_connection:initiating(Context, <<"b.test">>, #{transport => tls_only}),
    {ok, Accepting} = xmpptls_connection:accepting(Context, #{transport => tls_only}),
    Early = binary:copy(<<"early">>, 10000),
    Steps = [fun(<<>>) -> {ok, <<>>, Hello} = xmpptls_connection:write(Initiating, Early), Hello end,
             fun(Hello) -> {ok, <<>>, Flight} = xmpptls_connection:received(Accepting, Hello), Flight end,
             fun(Flight) -> {ok, <<>>, Last} = xmpptls_connection:received(Initiating, Flight), Last end,
             fun(Last) -> {ok, Early, Rest} = xmpptls_connection:received(Accepting, Last), Rest end],
    _ = lists:foldl(fun(Do, Bytes) -> Do(Bytes) end, <<>>, lists:sublist(Steps, Step)),
    {Initiating, Accepting}.
