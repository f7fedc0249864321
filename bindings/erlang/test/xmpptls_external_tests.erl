%% SASL EXTERNAL: whom a certificate lets its holder act as.
-module(xmpptls_external_tests).

-include_lib("eunit/include/eunit.hrl").

-define(SERVED, [<<"im.test">>, "b.test"]).

ext_06_whom_a_client_acts_as_follows_from_certificate_and_authzid_test() ->
    [?assertEqual(Wanted, answer(xmpptls_external:resolve(users(Users), Wish))) || {Users, Wish, Wanted} <- [
        {[<<"juliet@im.test">>], #{}, {ok, <<"juliet@im.test">>}},
        {[<<"juliet@im.test">>], #{authzid => <<"Juliet@im.test">>}, {ok, <<"juliet@im.test">>}},
        {[<<"juliet@im.test">>], #{authzid => <<"nurse@im.test">>}, {user_authzid_foreign, <<"invalid-authzid">>}},
        {[<<"juliet@im.test">>], #{authzid => <<"im.test">>}, {user_authzid_malformed, <<"invalid-authzid">>}},
        {several(), #{}, {user_authzid_required, <<"invalid-authzid">>}},
        {several(), #{authzid => ["nurse@", <<"im.test">>]}, {ok, <<"nurse@im.test">>}},
        {several(), #{authzid => <<"romeo@montague.test">>}, {user_authzid_foreign, <<"invalid-authzid">>}},
        {[], #{}, {user_no_identity, <<"not-authorized">>}},
        {[], #{mapped => <<"juliet@im.test">>}, {ok, <<"juliet@im.test">>}},
        {[], #{authzid => <<"nurse@im.test">>, mapped => <<"juliet@im.test">>},
         {user_authzid_foreign, <<"invalid-authzid">>}}]],
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_external:resolve(users([]), #{mapped => <<"no jid">>})).

ext_07_users_of_other_domains_are_shown_and_nothing_else_test() ->
    Users = users(several()),
    ?assertEqual([<<"juliet@im.test">>, <<"nurse@im.test">>], xmpptls_external:list(Users)),
    ?assertEqual([<<"romeo@montague.test">>], xmpptls_external:foreign(Users)),
    Certificate = certificate(several()),
    ?assertMatch({error, {invalid_domain, _}}, xmpptls_external:users(Certificate, [<<"..">>])),
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_external:users(Certificate, lists:duplicate(100001, <<"a.test">>))),
    ?assertError(badarg, xmpptls_external:users(Certificate, [im])),
    ?assertError(badarg, xmpptls_external:list(Certificate)).

ext_03_a_server_acts_as_its_from_unless_it_says_otherwise_test() ->
    ?assertEqual({ok, <<"a.test">>}, xmpptls_external:resolve_server(#{from => <<"A.test">>})),
    ?assertEqual({ok, <<"b.test">>}, xmpptls_external:resolve_server(#{from => <<"a.test">>, authzid => <<"b.test">>})),
    ?assertEqual({user_authzid_malformed, <<"invalid-authzid">>},
                 answer(xmpptls_external:resolve_server(#{from => <<"a.test">>, authzid => <<"x@b.test">>}))),
    ?assertMatch({error, {invalid_domain, _}}, xmpptls_external:resolve_server(#{from => <<>>})).

ext_09_a_client_sends_what_its_certificate_does_not_say_test() ->
    One = certificate([<<"juliet@im.test">>]),
    Several = certificate(several()),
    ?assertEqual({ok, <<"=">>}, xmpptls_external:client_authzid(One)),
    ?assertEqual({ok, <<"=">>}, xmpptls_external:client_authzid(One, <<"juliet@im.test">>)),
    ?assertEqual({ok, base64:encode(<<"a@b.c">>)}, xmpptls_external:client_authzid(Several, "a@b.c")),
    ?assertMatch({error, {not_available, _}}, xmpptls_external:client_authzid(Several)),
    ?assertMatch({error, {invalid_parameter, _}}, xmpptls_external:client_authzid(Several, <<"b.c">>)).

ext_02_authorization_identities_travel_in_base64_test() ->
    ?assertEqual({ok, base64:encode(<<"a.test">>)}, xmpptls_external:encode_authzid(<<"a.test">>)),
    ?assertEqual({ok, <<"=">>}, xmpptls_external:encode_authzid(undefined)),
    ?assertEqual({error, invalid_text}, xmpptls_external:encode_authzid(<<"a", 0, "b">>)),
    ?assertEqual({ok, <<"a.test">>}, xmpptls_external:decode_authzid(base64:encode(<<"a.test">>))),
    [?assertEqual({ok, <<>>}, xmpptls_external:decode_authzid(None)) || None <- [<<"=">>, <<>>]],
    [?assertEqual({user_authzid_malformed, <<"invalid-authzid">>}, answer(xmpptls_external:decode_authzid(Odd))) ||
        Odd <- [<<"***">>, <<"YQBi">>]].

ext_01_external_is_offered_to_whom_it_can_help_test() ->
    Authority = xmpptls_test:authority(),
    Juliet = offered(Authority, #{users => [<<"juliet@im.test">>]}),
    ?assertEqual(offer, Juliet(?SERVED, false)),
    ?assertEqual(no_identity, Juliet([<<"b.test">>], false)),
    ?assertEqual(offer, Juliet([<<"b.test">>], true)),
    Expired = offered(Authority, #{users => [<<"juliet@im.test">>], days => {-3, -1}}),
    ?assertEqual(not_authenticated, Expired(?SERVED, false)).

ext_01_a_server_is_offered_external_when_it_is_authenticated_test() ->
    #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
    xmpptls_test:handshake(Initiating, Accepting),
    Offer = fun(Connection, Domain) ->
        {ok, Verification} = xmpptls_connection:verification(Connection, Domain),
        {ok, Verdict} = xmpptls_verification:decide(Verification),
        xmpptls_external:offer(Verdict)
    end,
    ?assertEqual(not_receiving, Offer(Initiating, <<"b.test">>)),
    ?assertEqual(offer, Offer(Accepting, <<"a.test">>)),
    ?assertEqual(not_authenticated, Offer(Accepting, <<"elsewhere.test">>)).

%% --- what the tests share ---

several() ->
    [<<"juliet@im.test">>, <<"romeo@montague.test">>, <<"nurse@im.test">>].

certificate(Users) ->
    #{der := Der} = xmpptls_test:leaf(xmpptls_test:authority(), [<<"c.test">>], #{users => Users}),
    {ok, Certificate} = xmpptls_certificate:from_der(Der),
    Certificate.

users(Users) ->
    {ok, Named} = xmpptls_external:users(certificate(Users), ?SERVED),
    Named.

answer({refused, #{reason := Reason, condition := Condition}}) -> {Reason, Condition};
answer(Other) -> Other.

%% What is offered to a client with a certificate like this, by the domains that are served and whether it is mapped.
offered(Authority, Odd) ->
    #{pem := Server} = xmpptls_test:leaf(Authority, [<<"im.test">>]),
    #{pem := Client} = xmpptls_test:leaf(Authority, [], Odd),
    Anchors = #{trust_anchors => xmpptls_test:anchors(Authority)},
    Context = fun(Preset, More, Credentials) ->
        {ok, Own} = xmpptls_credentials:new([Credentials]),
        {ok, Policy} = xmpptls_policy:new(Preset, maps:merge(Anchors, More)),
        {ok, Made} = xmpptls_context:new(Policy, Own),
        Made
    end,
    Accepts = Context("c2s-server", #{settings => [{"tls.client_certificate", request}, {"gate", host}]},
                      #{chain => {pem, Server}}),
    {ok, Initiating} = xmpptls_connection:initiating(
        Context("c2s-client", #{}, #{domain => default, chain => {pem, Client}}), <<"im.test">>, #{transport => direct_tls}),
    {ok, Accepting} = xmpptls_connection:accepting(Accepts, #{transport => direct_tls}),
    xmpptls_test:handshake(Initiating, Accepting),
    {ok, Verification} = xmpptls_connection:verification(Accepting, <<"im.test">>),
    {ok, Verdict} = xmpptls_verification:decide(Verification),
    [Certificate | _] = xmpptls_connection:peer_certificates(Accepting),
    fun(Served, IsMapped) ->
        {ok, Users} = xmpptls_external:users(Certificate, Served),
        xmpptls_external:offer(Verdict, Users, IsMapped)
    end.
