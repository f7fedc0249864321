%% Connections: two ends in memory.
-module(xmpptls_connection_tests).

-include_lib("eunit/include/eunit.hrl").

an_accepting_end_says_nothing_before_it_is_fed_test() ->
    #{accepting := Accepting} = xmpptls_test:pair(),
    ?assertEqual({ok, <<>>, <<>>}, xmpptls_connection:received(Accepting, <<>>)),
    ?assertEqual({ok, <<>>, <<>>}, xmpptls_connection:transmit(Accepting)).

an_initiating_end_says_hello_when_it_is_asked_to_transmit_test() ->
    #{initiating := Initiating} = xmpptls_test:pair(),
    ?assertMatch({ok, <<>>, <<22, 3, _, _/binary>>}, xmpptls_connection:transmit(Initiating)).

a_handshake_ends_open_with_its_facts_on_both_ends_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    [?assertMatch(#{phase := open, version := <<"TLSv1.3">>, suite_name := <<"TLS_", _/binary>>, resumed := false,
                    alpn := <<"xmpp-server">>, group_name := <<"X25519MLKEM768">>}, xmpptls_connection:info(End))
     || End <- [Initiating, Accepting]],
    ?assertMatch(#{server_name := <<"b.test">>}, xmpptls_connection:info(Accepting)),
    ?assert(lists:member(handshake_done, xmpptls_connection:events(Accepting))),
    ?assertEqual([], xmpptls_connection:events(Accepting)).

early_bytes_wait_for_the_end_of_the_handshake_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    %% far more than the library itself keeps before TLS is up
    Early = binary:copy(<<"0123456789abcdef">>, 20000),
    {ok, <<>>, Hello} = xmpptls_connection:write(Initiating, Early),
    ?assert(byte_size(Hello) < 4000),
    ?assertEqual({<<>>, Early}, xmpptls_test:exchange(Initiating, Accepting, Hello)).

early_bytes_have_a_limit_test() ->
    #{initiating := Initiating} = xmpptls_test:pair(),
    Megabyte = binary:copy(<<0>>, 1024 * 1024),
    [?assertMatch({ok, _, _}, xmpptls_connection:write(Initiating, Megabyte)) || _ <- [1, 2, 3, 4]],
    ?assertMatch({error, limit_exceeded, <<>>, _}, xmpptls_connection:write(Initiating, Megabyte)).

iodata_is_written_as_it_stands_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, <<>>, Output} = xmpptls_connection:write(Initiating, ["<a>", [<<"b">>, $c], []]),
    ?assertEqual({ok, <<"<a>bc">>, <<>>}, xmpptls_connection:received(Accepting, Output)).

a_limit_gives_as_much_and_keeps_the_rest_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    Data = crypto:strong_rand_bytes(100000),
    {ok, <<>>, Output} = xmpptls_connection:write(Initiating, Data),
    {ok, First, <<>>} = xmpptls_connection:received(Accepting, Output, 10),
    {ok, None, <<>>} = xmpptls_connection:received(Accepting, <<>>, 0),
    {ok, Second, <<>>} = xmpptls_connection:received(Accepting, <<>>, 50000),
    {ok, Third, <<>>} = xmpptls_connection:received(Accepting, <<>>),
    ?assertEqual({10, 0, 50000}, {byte_size(First), byte_size(None), byte_size(Second)}),
    ?assertEqual(Data, <<First/binary, Second/binary, Third/binary>>).

damage_is_an_error_with_its_alert_and_is_final_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, <<>>, <<Head:20/binary, Octet, Rest/binary>>} = xmpptls_connection:write(Initiating, <<"hello">>),
    Damaged = <<Head/binary, (Octet bxor 1), Rest/binary>>,
    {error, {connection_failed, Detail}, <<>>, Alert} = xmpptls_connection:received(Accepting, Damaged),
    ?assertMatch(#{cause := _, message := <<_, _/binary>>, alert := bad_record_mac}, Detail),
    ?assertMatch(<<23, _/binary>>, Alert),
    ?assertEqual(failed, xmpptls_connection:phase(Accepting)),
    ?assertMatch({error, {connection_failed, _}, <<>>, <<>>}, xmpptls_connection:write(Accepting, <<"x">>)),
    ?assertMatch({error, {connection_failed, #{alert := bad_record_mac}}, <<>>, _},
                 xmpptls_connection:received(Initiating, Alert)).

undamaged_bytes_of_the_same_record_are_taken_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, <<>>, Output} = xmpptls_connection:write(Initiating, <<"hello">>),
    ?assertEqual({ok, <<"hello">>, <<>>}, xmpptls_connection:received(Accepting, Output)).

what_is_no_tls_is_told_apart_test() ->
    #{accepting := Accepting} = xmpptls_test:pair(),
    ?assertMatch({error, {connection_failed, #{cause := not_tls}}, <<>>, _},
                 xmpptls_connection:received(Accepting, <<"GET / HTTP/1.1\r\n\r\n">>)).

close_gives_close_notify_once_and_everything_is_closed_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    Bye = xmpptls_connection:close(Initiating),
    ?assertMatch(<<23, _/binary>>, Bye),
    ?assertEqual(<<>>, xmpptls_connection:close(Initiating)),
    ?assertEqual({ok, <<>>, <<>>}, xmpptls_connection:received(Accepting, Bye)),
    ?assert(lists:member(peer_closed, xmpptls_connection:events(Accepting))),
    ?assertEqual({error, connection_closed, <<>>, <<>>}, xmpptls_connection:write(Initiating, <<"x">>)),
    ?assertEqual({error, connection_closed, <<>>, <<>>}, xmpptls_connection:received(Initiating, <<"x">>)),
    ?assertEqual(#{phase => closed}, xmpptls_connection:info(Initiating)),
    ?assertEqual([], xmpptls_connection:peer_certificates(Initiating)).

an_end_without_close_notify_is_a_truncation_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    ok = xmpptls_connection:end_of_input(Accepting),
    ?assert(lists:member(truncated, xmpptls_connection:events(Accepting))).

the_stop_at_the_client_hello_waits_for_a_choice_test() ->
    #{context := Context, initiating := Initiating, accepting := Accepting} =
        xmpptls_test:pair(#{accepting => #{stop_at_client_hello => true}}),
    {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
    ?assertEqual(none, xmpptls_connection:client_hello(Accepting)),
    {ok, <<>>, <<>>} = xmpptls_connection:received(Accepting, Hello),
    ?assertEqual({ok, #{server_name => <<"b.test">>, alpn => [<<"xmpp-server">>]}},
                 xmpptls_connection:client_hello(Accepting)),
    ok = xmpptls_connection:choose(Accepting, #{context => Context, protocol => <<"xmpp-server">>}),
    {ok, <<>>, Flight} = xmpptls_connection:received(Accepting, <<>>),
    {_, _} = xmpptls_test:exchange(Accepting, Initiating, Flight),
    ?assertEqual(open, xmpptls_connection:phase(Initiating)).

a_client_hello_can_be_refused_test() ->
    #{initiating := Initiating, accepting := Accepting} =
        xmpptls_test:pair(#{accepting => #{stop_at_client_hello => true}}),
    {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
    {ok, <<>>, <<>>} = xmpptls_connection:received(Accepting, Hello),
    ok = xmpptls_connection:refuse(Accepting, 112),
    {ok, <<>>, Alert} = xmpptls_connection:transmit(Accepting),
    ?assertMatch({error, {connection_failed, #{alert := unrecognized_name}}, _, _},
                 xmpptls_connection:received(Initiating, Alert)).

set_up_is_over_when_the_connection_was_driven_test() ->
    #{context := Context} = xmpptls_test:pair(),
    ?assertMatch({error, {contradiction, #{message := _}}},
                 xmpptls_connection:accepting(Context, #{own_domain => <<"a.test">>})),
    ?assertMatch({error, {invalid_domain, _}}, xmpptls_connection:initiating(Context, <<"not a domain">>)),
    ?assertError(badarg, xmpptls_connection:accepting(Context, #{transport => carrier_pigeon})),
    ?assertError(badarg, xmpptls_connection:accepting(Context, #{unheard_of => 1})),
    ?assertError(badarg, xmpptls_connection:received(Context, <<>>)),
    ?assertError(badarg, xmpptls_connection:phase(self())).

channel_bindings_agree_and_tls_unique_is_never_to_be_had_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    ?assertMatch({error, {not_yet, _}}, xmpptls_connection:channel_binding(Initiating, tls_exporter)),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, Exported} = xmpptls_connection:channel_binding(Initiating, tls_exporter),
    ?assertEqual({ok, Exported}, xmpptls_connection:channel_binding(Accepting, tls_exporter)),
    ?assertEqual(32, byte_size(Exported)),
    {ok, EndPoint} = xmpptls_connection:channel_binding(Initiating, tls_server_end_point),
    ?assertEqual({ok, EndPoint}, xmpptls_connection:channel_binding(Accepting, tls_server_end_point)),
    ?assertMatch({error, {not_available, _}}, xmpptls_connection:channel_binding(Initiating, tls_unique)).

starttls_is_spoken_by_the_library_test() ->
    #{initiating := Initiating, accepting := Accepting} =
        xmpptls_test:pair(#{initiating => #{transport => starttls, own_domain => <<"a.test">>},
                            accepting => #{transport => starttls}}),
    {ok, <<>>, Header} = xmpptls_connection:transmit(Initiating),
    ?assertMatch({_, _}, binary:match(Header, <<"to='b.test'">>)),
    {<<>>, <<>>} = xmpptls_test:exchange(Initiating, Accepting, Header),
    ?assertMatch(#{phase := open, unverified_to := <<"b.test">>, unverified_from := <<"a.test">>},
                 xmpptls_connection:info(Accepting)).

a_deadline_runs_until_the_handshake_is_over_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    Time = xmpptls_connection:deadline(Initiating),
    ?assert(is_integer(Time) andalso Time > 0 andalso Time =< 30000),
    xmpptls_test:handshake(Initiating, Accepting),
    ?assertEqual(infinity, xmpptls_connection:deadline(Initiating)).

a_time_limit_that_was_reached_is_the_cause_test() ->
    #{initiating := Initiating} = xmpptls_test:pair(#{settings => [{"time_limits.before_tls", 1}, {"time_limits.handshake", 1}]}),
    _ = xmpptls_connection:transmit(Initiating),
    timer:sleep(20),
    ok = xmpptls_connection:advance(Initiating),
    ?assertMatch(#{phase := failed, cause := time_handshake}, xmpptls_connection:info(Initiating)).

a_report_says_what_a_person_should_know_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, Report} = xmpptls_connection:report(Initiating),
    ?assert(is_map(Report)),
    {ok, Text} = xmpptls_connection:report_text(Initiating),
    ?assertMatch({_, _}, binary:match(Text, <<"TLS">>)).

the_key_log_is_off_unless_the_policy_allows_it_test() ->
    #{context := Context} = xmpptls_test:pair(),
    ?assertMatch({error, {contradiction, _}},
                 xmpptls_connection:accepting(Context, #{key_log => true})),
    #{initiating := Initiating, accepting := Accepting} =
        xmpptls_test:pair(#{settings => [{"tls.key_log", true}], initiating => #{key_log => true}}),
    xmpptls_test:handshake(Initiating, Accepting),
    ?assertMatch({ok, <<"CLIENT_", _/binary>>}, xmpptls_connection:next_key_log_line(Initiating)),
    ?assertEqual(none, xmpptls_connection:next_key_log_line(Accepting)).
