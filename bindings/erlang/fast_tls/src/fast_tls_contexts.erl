%% What TLS sockets share: contexts by what they depend on, certificate files by domain, and the authorities that peers
%% are judged by.
%%
%% Reading is a look-up in a table. One process, started when it is first needed and never stopped, writes that table:
%% so a file is read once however many connections want it at the same moment. A context that accepts has the files of
%% all domains and its own `certfile' for names that nobody serves; it is made anew when a domain is added or
%% {@link clear/0} is called, and never shared with a context that connects.
%%
%% Authorities are read when a peer is first judged by them, not when the first socket is made.
-module(fast_tls_contexts).

-behaviour(gen_server).

-export([context/1, verify/2, add_file/2, file/1, delete_file/1, clear/0]).
-export([init/1, handle_call/3, handle_cast/2]).
-export_type([judge/0]).

%% The file of authorities; empty for the system's.
-type judge() :: binary().

-define(TABLE, ?MODULE).
%% X509_V_ERR_APPLICATION_VERIFICATION: there is nothing that could be judged.
-define(NOT_JUDGED, 50).

%% @doc The context for these options.
-spec context(fast_tls_options:wanted()) ->
    {ok, xmpptls_context:context(), judge()} | {error, no_certfile | xmpptls:reason()}.
context(#{key := #{direction := accepting, certfile := <<>>}}) ->
    {error, no_certfile};
context(#{direction := Direction, key := #{cafile := Authorities} = Key}) ->
    case made({context, Direction, Key}) of
        {ok, Context} -> {ok, Context, Authorities};
        {error, _} = Error -> Error
    end.

%% @doc What OpenSSL would say of the peer's chain; what a verdict said, if one was concluded.
-spec verify(xmpptls_connection:connection(), judge()) -> non_neg_integer().
verify(Connection, Authorities) ->
    case xmpptls_connection:concluded(Connection) of
        {ok, Verdict} -> xmpptls_compat:verify_code(Verdict);
        none -> verify_chain(Connection, Authorities)
    end.

verify_chain(Connection, Authorities) ->
    case made({policy, Authorities}) of
        {ok, Policy} ->
            case xmpptls_compat:verify_chain(Connection, Policy) of
                {ok, []} -> 0;
                {ok, [{Code, _Depth} | _]} -> Code;
                {error, _} -> ?NOT_JUDGED
            end;
        {error, Reason} ->
            logger:error("fast_tls: peers cannot be judged: ~ts", [xmpptls:format_error(Reason)]),
            ?NOT_JUDGED
    end.

-spec add_file(binary(), binary()) -> ok.
add_file(Domain, File) ->
    call({add_file, lower(Domain), File}).

-spec file(binary()) -> {ok, binary()} | error.
file(Domain) ->
    Name = lower(Domain),
    case look_up({file, Name}) of
        {ok, File} -> {ok, File};
        error ->
            case binary:split(Name, <<".">>) of
                [_, Parent] -> look_up({file, <<"*.", Parent/binary>>});
                [_] -> error
            end
    end.

-spec delete_file(binary()) -> boolean().
delete_file(Domain) ->
    call({delete_file, lower(Domain)}).

-spec clear() -> ok.
clear() ->
    call(clear).

made(Key) ->
    case look_up(Key) of
        {ok, Value} -> {ok, Value};
        error -> call({make, Key})
    end.

look_up(Key) ->
    try ets:lookup(?TABLE, Key) of
        [{_, Value}] -> {ok, Value};
        [] -> error
    catch
        error:badarg -> error
    end.

call(Request) ->
    try gen_server:call(?MODULE, Request, infinity)
    catch
        exit:{noproc, _} ->
            _ = gen_server:start({local, ?MODULE}, ?MODULE, [], []),
            gen_server:call(?MODULE, Request, infinity)
    end.

%% --- the process that writes ---

init([]) ->
    ?TABLE = ets:new(?TABLE, [named_table, protected, {read_concurrency, true}]),
    {ok, #{told => []}}.

handle_call({make, Key}, _From, State) ->
    case look_up(Key) of
        {ok, Value} ->
            {reply, {ok, Value}, State};
        error ->
            {Result, Told} = make(Key, State),
            _ = case Result of
                    {ok, Value} -> ets:insert(?TABLE, {Key, Value});
                    {error, _} -> false
                end,
            {reply, Result, Told}
    end;
handle_call({add_file, Domain, File}, _From, State) ->
    case look_up({file, Domain}) of
        {ok, File} -> ok;
        _ ->
            forget_accepting(),
            ets:insert(?TABLE, {{file, Domain}, File})
    end,
    {reply, ok, State};
handle_call({delete_file, Domain}, _From, State) ->
    Known = ets:member(?TABLE, {file, Domain}),
    forget_accepting(),
    ets:delete(?TABLE, {file, Domain}),
    {reply, Known, State};
handle_call(clear, _From, State) ->
    ets:match_delete(?TABLE, {{context, '_', '_'}, '_'}),
    ets:match_delete(?TABLE, {{policy, '_'}, '_'}),
    {reply, ok, State#{told := []}}.

handle_cast(_, State) ->
    {noreply, State}.

forget_accepting() ->
    ets:match_delete(?TABLE, {{context, accepting, '_'}, '_'}).

make({policy, Authorities}, State) ->
    Source = case Authorities of
                 <<>> -> system;
                 File -> {file, File}
             end,
    case xmpptls_trust_anchors:new([Source]) of
        {ok, Anchors} -> {xmpptls_policy:new("s2s", #{trust_anchors => Anchors}), State};
        {error, _} = Error -> {Error, State}
    end;
make({context, _, Key}, State) ->
    case fast_tls_options:policy(Key) of
        {ok, Policy} -> with_credentials(Policy, Key, State);
        {error, _} = Error -> {Error, State}
    end.

with_credentials(Policy, Key, State) ->
    Own = own_entry(Key),
    case xmpptls_credentials:usable(Own ++ domains(Key)) of
        {ok, Credentials, Refused} ->
            case [Reason || {Entry, Reason} <- Refused, lists:member(Entry, Own)] of
                [Reason | _] -> {{error, Reason}, State};
                [] -> {xmpptls_context:new(Policy, Credentials), tell(lines(Refused) ++ fast_tls_options:remarks(Key), State)}
            end;
        {error, _} = Error ->
            {Error, State}
    end.

own_entry(#{certfile := <<>>}) ->
    [];
own_entry(#{certfile := File, keyfile := <<>>}) ->
    [#{domain => default, chain => {file, File}}];
own_entry(#{certfile := File, keyfile := Key}) ->
    [#{domain => default, chain => {file, File}, key => {file, Key}}].

domains(#{direction := accepting}) ->
    [#{domain => Domain, chain => {file, File}} || [Domain, File] <- ets:match(?TABLE, {{file, '$1'}, '$2'})];
domains(#{direction := initiating}) ->
    [].

%% A domain whose file cannot be used is served by the default.
lines(Refused) ->
    [<<"the certificate for ", Domain/binary, " cannot be used: ", (xmpptls:format_error(Reason))/binary>>
     || {#{domain := Domain}, Reason} <- Refused].

%% Once per reading of the files.
tell(Lines, #{told := Told} = State) ->
    New = [Line || Line <- lists:usort(Lines), not lists:member(Line, Told)],
    [logger:warning("fast_tls: ~ts", [Line]) || Line <- New],
    State#{told := New ++ Told}.

lower(Domain) ->
    string:lowercase(Domain).
