%% Accepts XMPP clients, secures their streams, says who was connected and how, and offers nothing.
%%
%%     {ok, Credentials} = xmpptls_credentials:new([#{domain => <<"example.org">>, chain => {file, "chain.pem"}}]),
%%     {ok, Policy} = xmpptls_policy:new("c2s-server"),
%%     {ok, Context} = xmpptls_context:new(Policy, Credentials),
%%     {ok, Listening} = c2s_server:listen(Context, 5223, direct_tls)
%%
%% A process accepts, and each client has one of its own: it owns the socket and the connection of the library. The port
%% is on 127.0.0.1. What became of a client is printed.
-module(c2s_server).

-export([listen/3]).

-define(FEATURES, "<?xml version='1.0'?><stream:stream id='c0ffee' version='1.0' xmlns='jabber:client' "
                  "xmlns:stream='http://etherx.jabber.org/streams'><stream:features/>").

%% @doc Listens, and serves until the caller ends.
-spec listen(xmpptls_context:context(), inet:port_number(), starttls | direct_tls) ->
    {ok, gen_tcp:socket()} | {error, inet:posix()}.
listen(Context, Port, Transport) ->
    Options = [binary, {active, false}, {reuseaddr, true}, {nodelay, true}, {ip, {127, 0, 0, 1}}],
    case gen_tcp:listen(Port, Options) of
        {ok, Listening} ->
            spawn_link(fun() -> accept(Listening, Context, Transport) end),
            {ok, Listening};
        Error -> Error
    end.

accept(Listening, Context, Transport) ->
    {ok, Socket} = gen_tcp:accept(Listening),
    Client = spawn(fun() -> receive serve -> serve(Socket, Context, Transport) end end),
    ok = gen_tcp:controlling_process(Socket, Client),
    Client ! serve,
    accept(Listening, Context, Transport).

serve(Socket, Context, Transport) ->
    {ok, Connection} = xmpptls_connection:accepting(Context, #{transport => Transport}),
    ok = inet:setopts(Socket, [{active, once}]),
    loop(Socket, Connection, false).

%% Bytes of the socket go to the library, its output to the socket; at its deadline it is told that time passed.
loop(Socket, Connection, Answered) ->
    receive
        {tcp, Socket, Bytes} ->
            case xmpptls_connection:received(Connection, Bytes) of
                {ok, Plain, Output} ->
                    ok = gen_tcp:send(Socket, Output),
                    ok = inet:setopts(Socket, [{active, once}]),
                    loop(Socket, Connection, answer(Socket, Connection, Plain, Answered));
                {error, Reason, _, Output} ->
                    _ = gen_tcp:send(Socket, Output),
                    io:format("failed: ~0p~n", [Reason])
            end;
        {tcp_closed, Socket} -> ok;
        {tcp_error, Socket, _} -> ok
    after xmpptls_connection:deadline(Connection) ->
        ok = xmpptls_connection:advance(Connection),
        case xmpptls_connection:info(Connection) of
            #{phase := failed, cause := Cause} -> io:format("failed: ~0p~n", [Cause]);
            _ -> loop(Socket, Connection, Answered)
        end
    end.

%% The application: the first stream header is answered.
answer(Socket, Connection, Plain, false) when Plain =/= <<>> ->
    {ok, Report} = xmpptls_connection:report_text(Connection),
    io:put_chars(Report),
    {ok, _, Output} = xmpptls_connection:write(Connection, ?FEATURES),
    ok = gen_tcp:send(Socket, Output),
    true;
answer(_, _, _, Answered) ->
    Answered.
