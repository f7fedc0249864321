%% The drop-in beyond what every fast_tls does (tests/interop/ejabberd/conformance.escript has that).
-module(fast_tls_tests).

-include_lib("eunit/include/eunit.hrl").

the_drop_in_is_the_one_that_is_tested_test() ->
    ?assert(xmpptls_test:dropin()),
    {ok, [{application, fast_tls, Keys}]} = file:consult(code:where_is_file("fast_tls.app")),
    ?assertEqual("1.1.16", proplists:get_value(vsn, Keys)).

a_session_over_tcp_with_both_certificates_test() ->
    World = #{ca := Ca, file := File} = world(),
    {Server, Client} = connected([{certfile, File}, {cafile, Ca}], [connect, {sni, "one.test"}, {cafile, Ca}, {certfile, File}]),
    ?assertEqual(0, fast_tls:get_verify_result(Client)),
    ?assertEqual(0, fast_tls:get_verify_result(Server)),
    {ok, Otp} = fast_tls:get_peer_certificate(Client, otp),
    ?assertEqual(public_key:pkix_decode_cert(maps:get(der, World), otp), Otp),
    ?assertMatch({ok, <<"TLSv1.3 TLS_", _/binary>>}, fast_tls:get_negotiated_cipher(Client)),
    {ok, Binding} = fast_tls:get_tls_cb_exporter(Client),
    ?assertEqual({ok, Binding}, fast_tls:get_tls_cb_exporter(Server)),
    ?assertEqual({error, undefined}, fast_tls:get_tls_last_message(self, Client)),
    close(Server, Client).

a_client_of_nobody_gets_through_and_is_known_as_such_test() ->
    #{ca := Ca, file := File} = world(),
    #{file := Foreign} = world(),
    {Server, Client} = connected([{certfile, File}, {cafile, Ca}], [connect, {certfile, Foreign}]),
    ?assertEqual(20, fast_tls:get_verify_result(Server)),
    ?assertEqual(<<"unable to get local issuer certificate">>, fast_tls:get_cert_verify_string(20, <<>>)),
    close(Server, Client).

a_verdict_that_was_concluded_is_the_answer_from_then_on_test() ->
    #{ca := Ca, file := File, authority := Authority} = world(),
    {Server, Client} = connected([{certfile, File}], [connect, {sni, "one.test"}, {cafile, Ca}]),
    ?assertEqual(0, fast_tls:get_verify_result(Client)),
    Judge = fun(Domain) ->
        {ok, Verification} = xmpptls_connection:verification(fast_tls:connection(Client), Domain,
                                                             #{policy => xmpptls_test:policy(Authority)}),
        {ok, Verdict} = xmpptls_verification:decide(Verification),
        ok = fast_tls:conclude(Client, Verdict),
        fast_tls:get_verify_result(Client)
    end,
    ?assertNotEqual(0, Judge(<<"two.test">>)),
    ?assertEqual(0, Judge(<<"one.test">>)),
    ?assertNotEqual(0, Judge(<<"two.test">>)),
    close(Server, Client),
    ?assertNotEqual(0, fast_tls:get_verify_result(Client)).

after_close_nothing_counts_as_verified_test() ->
    #{ca := Ca, file := File} = world(),
    {Server, Client} = connected([{certfile, File}], [connect, {cafile, Ca}]),
    close(Server, Client),
    ?assertNotEqual(0, fast_tls:get_verify_result(Client)),
    ?assertEqual(error, fast_tls:get_peer_certificate(Client, otp)),
    ?assertEqual({error, closed}, fast_tls:recv_data(Client, <<"x">>)),
    ?assertEqual({error, closed}, fast_tls:send(Client, <<"x">>)).

finish_handshake_waits_in_passive_mode_test() ->
    #{ca := Ca, file := File} = world(),
    {Near, Far} = tcp(),
    {ok, Server} = fast_tls:tcp_to_tls(Far, [{certfile, File}]),
    {ok, Client} = fast_tls:tcp_to_tls(Near, [connect, {cafile, Ca}]),
    Self = self(),
    spawn_link(fun() -> Self ! {done, fast_tls:finish_handshake(Server, 5000)}, receive never -> ok end end),
    ?assertEqual(ok, fast_tls:finish_handshake(Client, 5000)),
    ?assertEqual(ok, receive {done, Result} -> Result end),
    close(Server, Client).

whoever_speaks_no_tls_is_closed_without_a_text_test() ->
    #{file := File} = world(),
    [begin
         {Near, Far} = tcp(),
         {ok, Server} = fast_tls:tcp_to_tls(Far, [{certfile, File}]),
         ?assertEqual({error, closed}, fast_tls:recv_data(Server, Bytes)),
         gen_tcp:close(Near)
     end || Bytes <- [<<"GET / HTTP/1.1\r\n\r\n">>, <<"<?xml version='1.0'?><stream:stream>">>, <<0:400>>]].

a_failed_handshake_has_a_text_and_the_peer_its_alert_test() ->
    #{file := File} = world(),
    {Near, Far} = tcp(),
    {ok, Server} = fast_tls:tcp_to_tls(Far, [{certfile, File}, {protocol_options, <<"no_tlsv1_3">>}]),
    {ok, Client} = fast_tls:tcp_to_tls(Near, [connect, {protocol_options, <<"no_tlsv1_2">>}]),
    {ok, <<>>} = fast_tls:recv_data(Client, <<>>),
    {ok, Hello} = gen_tcp:recv(Far, 0, 1000),
    {error, Text} = fast_tls:recv_data(Server, Hello),
    ?assertMatch(<<"nothing_in_common: ", _/binary>>, Text),
    {ok, <<21, _/binary>>} = gen_tcp:recv(Near, 0, 1000),
    close(Server, Client).

options_that_cannot_be_met_are_texts_test() ->
    #{file := File} = world(),
    {_, Far} = tcp(),
    [?assertMatch({error, <<_, _/binary>>}, fast_tls:tcp_to_tls(Far, Options))
     || Options <- [[{certfile, File}, {ciphers, "AES128-SHA"}], [{certfile, "/nowhere.pem"}],
                    [{certfile, File}, {protocol_options, <<"no_tlsv1_2|no_tlsv1_3">>}]]],
    ?assertEqual({error, no_certfile}, fast_tls:tcp_to_tls(Far, [])),
    %% what has no counterpart here is passed over
    ?assertMatch({ok, _}, fast_tls:tcp_to_tls(Far, [{certfile, File}, {dhfile, "/nowhere.dh"}, {protocol_options, <<"no_such_option">>},
                                                    compression_none, unheard_of, {ciphers, "HIGH:!aNULL:@STRENGTH"}])).

a_cipher_string_is_about_tls_1_2_alone_test() ->
    #{ca := Ca, file := File} = world(),
    Ciphers = {ciphers, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {Server, Client} = connected([{certfile, File}, Ciphers], [connect, {cafile, Ca}]),
    ?assertMatch({ok, <<"TLSv1.3 ", _/binary>>}, fast_tls:get_negotiated_cipher(Client)),
    close(Server, Client),
    {Server2, Client2} = connected([{certfile, File}, Ciphers, {protocol_options, "no_tlsv1_3"}], [connect, {cafile, Ca}]),
    ?assertEqual({ok, <<"TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256">>}, fast_tls:get_negotiated_cipher(Client2)),
    close(Server2, Client2).

a_domain_with_a_bad_file_does_not_take_the_others_down_test() ->
    #{ca := Ca, file := File} = world(),
    ok = fast_tls:add_certfile(<<"broken.test">>, xmpptls_test:file("broken.pem", <<"nothing">>)),
    ok = fast_tls:clear_cache(),
    {Server, Client} = connected([{certfile, File}], [connect, {sni, "broken.test"}, {cafile, Ca}]),
    ?assertEqual(0, fast_tls:get_verify_result(Client)),
    close(Server, Client),
    true = fast_tls:delete_certfile(<<"broken.test">>).

five_hundred_sockets_at_once_after_clear_cache_read_the_files_once_test_() ->
    {timeout, 60, fun() ->
        #{file := File} = world(),
        {_, Far} = tcp(),
        ok = fast_tls:clear_cache(),
        Workers = [spawn_monitor(fun() -> {ok, _} = fast_tls:tcp_to_tls(Far, [{certfile, File}]) end) || _ <- lists:seq(1, 500)],
        [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason) end || {Pid, Monitor} <- Workers]
    end}.

authorities_that_cannot_be_read_verify_nobody_test() ->
    #{file := File} = world(),
    {Server, Client} = connected([{certfile, File}], [connect, {cafile, "/nowhere.pem"}]),
    ?assertEqual(50, fast_tls:get_verify_result(Client)),
    close(Server, Client).

%% --- ---

world() ->
    Authority = #{cert := Root} = xmpptls_test:authority(),
    #{pem := Pem, der := Der} = xmpptls_test:leaf(Authority, [<<"one.test">>]),
    Name = integer_to_list(erlang:unique_integer([positive])),
    #{authority => Authority, der => Der, file => xmpptls_test:file(Name ++ ".pem", Pem),
      ca => xmpptls_test:file(Name ++ "-ca.pem", public_key:pem_encode([{'Certificate', Root, not_encrypted}]))}.

tcp() ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    {ok, Near} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, Far} = gen_tcp:accept(Listener),
    gen_tcp:close(Listener),
    {Near, Far}.

connected(ServerOptions, ClientOptions) ->
    {Near, Far} = tcp(),
    {ok, Server} = fast_tls:tcp_to_tls(Far, ServerOptions),
    {ok, Client} = fast_tls:tcp_to_tls(Near, ClientOptions),
    {ok, <<>>} = fast_tls:recv_data(Server, <<>>),
    ok = fast_tls:send(Client, <<"hello">>),
    settle([{Far, Server}, {Near, Client}], 0),
    {Server, Client}.

settle(_, 3) ->
    ok;
settle([{Tcp, Tls}, Other], Quiet) ->
    case gen_tcp:recv(Tcp, 0, 100) of
        {ok, Bytes} -> {ok, _} = fast_tls:recv_data(Tls, Bytes), settle([Other, {Tcp, Tls}], 0);
        {error, timeout} -> settle([Other, {Tcp, Tls}], Quiet + 1)
    end.

close(Server, Client) ->
    ok = fast_tls:close(Server),
    ok = fast_tls:close(Client).
