%% The handles that are made once and shared: anchors, policies, credentials, certificates, contexts.
-module(xmpptls_handles_tests).

-include_lib("eunit/include/eunit.hrl").

the_library_tells_its_version_test() ->
    {ok, [[{application, xmpptls, Keys}]]} = {ok, [element(2, file:consult(code:where_is_file("xmpptls.app")))]},
    ?assertEqual(list_to_binary(proplists:get_value(vsn, Keys)), xmpptls:version()),
    ?assert(is_integer(xmpptls:abi_version())).

suites_have_their_registered_names_test() ->
    ?assertEqual(<<"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256">>, xmpptls:suite_name(16#CCA8)),
    ?assertEqual(<<>>, xmpptls:suite_name(16#002F)),
    ?assertError(badarg, xmpptls:suite_name(-1)).

anchors_come_from_files_and_memory_test() ->
    #{cert := Der} = xmpptls_test:authority(),
    Pem = public_key:pem_encode([{'Certificate', Der, not_encrypted}]),
    File = xmpptls_test:file("anchor.pem", Pem),
    [?assertEqual(1, count([Source])) || Source <- [{der, Der}, {pem, Pem}, {file, File}, {file, binary_to_list(File)}]],
    ?assertEqual(2, count([{der, Der}, {der, maps:get(cert, xmpptls_test:authority())}])).

anchors_say_which_file_is_at_fault_test() ->
    ?assertMatch({error, {file_not_readable, #{file := <<"/nowhere.pem">>, message := <<_, _/binary>>}}},
                 xmpptls_trust_anchors:new([{file, "/nowhere.pem"}])),
    ?assertMatch({error, {_, #{message := _}}}, xmpptls_trust_anchors:new([{der, <<"no certificate">>}])),
    ?assertError(badarg, xmpptls_trust_anchors:new([{pigeon, <<>>}])),
    ?assertError(badarg, xmpptls_trust_anchors:new([sistem])).

policies_know_their_settings_test() ->
    Policy = xmpptls_test:policy(xmpptls_test:authority(), [{"tls.resumption", off}, {"time_limits.handshake", 1234},
                                                            {"tls.groups", [x25519, secp256r1]}, {"posh.enabled", false}]),
    ?assertEqual(<<"s2s-2026+changes">>, xmpptls_policy:name(Policy)),
    Toml = xmpptls_policy:toml(Policy),
    [?assertMatch({_, _}, binary:match(Toml, Text)) || Text <- [<<"1234">>, <<"\"x25519\"">>, <<"\"off\"">>]].

policies_come_back_from_their_toml_form_test() ->
    Authority = xmpptls_test:authority(),
    Policy = xmpptls_test:policy(Authority, [{"tls.resumption", off}]),
    {ok, Again} = xmpptls_policy:from_toml(xmpptls_policy:toml(Policy), #{trust_anchors => xmpptls_test:anchors(Authority)}),
    ?assertEqual(xmpptls_policy:toml(Policy), xmpptls_policy:toml(Again)).

policies_refuse_what_they_do_not_know_test() ->
    ?assertMatch({error, {unknown_name, _}}, xmpptls_policy:new("no such preset")),
    ?assertMatch({error, {no_trust_anchors, _}}, xmpptls_policy:new("s2s")),
    Anchors = xmpptls_test:anchors(xmpptls_test:authority()),
    With = fun(Settings) -> xmpptls_policy:new("s2s", #{trust_anchors => Anchors, settings => Settings}) end,
    ?assertMatch({error, {unknown_name, _}}, With([{"tls.resumptoin", off}])),
    ?assertMatch({error, {invalid_policy, _}}, With([{"tls.resumption", sometimes}])),
    ?assertMatch({error, {already_set, _}}, With([{"tls.resumption", off}, {"tls.resumption", off}])),
    ?assertMatch({error, {contradiction, _}}, With([{"dane.required", true}, {"requirement", 'encrypt-only'}])),
    ?assertMatch({ok, _}, With([{"tls.resumption", off}])),
    ?assertMatch({error, {invalid_policy, #{line := 2}}}, xmpptls_policy:from_toml(<<"preset = \"s2s\"\ngate = \"nobody\"\n">>)).

text_in_settings_cannot_break_out_of_its_quotes_test() ->
    Anchors = xmpptls_test:anchors(xmpptls_test:authority()),
    ?assertMatch({error, {invalid_policy, _}},
                 xmpptls_policy:new("s2s", #{trust_anchors => Anchors,
                                             settings => [{"requirement", <<"x\"\nrequirement = \"encrypt-only">>}]})).

relaxations_are_named_test() ->
    ?assertEqual([], xmpptls_policy:relaxations(xmpptls_test:policy(xmpptls_test:authority()))),
    [_ | _] = xmpptls_policy:relaxations(xmpptls_test:policy(xmpptls_test:authority(), [{"requirement", 'encrypt-only'}])).

credentials_say_who_is_served_test() ->
    Authority = xmpptls_test:authority(),
    #{pem := A, der := Der} = xmpptls_test:leaf(Authority, [<<"a.test">>]),
    #{pem := B} = xmpptls_test:leaf(Authority, [<<"b.test">>]),
    {ok, Credentials} = xmpptls_credentials:new([#{chain => {pem, A}}, #{domain => <<"*.b.test">>, chain => {pem, B}},
                                                 #{domain => default, chain => {file, xmpptls_test:file("b.pem", B)}}]),
    {ok, exact, Certificate} = xmpptls_credentials:which(Credentials, "A.test"),
    ?assertEqual(Der, xmpptls_certificate:der(Certificate)),
    ?assertMatch({ok, wildcard, _}, xmpptls_credentials:which(Credentials, "chat.b.test")),
    ?assertMatch({ok, default, _}, xmpptls_credentials:which(Credentials, "elsewhere.test")),
    ?assertEqual(2, xmpptls_credentials:count(Credentials)).

bad_credentials_are_named_and_the_others_usable_test() ->
    Authority = xmpptls_test:authority(),
    #{pem := Pem} = xmpptls_test:leaf(Authority, [<<"a.test">>]),
    #{pem := Other} = xmpptls_test:leaf(Authority, [<<"b.test">>]),
    Mixed = [#{domain => <<"a.test">>, chain => {pem, Pem}},
             #{domain => <<"b.test">>, chain => {file, <<"/nowhere.pem">>}},
             #{domain => <<"c.test">>, chain => {pem, Pem}, key => {pem, Other}}],
    {ok, Credentials, [{Second, Missing}, {Third, Mismatch}]} = xmpptls_credentials:usable(Mixed),
    ?assertEqual(tl(Mixed), [Second, Third]),
    ?assertMatch({file_not_readable, #{file := <<"/nowhere.pem">>}}, Missing),
    ?assertMatch({key_mismatch, _}, Mismatch),
    ?assertMatch({ok, exact, _}, xmpptls_credentials:which(Credentials, "a.test")),
    ?assertMatch({error, {file_not_readable, _}}, xmpptls_credentials:new(Mixed)).

certificates_say_what_they_are_test() ->
    #{der := Der} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"a.test">>, <<"*.a.test">>]),
    {ok, Certificate} = xmpptls_certificate:from_der(Der),
    #{names := Names, key_algorithm := <<"EC", _/binary>>, key_bits := 256, is_ca := false, pem := Pem,
      not_before := From, not_after := To} = xmpptls_certificate:info(Certificate),
    ?assertEqual([{dns_name, <<"a.test">>}, {dns_name, <<"*.a.test">>}], Names),
    ?assertEqual(31 * 86400, To - From),
    {ok, Again} = xmpptls_certificate:from_pem(Pem),
    ?assertEqual(Der, xmpptls_certificate:der(Again)),
    ?assertEqual({ok, crypto:hash(sha256, Der)}, xmpptls_certificate:digest(Certificate, sha256)),
    ?assertEqual({ok, crypto:hash(sha512, Der)}, xmpptls_certificate:digest(Certificate, sha512)),
    ?assertNotEqual(xmpptls_certificate:digest(Certificate, sha256), xmpptls_certificate:key_digest(Certificate, sha256)),
    ?assertMatch({error, invalid_parameter}, xmpptls_certificate:digest(Certificate, md5)),
    ?assertMatch({error, {malformed_certificate, _}}, xmpptls_certificate:from_der(<<1, 2, 3>>)).

a_reload_is_for_the_connections_to_come_test() ->
    #{authority := Authority, context := Context, initiating := Before, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Before, Accepting),
    #{pem := Pem, der := Der} = xmpptls_test:leaf(Authority, [<<"b.test">>]),
    {ok, Credentials} = xmpptls_credentials:new([#{domain => <<"b.test">>, chain => {pem, Pem}}]),
    ok = xmpptls_context:set_credentials(Context, Credentials),
    ok = xmpptls_context:set_policy(Context, xmpptls_test:policy(Authority, [{"tls.newest_version", <<"TLSv1.2">>}])),
    ok = xmpptls_context:forget(Context, "b.test"),
    {ok, Initiating} = xmpptls_connection:initiating(Context, <<"b.test">>),
    {ok, Receiving} = xmpptls_connection:accepting(Context),
    xmpptls_test:handshake(Initiating, Receiving),
    [Shown | _] = xmpptls_connection:peer_certificates(Initiating),
    ?assertEqual(Der, xmpptls_certificate:der(Shown)),
    ?assertMatch(#{version := <<"TLSv1.2">>}, xmpptls_connection:info(Initiating)),
    {ok, <<>>, Output} = xmpptls_connection:write(Before, <<"on">>),
    ?assertEqual({ok, <<"on">>, <<>>}, xmpptls_connection:received(Accepting, Output)).

servers_that_share_ticket_keys_resume_each_others_sessions_test() ->
    Authority = xmpptls_test:authority(),
    #{pem := Pem} = xmpptls_test:leaf(Authority, [<<"b.test">>]),
    {ok, Credentials} = xmpptls_credentials:new([#{domain => <<"b.test">>, chain => {pem, Pem}}]),
    Policy = xmpptls_test:policy(Authority),
    {ok, Client} = xmpptls_context:new(Policy),
    [First, Second] = [element(2, {ok, _} = xmpptls_context:new(Policy, Credentials)) || _ <- [1, 2]],
    Resumed = fun(Server) ->
        {ok, Initiating} = xmpptls_connection:initiating(Client, <<"b.test">>),
        {ok, Accepting} = xmpptls_connection:accepting(Server),
        xmpptls_test:handshake(Initiating, Accepting),
        maps:get(resumed, xmpptls_connection:info(Initiating))
    end,
    Old = binary:copy(<<1>>, 48),
    New = <<(binary:copy(<<2>>, 16))/binary, (binary:copy(<<3>>, 32))/binary>>,
    ok = xmpptls_context:set_ticket_keys(First, [Old]),
    ?assertNot(Resumed(First)),
    ok = xmpptls_context:set_ticket_keys(Second, [New, Old]),
    ?assert(Resumed(Second)),
    ok = xmpptls_context:set_ticket_keys(First, [New]),
    ?assert(Resumed(First)),
    ok = xmpptls_context:forget(Client, "b.test"),
    ?assertNot(Resumed(First)),
    ok = xmpptls_context:set_ticket_keys(Second, [Old]),
    ?assertNot(Resumed(Second)),
    [?assertMatch({error, {invalid_parameter, _}}, xmpptls_context:set_ticket_keys(First, Keys)) ||
        Keys <- [[], [<<0:384>>], [Old, Old]]],
    ?assertMatch({error, {limit_exceeded, _}},
                 xmpptls_context:set_ticket_keys(First, [binary:copy(<<N>>, 48) || N <- lists:seq(1, 9)])),
    ?assertError(badarg, xmpptls_context:set_ticket_keys(First, [<<1:376>>])).

handles_are_not_taken_for_one_another_test() ->
    Policy = xmpptls_test:policy(xmpptls_test:authority()),
    {ok, Context} = xmpptls_context:new(Policy),
    ?assertError(badarg, xmpptls_context:new(Context)),
    ?assertError(badarg, xmpptls_policy:name(Context)),
    ?assertError(badarg, xmpptls_certificate:info(make_ref())),
    ?assertError(badarg, xmpptls_verdict:info(Policy)).

dialback_keys_are_those_of_xep_0185_test() ->
    {ok, Secret} = xmpptls_dialback:secret("s3cr3tf0rd14lb4ck"),
    Stream = #{receiving => <<"xmpp.example.com">>, originating => <<"example.org">>, stream_id => <<"D60000229F">>},
    Key = <<"37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643">>,
    ?assertEqual({ok, Key}, xmpptls_dialback:key(Secret, Stream)),
    ?assert(xmpptls_dialback:matches(Secret, Stream, ["\n", Key, "\n"])),
    ?assertNot(xmpptls_dialback:matches(Secret, Stream#{stream_id := <<"D60000229E">>}, Key)),
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_dialback:secret("short")),
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_dialback:key(Secret, Stream#{stream_id := <<"a b">>})),
    {ok, <<Random:64/binary>>} = xmpptls_dialback:random_secret(),
    ?assertMatch({ok, _}, xmpptls_dialback:secret(Random)).

reasons_are_readable_test() ->
    ?assertEqual(<<"wrong phase">>, xmpptls:format_error(wrong_phase)),
    ?assertEqual(<<"no_certificate: none">>, xmpptls:format_error({no_certificate, #{message => <<"none">>}})).

json_test_() ->
    [?_assertEqual({ok, Value}, xmpptls_json:decode(Text))
     || {Text, Value} <- [{<<"null">>, null}, {<<" [1, -2.5, 1e3, true] ">>, [1, -2.5, 1000.0, true]},
                          {<<"{\"a\":{\"b\":[]}}">>, #{<<"a">> => #{<<"b">> => []}}},
                          {<<"\"\\u00e9\\ud83d\\ude00\\n\"">>, <<"é😀\n"/utf8>>}, {<<"{}">>, #{}}]]
        ++ [?_assertEqual({error, malformed}, xmpptls_json:decode(Text))
            || Text <- [<<>>, <<"[1,]">>, <<"{\"a\"}">>, <<"\"\\ud83d\"">>, <<"nul">>, <<"1 2">>, <<"\"\n\"">>, <<"01x">>, <<"1e999">>, <<"-1.5e999">>,
                        <<"\"\\u-0ff\"">>, <<"\"\\u+123\"">>,
                        binary:copy(<<"[">>, 1000)]].

count(Sources) ->
    {ok, Anchors} = xmpptls_trust_anchors:new(Sources),
    xmpptls_trust_anchors:count(Anchors).
