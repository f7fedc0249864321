%% Properties: whatever the pieces and the order, bytes arrive whole and nothing breaks.
-module(xmpptls_prop).

-include_lib("proper/include/proper.hrl").

-export([prop_pieces/0, prop_orders/0, prop_garbage/0, prop_json/0]).

%% A whole session, every flight cut at random, and the plaintext taken in random portions.
prop_pieces() ->
    ?FORALL({Sizes, There, Size, Portion}, {list(range(1, 700)), binary(), size(), range(1, 5000)},
        begin
            Back = crypto:strong_rand_bytes(Size),
            #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
            {ok, <<>>, Hello} = xmpptls_connection:write(Initiating, There),
            {<<>>, Flight} = xmpptls_test:feed(Accepting, Hello, Sizes),
            {<<>>, Finished} = xmpptls_test:feed(Initiating, Flight, Sizes),
            {AtAccepting, Tickets} = xmpptls_test:feed(Accepting, Finished, Sizes),
            {<<>>, _} = xmpptls_test:feed(Initiating, Tickets, Sizes),
            {ok, <<>>, Answer} = xmpptls_connection:write(Accepting, Back),
            {ok, First, <<>>} = xmpptls_connection:received(Initiating, Answer, Portion),
            AtInitiating = iolist_to_binary([First | portions(Initiating, Portion)]),
            conjunction([{there, equals(AtAccepting, There)}, {back, AtInitiating =:= Back}])
        end).

%% Calls in any order on both ends never break the virtual machine, and answer with a result or badarg.
prop_orders() ->
    ?FORALL(Calls, list(call()),
        begin
            #{context := Context, initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
            Ends = {Initiating, Accepting},
            lists:foldl(fun(Call, Bytes) -> perform(Call, Ends, Context, Bytes) end, <<>>, Calls),
            lists:all(fun(End) -> is_atom(xmpptls_connection:phase(End)) end, [Initiating, Accepting])
        end).

%% Anything at all may come from a peer, before the handshake and after it.
prop_garbage() ->
    ?FORALL({Before, After}, {binary(), binary()},
        begin
            #{accepting := Fresh} = xmpptls_test:pair(),
            #{initiating := Initiating, accepting := Accepting} = xmpptls_test:pair(),
            _ = xmpptls_test:handshake(Initiating, Accepting),
            is_result(xmpptls_connection:received(Fresh, Before)) andalso is_result(xmpptls_connection:received(Accepting, After))
        end).

%% What was encoded is read back.
prop_json() ->
    ?FORALL(Value, json(), equals(xmpptls_json:decode(iolist_to_binary(encode(Value))), {ok, Value})).

%% --- ---

%% Records hold 16,384 bytes.
size() ->
    oneof([range(0, 100), range(16380, 16390), range(32760, 32780), range(60000, 140000)]).

portions(Connection, Portion) ->
    case xmpptls_connection:received(Connection, <<>>, Portion) of
        {ok, <<>>, <<>>} -> [];
        {ok, Plain, <<>>} -> [Plain | portions(Connection, Portion)]
    end.

call() ->
    {oneof([1, 2]), oneof([transmit, {write, binary()}, deliver, {deliver, range(0, 600)}, {received, binary()}, close,
                           end_of_input, advance, deadline, next_event, client_hello, choose, refuse, info, certificates,
                           binding, verification, verdict, report, verify_chain, {limit, range(0, 50)}])}.

%% `Bytes' is what was said last and not delivered.
perform({Which, Call}, Ends, Context, Bytes) ->
    End = element(Which, Ends),
    case Call of
        transmit -> output(xmpptls_connection:transmit(End), Bytes);
        {write, Data} -> output(xmpptls_connection:write(End, Data), Bytes);
        deliver -> output(xmpptls_connection:received(End, Bytes), <<>>);
        {deliver, Size} when Size < byte_size(Bytes) ->
            <<Piece:Size/binary, Rest/binary>> = Bytes,
            output(xmpptls_connection:received(End, Piece), Rest);
        {deliver, _} -> Bytes;
        {received, Data} -> output(xmpptls_connection:received(End, Data), Bytes);
        {limit, Limit} -> output(xmpptls_connection:received(End, <<>>, Limit), Bytes);
        close -> xmpptls_connection:close(End);
        end_of_input -> ok = xmpptls_connection:end_of_input(End), Bytes;
        advance -> ok = xmpptls_connection:advance(End), Bytes;
        deadline -> _ = xmpptls_connection:deadline(End), Bytes;
        next_event -> _ = xmpptls_connection:next_event(End), Bytes;
        client_hello -> _ = xmpptls_connection:client_hello(End), Bytes;
        choose -> _ = xmpptls_connection:choose(End, #{context => Context}), Bytes;
        refuse -> _ = xmpptls_connection:refuse(End, 40), Bytes;
        info -> #{phase := _} = xmpptls_connection:info(End), Bytes;
        certificates -> true = is_list(xmpptls_connection:peer_certificates(End)), Bytes;
        binding -> _ = xmpptls_connection:channel_binding(End, tls_exporter), Bytes;
        verification -> _ = xmpptls_connection:verification(End, <<"b.test">>), Bytes;
        verdict -> _ = xmpptls_connection:verdict(End), Bytes;
        report -> _ = xmpptls_connection:report(End), Bytes;
        verify_chain -> _ = xmpptls_compat:verify_chain(End), Bytes
    end.

output({ok, _, Output}, Rest) -> <<Rest/binary, Output/binary>>;
output({error, _, _, Output}, Rest) -> <<Rest/binary, Output/binary>>.

is_result({ok, Plain, Output}) -> is_binary(Plain) andalso is_binary(Output);
is_result({error, _, Plain, Output}) -> is_binary(Plain) andalso is_binary(Output).

json() ->
    ?SIZED(Size, json(Size)).

json(0) ->
    oneof([null, boolean(), integer(), text()]);
json(Size) ->
    oneof([json(0), list(json(Size div 4)), ?LET(Pairs, list({text(), json(Size div 4)}), maps:from_list(Pairs))]).

text() ->
    ?LET(Characters, list(oneof([range(1, 127), range(160, 16#D7FF), range(16#10000, 16#10FFFF)])),
         unicode:characters_to_binary(Characters)).

encode(Value) when is_atom(Value) -> atom_to_binary(Value);
encode(Value) when is_integer(Value) -> integer_to_binary(Value);
encode(Value) when is_binary(Value) -> [$", [escape(Character) || Character <- unicode:characters_to_list(Value)], $"];
encode(Values) when is_list(Values) -> [$[, lists:join($,, [encode(Value) || Value <- Values]), $]];
encode(Map) -> [${, lists:join($,, [[encode(Key), $:, encode(Value)] || {Key, Value} <- maps:to_list(Map)]), $}].

escape($") -> "\\\"";
escape($\\) -> "\\\\";
escape(Character) when Character < 32 -> io_lib:format("\\u~4.16.0b", [Character]);
escape(Character) -> unicode:characters_to_binary([Character]).
