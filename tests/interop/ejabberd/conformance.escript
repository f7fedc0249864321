#!/usr/bin/env escript
%%! -kernel logger_level error
%% What ejabberd relies on in a module named fast_tls, shown on two ends in one node over loopback TCP.
%%
%%     conformance.escript PKI [EBIN ...]
%%
%% PKI is the directory that run.py makes (lab/pki.py); each EBIN goes ahead of the installed code. Without one,
%% the installed fast_tls is tried. VERBOSE=1 prints the checks that pass as well.

-mode(compile).
-define(NAME, "one.example.test").

main([Pki | Ebins]) ->
    code:add_pathsz(filelib:wildcard("/usr/lib/erlang/lib/p1_*/ebin")),
    code:add_pathsa(lists:reverse(Ebins)),
    {ok, _} = application:ensure_all_started(fast_tls),
    put(pki, Pki),
    put(ours, Ebins =/= []),
    put(passed, 0),
    put(failed, 0),
    [about(Name, Body) || {Name, Body} <- groups()],
    io:format("~b passed, ~b failed~n", [get(passed), get(failed)]),
    halt(case get(failed) of 0 -> 0; _ -> 1 end).

groups() ->
    [{"module", fun module/0}, {"options", fun options/0}, {"handshake", fun handshake/0},
     {"data", fun data/0}, {"passive", fun passive/0}, {"certificates", fun certificates/0},
     {"verification", fun verification/0}, {"names", fun names/0}, {"versions", fun versions/0},
     {"sockets", fun sockets/0}, {"close", fun close/0}, {"not TLS", fun not_tls/0}, {"memory", fun memory/0}].

%%% Counting

about(Name, Body) ->
    put(group, Name),
    try Body()
    catch Class:Reason:Stack -> must("ran to its end", false, {Class, Reason, Stack})
    end.

must(Sentence, Good) -> must(Sentence, Good, "").

must(Sentence, true, Seen) -> count(passed), say("ok  ", Sentence, Seen, os:getenv("VERBOSE", "") =/= "");
must(Sentence, _, Seen) -> count(failed), say("FAIL", Sentence, Seen, true).

count(What) -> put(What, get(What) + 1).

say(_, _, _, false) -> ok;
say(Word, Sentence, Seen, true) ->
    io:format("~s ~s: ~s ~s~n", [Word, get(group), Sentence, string:slice(io_lib:format("~0p", [Seen]), 0, 400)]).

%%% Two ends

file(Name) -> list_to_binary(filename:join(get(pki), Name)).
pem(Kind) -> file("one-" ++ Kind ++ ".pem").
trusting() -> {cafile, file("ca.crt")}.
server_options() -> [{certfile, pem("usual")}, trusting()].
client_options() -> [connect, {sni, ?NAME}, trusting()].

tcp() ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {nodelay, true}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(L),
    {ok, Near} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {nodelay, true}]),
    {ok, Far} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {Far, Near}.

ends(ServerOptions, ClientOptions) ->
    {Far, Near} = tcp(),
    {ok, Server} = fast_tls:tcp_to_tls(Far, ServerOptions),
    {ok, Client} = fast_tls:tcp_to_tls(Near, ClientOptions),
    {{Far, Server}, {Near, Client}}.

%% Carries octets until nothing more comes for a while; what each end read is collected.
settle(Server, Client) -> settle(Server, Client, {ok, <<>>}, {ok, <<>>}, 2).
settle(_, _, AtServer, AtClient, 0) -> {AtServer, AtClient};
settle(Server, Client, AtServer, AtClient, Left) ->
    {MoreServer, NewServer} = carry(Server, AtServer),
    {MoreClient, NewClient} = carry(Client, AtClient),
    settle(Server, Client, NewServer, NewClient, case MoreServer or MoreClient of true -> 2; false -> Left - 1 end).

carry(_, {error, _} = Over) -> {false, Over};
carry(End, Read) -> carry(End, Read, 10, false).

carry({Tcp, Tls} = End, {ok, Before}, Patience, Came) ->
    case gen_tcp:recv(Tcp, 0, Patience) of
        {ok, Octets} ->
            case fast_tls:recv_data(Tls, Octets) of
                {ok, Plain} -> carry(End, {ok, <<Before/binary, Plain/binary>>}, 1, true);
                Error -> {true, Error}
            end;
        _ -> {Came, {ok, Before}}
    end.

established() -> established(server_options(), client_options()).
established(ServerOptions, ClientOptions) ->
    {{_, Server} = S, {_, Client} = C} = ends(ServerOptions, ClientOptions),
    {ok, <<>>} = fast_tls:recv_data(Server, <<>>),
    {ok, <<>>} = fast_tls:recv_data(Client, <<>>),
    _ = settle(S, C),
    {S, C}.

finish({{_, Server}, {_, Client}}) -> fast_tls:close(Server), fast_tls:close(Client).

%% The names in the certificate that the server of this pair presented.
presented({_, {_, Client}}) ->
    {ok, Der} = fast_tls:get_peer_certificate(Client, der),
    [Name || Name <- ["one.example.test", "two.example.test"], binary:match(Der, list_to_binary(Name)) =/= nomatch].

%%% The checks

module() ->
    {module, _} = code:ensure_loaded(fast_tls),
    [must(lists:flatten(io_lib:format("~s/~b is there", [F, A])), erlang:function_exported(fast_tls, F, A))
     || {F, A} <- [{tcp_to_tls, 2}, {tls_to_tcp, 1}, {send, 2}, {recv, 2}, {recv, 3}, {recv_data, 2}, {setopts, 2},
                   {sockname, 1}, {peername, 1}, {controlling_process, 2}, {close, 1}, {get_peer_certificate, 1},
                   {get_peer_certificate, 2}, {get_verify_result, 1}, {get_cert_verify_string, 2},
                   {add_certfile, 2}, {get_certfile, 1}, {delete_certfile, 1}, {clear_cache, 0},
                   {get_negotiated_cipher, 1}, {get_tls_last_message, 2}]],
    Keys = [Key || {Key, _, _} <- application:loaded_applications(), Key =:= fast_tls],
    must("the application is called fast_tls", Keys =:= [fast_tls]).

options() ->
    {Far, _} = tcp(),
    must("accepting without a certificate: no_certfile", fast_tls:tcp_to_tls(Far, []) =:= {error, no_certfile}),
    Missing = fast_tls:tcp_to_tls(Far, [{certfile, <<"/nowhere.pem">>}]),
    must("a missing file: an error with a text", is_binary(element(2, Missing)) andalso element(1, Missing) =:= error, Missing),
    As = fun(Name, More) ->
        Pair = established(server_options() ++ More, client_options() ++ More),
        must(Name, fast_tls:get_verify_result(element(2, element(2, Pair))) =:= 0),
        finish(Pair)
    end,
    As("what ejabberd gives by default", [{protocol_options, <<"no_sslv3|no_tlsv1|no_tlsv1_1|cipher_server_preference|no_compression">>},
        {ciphers, <<"HIGH:!aNULL:!eNULL:!3DES:@STRENGTH">>}, compression_none]),
    As("options as lists of characters", [{ciphers, "HIGH"}, {protocol_options, "no_sslv3"}]),
    As("a protocol for ALPN", [{alpn, [<<"xmpp-server">>]}]),
    As("a certificate on both sides", [{certfile, pem("usual")}]).

handshake() ->
    {{Far, Server} = S, {Near, Client} = C} = ends(server_options(), client_options()),
    must("accepting says nothing before it is spoken to",
        {fast_tls:recv_data(Server, <<>>), gen_tcp:recv(Near, 0, 50)} =:= {{ok, <<>>}, {error, timeout}}),
    Asked = fast_tls:recv_data(Client, <<>>),
    {ok, <<Type, _/binary>> = Hello} = gen_tcp:recv(Far, 0, 1000),
    must("connecting says hello when asked for data", Asked =:= {ok, <<>>} andalso Type =:= 22, {Asked, Type}),
    Stanza = binary:copy(<<"<presence/>">>, 20000),
    must("what is sent before the peer answers is kept", fast_tls:send(Client, Stanza) =:= ok),
    must("the hello is answered inside recv_data", fast_tls:recv_data(Server, Hello) =:= {ok, <<>>}),
    {AtServer, AtClient} = settle(S, C),
    must("and arrives when the handshake is over, whole", AtServer =:= {ok, Stanza}, erlang:external_size(AtServer)),
    must("the handshake gives no data and no error", AtClient =:= {ok, <<>>}, AtClient),
    finish({S, C}),
    {{_, _} = S2, {_, Client2} = C2} = ends(server_options(), client_options()),
    {ok, <<>>} = fast_tls:recv_data(Client2, <<>>),
    {ok, Whole} = gen_tcp:recv(element(1, S2), 0, 1000),
    Pieces = [fast_tls:recv_data(element(2, S2), <<Octet>>) || <<Octet>> <= Whole],
    must("a hello octet by octet", lists:usort(Pieces) =:= [{ok, <<>>}], lists:usort(Pieces)),
    _ = settle(S2, C2),
    must("completes as well", fast_tls:send(Client2, <<"x">>) =:= ok andalso element(1, settle(S2, C2)) =:= {ok, <<"x">>}),
    finish({S2, C2}).

data() ->
    {{_, Server} = S, {_, Client} = C} = Pair = established(),
    must("send takes iodata", fast_tls:send(Client, ["<a>", [<<"b">>, $c]]) =:= ok),
    must("and it arrives", settle(S, C) =:= {{ok, <<"<a>bc">>}, {ok, <<>>}}),
    must("nothing can be sent", fast_tls:send(Client, <<>>) =:= ok),
    must("nothing can be received", fast_tls:recv_data(Server, <<>>) =:= {ok, <<>>}),
    Large = crypto:strong_rand_bytes(1000000),
    spawn_link(fun() -> ok = fast_tls:send(Server, Large), receive never -> ok end end),
    {_, Received} = settle(S, C),
    must("a million octets arrive unchanged", Received =:= {ok, Large}, erlang:external_size(Received)),
    finish(Pair).

passive() ->
    {{_, Server}, {_, Client}} = Pair = established(),
    ok = fast_tls:send(Client, <<"abcdefgh">>),
    must("recv of a number gives as many", fast_tls:recv(Server, 3, 1000) =:= {ok, <<"abc">>}),
    must("and keeps the rest", fast_tls:recv(Server, 2, 1000) =:= {ok, <<"de">>}),
    must("recv of 0 gives what there is", fast_tls:recv(Server, 0, 1000) =:= {ok, <<"fgh">>}),
    must("recv waits no longer than told", fast_tls:recv(Server, 0, 50) =:= {error, timeout}),
    finish(Pair).

certificates() ->
    {{_, Server}, {_, Client}} = Pair = established(),
    {ok, Der} = fast_tls:get_peer_certificate(Client, der),
    must("der is a binary", is_binary(Der)),
    {ok, Decoded} = fast_tls:get_peer_certificate(Client, otp),
    must("otp is the decoded record", public_key:pkix_decode_cert(Der, otp) =:= Decoded),
    must("plain is the default", fast_tls:get_peer_certificate(Client) =:= {ok, public_key:pkix_decode_cert(Der, plain)}),
    must("a client without one: error", fast_tls:get_peer_certificate(Server, otp) =:= error),
    {Last, _} = {fast_tls:get_tls_last_message(peer, Server), fast_tls:get_tls_last_message(self, Server)},
    must("the last message is a binary or an error", lists:member(element(1, Last), [ok, error]), Last),
    finish(Pair),
    Mutual = {{_, Server2}, _} = established(server_options(), [{certfile, file("two-usual.pem")} | client_options()]),
    {ok, Der2} = fast_tls:get_peer_certificate(Server2, der),
    must("a client with one shows it", binary:match(Der2, <<"two.example.test">>) =/= nomatch),
    must("and it is verified", fast_tls:get_verify_result(Server2) =:= 0, fast_tls:get_verify_result(Server2)),
    finish(Mutual),
    Unasked = {{_, Server3}, _} = established([verify_none | server_options()], [{certfile, file("two-usual.pem")} | client_options()]),
    must("verify_none does not ask for one", fast_tls:get_peer_certificate(Server3, otp) =:= error),
    finish(Unasked),
    {ok, Bits} = file:read_file(pem("usual")),
    Relabelled = binary:replace(Bits, <<" PRIVATE KEY">>, <<" EC PRIVATE KEY">>, [global]),
    Odd = file("relabelled.pem"),
    ok = file:write_file(Odd, [<<"text before\n">>, Relabelled, <<"\ntext behind\n">>]),
    Pair4 = established([{certfile, Odd}, trusting()], client_options()),
    must("a key under another label, and text between the blocks", presented(Pair4) =:= ["one.example.test"]),
    finish(Pair4).

verification() ->
    [begin
         Pair = {_, {_, Client}} = established([{certfile, file(File)}, trusting()], client_options()),
         Code = fast_tls:get_verify_result(Client),
         must(File ++ ": the handshake is completed", is_tuple(fast_tls:get_peer_certificate(Client, otp))),
         must(File ++ ": the code", lists:member(Code, Codes), Code),
         {ok, Certificate} = fast_tls:get_peer_certificate(Client, otp),
         Text = fast_tls:get_cert_verify_string(Code, Certificate),
         must(File ++ ": a text that may become an atom", is_binary(Text) andalso is_atom(binary_to_atom(Text, utf8)), Text),
         finish(Pair)
     end || {File, Codes} <- [{"one-usual.pem", [0]}, {"one-rsa.pem", [0]}, {"one-unknown.pem", [20, 21]},
                              {"one-expired.pem", [10]}, {"one-selfsigned.pem", [18]}]],
    Pair2 = {{_, Server}, _} = established(server_options(), [{certfile, file("two-unknown.pem")} | client_options()]),
    must("a client of an unknown CA gets through the handshake and is not verified",
        lists:member(fast_tls:get_verify_result(Server), [20, 21]), fast_tls:get_verify_result(Server)),
    finish(Pair2).

names() ->
    One = pem("usual"),
    Two = file("two-usual.pem"),
    must("add_certfile", [fast_tls:add_certfile(<<"one.example.test">>, One), fast_tls:add_certfile(<<"*.two.example.test">>, Two),
                          fast_tls:add_certfile(<<"two.example.test">>, Two)] =:= [ok, ok, ok]),
    must("clear_cache", fast_tls:clear_cache() =:= ok),
    Asking = fun(Name) -> established(server_options(), [connect, {sni, Name}, trusting()]) end,
    [begin
         Pair = Asking(Name),
         must(Name ++ " gets its own", presented(Pair) =:= [Expected], presented(Pair)),
         finish(Pair)
     end || {Name, Expected} <- [{"one.example.test", "one.example.test"}, {"two.example.test", "two.example.test"},
                                 {"TWO.example.test", "two.example.test"}, {"conference.two.example.test", "two.example.test"},
                                 {"unknown.test", "one.example.test"}]],
    must("get_certfile", fast_tls:get_certfile(<<"two.example.test">>) =:= {ok, Two}, fast_tls:get_certfile(<<"two.example.test">>)),
    Changing = file("changing.pem"),
    {ok, _} = file:copy(One, Changing),
    ok = fast_tls:add_certfile(<<"changing.test">>, Changing),
    Before = {{_, OldServer}, _} = Asking("changing.test"),
    {ok, _} = file:copy(Two, Changing),
    ok = fast_tls:clear_cache(),
    After = Asking("changing.test"),
    must("after clear_cache the file is read anew", {presented(Before), presented(After)} =:= {["one.example.test"], ["two.example.test"]}),
    must("and the connection before goes on", fast_tls:send(OldServer, <<"on">>) =:= ok
        andalso settle(element(1, Before), element(2, Before)) =:= {{ok, <<>>}, {ok, <<"on">>}}),
    finish(Before), finish(After),
    must("delete_certfile says whether there was one",
        {fast_tls:delete_certfile(<<"changing.test">>), fast_tls:delete_certfile(<<"changing.test">>)} =:= {true, false}),
    must("and get_certfile then has none", fast_tls:get_certfile(<<"changing.test">>) =:= error),
    get(ours) andalso same_options_in_both_directions().

%% A connecting socket with the very options of an accepting one must not decide what the latter presents.
same_options_in_both_directions() ->
    ok = fast_tls:clear_cache(),
    {_, Near} = tcp(),
    {ok, First} = fast_tls:tcp_to_tls(Near, [connect | server_options()]),
    Pair = established(server_options(), [connect, {sni, "two.example.test"}, trusting()]),
    must("also when the options were first used to connect", presented(Pair) =:= ["two.example.test"], presented(Pair)),
    fast_tls:close(First),
    finish(Pair).

versions() ->
    [begin
         Pair = {{_, Server}, _} = established(server_options() ++ More, client_options() ++ More),
         {ok, Cipher} = fast_tls:get_negotiated_cipher(Server),
         must(Version ++ ": get_negotiated_cipher has version and suite", re:run(Cipher, "^" ++ Version ++ " " ++ Suite) =/= nomatch, Cipher),
         finish(Pair)
     end || {Version, Suite, More} <- [{"TLSv1.3", "TLS_AES_", []}, {"TLSv1.2", "ECDHE-ECDSA-", [{protocol_options, <<"no_tlsv1_3">>}]}]].

sockets() ->
    {{Far, Server}, {_, Client}} = Pair = established(),
    must("sockname and peername", {fast_tls:sockname(Server), fast_tls:peername(Server)} =:= {inet:sockname(Far), inet:peername(Far)}),
    must("setopts", fast_tls:setopts(Server, [{active, once}]) =:= ok),
    ok = fast_tls:send(Client, <<"pushed">>),
    must("active sockets deliver what recv_data takes",
        receive {tcp, Far, Octets} -> fast_tls:recv_data(Server, Octets) after 1000 -> nothing end =:= {ok, <<"pushed">>}),
    Self = self(),
    Other = spawn(fun() -> receive {take, Tls} -> Self ! fast_tls:send(Tls, <<"from another process">>), receive stop -> ok end end end),
    must("controlling_process", fast_tls:controlling_process(Server, Other) =:= ok),
    Other ! {take, Server},
    must("another process goes on", receive Answer -> Answer after 1000 -> nothing end =:= ok),
    Other ! stop,
    finish(Pair),
    {{Far2, Server2}, _} = established(),
    must("tls_to_tcp gives the socket back", fast_tls:tls_to_tcp(Server2) =:= Far2).

close() ->
    {{_, Server}, {_, Client}} = established(),
    must("close", fast_tls:close(Server) =:= ok),
    must("close again does no harm", try fast_tls:close(Server), true catch _:_ -> false end),
    [must(Name ++ " afterwards is an error", element(1, Result) =:= error, Result)
     || {Name, Result} <- [{"send", fast_tls:send(Server, <<"x">>)}, {"recv_data", fast_tls:recv_data(Server, <<"x">>)},
                           {"recv", fast_tls:recv(Server, 0, 100)}, {"sockname", fast_tls:sockname(Server)}]],
    must("the other end is told", fast_tls:recv(Client, 0, 1000) =:= {error, closed}),
    get(ours) andalso must("get_verify_result is still a number", is_integer(fast_tls:get_verify_result(Server))),
    fast_tls:close(Client).

not_tls() ->
    [begin
         {{_, Server}, {Near, _}} = ends(server_options(), client_options()),
         Result = fast_tls:recv_data(Server, Octets),
         must(Name ++ ": an error that is an atom or a text",
             element(1, Result) =:= error andalso (is_atom(element(2, Result)) orelse is_binary(element(2, Result))), Result),
         gen_tcp:close(Near),
         fast_tls:close(Server)
     end || {Name, Octets} <- [{"a request of HTTP", <<"GET / HTTP/1.1\r\nHost: one.example.test\r\n\r\n">>},
                               {"XML", <<"<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='one.example.test'>">>}]].

%% Resident memory for one end of an idle connection; both ends are here.
memory() ->
    Warm = [established() || _ <- lists:seq(1, 10)],
    Before = resident(),
    Many = [established() || _ <- lists:seq(1, 100)],
    Kilobytes = (resident() - Before) / 200,
    Most = case get(ours) of true -> 20; false -> 60 end,
    must(lists:flatten(io_lib:format("an idle end takes less than ~b kB", [Most])), Kilobytes < Most, Kilobytes),
    [finish(Pair) || Pair <- Many ++ Warm].

resident() ->
    [erlang:garbage_collect(Process) || Process <- processes()],
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " "),
    binary_to_integer(Pages) * 4.
