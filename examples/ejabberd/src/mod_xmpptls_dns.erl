%% DNS by a resolver that validates: what it answers, and how far it vouches for the answer.
%%
%% Erlang's own resolver (`inet_res') does not tell whether an answer was validated, so this asks a resolver that does,
%% by UDP or TCP, and reads the bit in which it says so (AD, RFC 4035 section 3.2.3; asked for as in RFC 6840 section
%% 5.7). That bit is worth what the way to the resolver is worth: use one on the same machine. Whoever names a resolver
%% in the configuration says that this holds.
-module(mod_xmpptls_dns).

-export([query/3, endpoints/2]).
-export_type([resolver/0, answer/0]).

-type resolver() :: #{address := inet:ip_address(), port := inet:port_number(), deadline := integer()}.
-type failure() :: bogus | server | timeout | malformed | unreachable.
-type answer() :: {ok, secure | insecure, [term()], Ttl :: non_neg_integer()}
                | {absent, secure | insecure}
                | {failed, failure()}.

%% RFC 6698 section 7.1; inet_dns has no word for it.
-define(TLSA, 52).
%% One try of a question by UDP.
-define(TRY, 2000).
%% Targets that are looked at; a domain with more names its own servers badly.
-define(TARGETS, 16).

-define(CHECKING_DISABLED, 16#10).
-define(AUTHENTIC_DATA, 16#20).

%% @doc Asks one question. Names are absolute, with or without a final dot.
-spec query(resolver(), binary(), tlsa | srv | a | aaaa) -> answer().
query(Resolver, Name, Type) ->
    Number = case Type of tlsa -> ?TLSA; _ -> Type end,
    Domain = string:trim(binary_to_list(Name), trailing, "."),
    case ask(Resolver, Domain, Number, ?AUTHENTIC_DATA) of
        {failed, server} ->
            %% Without validation the same question tells forged data from a broken server.
            case ask(Resolver, Domain, Number, ?CHECKING_DISABLED) of
                {ok, _, _, _} -> {failed, bogus};
                {absent, _} -> {failed, bogus};
                {failed, _} -> {failed, server}
            end;
        Answer ->
            Answer
    end.

%% @doc The endpoints of a domain for servers (RFC 6120 section 3.2, XEP-0368), with their addresses.
-spec endpoints(resolver(), binary()) ->
    {ok, [{xmpptls_endpoint:description(), [inet:ip_address()]}]} | {failed, failure()}.
endpoints(Resolver, Domain) ->
    Found = [{Transport, query(Resolver, <<Owner/binary, Domain/binary>>, srv)}
             || {Transport, Owner} <- [{direct_tls, <<"_xmpps-server._tcp.">>}, {starttls, <<"_xmpp-server._tcp.">>}]],
    case {[Why || {_, {failed, Why}} <- Found], [One || {_, {ok, _, _, _}} = One <- Found]} of
        {[Why | _], _} -> {failed, Why};
        {[], []} -> {ok, [described(Resolver, Domain, 5269, starttls, none)]};
        {[], Answers} ->
            Targets = [{Target, Port, Transport, State}
                       || {Transport, {ok, State, Records, _}} <- Answers, {_, _, Port, Text} <- lists:sort(Records),
                          Target <- [list_to_binary(Text)], Target =/= <<>>, Target =/= <<".">>],
            {ok, [described(Resolver, Target, Port, Transport, State)
                  || {Target, Port, Transport, State} <- lists:sublist(Targets, ?TARGETS)]}
    end.

described(Resolver, Target, Port, Transport, State) ->
    Answers = [query(Resolver, Target, Type) || Type <- [a, aaaa]],
    Addresses = lists:append([Records || {ok, _, Records, _} <- Answers]),
    {#{target => Target, port => Port, transport => Transport, srv => State, addresses => best(Answers)}, Addresses}.

%% A forged answer of one family forbids the host (RFC 7673 section 3.2); else the better one decides.
best(Answers) ->
    States = [case Answer of
                  {ok, State, _, _} -> State;
                  {absent, _} -> indeterminate;
                  {failed, bogus} -> bogus;
                  {failed, _} -> indeterminate
              end || Answer <- Answers],
    hd([State || State <- [bogus, secure, insecure, indeterminate], lists:member(State, States)]).

ask(Resolver, Domain, Type, Bit) ->
    Id = rand:uniform(65536) - 1,
    Question = inet_dns:make_dns_query([{domain, Domain}, {type, Type}, {class, in}]),
    Message = inet_dns:make_msg([{header, inet_dns:make_header([{id, Id}, {rd, true}])}, {qdlist, [Question]}]),
    <<Head:3/binary, Flags, Rest/binary>> = inet_dns:encode(Message),
    Packet = <<Head/binary, (Flags bor Bit), Rest/binary>>,
    case by_udp(Resolver, Packet, 2) of
        {ok, <<_:22, 1:1, _/bitstring>>} -> read(by_tcp(Resolver, Packet), Domain, Type);
        Reply -> read(Reply, Domain, Type)
    end.

by_udp(_, _, 0) ->
    {failed, timeout};
by_udp(#{address := Address, port := Port} = Resolver, <<Id:2/binary, _/binary>> = Packet, Tries) ->
    case gen_udp:open(0, [binary, {active, false}, family(Address)]) of
        {ok, Socket} ->
            try
                %% Connected, so that nobody but the resolver is heard.
                ok = gen_udp:connect(Socket, Address, Port),
                ok = gen_udp:send(Socket, Packet),
                case hear(Socket, Id, min(left(Resolver), ?TRY)) of
                    {error, timeout} -> by_udp(Resolver, Packet, case left(Resolver) of 0 -> 0; _ -> Tries - 1 end);
                    {error, _} -> {failed, unreachable};
                    Reply -> Reply
                end
            catch
                error:{badmatch, _} -> {failed, unreachable}
            after
                gen_udp:close(Socket)
            end;
        {error, _} ->
            {failed, unreachable}
    end.

hear(Socket, Id, Time) ->
    Start = erlang:monotonic_time(millisecond),
    case gen_udp:recv(Socket, 0, Time) of
        {ok, {_, _, <<Id:2/binary, _/binary>> = Reply}} -> {ok, Reply};
        {ok, _} -> hear(Socket, Id, max(0, Time - (erlang:monotonic_time(millisecond) - Start)));
        {error, _} = Error -> Error
    end.

by_tcp(#{address := Address, port := Port} = Resolver, <<Id:2/binary, _/binary>> = Packet) ->
    case gen_tcp:connect(Address, Port, [binary, {packet, 2}, {active, false}, family(Address)], left(Resolver)) of
        {ok, Socket} ->
            try
                ok = gen_tcp:send(Socket, Packet),
                case gen_tcp:recv(Socket, 0, left(Resolver)) of
                    {ok, <<Id:2/binary, _/binary>> = Reply} -> {ok, Reply};
                    {ok, _} -> {failed, malformed};
                    {error, timeout} -> {failed, timeout};
                    {error, _} -> {failed, unreachable}
                end
            catch
                error:{badmatch, _} -> {failed, unreachable}
            after
                gen_tcp:close(Socket)
            end;
        {error, timeout} -> {failed, timeout};
        {error, _} -> {failed, unreachable}
    end.

read({failed, _} = Failure, _, _) ->
    Failure;
read({ok, <<_:24, _:2, Authentic:1, _:5, _/binary>> = Reply}, Domain, Type) ->
    State = case Authentic of 1 -> secure; 0 -> insecure end,
    case inet_dns:decode(Reply) of
        {ok, Message} ->
            [Question | _] = inet_dns:msg(Message, qdlist) ++ [none],
            Code = inet_dns:header(inet_dns:msg(Message, header), rcode),
            case is_about(Question, Domain, Type) of
                true -> answer(Code, records(Message, Type), State);
                false -> {failed, malformed}
            end;
        {error, _} ->
            {failed, malformed}
    end;
read({ok, _}, _, _) ->
    {failed, malformed}.

is_about(none, _, _) ->
    false;
is_about(Question, Domain, Type) ->
    string:equal(inet_dns:dns_query(Question, domain), Domain, true) andalso inet_dns:dns_query(Question, type) =:= Type.

%% 0: no error; 3: no such name
answer(0, [], State) -> {absent, State};
answer(0, Records, State) -> {ok, State, [Data || {_, Data} <- Records], lists:min([Ttl || {Ttl, _} <- Records])};
answer(3, _, State) -> {absent, State};
answer(_, _, _) -> {failed, server}.

%% The resolver followed CNAMEs; what it answers of the type that was asked for is the answer.
records(Message, Type) ->
    [{inet_dns:rr(Record, ttl), inet_dns:rr(Record, data)}
     || Record <- inet_dns:msg(Message, anlist), inet_dns:rr(Record, type) =:= Type].

left(#{deadline := Deadline}) ->
    max(0, Deadline - erlang:monotonic_time(millisecond)).

family(Address) when tuple_size(Address) =:= 8 -> inet6;
family(_) -> inet.
