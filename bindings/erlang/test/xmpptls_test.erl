%% What the tests share: authorities and certificates, two ends in memory, and waiting for what has no event.
-module(xmpptls_test).

-export([authority/0, leaf/2, leaf/3, anchors/1, file/2, directory/0]).
-export([pair/0, pair/1, handshake/2, exchange/3, feed/3]).
-export([policy/1, policy/2, memory/0, eventually/1, dropin/0]).

-include_lib("public_key/include/public_key.hrl").

-define(SIGNATURE, #'SignatureAlgorithm'{algorithm = ?'ecdsa-with-SHA256', parameters = asn1_NOVALUE}).

%% An authority that issues certificates.
authority() ->
    Key = key(),
    Name = name("Authority " ++ integer_to_list(erlang:unique_integer([positive]))),
    Extensions = [extension(?'id-ce-basicConstraints', true, #'BasicConstraints'{cA = true}),
                  extension(?'id-ce-keyUsage', true, [keyCertSign, cRLSign])],
    #{cert => certificate(Name, Name, Key, Key, Extensions, #{}), key => Key, name => Name}.

%% A certificate for domains, and its key: #{pem, der}.
leaf(Authority, Domains) ->
    leaf(Authority, Domains, #{}).

%% `days': when it begins and ends, from now; `users': JIDs, as XmppAddrs (RFC 6120 section 13.7.1.4).
leaf(#{key := Issuer, name := IssuerName}, Domains, Odd) ->
    Key = key(),
    Extensions = [extension(?'id-ce-basicConstraints', true, #'BasicConstraints'{cA = false}),
                  extension(?'id-ce-keyUsage', true, [digitalSignature]),
                  extension(?'id-ce-subjectAltName', false, [{dNSName, binary_to_list(Domain)} || Domain <- Domains] ++ users(Odd))],
    Der = certificate(name("leaf"), IssuerName, Key, Issuer, Extensions, Odd),
    Pem = public_key:pem_encode([{'Certificate', Der, not_encrypted},
                                 {'ECPrivateKey', public_key:der_encode('ECPrivateKey', Key), not_encrypted}]),
    #{pem => Pem, der => Der}.

users(Odd) ->
    [{otherName, #'AnotherName'{'type-id' = {1, 3, 6, 1, 5, 5, 7, 8, 5}, value = <<16#0C, (byte_size(User)), User/binary>>}} ||
        User <- maps:get(users, Odd, [])].

key() ->
    public_key:generate_key({namedCurve, secp256r1}).

certificate(Subject, IssuerName, #'ECPrivateKey'{parameters = Curve, publicKey = Public}, Issuer, Extensions, Odd) ->
    {From, To} = maps:get(days, Odd, {-1, 30}),
    Content = #'OTPTBSCertificate'{
        version = v3, serialNumber = erlang:unique_integer([positive]), signature = ?SIGNATURE,
        issuer = IssuerName, subject = Subject, validity = #'Validity'{notBefore = time(From), notAfter = time(To)},
        subjectPublicKeyInfo = #'OTPSubjectPublicKeyInfo'{
            algorithm = #'PublicKeyAlgorithm'{algorithm = ?'id-ecPublicKey', parameters = Curve},
            subjectPublicKey = #'ECPoint'{point = Public}},
        extensions = Extensions},
    public_key:pkix_sign(Content, Issuer).

name(Text) ->
    {rdnSequence, [[#'AttributeTypeAndValue'{type = ?'id-at-commonName', value = {utf8String, list_to_binary(Text)}}]]}.

extension(Id, Critical, Value) ->
    #'Extension'{extnID = Id, critical = Critical, extnValue = Value}.

time(Days) ->
    {{Year, Month, Day}, _} = calendar:system_time_to_universal_time(erlang:system_time(second) + Days * 86400, second),
    {utcTime, lists:flatten(io_lib:format("~2..0b~2..0b~2..0b000000Z", [Year rem 100, Month, Day]))}.

anchors(#{cert := Der}) ->
    {ok, Anchors} = xmpptls_trust_anchors:new([{der, Der}]),
    Anchors.

%% A file of this name in a directory of this virtual machine.
file(Name, Content) ->
    Path = filename:join(directory(), Name),
    ok = filelib:ensure_dir(Path),
    ok = file:write_file(Path, Content),
    list_to_binary(Path).

directory() ->
    filename:join(["/tmp", "xmpptls-erlang-" ++ os:getpid()]).

policy(Authority) ->
    policy(Authority, []).

policy(Authority, Settings) ->
    {ok, Policy} = xmpptls_policy:new("s2s", #{trust_anchors => anchors(Authority), settings => Settings}),
    Policy.

%% Two servers that trust the same authority: #{authority, context, initiating, accepting}, not yet connected.
pair() ->
    pair(#{}).

pair(Options) ->
    Authority = authority(),
    #{pem := Pem} = leaf(Authority, [<<"a.test">>, <<"b.test">>]),
    {ok, Credentials} = xmpptls_credentials:new([#{chain => {pem, Pem}}, #{domain => default, chain => {pem, Pem}}]),
    {ok, Context} = xmpptls_context:new(policy(Authority, maps:get(settings, Options, [])), Credentials),
    {ok, Initiating} = xmpptls_connection:initiating(Context, <<"b.test">>, maps:get(initiating, Options, #{})),
    {ok, Accepting} = xmpptls_connection:accepting(Context, maps:get(accepting, Options, #{})),
    #{authority => Authority, context => Context, initiating => Initiating, accepting => Accepting}.

%% Carries bytes until nobody has any; what each end gave as plaintext.
handshake(Initiating, Accepting) ->
    {ok, <<>>, Hello} = xmpptls_connection:transmit(Initiating),
    exchange(Initiating, Accepting, Hello).

exchange(From, To, Bytes) ->
    carry(From, To, Bytes, {<<>>, <<>>}).

carry(_, _, <<>>, Plain) ->
    Plain;
carry(From, To, Bytes, {FromPlain, ToPlain}) ->
    {ok, Plain, Answer} = xmpptls_connection:received(To, Bytes),
    {Swapped, Here} = carry(To, From, Answer, {<<ToPlain/binary, Plain/binary>>, FromPlain}),
    {Here, Swapped}.

%% Gives bytes in pieces of these sizes, the rest at the end; all plaintext and all output.
feed(Connection, Bytes, Sizes) ->
    feed(Connection, Bytes, Sizes, <<>>, <<>>).

feed(_, <<>>, _, Plain, Output) ->
    {Plain, Output};
feed(Connection, Bytes, Sizes, Plain, Output) ->
    {Piece, Rest, Left} = cut(Bytes, Sizes),
    {ok, More, Out} = xmpptls_connection:received(Connection, Piece),
    feed(Connection, Rest, Left, <<Plain/binary, More/binary>>, <<Output/binary, Out/binary>>).

cut(Bytes, [Size | Sizes]) when Size > 0, Size < byte_size(Bytes) ->
    <<Piece:Size/binary, Rest/binary>> = Bytes,
    {Piece, Rest, Sizes};
cut(Bytes, _) ->
    {Bytes, <<>>, []}.

%% Resident memory of the virtual machine in kB, after every process was collected.
memory() ->
    [erlang:garbage_collect(Process) || Process <- processes()],
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Text, " "),
    binary_to_integer(Pages) * 4.

%% True within five seconds.
eventually(Condition) ->
    eventually(Condition, 100).

eventually(_, 0) ->
    false;
eventually(Condition, Times) ->
    Condition() orelse begin timer:sleep(50), eventually(Condition, Times - 1) end.

%% Whether the drop-in, and not another fast_tls, is the one that is loaded.
dropin() ->
    {module, fast_tls} = code:ensure_loaded(fast_tls),
    erlang:function_exported(fast_tls, conclude, 2).
