%% JSON (RFC 8259) into terms: objects become maps with binary keys, `null' an atom. For what the library writes, and
%% for tests that read its vectors; Erlang/OTP has a module of its own only since version 27.
-module(xmpptls_json).

-export([decode/1]).
-export_type([value/0]).

-type value() :: #{binary() => value()} | [value()] | binary() | number() | boolean() | null.

%% Nesting that nothing of ours reaches.
-define(DEPTH, 64).

%% @doc Reads one JSON text.
-spec decode(binary()) -> {ok, value()} | {error, malformed}.
decode(Text) ->
    try value(blank(Text), ?DEPTH) of
        {Value, Rest} ->
            case blank(Rest) of
                <<>> -> {ok, Value};
                _ -> {error, malformed}
            end
    catch
        throw:malformed -> {error, malformed}
    end.

value(_, 0) -> throw(malformed);
value(<<"null", Rest/binary>>, _) -> {null, Rest};
value(<<"true", Rest/binary>>, _) -> {true, Rest};
value(<<"false", Rest/binary>>, _) -> {false, Rest};
value(<<$", Rest/binary>>, _) -> string(Rest, []);
value(<<$[, Rest/binary>>, Depth) -> array(blank(Rest), Depth - 1);
value(<<${, Rest/binary>>, Depth) -> object(blank(Rest), Depth - 1);
value(<<Character, _/binary>> = Text, _) when Character =:= $-; Character >= $0, Character =< $9 -> number(Text);
value(_, _) -> throw(malformed).

array(<<$], Rest/binary>>, _) -> {[], Rest};
array(Text, Depth) -> elements(Text, Depth, []).

elements(Text, Depth, Read) ->
    {Value, Rest} = value(Text, Depth),
    case blank(Rest) of
        <<$,, More/binary>> -> elements(blank(More), Depth, [Value | Read]);
        <<$], More/binary>> -> {lists:reverse([Value | Read]), More};
        _ -> throw(malformed)
    end.

object(<<$}, Rest/binary>>, _) -> {#{}, Rest};
object(Text, Depth) -> members(Text, Depth, #{}).

members(<<$", Text/binary>>, Depth, Read) ->
    {Name, AfterName} = string(Text, []),
    Colon = blank(AfterName),
    <<$:, AfterColon/binary>> = case Colon of <<$:, _/binary>> -> Colon; _ -> throw(malformed) end,
    {Value, Rest} = value(blank(AfterColon), Depth),
    case blank(Rest) of
        <<$,, More/binary>> -> members(blank(More), Depth, Read#{Name => Value});
        <<$}, More/binary>> -> {Read#{Name => Value}, More};
        _ -> throw(malformed)
    end;
members(_, _, _) ->
    throw(malformed).

string(<<$", Rest/binary>>, Read) -> {unicode:characters_to_binary(lists:reverse(Read)), Rest};
string(<<"\\u", Rest/binary>>, Read) -> escape(Rest, Read);
string(<<$\\, Character, Rest/binary>>, Read) -> string(Rest, [escaped(Character) | Read]);
string(<<Character/utf8, Rest/binary>>, Read) when Character >= 32 -> string(Rest, [Character | Read]);
string(_, _) -> throw(malformed).

escaped(Character) when Character =:= $"; Character =:= $\\; Character =:= $/ -> Character;
escaped($b) -> $\b;
escaped($f) -> $\f;
escaped($n) -> $\n;
escaped($r) -> $\r;
escaped($t) -> $\t;
escaped(_) -> throw(malformed).

%% Characters beyond the basic plane come as a pair of surrogates.
escape(Text, Read) ->
    case hexadecimal(Text) of
        {High, <<"\\u", Rest/binary>>} when High >= 16#D800, High =< 16#DBFF ->
            case hexadecimal(Rest) of
                {Low, More} when Low >= 16#DC00, Low =< 16#DFFF ->
                    string(More, [16#10000 + ((High - 16#D800) bsl 10) + (Low - 16#DC00) | Read]);
                _ ->
                    throw(malformed)
            end;
        {Code, _} when Code >= 16#D800, Code =< 16#DFFF -> throw(malformed);
        {Code, Rest} -> string(Rest, [Code | Read])
    end.

hexadecimal(<<Digits:4/binary, Rest/binary>>) ->
    try binary:decode_hex(Digits) of
        <<Code:16>> -> {Code, Rest}
    catch
        error:badarg -> throw(malformed)
    end;
hexadecimal(_) ->
    throw(malformed).

number(Text) ->
    case re:run(Text, "^-?(?:0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?", [{capture, all, binary}]) of
        {match, [Digits]} ->
            {binary_to_integer(Digits), rest(Text, Digits)};
        {match, [Digits, Fraction]} ->
            _ = Fraction,
            {to_float(Digits), rest(Text, Digits)};
        {match, [Digits, <<>>, _Exponent]} ->
            [Whole, Power] = binary:split(Digits, [<<"e">>, <<"E">>]),
            {to_float(<<Whole/binary, ".0e", Power/binary>>), rest(Text, Digits)};
        {match, [Digits, _Fraction, _Exponent]} ->
            {to_float(Digits), rest(Text, Digits)};
        nomatch ->
            throw(malformed)
    end.

%% RFC 8259 section 6 leaves the range of numbers to who reads them.
to_float(Digits) ->
    try binary_to_float(Digits)
    catch error:badarg -> throw(malformed)
    end.

rest(Text, Read) ->
    binary:part(Text, byte_size(Read), byte_size(Text) - byte_size(Read)).

blank(<<Character, Rest/binary>>) when Character =:= $\s; Character =:= $\t; Character =:= $\n; Character =:= $\r ->
    blank(Rest);
blank(Text) ->
    Text.
