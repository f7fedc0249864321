%% The interface of the module `fast_tls' (erlang-p1-tls 1.1.16, and what later versions added), on libxmpptls.
%%
%% Put the directory of this module ahead of the other one on the code path, and ejabberd runs on libxmpptls, without a
%% change to it. Names, returns and options are those that callers rely on; what differs is written in
%% `examples/ejabberd/README.md'. In short: TLS 1.2 and 1.3 only, no finite-field Diffie-Hellman, no `tls-unique'.
%%
%% This module holds no rule of its own: options become a policy ({@link fast_tls_options}), contexts are shared
%% ({@link fast_tls_contexts}), and who the peer is says the library. As its model does, it lets application bytes pass
%% whoever the peer is, and its caller asks afterwards ({@link get_verify_result/1}).
-module(fast_tls).

-on_load(load/0).

-export([tcp_to_tls/2, tls_to_tcp/1, send/2, recv/2, recv/3, recv_data/2,
         setopts/2, sockname/1, peername/1, controlling_process/2, close/1,
         get_peer_certificate/1, get_peer_certificate/2, get_verify_result/1, get_cert_verify_string/2,
         add_certfile/2, get_certfile/1, delete_certfile/1, clear_cache/0,
         get_negotiated_cipher/1, get_tls_last_message/2, get_tls_cb_exporter/1, finish_handshake/2,
         set_fips_mode/1, get_fips_mode/0]).
%% Beyond its model, for whoever brings verdicts (mod_xmpptls).
-export([connection/1, conclude/2]).
-export_type([tls_socket/0]).

-include_lib("public_key/include/public_key.hrl").

-record(tlssock, {tcpsock :: inet:socket(), tlsport :: xmpptls_connection:connection(),
                  judge :: fast_tls_contexts:judge()}).

-opaque tls_socket() :: #tlssock{}.
-type cert() :: #'Certificate'{} | #'OTPCertificate'{}.
-type error() :: {error, inet:posix() | closed | timeout | no_certfile | binary()}.

%% The rest of the binding lies beside this directory where neither is installed.
load() ->
    case code:which(xmpptls) of
        non_existing ->
            Root = filename:dirname(filename:dirname(filename:dirname(code:which(?MODULE)))),
            _ = code:add_pathz(filename:join([Root, "xmpptls", "ebin"])),
            ok;
        _ ->
            ok
    end.

%% @doc Makes a TLS socket of a TCP socket. An accepting one says nothing before it is fed.
-spec tcp_to_tls(inet:socket(), [atom() | {atom(), term()}]) -> {ok, tls_socket()} | error().
tcp_to_tls(Tcp, Options) ->
    Wanted = fast_tls_options:read(Options),
    case fast_tls_contexts:context(Wanted) of
        {ok, Context, Judge} ->
            case connection(Context, Wanted) of
                {ok, Connection} -> {ok, #tlssock{tcpsock = Tcp, tlsport = Connection, judge = Judge}};
                {error, Reason} -> {error, message(Reason)}
            end;
        {error, no_certfile} = Error ->
            Error;
        {error, Reason} ->
            {error, message(Reason)}
    end.

connection(Context, #{direction := accepting}) ->
    xmpptls_connection:accepting(Context, #{transport => tls_only, alpn => []});
connection(Context, #{direction := initiating, sni := Name, alpn := Protocols}) ->
    Options = #{transport => tls_only, alpn => Protocols},
    case xmpptls_connection:initiating(Context, undefined, server_name(Name, Options)) of
        %% A name that is no domain cannot be sent; the caller compares names itself.
        {error, {invalid_domain, _}} -> xmpptls_connection:initiating(Context, undefined, Options);
        Result -> Result
    end.

server_name(<<>>, Options) -> Options;
server_name(Name, Options) -> Options#{server_name => Name}.

%% @doc Gives up TLS; what was encrypted stays so.
-spec tls_to_tcp(tls_socket()) -> inet:socket().
tls_to_tcp(#tlssock{tcpsock = Tcp, tlsport = Connection}) ->
    _ = xmpptls_connection:close(Connection),
    Tcp.

%% @doc Takes bytes of the peer, sends what results from them, and returns all plaintext there is.
-spec recv_data(tls_socket(), binary()) -> {ok, binary()} | error().
recv_data(Socket, Packet) ->
    drive(Socket, fun(Connection) -> xmpptls_connection:received(Connection, Packet) end).

%% @doc Sends; during the handshake the bytes wait for its end.
-spec send(tls_socket(), iodata()) -> ok | error().
send(Socket, Packet) ->
    case drive(Socket, fun(Connection) -> xmpptls_connection:write(Connection, Packet) end) of
        {ok, <<>>} -> ok;
        {error, _} = Error -> Error
    end.

%% @equiv recv(Socket, Length, infinity)
-spec recv(tls_socket(), non_neg_integer()) -> {ok, binary()} | error().
recv(Socket, Length) ->
    recv(Socket, Length, infinity).

%% @doc Passive mode: what there is (0), or exactly so many bytes; a surplus stays inside.
-spec recv(tls_socket(), non_neg_integer(), timeout()) -> {ok, binary()} | error().
recv(Socket, 0, Timeout) ->
    recv_any(Socket, recv_data(Socket, <<>>), Timeout);
recv(Socket, Length, Timeout) ->
    recv_exactly(Socket, at_most(Socket, <<>>, Length), Length, [], Timeout).

recv_any(#tlssock{tcpsock = Tcp} = Socket, {ok, <<>>}, Timeout) ->
    case gen_tcp:recv(Tcp, 0, Timeout) of
        {ok, Packet} -> recv_any(Socket, recv_data(Socket, Packet), Timeout);
        {error, _} = Error -> Error
    end;
recv_any(_, Result, _) ->
    Result.

recv_exactly(_, {error, _} = Error, _, _, _) ->
    Error;
recv_exactly(_, {ok, Plain}, Length, Read, _) when byte_size(Plain) =:= Length ->
    {ok, iolist_to_binary(lists:reverse([Plain | Read]))};
recv_exactly(#tlssock{tcpsock = Tcp} = Socket, {ok, Plain}, Length, Read, Timeout) ->
    Left = Length - byte_size(Plain),
    case gen_tcp:recv(Tcp, 0, Timeout) of
        {ok, Packet} -> recv_exactly(Socket, at_most(Socket, Packet, Left), Left, [Plain | Read], Timeout);
        {error, _} = Error -> Error
    end.

at_most(Socket, Packet, Length) ->
    drive(Socket, fun(Connection) -> xmpptls_connection:received(Connection, Packet, Length) end).

%% What a call gives for the peer is sent at once, an alert too.
drive(#tlssock{tcpsock = Tcp, tlsport = Connection}, Call) ->
    try Call(Connection) of
        {ok, Plain, <<>>} ->
            {ok, Plain};
        {ok, Plain, Output} ->
            case gen_tcp:send(Tcp, Output) of
                ok -> {ok, Plain};
                {error, _} = Error -> Error
            end;
        {error, connection_closed, _, _} ->
            {error, closed};
        {error, Reason, Plain, Output} ->
            _ = Output =/= <<>> andalso gen_tcp:send(Tcp, Output),
            failed(Reason, Plain)
    catch
        error:badarg -> {error, einval}
    end;
drive(_, _) ->
    {error, einval}.

%% Plaintext from before a failure is given first; the next call gives the failure again.
failed(_, Plain) when Plain =/= <<>> -> {ok, Plain};
%% Whoever speaks no TLS at all is a scanner, not worth a line in the log.
failed({connection_failed, #{cause := Cause}}, _) when Cause =:= not_tls; Cause =:= plaintext_xml ->
    {error, closed};
failed({connection_failed, #{cause := Cause, message := Message}}, _) ->
    {error, <<(atom_to_binary(Cause))/binary, ": ", Message/binary>>};
failed(Reason, _) ->
    {error, message(Reason)}.

-spec setopts(tls_socket(), list()) -> ok | {error, inet:posix()}.
setopts(#tlssock{tcpsock = Tcp}, Options) ->
    inet:setopts(Tcp, Options).

-spec sockname(tls_socket()) -> {ok, {inet:ip_address(), inet:port_number()}} | {error, inet:posix()}.
sockname(#tlssock{tcpsock = Tcp}) ->
    inet:sockname(Tcp).

-spec peername(tls_socket()) -> {ok, {inet:ip_address(), inet:port_number()}} | {error, inet:posix()}.
peername(#tlssock{tcpsock = Tcp}) ->
    inet:peername(Tcp).

-spec controlling_process(tls_socket(), pid()) -> ok | {error, closed | not_owner | badarg | inet:posix()}.
controlling_process(#tlssock{tcpsock = Tcp}, Pid) ->
    gen_tcp:controlling_process(Tcp, Pid).

%% @doc Closes TLS and TCP. close_notify goes out unless the peer reads so slowly that sending it would block.
-spec close(tls_socket()) -> ok.
close(#tlssock{tcpsock = Tcp, tlsport = Connection}) ->
    case xmpptls_connection:close(Connection) of
        <<>> -> ok;
        Output ->
            case inet:getstat(Tcp, [send_pend]) of
                {ok, [{send_pend, 0}]} -> _ = gen_tcp:send(Tcp, Output), ok;
                _ -> ok
            end
    end,
    gen_tcp:close(Tcp).

%% @equiv get_peer_certificate(Socket, plain)
-spec get_peer_certificate(tls_socket()) -> {ok, cert()} | error.
get_peer_certificate(Socket) ->
    get_peer_certificate(Socket, plain).

%% @doc The peer's own certificate, just as it was presented.
-spec get_peer_certificate(tls_socket(), plain | otp | der) -> {ok, cert() | binary()} | error.
get_peer_certificate(#tlssock{tlsport = Connection}, Type) ->
    case xmpptls_connection:peer_certificates(Connection) of
        [Certificate | _] when Type =:= der ->
            {ok, xmpptls_certificate:der(Certificate)};
        [Certificate | _] ->
            try {ok, public_key:pkix_decode_cert(xmpptls_certificate:der(Certificate), Type)}
            catch _:_ -> error
            end;
        [] ->
            error
    end.

%% @doc 0 if the peer's chain is good, else OpenSSL's number for the reason. Names are the caller's to compare, unless
%% a verdict was concluded: then it is the verdict's.
-spec get_verify_result(tls_socket()) -> non_neg_integer().
get_verify_result(#tlssock{tlsport = Connection, judge = Judge}) ->
    fast_tls_contexts:verify(Connection, Judge).

%% @doc OpenSSL's words for its number. The caller makes an atom of them: they come from a fixed set.
-spec get_cert_verify_string(non_neg_integer(), cert()) -> binary().
get_cert_verify_string(Code, _Certificate) ->
    xmpptls_compat:verify_text(Code).

%% @doc Serves this file to clients that ask for this domain; `*.domain' is for names one label below it.
-spec add_certfile(iodata(), iodata()) -> ok.
add_certfile(Domain, File) ->
    fast_tls_contexts:add_file(iolist_to_binary(Domain), iolist_to_binary(File)).

-spec get_certfile(iodata()) -> {ok, binary()} | error.
get_certfile(Domain) ->
    fast_tls_contexts:file(iolist_to_binary(Domain)).

-spec delete_certfile(iodata()) -> boolean().
delete_certfile(Domain) ->
    fast_tls_contexts:delete_file(iolist_to_binary(Domain)).

%% @doc Has all files read anew for the connections to come. Those that run are left alone.
-spec clear_cache() -> ok.
clear_cache() ->
    fast_tls_contexts:clear().

-spec get_negotiated_cipher(tls_socket()) -> {ok, binary()} | error.
get_negotiated_cipher(#tlssock{tlsport = Connection}) ->
    case xmpptls_connection:info(Connection) of
        #{version := Version, suite := Suite} when is_binary(Version), is_integer(Suite) ->
            {ok, <<Version/binary, " ", (xmpptls_compat:suite_name(Suite))/binary>>};
        _ ->
            error
    end.

%% @doc The Finished message, for `tls-unique': never to be had.
-spec get_tls_last_message(peer | self, tls_socket()) -> {error, undefined}.
get_tls_last_message(Whose, #tlssock{}) when Whose =:= peer; Whose =:= self ->
    {error, undefined}.

%% @doc The channel binding `tls-exporter' (RFC 9266).
-spec get_tls_cb_exporter(tls_socket()) -> {ok, binary()} | {error, undefined}.
get_tls_cb_exporter(#tlssock{tlsport = Connection}) ->
    case xmpptls_connection:channel_binding(Connection, tls_exporter) of
        {ok, Value} -> {ok, Value};
        {error, _} -> {error, undefined}
    end.

%% @doc Goes on in passive mode until the handshake is over.
-spec finish_handshake(tls_socket(), timeout()) -> ok | error().
finish_handshake(#tlssock{tcpsock = Tcp, tlsport = Connection} = Socket, Timeout) ->
    case {at_most(Socket, <<>>, 0), xmpptls_connection:phase(Connection)} of
        {{error, _} = Error, _} -> Error;
        {{ok, _}, open} -> ok;
        {{ok, _}, _} ->
            case gen_tcp:recv(Tcp, 0, Timeout) of
                {ok, Packet} ->
                    case at_most(Socket, Packet, 0) of
                        {ok, _} -> finish_handshake(Socket, Timeout);
                        {error, _} = Error -> Error
                    end;
                {error, _} = Error ->
                    Error
            end
    end.

-spec set_fips_mode(boolean()) -> ok | {error, binary()}.
set_fips_mode(false) -> ok;
set_fips_mode(true) -> {error, <<"FIPS mode is not available in this library">>}.

-spec get_fips_mode() -> boolean().
get_fips_mode() -> false.

%% @doc The connection behind a socket, to verify whom the caller knows it to be.
-spec connection(tls_socket()) -> xmpptls_connection:connection().
connection(#tlssock{tlsport = Connection}) ->
    Connection.

%% @doc Gives a verdict about the peer; {@link get_verify_result/1} answers by it from now on.
-spec conclude(tls_socket(), xmpptls_verdict:verdict()) -> ok | {error, xmpptls:reason()}.
conclude(#tlssock{tlsport = Connection}, Verdict) ->
    xmpptls_connection:conclude(Connection, Verdict).

message(Reason) ->
    xmpptls:format_error(Reason).
