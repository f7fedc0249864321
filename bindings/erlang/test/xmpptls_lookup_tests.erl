%% Look-ups: the process around the library's thread. What is found is tested with real servers (tests/lookup_*.rs,
%% examples/ejabberd/test/proofs.py); here nobody answers.
-module(xmpptls_lookup_tests).

-include_lib("eunit/include/eunit.hrl").

nobody_answers_within_the_limit_test() ->
    {ok, Lookup} = silent(),
    Before = erlang:monotonic_time(millisecond),
    ?assertEqual({failed, timeout}, xmpptls_lookup:candidates(Lookup, <<"example.test">>, s2s, 400)),
    ?assert(erlang:monotonic_time(millisecond) - Before < 3000),
    ok = xmpptls_lookup:stop(Lookup).

questions_that_nobody_answers_are_failed_and_no_reason_to_trust_test_() ->
    {timeout, 30, fun() ->
        {ok, Lookup} = silent(),
        Policy = xmpptls_test:policy(xmpptls_test:authority()),
        #{der := Der} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"example.test">>]),
        {ok, Certificate} = xmpptls_certificate:from_der(Der),
        {ok, Endpoint} = xmpptls_endpoint:new(#{target => <<"example.test">>, port => 5269, srv => secure, addresses => secure}),
        {ok, Verification} = xmpptls_verification:of_chain([Certificate], <<"example.test">>, initiating, Policy, Endpoint),
        ?assertEqual(ok, xmpptls_lookup:answer(Lookup, Verification, 500)),
        {ok, Verdict} = xmpptls_verification:decide(Verification),
        ?assertMatch(#{level := refused, method := none}, xmpptls_verdict:info(Verdict)),
        ok = xmpptls_lookup:stop(Lookup)
    end}.

many_ask_at_once_and_each_gets_its_answer_test_() ->
    {timeout, 30, fun() ->
        {ok, Lookup} = silent(),
        Askers = [spawn_monitor(fun() ->
                      {failed, timeout} = xmpptls_lookup:candidates(Lookup, <<"d", (integer_to_binary(N))/binary, ".test">>, s2s, 300)
                  end) || N <- lists:seq(1, 50)],
        [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end || {Pid, Monitor} <- Askers],
        ok = xmpptls_lookup:stop(Lookup)
    end}.

a_process_that_is_killed_takes_the_thread_with_it_test() ->
    Threads = fun() -> length(filelib:wildcard("/proc/self/task/*")) end,
    Before = Threads(),
    process_flag(trap_exit, true),
    Killed = [begin
                  {ok, Lookup} = silent(),
                  spawn(fun() -> xmpptls_lookup:candidates(Lookup, <<"example.test">>, s2s, 20000) end),
                  Lookup
              end || _ <- lists:seq(1, 5)],
    ?assert(xmpptls_test:eventually(fun() -> Threads() >= Before + 5 end)),
    [begin exit(Lookup, kill), receive {'EXIT', Lookup, killed} -> ok end end || Lookup <- Killed],
    process_flag(trap_exit, false),
    ?assert(xmpptls_test:eventually(fun() -> Threads() =< Before end)).

options_are_checked_test() ->
    ?assertMatch({error, {invalid_parameter, _}}, refused(#{allow_networks => ["nowhere"]})),
    ?assertMatch({error, {malformed_record, _}}, refused(#{dnssec_anchors => "no key"})),
    {ok, Lookup} = silent(),
    ?assertMatch({error, {invalid_domain, _}}, xmpptls_lookup:candidates(Lookup, <<"not a domain">>, s2s, 100)),
    ?assertEqual(ok, xmpptls_lookup:flush(Lookup, <<"example.test">>)),
    ok = xmpptls_lookup:stop(Lookup).

%% In a process of its own, since whoever starts what cannot start is told by an exit signal too.
refused(Options) ->
    Self = self(),
    spawn(fun() -> process_flag(trap_exit, true), Self ! {refused, xmpptls_lookup:start_link(Options)} end),
    receive {refused, Result} -> Result end.

%% A server that takes questions and says nothing.
silent() ->
    {ok, Socket} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, Port} = inet:port(Socket),
    xmpptls_lookup:start_link(#{servers => [{{127, 0, 0, 1}, Port}]}).
