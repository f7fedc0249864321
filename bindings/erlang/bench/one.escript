#!/usr/bin/env escript
%%! +sbwt none +sbwtdcpu none +sbwtdio none +P 1000000 +Q 262144 -kernel logger_level error
%% What a module named fast_tls costs:
%%
%%     one.escript NAME COUNT EBIN ...
%%     one.escript NAME storm EBIN ...
%%
%% Memory of COUNT idle server ends, their clients gone; handshakes and messages of 300 bytes over loopback TCP with both
%% ends in this virtual machine, and the TLS of the messages alone, in CPU time of all threads; schedules of 1 ms and more
%% in a storm of handshakes. Prints one line of JSON; with `storm' only the number of such schedules.

-mode(compile).
-define(MESSAGE, 300).
-define(HANDSHAKES, 600).

main([Name, Count | Ebins]) ->
    code:add_pathsz(filelib:wildcard("/usr/lib/erlang/lib/p1_*/ebin")),
    code:add_pathsa(lists:reverse(Ebins)),
    {File, Ca} = certificates(),
    Listener = listener(),
    Server = [{certfile, File}],
    Client = [connect, {sni, <<"a.test">>}, {cafile, Ca}],
    Pair = fun(From) -> pair(tcp(From), Server, Client) end,
    Count =:= "storm" andalso begin io:format("~b~n", [long_schedules(Pair)]), done(File) end,
    Memory = idle(list_to_integer(Count), tcp(Listener), Server, Client),
    [{{_, Tls}, {Far, Other}} | _] = [Pair(Listener) || _ <- lists:seq(1, 30)],
    Handshake = cost(fun() -> Pair(Listener) end, ?HANDSHAKES),
    Rate = messages(Tls, Far, Other, 20000),
    Alone = tls_alone(Tls, Other, 20000),
    Schedules = long_schedules(Pair),
    io:format("{\"name\": \"~s\", \"idle\": ~s, \"kB_per_idle\": ~.2f, \"handshake_us\": ~.1f, \"message_us\": ~.2f, "
              "\"message_without_tcp_us\": ~.2f, \"long_schedules\": ~b}~n",
              [Name, Count, Memory, Handshake, Rate, Alone, Schedules]),
    done(File).

done(File) ->
    ok = file:del_dir_r(filename:dirname(File)),
    halt(0).

%% All over one pair of sockets, one after the other: a socket costs the same whatever TLS is on it. Each end has had a
%% message before it falls idle.
idle(Count, Tcp, ServerOptions, ClientOptions) ->
    Message = binary:copy(<<"x">>, ?MESSAGE),
    Idle = fun() ->
               {{Near, Client}, {Far, Server}} = pair(Tcp, ServerOptions, ClientOptions),
               ok = carry(Client, Far, Server, Message),
               ok = carry(Server, Near, Client, Message),
               Server
           end,
    Warm = [Idle() || _ <- lists:seq(1, 200)],
    Before = resident(),
    Many = [Idle() || _ <- lists:seq(1, Count)],
    Grown = resident() - Before,
    length(Warm) + length(Many) =:= Count + 200 orelse exit(lost),
    Grown / Count.

tcp(Listener) ->
    {ok, Port} = inet:port(Listener),
    {ok, Near} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {nodelay, true}, {recbuf, 4096}, {sndbuf, 4096}]),
    {ok, Far} = gen_tcp:accept(Listener),
    {Near, Far}.

%% A handshake over TCP, driven as ejabberd drives it.
pair({Near, Far}, ServerOptions, ClientOptions) ->
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

messages(Tls, Far, Other, Count) ->
    Message = binary:copy(<<"x">>, ?MESSAGE),
    cost(fun() -> ok = carry(Tls, Far, Other, Message) end, Count).

carry(Tls, Far, Other, Message) ->
    ok = fast_tls:send(Tls, Message),
    {ok, Bytes} = gen_tcp:recv(Far, 0, 1000),
    {ok, Message} = fast_tls:recv_data(Other, Bytes),
    ok.

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
    cost(Carry, Count).

%% Microseconds of CPU time, all threads together. Nobody waits busily: see the flags above.
cost(Work, Count) ->
    Before = cpu_time(),
    ok = repeat(Work, Count),
    (cpu_time() - Before) / 1000 / Count.

%% The kernel counts in nanoseconds what each thread ran.
cpu_time() ->
    lists:sum([nanoseconds(File) || File <- filelib:wildcard("/proc/self/task/*/schedstat")]).

nanoseconds(File) ->
    {ok, Text} = file:read_file(File),
    binary_to_integer(hd(binary:split(Text, <<" ">>))).

%% fast_tls calls its NIF until there is nothing to send any more.
stock(One, Two, Message) ->
    {Bytes, <<>>} = fast_tls:loop_nif(One, Message, <<>>, 0),
    {<<>>, <<>>} = fast_tls:loop_nif(One, <<>>, <<>>, 0),
    {<<>>, Message} = fast_tls:loop_nif(Two, <<>>, Bytes, -1).

repeat(_, 0) -> ok;
repeat(Work, Count) -> Work(), repeat(Work, Count - 1).

%% Schedules of 1 ms and more, what a NIF is to stay below, among 8 processes that do 400 handshakes.
long_schedules(Pair) ->
    _ = Pair(listener()),
    erlang:system_monitor(self(), [{long_schedule, 1}]),
    Worker = fun() -> Own = listener(), [Pair(Own) || _ <- lists:seq(1, 50)] end,
    Workers = [spawn_monitor(Worker) || _ <- lists:seq(1, 8)],
    [receive {'DOWN', Monitor, process, Pid, Reason} -> normal = Reason end || {Pid, Monitor} <- Workers],
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
