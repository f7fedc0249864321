%% Verifications: questions, answers, verdicts, and what a connection does with them.
-module(xmpptls_verification_tests).

-include_lib("eunit/include/eunit.hrl").

-define(SOON, erlang:system_time(second) + 3600).

a_certificate_of_a_trusted_authority_is_authenticated_by_pkix_test() ->
    {Initiating, _} = connected(),
    {ok, Verification} = xmpptls_connection:verification(Initiating, <<"b.test">>),
    {ok, Verdict} = xmpptls_verification:decide(Verification),
    ?assertMatch(#{permitted := true, level := authenticated, method := pkix, domain := <<"b.test">>,
                   service := s2s, direction := initiating, possession_shown := true, reasons := []},
                 xmpptls_verdict:info(Verdict)),
    ?assertEqual(0, xmpptls_compat:verify_code(Verdict)).

another_name_is_refused_with_its_reason_test() ->
    {Initiating, _} = connected(),
    {ok, Verification} = xmpptls_connection:verification(Initiating, <<"elsewhere.test">>),
    {ok, Verdict} = xmpptls_verification:decide(Verification),
    #{permitted := false, level := refused, reasons := Reasons} = xmpptls_verdict:info(Verdict),
    ?assert(lists:keymember(name_mismatch, 1, Reasons)),
    ?assertNotEqual(0, xmpptls_compat:verify_code(Verdict)).

secure_tlsa_records_of_the_key_authenticate_by_dane_ee_test() ->
    ?assertMatch(#{permitted := true, level := authenticated, method := dane_ee}, with_tlsa(fun(Digest) -> Digest end, secure)).

secure_tlsa_records_of_another_key_are_refused_test() ->
    ?assertMatch(#{permitted := false, level := refused, method := none},
                 with_tlsa(fun(<<Octet, Rest/binary>>) -> <<(Octet bxor 1), Rest/binary>> end, secure)).

insecure_tlsa_records_decide_nothing_test() ->
    ?assertMatch(#{permitted := true, method := pkix},
                 with_tlsa(fun(<<Octet, Rest/binary>>) -> <<(Octet bxor 1), Rest/binary>> end, insecure)).

bogus_tlsa_records_are_refused_although_pkix_holds_test() ->
    ?assertMatch(#{permitted := false, level := refused},
                 with_answer(fun(#{kind := tlsa}) -> {failed, bogus}; (_) -> not_asked end)).

a_posh_document_vouches_for_a_certificate_of_nobody_test() ->
    Certificate = stranger(),
    {ok, Digest} = xmpptls_certificate:digest(hd(Certificate), sha256),
    Document = iolist_to_binary(["{\"fingerprints\":[{\"sha-256\":\"", base64:encode(Digest), "\"}],\"expires\":600}"]),
    Answer = fun(#{kind := posh, name := <<"https://b.test/.well-known/posh/xmpp-server.json">>}) ->
                     {posh, Document, undefined, true, erlang:system_time(second)};
                (_) -> {absent, insecure}
             end,
    ?assertMatch(#{level := authenticated, method := posh, possession_shown := false}, judged(Certificate, Answer)),
    Unverified = fun(#{kind := posh} = Question) -> setelement(4, Answer(Question), false);
                    (Question) -> Answer(Question)
                 end,
    ?assertMatch(#{permitted := false, method := none}, judged(Certificate, Unverified)).

a_damaged_document_is_a_failed_look_up_test() ->
    Answer = fun(#{kind := posh}) -> {posh, <<"{">>, undefined, true, 0}; (_) -> not_asked end,
    ?assertMatch(#{permitted := false}, judged(stranger(), Answer)).

dialback_is_weak_and_only_where_the_policy_lets_it_test() ->
    Authority = xmpptls_test:authority(),
    Weak = fun(Preset) ->
        {ok, Policy} = xmpptls_policy:new(Preset, #{trust_anchors => xmpptls_test:anchors(Authority)}),
        {ok, Verification} = xmpptls_verification:of_chain(stranger(), <<"b.test">>, receiving, Policy),
        ok = xmpptls_verification:ask_dialback(Verification, #{originating => <<"b.test">>, receiving => <<"a.test">>,
                                                               stream_id => <<"id">>}),
        Ask = fun(#{kind := dialback}) -> {dialback, true, false, true}; (_) -> not_asked end,
        {ok, Verdict} = xmpptls_verification:run(Verification, Ask),
        xmpptls_verdict:info(Verdict)
    end,
    ?assertMatch(#{permitted := true, level := weak, method := dialback}, Weak("s2s-with-dialback")),
    ?assertMatch(#{permitted := false}, Weak("s2s")).

a_verdict_of_another_connection_is_refused_test() ->
    {One, _} = connected(),
    {Other, _} = connected(),
    {ok, Verification} = xmpptls_connection:verification(One, <<"b.test">>),
    {ok, Verdict} = xmpptls_verification:decide(Verification),
    ?assertMatch({error, {foreign_verdict, _}}, xmpptls_connection:conclude(Other, Verdict)),
    ?assertEqual(none, xmpptls_connection:concluded(Other)),
    ?assertEqual(ok, xmpptls_connection:conclude(One, Verdict)),
    ?assertMatch({ok, _}, xmpptls_connection:verdict(One, <<"b.test">>)),
    ?assertMatch({error, not_found}, xmpptls_connection:verdict(One, <<"c.test">>)),
    _ = xmpptls_connection:close(One),
    {ok, Kept} = xmpptls_connection:concluded(One),
    ?assertMatch(#{domain := <<"b.test">>}, xmpptls_verdict:info(Kept)).

a_prepared_verification_refuses_inside_the_handshake_test() ->
    Authority = xmpptls_test:authority(),
    #{pem := Pem} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"b.test">>]),
    Policy = xmpptls_test:policy(Authority),
    {ok, Credentials} = xmpptls_credentials:new([#{domain => <<"b.test">>, chain => {pem, Pem}}]),
    {ok, Context} = xmpptls_context:new(Policy, Credentials),
    {ok, Prepared} = xmpptls_verification:new(<<"b.test">>, initiating, Policy),
    {ok, Initiating} = xmpptls_connection:initiating(Context, <<"b.test">>, #{verification => Prepared}),
    {ok, Accepting} = xmpptls_connection:accepting(Context),
    {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
    {ok, <<>>, Flight} = xmpptls_connection:received(Accepting, Hello),
    {error, {connection_failed, Detail}, <<>>, Alert} = xmpptls_connection:received(Initiating, Flight),
    ?assertMatch(#{cause := peer_refused, alert := unknown_ca}, Detail),
    {ok, Verdict} = xmpptls_connection:verdict(Initiating),
    ?assertMatch(#{level := refused}, xmpptls_verdict:info(Verdict)),
    ?assertMatch({error, {connection_failed, #{alert := unknown_ca}}, _, _}, xmpptls_connection:received(Accepting, Alert)).

while_the_library_keeps_the_gate_nothing_passes_before_a_verdict_test() ->
    Settings = [{"gate", library}, {"directions", initiating}],
    Authority = xmpptls_test:authority(),
    #{pem := Pem} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"b.test">>]),
    {ok, Credentials} = xmpptls_credentials:new([#{domain => <<"b.test">>, chain => {pem, Pem}}]),
    {ok, Client} = xmpptls_context:new(xmpptls_test:policy(Authority, Settings)),
    {ok, Server} = xmpptls_context:new(xmpptls_test:policy(Authority), Credentials),
    {ok, Initiating} = xmpptls_connection:initiating(Client, <<"b.test">>),
    {ok, Accepting} = xmpptls_connection:accepting(Server),
    {ok, <<>>, Hello} = xmpptls_connection:write(Initiating, <<"secret">>),
    {ok, <<>>, Flight} = xmpptls_connection:received(Accepting, Hello),
    ?assertMatch({error, {connection_failed, #{cause := peer_refused}}, <<>>, _},
                 xmpptls_connection:received(Initiating, Flight)).

observations_tell_what_changed_test() ->
    {Initiating, _} = connected(),
    {ok, Verification} = xmpptls_connection:verification(Initiating, <<"b.test">>),
    {ok, Verdict} = xmpptls_verification:decide(Verification),
    {ok, #{change := first_seen, loudness := info, store := Store}} = xmpptls_verdict:observe(Verdict, undefined),
    ?assertMatch({ok, #{change := same}}, xmpptls_verdict:observe(Verdict, Store)),
    ?assertMatch({error, {malformed_document, _}}, xmpptls_verdict:observe(Verdict, <<"{}">>)).

every_record_of_a_zone_is_read_test() ->
    ?assertMatch(#{level := authenticated, method := dane_ee},
                 with_answer(fun(#{kind := tlsa, key := Digest}) ->
                                     Malformed = [<<3, 1, 1, Number:16>> || Number <- lists:seq(1, 300)],
                                     {tlsa, secure, Malformed ++ [<<3, 1, 1, Digest/binary>>], ?SOON};
                                (_) -> not_asked
                             end)).

more_targets_than_are_considered_are_an_error_test() ->
    {ok, Endpoint} = xmpptls_endpoint:new(#{target => <<"b.test">>, port => 5269}),
    Answered = fun(Count) ->
        {ok, Verification} = xmpptls_verification:of_chain(stranger(), <<"b.test">>, receiving,
                                                           xmpptls_test:policy(xmpptls_test:authority())),
        [#{kind := srv, id := Id} | _] = xmpptls_verification:questions(Verification),
        xmpptls_verification:answer(Verification, Id, {srv, lists:duplicate(Count, Endpoint)})
    end,
    ?assertEqual(ok, Answered(64)),
    [?assertMatch({error, {invalid_parameter, _}}, Answered(Count)) || Count <- [65, 300, 5000]].

a_term_that_is_no_answer_answers_nothing_test() ->
    {ok, Verification} = xmpptls_verification:of_chain(stranger(), <<"b.test">>, initiating,
                                                       xmpptls_test:policy(xmpptls_test:authority())),
    [#{id := Id} | _] = xmpptls_verification:questions(Verification),
    ?assertError(badarg, xmpptls_verification:answer(Verification, Id, unasked)),
    ?assertError(badarg, xmpptls_verification:answer(Verification, Id, {srv, [improper | list]})),
    ?assertError(badarg, xmpptls_verification:answer(Verification, Id, {tlsa, secure, [<<3, 1, 1>> | list], 0})),
    ?assertEqual(ok, xmpptls_verification:answer(Verification, Id, {failed, timeout})).

wrong_answers_are_refused_test() ->
    {ok, Verification} = xmpptls_verification:of_chain(stranger(), <<"b.test">>, initiating,
                                                       xmpptls_test:policy(xmpptls_test:authority())),
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_verification:answer(Verification, 4711, not_asked)),
    ?assertError(badarg, xmpptls_verification:answer(Verification, 1, {tlsa, secure})),
    ?assertError(badarg, xmpptls_verification:answer(Verification, 1, {failed, sadly})),
    ?assertError(badarg, xmpptls_verification:answer(Verification, 1, {unheard_of, 1, 2, 3, 4, 5})),
    ?assertError(badarg, xmpptls_verification:new(<<"b.test">>, sideways, xmpptls_test:policy(xmpptls_test:authority()))),
    ?assertMatch({error, {no_certificate, _}},
                 xmpptls_verification:of_chain([], <<"b.test">>, initiating, xmpptls_test:policy(xmpptls_test:authority()))).

%% --- ---

connected() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    {Initiating, Accepting}.

%% A chain that no authority stands behind.
stranger() ->
    #{der := Der} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"hoster.test">>]),
    {ok, Certificate} = xmpptls_certificate:from_der(Der),
    [Certificate].

judged(Chain, Answer) ->
    Policy = xmpptls_test:policy(xmpptls_test:authority()),
    {ok, Verification} = xmpptls_verification:of_chain(Chain, <<"b.test">>, initiating, Policy),
    {ok, Verdict} = xmpptls_verification:run(Verification, Answer),
    xmpptls_verdict:info(Verdict).

with_tlsa(Change, State) ->
    with_answer(fun(#{kind := tlsa, name := <<"_5269._tcp.b.test.">>, key := Digest}) ->
                        {tlsa, State, [<<3, 1, 1, (Change(Digest))/binary>>], ?SOON};
                   (_) -> not_asked
                end).

with_answer(Answer) ->
    {Initiating, _} = connected(),
    [Leaf | _] = xmpptls_connection:peer_certificates(Initiating),
    {ok, Digest} = xmpptls_certificate:key_digest(Leaf, sha256),
    {ok, Endpoint} = xmpptls_endpoint:new(#{target => <<"b.test">>, port => 5269, srv => none, addresses => secure}),
    {ok, Verification} = xmpptls_connection:verification(Initiating, <<"b.test">>, #{endpoint => Endpoint}),
    {ok, Verdict} = xmpptls_verification:run(Verification, fun(Question) -> Answer(Question#{key => Digest}) end),
    xmpptls_verdict:info(Verdict).
