%% Connections: bytes of the peer in, plaintext and bytes for the peer out.
%%
%% A connection owns no socket. Feed it with {@link received/2} what the transport brought, write with {@link write/2},
%% and send what these calls give back:
%%
%% ```
%% {ok, Plain, Output} = xmpptls_connection:received(Connection, Bytes),
%% ok = gen_tcp:send(Socket, Output)
%% '''
%%
%% An accepting end says nothing before it was fed; an initiating one gives its first bytes to {@link transmit/1} or to
%% `received(Connection, <<>>)'. When a call fails, Output is the alert: send it, then close. What the library cannot
%% take yet (application bytes before the handshake is over, bytes of the peer while a choice is waited for) is kept
%% under limits and goes on with the next call.
%%
%% That TLS is up says nothing of who the peer is: ask for a verdict ({@link verification/3}). While the library keeps
%% the gate (`gate = "library"' in the policy), no plaintext passes before a verdict permits it.
%%
%% One process uses a connection; calls of several are put in order. A connection ends with {@link close/1}, at once, or
%% with its last term.
-module(xmpptls_connection).

-export([initiating/2, initiating/3, accepting/1, accepting/2,
         received/2, received/3, write/2, transmit/1, close/1, end_of_input/1, advance/1, deadline/1,
         next_event/1, events/1, next_key_log_line/1,
         client_hello/1, choose/2, refuse/2,
         phase/1, info/1, peer_certificates/1, own_certificates/1, channel_binding/2,
         verification/2, verification/3, verdict/1, verdict/2, conclude/2, concluded/1, report/1, report_text/1]).
-export_type([connection/0, options/0, choice/0, event/0, phase/0, info/0, result/0, hello/0, binding/0]).

-opaque connection() :: reference().
-type options() :: #{
    %% starttls: the library speaks the XML before TLS; direct_tls (the default); tls_only: somebody else spoke it
    transport => starttls | direct_tls | tls_only,
    %% initiating: another server name than the domain, or none
    server_name => binary() | undefined,
    %% application protocols, the preferred first
    alpn => [binary()],
    %% initiating server: who we are, and whose credentials we show
    own_domain => binary(),
    %% initiating: evidence gathered before; the peer is judged by it inside the handshake
    verification => xmpptls_verification:verification(),
    %% receiving: wait for choose/2 when the client hello was read
    stop_at_client_hello => boolean(),
    %% leave the gate to the host
    host_gate => true,
    %% make the session's secrets readable
    key_log => boolean()}.
-type choice() :: #{context => xmpptls_context:context(), domain => binary(), protocol => binary()}.
-type event() :: stream_header | tls_started | client_hello | handshake_done | verdict | key_log | peer_closed
               | truncated | failed | unknown.
-type phase() :: prepared | clear | hello | handshake | open | closed | failed.
-type result() :: {ok, Plain :: binary(), Output :: binary()}
                | {error, xmpptls:reason(), Plain :: binary(), Output :: binary()}.
-type hello() :: #{server_name := binary() | undefined, alpn := [binary()]}.
-type binding() :: tls_exporter | tls_server_end_point | tls_unique.
-type info() :: #{
    phase := phase(), version => binary() | undefined, suite => pos_integer() | undefined,
    suite_name => binary() | undefined, group => pos_integer() | undefined, group_name => binary() | undefined,
    alpn => binary() | undefined, server_name => binary() | undefined, unverified_to => binary() | undefined,
    unverified_from => binary() | undefined, resumed => boolean(), reset_advised => boolean(),
    certificate_requested => boolean(), peer_closed => boolean(), cause => atom(), message => binary(),
    clause => binary(), alert => atom()}.

%% More than any input can give.
-define(ALL, 16#FFFFFFFFFFFFFFFF).

%% @equiv initiating(Context, Domain, #{})
-spec initiating(xmpptls_context:context(), binary() | undefined) -> {ok, connection()} | {error, xmpptls:reason()}.
initiating(Context, Domain) ->
    initiating(Context, Domain, #{}).

%% @doc A connection to a domain: the XMPP domain that is meant, never the host that is dialled. It may be
%% `undefined' with `tls_only': no server name is sent then and nobody is judged in the handshake.
-spec initiating(xmpptls_context:context(), binary() | undefined, options()) ->
    {ok, connection()} | {error, xmpptls:reason()}.
initiating(Context, Domain, Options) ->
    new(Context, initiating, Domain, Options).

%% @equiv accepting(Context, #{})
-spec accepting(xmpptls_context:context()) -> {ok, connection()} | {error, xmpptls:reason()}.
accepting(Context) ->
    accepting(Context, #{}).

%% @doc A connection that a peer opened.
-spec accepting(xmpptls_context:context(), options()) -> {ok, connection()} | {error, xmpptls:reason()}.
accepting(Context, Options) ->
    new(Context, accepting, undefined, Options).

%% @doc Takes bytes of the peer; all plaintext comes out.
-spec received(connection(), iodata()) -> result().
received(Connection, Bytes) ->
    xmpptls_nif:connection_received(Connection, Bytes, ?ALL).

%% @doc Takes bytes of the peer and gives at most so much plaintext; the rest is kept for the next call.
-spec received(connection(), iodata(), non_neg_integer()) -> result().
received(Connection, Bytes, Limit) ->
    xmpptls_nif:connection_received(Connection, Bytes, Limit).

%% @doc Takes application bytes. Until the handshake is over they are kept.
-spec write(connection(), iodata()) -> result().
write(Connection, Data) ->
    %% Joined once here: the NIF reads the bytes twice, before it knows on which scheduler.
    xmpptls_nif:connection_write(Connection, iolist_to_binary(Data)).

%% @doc Gives what waits for the peer.
-spec transmit(connection()) -> result().
transmit(Connection) ->
    xmpptls_nif:connection_transmit(Connection).

%% @doc Closes the connection and gives its memory back; the answer is the last thing to send. Close the XMPP stream
%% before. Closing again gives nothing.
-spec close(connection()) -> Output :: binary().
close(Connection) ->
    xmpptls_nif:connection_close(Connection).

%% @doc Tells that the transport ended; the outcome is an event.
-spec end_of_input(connection()) -> ok.
end_of_input(Connection) ->
    xmpptls_nif:connection_end_of_input(Connection).

%% @doc Tells that time passed; the outcome is an event.
-spec advance(connection()) -> ok.
advance(Connection) ->
    xmpptls_nif:connection_advance(Connection).

%% @doc In how many milliseconds to call {@link advance/1} if nothing else happens before.
-spec deadline(connection()) -> timeout().
deadline(Connection) ->
    xmpptls_nif:connection_deadline(Connection).

%% @doc The next thing that happened.
-spec next_event(connection()) -> {ok, event()} | none.
next_event(Connection) ->
    xmpptls_nif:connection_next_event(Connection).

%% @doc All that happened since this was last asked.
-spec events(connection()) -> [event()].
events(Connection) ->
    case next_event(Connection) of
        {ok, Event} -> [Event | events(Connection)];
        none -> []
    end.

%% @doc The next line of the key log, if it was switched on.
-spec next_key_log_line(connection()) -> {ok, binary()} | none.
next_key_log_line(Connection) ->
    xmpptls_nif:connection_next_key_log_line(Connection).

%% @doc What the client asks for, while the connection waits for a choice.
-spec client_hello(connection()) -> {ok, hello()} | none.
client_hello(Connection) ->
    xmpptls_nif:connection_client_hello(Connection).

%% @doc Goes on after the client hello; then call `received(Connection, <<>>)'.
-spec choose(connection(), choice()) -> ok | {error, xmpptls:reason()}.
choose(Connection, Choice) ->
    xmpptls_nif:connection_choose(Connection, maps:get(context, Choice, undefined),
                                  maps:get(domain, Choice, undefined), maps:get(protocol, Choice, undefined)).

%% @doc Refuses the client hello with an alert, given by its number.
-spec refuse(connection(), Alert :: byte()) -> ok | {error, xmpptls:reason()}.
refuse(Connection, Alert) ->
    xmpptls_nif:connection_refuse(Connection, Alert).

%% @doc Where the connection stands.
-spec phase(connection()) -> phase().
phase(Connection) ->
    xmpptls_nif:connection_phase(Connection).

%% @doc What was agreed, and why it failed if it did.
-spec info(connection()) -> info().
info(Connection) ->
    xmpptls_nif:connection_info(Connection).

%% @doc What the peer presented, its own certificate first; also after a failure.
-spec peer_certificates(connection()) -> [xmpptls_certificate:certificate()].
peer_certificates(Connection) ->
    xmpptls_nif:connection_certificates(Connection, peer).

%% @doc What we presented, our own certificate first.
-spec own_certificates(connection()) -> [xmpptls_certificate:certificate()].
own_certificates(Connection) ->
    xmpptls_nif:connection_certificates(Connection, own).

%% @doc The value of a channel binding, for one authentication. `tls_unique' is never to be had.
-spec channel_binding(connection(), binding()) -> {ok, binary()} | {error, xmpptls:reason()}.
channel_binding(Connection, Kind) ->
    xmpptls_nif:connection_channel_binding(Connection, Kind).

%% @equiv verification(Connection, Domain, #{})
-spec verification(connection(), binary()) ->
    {ok, xmpptls_verification:verification()} | {error, xmpptls:reason()}.
verification(Connection, Domain) ->
    verification(Connection, Domain, #{}).

%% @doc Starts to verify that the peer speaks for a domain, from what it presented. Any number may be made.
-spec verification(connection(), binary(),
                   #{policy => xmpptls_policy:policy(), endpoint => xmpptls_endpoint:endpoint()}) ->
    {ok, xmpptls_verification:verification()} | {error, xmpptls:reason()}.
verification(Connection, Domain, Options) ->
    xmpptls_nif:connection_verification(Connection, Domain, maps:get(policy, Options, undefined),
                                        maps:get(endpoint, Options, undefined)).

%% @doc The verdict about the domain that is meant, or the first that was judged.
-spec verdict(connection()) -> {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
verdict(Connection) ->
    xmpptls_nif:connection_verdict(Connection, undefined).

%% @doc The latest verdict about a domain.
-spec verdict(connection(), binary()) -> {ok, xmpptls_verdict:verdict()} | {error, xmpptls:reason()}.
verdict(Connection, Domain) ->
    xmpptls_nif:connection_verdict(Connection, Domain).

%% @doc Gives a verdict to the connection that it was made for. While the library keeps the gate, a verdict that the
%% policy permits opens it, and any other ends the connection.
-spec conclude(connection(), xmpptls_verdict:verdict()) -> ok | {error, xmpptls:reason()}.
conclude(Connection, Verdict) ->
    xmpptls_nif:connection_conclude(Connection, Verdict).

%% @doc The verdict that was given last by {@link conclude/2}, whichever domain it is about; also after closing.
-spec concluded(connection()) -> {ok, xmpptls_verdict:verdict()} | none.
concluded(Connection) ->
    xmpptls_nif:connection_concluded(Connection).

%% @doc What a person should be shown (RFC 7590 section 3.6), as a map with binary keys; its schema is that of the
%% library's JSON.
-spec report(connection()) -> {ok, xmpptls_json:value()} | {error, xmpptls:reason()}.
report(Connection) ->
    case xmpptls_nif:connection_report(Connection) of
        {ok, Json, _} -> xmpptls_json:decode(Json);
        {error, _} = Error -> Error
    end.

%% @doc The report as lines of text, the answer first.
-spec report_text(connection()) -> {ok, binary()} | {error, xmpptls:reason()}.
report_text(Connection) ->
    case xmpptls_nif:connection_report(Connection) of
        {ok, _, Text} -> {ok, Text};
        {error, _} = Error -> Error
    end.

new(Context, Direction, Domain, Options) ->
    Transport = maps:get(transport, Options, direct_tls),
    case xmpptls_nif:connection_new(Context, Direction, Transport, Domain) of
        {ok, Connection} -> set_up(Connection, maps:to_list(maps:remove(transport, Options)));
        {error, _} = Error -> Error
    end.

set_up(Connection, []) ->
    {ok, Connection};
set_up(Connection, [{Name, Value} | Options]) ->
    case xmpptls_nif:connection_set(Connection, Name, Value) of
        ok -> set_up(Connection, Options);
        {error, _} = Error -> Error
    end.
