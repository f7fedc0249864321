#!/usr/bin/env escript
%%! +sbtu +P 1000000 +Q 262144 -kernel logger_level error
%% What a module named fast_tls costs, over loopback TCP with both ends in this virtual machine:
%%
%%     one.escript NAME PAIRS EBIN ...
%%
%% Memory of idle connections (both ends, their sockets included), handshakes, and messages of 300 bytes: all through
%% the module, and the TLS alone. Prints one line of JSON.

-mode(compile).
-define(MESSAGE, 300).

main([Name, Count | Ebins]) ->
    code:add_pathsz(filelib:wildcard("/usr/lib/erlang/lib/p1_*/ebin")),
    code:add_pathsa(lists:reverse(Ebins)),
    Pairs = list_to_integer(Count),
    {File, Ca} = certificates(),
    Listener = listener(),
    Server = [{certfile, File}],
    Client = [connect, {sni, <<"a.test">>}, {cafile, Ca}],
    Pair = fun() -> pair(Listener, Server, Client) end,
    Warm = [Pair() || _ <- lists:seq(1, 30)],
    Before = resident(),
    {Time, Many} = timer:tc(fun() -> [Pair() || _ <- lists:seq(1, Pairs)] end),
    Each = (resident() - Before) / Pairs / 2,
    {{Near, Tls}, {Far, Other}} = hd(Warm),
    Rate = messages(Near, Tls, Far, Other, 20000),
    Alone = tls_alone(Tls, Other, 20000),
    Schedule = long_schedules(Pair),
    io:format("{\"name\": \"~s\", \"pairs\": ~b, \"kB_per_end\": ~.1f, \"handshake_us\": ~b, \"message_us\": ~.2f, "
              "\"message_without_tcp_us\": ~.2f, \"long_schedules\": ~b}~n",
              [Name, Pairs, Each, Time div Pairs, Rate, Alone, Schedule]),
    length(Many) =:= Pairs andalso halt(0).

%% A handshake over TCP, driven as ejabberd drives it.
pair(Listener, ServerOptions, ClientOptions) ->
    {ok, Port} = inet:port(Listener),
    {ok, Near} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {nodelay, true}, {recbuf, 4096}, {sndbuf, 4096}]),
    {ok, Far} = gen_tcp:accept(Listener),
    {ok, Server} = fast_tls:tcp_to_tls(Far, ServerOptions),
    {ok, Client} = fast_tls:tcp_to_tls(Near, ClientOptions),
    ok = fast_tls:send(Client, <<"hello">>),
    {ok, <<>>} = fast_tls:recv_data(Client, <<>>),
    shuffle({Far, Server}, {Near, Client}),
    {{Near, Client}, {Far, Server}}.

shuffle({Tcp, Tls} = End, Other) ->
    {ok, Bytes} = gen_tcp:recv(Tcp, 0, 5000),
    case fast_tls:recv_data(Tls, Bytes) of
        {ok, <<"hello">>} -> ok;
        {ok, <<>>} ->
            case gen_tcp:recv(Tcp, 0, 0) of
                {ok, More} ->
                    {ok, Plain} = fast_tls:recv_data(Tls, More),
                    Plain =:= <<"hello">> orelse shuffle(Other, End);
                {error, timeout} -> shuffle(Other, End)
            end
    end.

messages(Near, Tls, Far, Other, Count) ->
    Message = binary:copy(<<"x">>, ?MESSAGE),
    {Time, ok} = timer:tc(fun() -> send(Tls, Far, Other, Message, Count) end),
    _ = Near,
    Time / Count.

send(_, _, _, _, 0) ->
    ok;
send(Tls, Far, Other, Message, Count) ->
    ok = fast_tls:send(Tls, Message),
    {ok, Bytes} = gen_tcp:recv(Far, 0, 1000),
    {ok, Message} = fast_tls:recv_data(Other, Bytes),
    send(Tls, Far, Other, Message, Count - 1).

%% The same messages without the sockets: what the calls of the module do, as it does them.
tls_alone(Tls, Other, Count) ->
    Message = binary:copy(<<"x">>, ?MESSAGE),
    {One, Two} = {element(3, Tls), element(3, Other)},
    Carry = case erlang:function_exported(fast_tls, loop_nif, 4) of
                true -> fun() -> stock(One, Two, Message) end;
                false -> fun() ->
                             {ok, <<>>, Bytes} = xmpptls_connection:write(One, Message),
                             {ok, Message, <<>>} = xmpptls_connection:received(Two, Bytes)
                         end
            end,
    {Time, ok} = timer:tc(fun() -> repeat(Carry, Count) end),
    Time / Count.

%% fast_tls calls its NIF until there is nothing to send any more.
stock(One, Two, Message) ->
    {Bytes, <<>>} = fast_tls:loop_nif(One, Message, <<>>, 0),
    {<<>>, <<>>} = fast_tls:loop_nif(One, <<>>, <<>>, 0),
    {<<>>, Message} = fast_tls:loop_nif(Two, <<>>, Bytes, -1).

repeat(_, 0) -> ok;
repeat(Work, Count) -> Work(), repeat(Work, Count - 1).

%% Schedules of 2 ms and more among processes that do handshakes, while 200 are done by 8 processes.
long_schedules(Pair) ->
    erlang:system_monitor(self(), [{long_schedule, 2}]),
    Workers = [spawn_monitor(fun() -> [Pair() || _ <- lists:seq(1, 25)] end) || _ <- lists:seq(1, 1)],
    [receive {'DOWN', Monitor, process, Pid, normal} -> ok end || {Pid, Monitor} <- Workers],
    erlang:system_monitor(undefined),
    length(collect([Pid || {Pid, _} <- Workers])).

collect(Ours) ->
    receive
        {monitor, Pid, long_schedule, _} -> [Pid || lists:member(Pid, Ours)] ++ collect(Ours)
    after 0 -> []
    end.

listener() ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {active, false}, {backlog, 1024}, {ip, {127, 0, 0, 1}}, {nodelay, true},
                                        {recbuf, 4096}, {sndbuf, 4096}]),
    Listener.

certificates() ->
    Directory = filename:join("/tmp", "xmpptls-bench-" ++ os:getpid()),
    ok = filelib:ensure_dir(filename:join(Directory, "x")),
    Run = fun(Command) -> os:cmd("cd " ++ Directory ++ " && " ++ Command) end,
    Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 10 -subj /CN=ca 2>&1"),
    Run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out a.csr -subj /CN=a 2>&1"),
    ok = file:write_file(filename:join(Directory, "a.ext"), "subjectAltName=DNS:a.test\n"),
    Run("openssl x509 -req -in a.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 10 -extfile a.ext -out a.crt 2>&1"),
    Run("cat a.crt a.key > a.pem"),
    {list_to_binary(filename:join(Directory, "a.pem")), list_to_binary(filename:join(Directory, "ca.pem"))}.

resident() ->
    [erlang:garbage_collect(Process) || Process <- processes()],
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " "),
    binary_to_integer(Pages) * 4.
