%% Verifications: questions out, answers in, one verdict.
%%
%% A verification knows what evidence its policy can use and asks for it: the TLSA records of an owner name, the POSH
%% document at a URL, the SRV targets of a domain, what the authoritative server says of a dialback key. Whoever can
%% look things up answers, in any order; answers may lead to further questions. {@link run/2} does the rounds.
%%
%% "Absent" and "failed" are answers, and different ones. A question that is left open counts as not asked, which never
%% makes a better verdict than an answer would.
-module(xmpptls_verification).

-export([new/3, new/4, of_chain/4, of_chain/5, ask_dialback/2, questions/1, questions/2, answer/3, decide/1, decide/2, run/2, run/3]).
-export_type([verification/0, question/0, answer/0, failure/0, pair/0]).

-opaque verification() :: reference().
-type question() :: #{
    id := non_neg_integer(),
    kind := tlsa | posh | srv | history | revocation_lists | user_mapping | dialback | unknown | atom(),
    %% the owner name with its final dot, the URL, or the domain
    name := binary(),
    %% the question itself, for xmpptls_lookup
    handle := reference()}.
-type answer() ::
    {tlsa, xmpptls_endpoint:dnssec(), [Rdata :: binary()], ValidUntil :: integer()}
    | {posh, Document :: iodata(), Referred :: iodata() | undefined, HttpsVerified :: boolean(),
       FetchedAt :: integer()}
    | {srv, [xmpptls_endpoint:endpoint()]}
    | {dialback, Valid :: boolean(), Dnssec :: boolean(), OverTls :: boolean()}
    | {history, Json :: iodata()}
    | {user, Jid :: iodata()}
    | {absent, xmpptls_endpoint:dnssec()}
    | {failed, failure()}
    | not_asked.
-type failure() :: bogus | server | timeout | https_unverified | malformed | forbidden | unreachable.
-type pair() :: #{originating := binary(), receiving := binary(), stream_id := binary()}.

%% @equiv new(Domain, Direction, Policy, undefined)
-spec new(binary(), xmpptls:direction(), xmpptls_policy:policy()) ->
    {ok, verification()} | {error, xmpptls:reason()}.
new(Domain, Direction, Policy) ->
    new(Domain, Direction, Policy, undefined).

%% @doc Starts a verification before the handshake, to gather evidence ahead.
-spec new(binary(), xmpptls:direction(), xmpptls_policy:policy(), xmpptls_endpoint:endpoint() | undefined) ->
    {ok, verification()} | {error, xmpptls:reason()}.
new(Domain, Direction, Policy, Endpoint) ->
    xmpptls_nif:verification_new(Domain, Direction, Policy, Endpoint).

%% @equiv of_chain(Chain, Domain, Direction, Policy, undefined)
-spec of_chain([xmpptls_certificate:certificate()], binary(), xmpptls:direction(), xmpptls_policy:policy()) ->
    {ok, verification()} | {error, xmpptls:reason()}.
of_chain(Chain, Domain, Direction, Policy) ->
    of_chain(Chain, Domain, Direction, Policy, undefined).

%% @doc Starts a verification of a chain alone; its verdict says that possession of the key was not shown.
-spec of_chain([xmpptls_certificate:certificate()], binary(), xmpptls:direction(), xmpptls_policy:policy(),
               xmpptls_endpoint:endpoint() | undefined) ->
    {ok, verification()} | {error, xmpptls:reason()}.
of_chain(Chain, Domain, Direction, Policy, Endpoint) ->
    xmpptls_nif:verification_new_chain(Chain, Domain, Direction, Policy, Endpoint).

%% @doc Lets dialback count, if the policy does: asks about this pair when no certificate proves the peer.
-spec ask_dialback(verification(), pair()) -> ok | {error, xmpptls:reason()}.
ask_dialback(Verification, #{originating := Originating, receiving := Receiving, stream_id := StreamId}) ->
    xmpptls_nif:verification_ask_dialback(Verification, Originating, Receiving, StreamId).

%% @doc The questions that were not given yet.
-spec questions(verification()) -> [question()].
questions(Verification) ->
    xmpptls_nif:verification_questions(Verification, undefined).

%% @doc The same at another time, in Unix seconds: what the evidence so far is worth depends on it.
-spec questions(verification(), integer()) -> [question()].
questions(Verification, Time) ->
    xmpptls_nif:verification_questions(Verification, Time).

%% @doc Answers one question.
-spec answer(verification(), Id :: non_neg_integer(), answer()) -> ok | {error, xmpptls:reason()}.
answer(Verification, Id, Answer) ->
    xmpptls_nif:verification_answer(Verification, Id, Answer).

%% @doc Decides by the answers there are.
-spec decide(verification()) -> {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
decide(Verification) ->
    xmpptls_nif:verification_decide(Verification, undefined).

%% @doc The same at another time, in Unix seconds.
-spec decide(verification(), integer()) -> {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
decide(Verification, Time) ->
    xmpptls_nif:verification_decide(Verification, Time).

%% @doc Has every question answered by a function, round after round, and decides. An answer that the library refuses
%% as malformed becomes the answer "failed"; `given' says that the function has answered by itself.
-spec run(verification(), fun((question()) -> answer() | given)) ->
    {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
run(Verification, Ask) ->
    rounds(Verification, Ask, undefined).

%% @doc The same at another time, in Unix seconds.
-spec run(verification(), fun((question()) -> answer() | given), integer()) ->
    {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
run(Verification, Ask, Time) ->
    rounds(Verification, Ask, Time).

rounds(Verification, Ask, Time) ->
    case xmpptls_nif:verification_questions(Verification, Time) of
        [] ->
            xmpptls_nif:verification_decide(Verification, Time);
        Questions ->
            lists:foreach(fun(#{id := Id} = Question) -> give(Verification, Id, Ask(Question)) end, Questions),
            rounds(Verification, Ask, Time)
    end.

give(_, _, given) ->
    ok;
give(Verification, Id, Answer) ->
    case answer(Verification, Id, Answer) of
        ok -> ok;
        {error, _} -> answer(Verification, Id, {failed, malformed})
    end.
