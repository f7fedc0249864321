%% An XMPP client as a gen_statem: STARTTLS, who the server is and how that is known, login, a message.
%%
%%     {ok, Client} = xmpp_client:start_link(#{jid => <<"user@example.org">>, password => <<"secret">>}),
%%     receive {xmpp_client, Client, {ready, Report}} -> io:put_chars(Report) end,
%%     ok = xmpp_client:message(Client, <<"friend@example.org">>, <<"hello">>),
%%     ok = xmpp_client:stop(Client)
%%
%% `host', `port' and `authorities' (a file of CA certificates) are for servers that DNS and the system do not know.
%%
%% The socket is the client's, TLS and the XML before it are the library's. The policy `c2s-client' has the library keep
%% the gate: not a byte of the login leaves before the server has proven who it is. The XML inside TLS is the
%% client's own; a real client has a parser where this one looks for the end of the element it waits for.
-module(xmpp_client).

-behaviour(gen_statem).

-export([start_link/1, message/3, stop/1]).
-export([init/1, callback_mode/0, securing/3, negotiating/3, authenticating/3, binding/3, ready/3, terminate/3]).

-define(NEGOTIATION, 30000).

start_link(Options) ->
    gen_statem:start_link(?MODULE, Options#{owner => self()}, []).

message(Client, To, Body) ->
    gen_statem:call(Client, {message, To, Body}).

stop(Client) ->
    gen_statem:stop(Client).

%% --- the machine: securing -> negotiating -> authenticating -> negotiating -> binding -> ready ---

callback_mode() ->
    state_functions.

init(#{jid := Jid} = Options) ->
    [_, Domain] = binary:split(Jid, <<"@">>),
    case dial(Domain, Options) of
        {ok, Socket} ->
            {ok, Connection} = connection(Domain, Options),
            Data = Options#{socket => Socket, tls => Connection, domain => Domain, text => <<>>, authenticated => false},
            ok = send(Data, xmpptls_connection:transmit(Connection)),
            ok = inet:setopts(Socket, [{active, once}]),
            {ok, securing, Data, [{{timeout, negotiation}, ?NEGOTIATION, late} | deadline(Data)]};
        {error, Reason} ->
            {stop, Reason}
    end.

%% The library speaks: stream header, <starttls/>, the handshake, and the verdict.
securing(info, {tcp, _, Bytes}, Data) ->
    received(Bytes, Data, fun(#{tls := Connection} = Now) ->
        case xmpptls_connection:phase(Connection) of
            open ->
                tell({secured, report(Connection)}, Now),
                {next_state, negotiating, Now, [{next_event, internal, open} | deadline(Now)]};
            _ ->
                {keep_state, Now, deadline(Now)}
        end
    end);
securing(state_timeout, advance, #{tls := Connection} = Data) ->
    ok = xmpptls_connection:advance(Connection),
    case xmpptls_connection:info(Connection) of
        #{phase := failed, cause := Cause} -> {stop, {shutdown, Cause}, Data};
        _ -> {keep_state, Data, deadline(Data)}
    end;
securing(Type, Event, Data) ->
    common(Type, Event, Data).

%% A new stream inside TLS, and what the server offers there.
negotiating(internal, open, #{domain := Domain} = Data) ->
    {keep_state, write(Data#{text := <<>>},
        ["<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='",
         Domain, "' version='1.0'>"])};
negotiating(info, {tcp, _, Bytes}, Data) ->
    received(Bytes, Data, fun(Now) ->
        case upto(<<"</stream:features>">>, Now) of
            {_, #{authenticated := true} = Next} -> {next_state, binding, Next, {next_event, internal, bind}};
            {_, Next} -> {next_state, authenticating, Next, {next_event, internal, authenticate}};
            none -> {keep_state, Now}
        end
    end);
negotiating(Type, Event, Data) ->
    common(Type, Event, Data).

%% SASL PLAIN: the server is authenticated and the stream encrypted, or we would not be here.
authenticating(internal, authenticate, #{jid := Jid, password := Password} = Data) ->
    [User, _] = binary:split(Jid, <<"@">>),
    {keep_state, write(Data, ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>",
                              base64:encode(<<0, User/binary, 0, Password/binary>>), "</auth>"])};
authenticating(info, {tcp, _, Bytes}, Data) ->
    received(Bytes, Data, fun(Now) ->
        case {upto(<<"<success">>, Now), upto(<<"</failure>">>, Now)} of
            {{_, Next}, _} -> {next_state, negotiating, Next#{authenticated := true}, {next_event, internal, open}};
            {none, {Failure, _}} -> {stop, {shutdown, {not_authorized, Failure}}, Now};
            {none, none} -> {keep_state, Now}
        end
    end);
authenticating(Type, Event, Data) ->
    common(Type, Event, Data).

binding(internal, bind, Data) ->
    {keep_state, write(Data, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq><presence/>")};
binding(info, {tcp, _, Bytes}, Data) ->
    received(Bytes, Data, fun(Now) ->
        case upto(<<"</iq>">>, Now) of
            {_, #{tls := Connection} = Next} ->
                tell({ready, report(Connection)}, Next),
                {next_state, ready, Next, {{timeout, negotiation}, infinity, late}};
            none ->
                {keep_state, Now}
        end
    end);
binding(Type, Event, Data) ->
    common(Type, Event, Data).

ready({call, From}, {message, To, Body}, Data) ->
    Stanza = ["<message type='chat' to='", escape(To), "'><body>", escape(Body), "</body></message>"],
    {keep_state, write(Data, Stanza), {reply, From, ok}};
ready(info, {tcp, _, Bytes}, Data) ->
    received(Bytes, Data, fun(Now) ->
        case upto(<<"</message>">>, Now) of
            {Message, Next} -> tell({message, Message}, Next), {keep_state, Next};
            none -> {keep_state, Now}
        end
    end);
ready(Type, Event, Data) ->
    common(Type, Event, Data).

common({call, From}, {message, _, _}, _) ->
    {keep_state_and_data, {reply, From, {error, not_ready}}};
common({timeout, negotiation}, late, Data) ->
    {stop, {shutdown, negotiation_took_too_long}, Data};
common(info, {tcp_closed, _}, #{tls := Connection} = Data) ->
    ok = xmpptls_connection:end_of_input(Connection),
    %% Without close_notify or </stream:stream> something may have been cut off (RFC 6120 section 4.4).
    {stop, {shutdown, {closed, xmpptls_connection:events(Connection)}}, Data};
common(info, {tcp_error, _, Reason}, Data) ->
    {stop, {shutdown, Reason}, Data}.

%% RFC 6120 section 4.4: the stream is closed first, then TLS, then TCP.
terminate(_, State, #{socket := Socket, tls := Connection} = Data) ->
    _ = State =/= securing andalso send(Data, xmpptls_connection:write(Connection, "</stream:stream>")),
    _ = gen_tcp:send(Socket, xmpptls_connection:close(Connection)),
    gen_tcp:close(Socket).

%% --- socket and library ---

dial(Domain, Options) ->
    Host = maps:get(host, Options, binary_to_list(Domain)),
    gen_tcp:connect(Host, maps:get(port, Options, 5222), [binary, {active, false}, {nodelay, true}], 10000).

connection(Domain, Options) ->
    Source = case Options of #{authorities := File} -> {file, File}; _ -> system end,
    {ok, Anchors} = xmpptls_trust_anchors:new([Source]),
    {ok, Policy} = xmpptls_policy:new("c2s-client", #{trust_anchors => Anchors}),
    {ok, Context} = xmpptls_context:new(Policy),
    xmpptls_connection:initiating(Context, Domain, #{transport => starttls}).

%% What came goes to the library; what it gives for the peer is sent, an alert too; its plaintext is kept as text.
received(Bytes, #{socket := Socket, tls := Connection, text := Text} = Data, Continue) ->
    case xmpptls_connection:received(Connection, Bytes) of
        {ok, Plain, _} = Result ->
            ok = send(Data, Result),
            ok = inet:setopts(Socket, [{active, once}]),
            Continue(Data#{text := <<Text/binary, Plain/binary>>});
        {error, Reason, _, Output} ->
            _ = gen_tcp:send(Socket, Output),
            {stop, {shutdown, {Reason, report(Connection)}}, Data}
    end.

write(#{tls := Connection} = Data, Xml) ->
    ok = send(Data, xmpptls_connection:write(Connection, Xml)),
    Data.

send(_, {ok, _, <<>>}) -> ok;
send(#{socket := Socket}, {ok, _, Output}) -> gen_tcp:send(Socket, Output);
send(_, {error, Reason, _, _}) -> {error, Reason}.

deadline(#{tls := Connection}) ->
    [{state_timeout, xmpptls_connection:deadline(Connection), advance}].

report(Connection) ->
    {ok, Text} = xmpptls_connection:report_text(Connection),
    Text.

tell(What, #{owner := Owner}) ->
    Owner ! {xmpp_client, self(), What},
    ok.

%% The text up to the end of this tag, and the data without it.
upto(End, #{text := Text} = Data) ->
    case binary:split(Text, End) of
        [Before, After] -> {<<Before/binary, End/binary>>, Data#{text := After}};
        [_] -> none
    end.

escape(Text) ->
    lists:foldl(fun({Character, Entity}, Escaped) -> binary:replace(Escaped, Character, Entity, [global]) end, Text,
                [{<<"&">>, <<"&amp;">>}, {<<"<">>, <<"&lt;">>}, {<<">">>, <<"&gt;">>}, {<<"'">>, <<"&apos;">>}]).
