%% The vectors that every language runs (tests/vectors), as far as this binding offers what they ask for.
%%
%% A verification asks for evidence and stops when the peer is proven, so level and method are compared and reasons are
%% not (tests/vectors/README.md says why).
-module(xmpptls_vectors_tests).

-include_lib("eunit/include/eunit.hrl").

%% Kinds that are functions of the library which this binding does not offer: Erlang hosts have no use for them yet.
-define(NOT_OFFERED, [<<"authzid_from_wire">>, <<"channel_binding">>, <<"domain">>, <<"downgrade_hash">>,
                      <<"joining_target">>, <<"posh_document">>, <<"posh_url">>, <<"server_authzid">>, <<"tlsa_owner">>,
                      <<"tlsa_text">>, <<"user">>]).

%% What a case can say and a verification of a chain cannot be told: a handshake that was resumed or had a staple, a
%% key that was not shown (of a chain alone it never is), where a CNAME ended.
-define(NOT_TOLD, [<<"resumed">>, <<"staple">>, <<"possession_shown">>]).

vectors_test_() ->
    Files = filelib:wildcard(filename:join(folder(), "*.json")),
    ?assertNotEqual([], Files),
    [{timeout, 120, {filename:basename(File), fun() -> run(File) end}} || File <- Files].

folder() ->
    Beam = code:which(?MODULE),
    Root = lists:foldl(fun(_, Path) -> filename:dirname(Path) end, filename:absname(Beam), lists:seq(1, 4)),
    filename:join([Root, "tests", "vectors"]).

run(File) ->
    {ok, Text} = file:read_file(File),
    {ok, #{<<"format">> := <<"xmpptls-vectors-1">>, <<"certificates">> := Encoded, <<"cases">> := Cases}} =
        xmpptls_json:decode(Text),
    Certificates = maps:map(fun(_, Der) -> base64:decode(Der) end, Encoded),
    Outcomes = [{maps:get(<<"id">>, Case), outcome(Case, Certificates)} || Case <- Cases],
    ?assertEqual([], [{Id, Outcome} || {Id, {differs, _, _} = Outcome} <- Outcomes]),
    ?debugFmt("~s: ~b agree, ~b left out ~p", [filename:basename(File), length([ok || {_, agrees} <- Outcomes]),
                                            length([out || {_, {left_out, _}} <- Outcomes]), lists:usort([W || {_, {left_out, W}} <- Outcomes])]).

outcome(#{<<"kind">> := Kind, <<"input">> := Input, <<"expect">> := Expected}, Certificates) ->
    case lists:member(Kind, ?NOT_OFFERED) of
        true -> {left_out, Kind};
        false -> compare(Expected, answer(Kind, Input, Certificates))
    end.

compare(_, {left_out, _} = Why) ->
    Why;
compare(Expected, Answer) ->
    case [Key || Key <- maps:keys(Answer), maps:get(Key, Expected, null) =/= maps:get(Key, Answer)] of
        [] -> agrees;
        Keys -> {differs, maps:with(Keys, Expected), maps:with(Keys, Answer)}
    end.

answer(<<"verdict">>, Input, Certificates) ->
    case judged(Input, Certificates) of
        {left_out, _} = Why -> Why;
        Verdict ->
            #{level := Level, method := Method} = xmpptls_verdict:info(Verdict),
            #{<<"level">> => atom_to_binary(Level), <<"method">> => case Method of none -> null; _ -> dashed(Method) end}
    end;
answer(<<"history">>, #{<<"sightings">> := Sightings}, Certificates) ->
    Last = lists:foldl(fun(#{<<"now">> := Time} = Sighting, {History, _}) ->
        case judged(Sighting, Certificates) of
            {left_out, _} = Why -> {History, Why};
            Verdict ->
                {ok, #{store := Store} = Observation} = xmpptls_verdict:observe(Verdict, History, Time),
                {case Store of undefined -> History; _ -> Store end, Observation}
        end
    end, {undefined, none}, Sightings),
    case Last of
        {_, #{change := Change, loudness := Loudness}} ->
            #{<<"change">> => atom_to_binary(Change), <<"loudness">> => atom_to_binary(Loudness)};
        {_, Why} ->
            Why
    end;
answer(<<"dialback_key">>, #{<<"secret">> := Bytes} = Input, _) ->
    case xmpptls_dialback:secret(Bytes) of
        {ok, Secret} ->
            case xmpptls_dialback:key(Secret, stream(Input)) of
                {ok, Key} -> #{<<"key">> => Key};
                {error, _} -> #{<<"key">> => null}
            end;
        {error, _} -> #{<<"key">> => null}
    end;
answer(<<"dialback_check">>, #{<<"secret">> := Bytes, <<"key">> := Key} = Input, _) ->
    {ok, Secret} = xmpptls_dialback:secret(Bytes),
    #{<<"matches">> => xmpptls_dialback:matches(Secret, stream(Input), Key)};
answer(Kind, _, _) ->
    error({unknown_kind, Kind}).

stream(#{<<"receiving">> := Receiving, <<"originating">> := Originating, <<"stream_id">> := StreamId}) ->
    #{receiving => Receiving, originating => Originating, stream_id => StreamId}.

%% --- a verdict ---

judged(#{<<"domain">> := Domain, <<"direction">> := Direction, <<"chain">> := Names, <<"now">> := Time,
         <<"policy">> := Toml, <<"endpoint">> := Where, <<"trust_anchors">> := Trusted} = Input, Certificates) ->
    Told = [Key || Key <- ?NOT_TOLD, is_map_key(Key, Input)] ++ [canonical || is_map(Where), is_binary(maps:get(<<"canonical">>, Where, null))]
        ++ [no_chain || Names =:= null orelse Names =:= []]
        ++ [unreadable || is_list(Names), Name <- Names, not is_readable(der(Name, Certificates))],
    case Told of
        [What | _] -> {left_out, What};
        [] ->
            Lists = [{crl, base64:decode(List)} || List <- maps:get(<<"revocation_lists">>, Input, [])],
            case policy(Toml, [{der, der(Name, Certificates)} || Name <- Trusted] ++ Lists) of
                {error, Reason} -> error(Reason);
                {ok, Policy} -> judged(Domain, binary_to_atom(Direction), Policy, Where, chain(Names, Certificates), Input, Time)
            end
    end.

judged(Domain, Direction, Policy, Where, Chain, Input, Time) ->
    Evidence = maps:get(<<"evidence">>, Input, #{}),
    case xmpptls_verification:of_chain(Chain, Domain, Direction, Policy, endpoint(Where)) of
        {error, {limit_exceeded, _}} -> {left_out, chain_too_long};
        {ok, Verification} -> judged(Verification, Domain, Evidence, Time)
    end.

judged(Verification, Domain, Evidence, Time) ->
    _ = is_map_key(<<"dialback">>, Evidence) andalso
        xmpptls_verification:ask_dialback(Verification, #{originating => Domain, receiving => <<"here.example">>, stream_id => <<"id">>}),
    {ok, Verdict} = xmpptls_verification:run(Verification, fun(Question) -> evidence(Question, Evidence) end, Time),
    Verdict.

policy(Toml, Sources) ->
    case xmpptls_trust_anchors:new(Sources) of
        {ok, Anchors} -> xmpptls_policy:from_toml(Toml, #{trust_anchors => Anchors});
        {error, _} = Error -> Error
    end.

der(Name, Certificates) ->
    case Certificates of
        #{Name := Der} -> Der;
        _ -> base64:decode(Name)
    end.

is_readable(Der) ->
    element(1, xmpptls_certificate:from_der(Der)) =:= ok.

chain(Names, Certificates) ->
    [begin {ok, Certificate} = xmpptls_certificate:from_der(der(Name, Certificates)), Certificate end || Name <- Names].

endpoint(null) ->
    undefined;
endpoint(#{<<"target">> := Target, <<"port">> := Port, <<"addresses">> := Addresses} = Where) ->
    {ok, Endpoint} = xmpptls_endpoint:new(#{
        target => Target, port => Port, addresses => binary_to_atom(Addresses),
        transport => case maps:get(<<"transport">>, Where, <<"starttls">>) of <<"direct-tls">> -> direct_tls; _ -> starttls end,
        srv => case maps:get(<<"srv">>, Where, null) of null -> none; State -> binary_to_atom(State) end,
        configured => maps:get(<<"configured">>, Where, false)}),
    Endpoint.

evidence(#{kind := tlsa, name := Owner}, #{<<"tlsa">> := Answers}) ->
    Found = [Answer || #{<<"host">> := Host, <<"port">> := Port, <<"answer">> := Answer} <- Answers,
                       iolist_to_binary(["_", integer_to_list(Port), "._tcp.", Host, "."]) =:= Owner],
    case Found of
        [#{<<"found">> := #{<<"dnssec">> := State, <<"rdata">> := Records} = Set} | _] ->
            {tlsa, binary_to_atom(State), [binary:decode_hex(Record) || Record <- Records], seconds(Set)};
        [Answer | _] -> no_value(Answer);
        [] -> not_asked
    end;
evidence(#{kind := posh, name := Asked}, #{<<"posh">> := #{<<"found">> := #{<<"url">> := Url}}})
  when is_binary(Url), Url =/= Asked ->
    %% a document for another service or domain answers another question
    not_asked;
evidence(#{kind := posh}, #{<<"posh">> := #{<<"found">> := #{<<"document">> := Document} = Set}}) ->
    {First, Referred} = case maps:get(<<"reference">>, Set, null) of
                            null -> {Document, undefined};
                            Reference -> {Reference, Document}
                        end,
    {posh, First, Referred, maps:get(<<"https_verified">>, Set, true), maps:get(<<"fetched_at">>, Set)};
evidence(#{kind := srv}, #{<<"targets">> := #{<<"found">> := Targets}}) ->
    {srv, [endpoint(Target) || Target <- Targets]};
evidence(#{kind := dialback}, #{<<"dialback">> := #{<<"found">> := #{<<"valid">> := Valid, <<"dnssec">> := Dnssec, <<"over_tls">> := OverTls}}}) ->
    {dialback, Valid, Dnssec, OverTls};
evidence(#{kind := Kind}, Evidence) ->
    Key = case Kind of srv -> <<"targets">>; _ -> atom_to_binary(Kind) end,
    no_value(maps:get(Key, Evidence, none)).

no_value(#{<<"absent">> := State}) -> {absent, binary_to_atom(State)};
no_value(#{<<"failed">> := Failure}) -> {failed, binary_to_atom(Failure)};
no_value(_) -> not_asked.

seconds(#{<<"valid_until">> := Time}) when is_integer(Time) -> Time;
seconds(_) -> 0.

dashed(Atom) ->
    binary:replace(atom_to_binary(Atom), <<"_">>, <<"-">>, [global]).
