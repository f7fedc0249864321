%% s2s by DANE, POSH and the strength of dialback, in an ejabberd that runs on libxmpptls (the fast_tls of this project).
%%
%% ejabberd judges other servers by PKIX and compares names itself. This module has the library judge instead, in both
%% directions, by a policy: `s2s' or `s2s-with-dialback', or a file. The verdict is given to the TLS connection, so what
%% ejabberd reads of it (`get_verify_result') is the library's answer, its reasons are logged, and
%% `ejabberdctl xmpptls_s2s' shows how each server is authenticated.
%%
%% Outbound, the hook `s2s_out_tls_verify' can say that ejabberd's own check is not needed. Inbound there is no such
%% hook: just before SASL EXTERNAL is judged, the verdict is made, and for this one exchange ejabberd reads the peer's
%% certificate through {@link get_peer_certificate/2}, which shows the one name that was proven
%% (docs/design/15-replaced-name-in-ejabberd.md weighs that).
-module(mod_xmpptls).

-behaviour(gen_mod).
-behaviour(gen_server).

%% gen_mod
-export([start/2, stop/1, reload/3, depends/2, mod_opt_type/1, mod_options/1, mod_doc/0]).
%% Hooks
-export([s2s_out_tls_verify/2, s2s_in_handle_recv/3, s2s_in_auth_result/3, config_reloaded/0]).
%% The commands
-export([shown/0]).
%% A socket module for the length of one authentication
-export([get_peer_certificate/2, get_transport/1, get_owner/1, send/2, close/1, setopts/2, sockname/1, peername/1]).
%% gen_server
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-include_lib("kernel/include/logger.hrl").
-include_lib("public_key/include/public_key.hrl").
-include("ejabberd_commands.hrl").

%% In the process of a stream: whom it was authenticated as, for the length of the exchange.
-define(PROVEN, {?MODULE, proven}).

%% --- the module ---

start(Host, Options) ->
    _ = code:ensure_loaded(fast_tls),
    case erlang:function_exported(fast_tls, conclude, 2) of
        true ->
            start_judging(Host, Options);
        false ->
            ?LOG_ERROR("mod_xmpptls does nothing: ejabberd does not run on libxmpptls (~ts)", [code:which(fast_tls)]),
            ok
    end.

start_judging(Host, Options) ->
    case settings(Host, Options) of
        {ok, Settings} ->
            ejabberd_hooks:add(s2s_out_tls_verify, Host, ?MODULE, s2s_out_tls_verify, 60),
            ejabberd_hooks:add(s2s_in_handle_recv, Host, ?MODULE, s2s_in_handle_recv, 60),
            ejabberd_hooks:add(s2s_in_auth_result, Host, ?MODULE, s2s_in_auth_result, 10),
            ejabberd_hooks:add(config_reloaded, ?MODULE, config_reloaded, 90),
            ejabberd_commands:register_commands(?MODULE, commands()),
            gen_mod:start_child(?MODULE, Host, Settings);
        {error, Reason} ->
            ?LOG_CRITICAL("mod_xmpptls: ~ts", [xmpptls:format_error(Reason)]),
            {error, Reason}
    end.

stop(Host) ->
    ejabberd_hooks:delete(s2s_out_tls_verify, Host, ?MODULE, s2s_out_tls_verify, 60),
    ejabberd_hooks:delete(s2s_in_handle_recv, Host, ?MODULE, s2s_in_handle_recv, 60),
    ejabberd_hooks:delete(s2s_in_auth_result, Host, ?MODULE, s2s_in_auth_result, 10),
    _ = gen_mod:is_loaded_elsewhere(Host, ?MODULE) orelse
        begin
            ejabberd_hooks:delete(config_reloaded, ?MODULE, config_reloaded, 90),
            ejabberd_commands:unregister_commands(commands())
        end,
    gen_mod:stop_child(?MODULE, Host).

reload(Host, Options, _Old) ->
    use(Host, settings(Host, Options)).

%% Authorities may have changed although no option did.
config_reloaded() ->
    [use(Host, settings(Host, gen_mod:get_module_opts(Host, ?MODULE)))
     || Host <- ejabberd_option:hosts(), gen_mod:is_loaded(Host, ?MODULE)],
    ok.

use(Host, {ok, Settings}) ->
    _ = whereis(table(Host)) =/= undefined andalso gen_server:call(table(Host), {use, Settings}),
    ok;
use(Host, {error, Reason}) ->
    ?LOG_ERROR("mod_xmpptls keeps its settings for ~ts: ~ts", [Host, xmpptls:format_error(Reason)]),
    ok.

settings(Host, Options) ->
    Authorities = case ejabberd_option:s2s_cafile(Host) of
                      File when is_binary(File) -> File;
                      _ -> ejabberd_option:ca_file()
                  end,
    mod_xmpptls_judge:settings(Options, Authorities).

depends(_Host, _Options) ->
    [].

mod_opt_type(policy) -> econf:enum(['s2s', 's2s-with-dialback', 's2s-2026', 's2s-with-dialback-2026']);
mod_opt_type(policy_file) -> econf:file();
mod_opt_type(resolver) -> econf:ip();
mod_opt_type(resolver_port) -> econf:port();
mod_opt_type(dns_servers) -> econf:list(econf:ip());
mod_opt_type(dns_port) -> econf:port();
mod_opt_type(dnssec_anchors) -> econf:file();
mod_opt_type(posh) -> econf:bool();
mod_opt_type(posh_private_addresses) -> econf:bool();
mod_opt_type(timeout) -> econf:timeout(second).

mod_options(_Host) ->
    [{policy, s2s}, {policy_file, undefined}, {resolver, undefined}, {resolver_port, 53}, {dns_servers, []},
     {dns_port, 53}, {dnssec_anchors, undefined}, {posh, true}, {posh_private_addresses, false}, {timeout, timer:seconds(10)}].

mod_doc() ->
    #{desc => <<"Authenticates other servers by DANE, POSH and PKIX, and tells dialback's strength; needs libxmpptls.">>}.

%% --- outbound ---

%% False means: verified, ejabberd's own check is not needed. True has ejabberd read the verdict and refuse by it.
s2s_out_tls_verify(Own, #{socket := Socket, server := Ours, remote_server := Theirs, server_host := Host} = State) ->
    case judged_here(Socket, Host) of
        {ok, Tls, Settings} ->
            Peer = maps:get(ip, State, {{0, 0, 0, 0}, 0}),
            Result = mod_xmpptls_judge:outbound(fast_tls:connection(Tls), Theirs, Peer, Settings),
            case conclude(Host, outbound, Ours, Theirs, Tls, Result) of
                #{permitted := true} -> false;
                %% mod_s2s_dialback may take whom no certificate proves, never whom the verdict refuses.
                #{level := encrypted_only} -> Own;
                _ -> true
            end;
        none ->
            Own
    end;
s2s_out_tls_verify(Own, _State) ->
    Own.

%% --- inbound ---

s2s_in_handle_recv(#{stream_encrypted := true, socket := Socket, server_host := Host, lserver := Ours} = State, _El, Packet)
  when element(1, Packet) =:= sasl_auth, element(2, Packet) =:= <<"EXTERNAL">> ->
    Theirs = maps:get(remote_server, State, element(3, Packet)),
    case judged_here(Socket, Host) of
        {ok, Tls, Settings} ->
            Result = mod_xmpptls_judge:inbound(fast_tls:connection(Tls), Theirs, Settings),
            case conclude(Host, inbound, Ours, Theirs, Tls, Result) of
                #{permitted := true, level := authenticated, domain := Domain} ->
                    put(?PROVEN, Domain),
                    State#{socket := setelement(2, Socket, ?MODULE)};
                _ ->
                    State
            end;
        none ->
            State
    end;
s2s_in_handle_recv(State, _El, _Packet) ->
    State.

%% The exchange is over: the socket is fast_tls's again. A success that is none of ours came by dialback, and counts as
%% far as the policy lets it.
s2s_in_auth_result(#{socket := Socket, server_host := Host} = State, Success, Theirs) ->
    case erase(?PROVEN) of
        undefined when Success -> after_dialback(State, judged_here(Socket, Host), Theirs);
        undefined -> State;
        _ -> State#{socket := setelement(2, Socket, fast_tls)}
    end;
s2s_in_auth_result(State, _, _) ->
    State.

after_dialback(State, none, _) ->
    State;
after_dialback(#{server_host := Host, lserver := Ours} = State, {ok, Tls, Settings}, Theirs) ->
    Confirmed = #{originating => Theirs, receiving => Ours, stream_id => maps:get(stream_id, State, <<>>),
                  over_tls => ejabberd_s2s:tls_required(Host)},
    Result = mod_xmpptls_judge:dialback(fast_tls:connection(Tls), Confirmed, Settings),
    case conclude(Host, inbound, Ours, Theirs, Tls, Result) of
        #{permitted := true} ->
            State;
        _ ->
            Domains = maps:get(auth_domains, State, sets:new()),
            State#{auth_domains => sets:del_element(Theirs, Domains)}
    end.

%% --- verdicts ---

judged_here(Socket, Host) ->
    case xmpp_socket:get_sockmod(Socket) of
        fast_tls ->
            case ets:whereis(table(Host)) of
                undefined -> none;
                Table -> {ok, element(3, Socket), ets:lookup_element(Table, settings, 2)}
            end;
        _ ->
            none
    end.

conclude(Host, Direction, Ours, Theirs, Tls, {ok, Verdict}) ->
    _ = fast_tls:conclude(Tls, Verdict),
    Info = xmpptls_verdict:info(Verdict),
    tell(Direction, Ours, Theirs, Info),
    ok = gen_server:cast(table(Host), {seen, self(), Direction, Ours, Theirs, Info}),
    Info;
conclude(_, Direction, Ours, Theirs, _, {error, Reason}) ->
    ?LOG_WARNING("s2s ~ts ~ts <-> ~ts cannot be judged: ~ts",
                 [Direction, Ours, Theirs, xmpptls:format_error(Reason)]),
    #{permitted => false, level => refused}.

tell(Direction, Ours, Theirs, #{permitted := true, summary := Summary, notes := Notes}) ->
    ?LOG_INFO("s2s ~ts ~ts <-> ~ts: ~ts~ts", [Direction, Ours, Theirs, Summary, lines(Notes)]);
tell(Direction, Ours, Theirs, #{summary := Summary, notes := Notes}) ->
    ?LOG_WARNING("s2s ~ts ~ts <-> ~ts: ~ts~ts", [Direction, Ours, Theirs, Summary, lines(Notes)]).

lines(Texts) ->
    [["; ", Text] || {_, Text} <- Texts].

%% --- the command ---

commands() ->
    [#ejabberd_commands{name = xmpptls_s2s, tags = [s2s], desc = "How other servers are authenticated",
                        module = ?MODULE, function = shown, args = [],
                        result_desc = "One line a pair of domains that has a connection",
                        result = {pairs, {list, {pair, {tuple, [{direction, string}, {ours, string}, {theirs, string},
                                                                {level, string}, {method, string},
                                                                {valid_until, string}, {why, string}]}}}}}].

shown() ->
    [{atom_to_list(Direction), Ours, Theirs, atom_to_list(Level), atom_to_list(Method), time(Until),
      iolist_to_binary([Summary, lines(Notes)])}
     || Host <- ejabberd_option:hosts(), ets:whereis(table(Host)) =/= undefined,
        {{_, Direction, Ours, Theirs}, #{level := Level, method := Method, valid_until := Until, summary := Summary,
                                         notes := Notes}} <- ets:tab2list(table(Host))].

time(infinity) -> "";
time(Seconds) -> calendar:system_time_to_rfc3339(Seconds, [{offset, "Z"}]).

%% --- the certificate, as ejabberd sees it while it judges a pair that the library has authenticated ---

%% The name that ejabberd looks for is the one that was proven, and no other: a certificate that names others besides
%% (RFC 7712 section 3) proves nothing about them here. Only the decoded form says so, and only during the exchange.
get_peer_certificate(Tls, otp) ->
    case fast_tls:get_peer_certificate(Tls, otp) of
        {ok, Certificate} -> {ok, with_name(Certificate, get(?PROVEN))};
        error -> error
    end;
get_peer_certificate(Tls, Form) ->
    fast_tls:get_peer_certificate(Tls, Form).

with_name(#'OTPCertificate'{tbsCertificate = Content} = Certificate, Domain) ->
    Extensions = case Content#'OTPTBSCertificate'.extensions of
                     List when is_list(List) -> List;
                     _ -> []
                 end,
    Name = #'Extension'{extnID = ?'id-ce-subjectAltName', critical = false,
                        extnValue = [{dNSName, binary_to_list(Domain)}]},
    Certificate#'OTPCertificate'{tbsCertificate = Content#'OTPTBSCertificate'{
        subject = {rdnSequence, []},
        extensions = lists:keystore(?'id-ce-subjectAltName', #'Extension'.extnID, Extensions, Name)}}.

get_transport(_Tls) -> tls.
get_owner(_Tls) -> self().
send(Tls, Data) -> fast_tls:send(Tls, Data).
close(Tls) -> fast_tls:close(Tls).
setopts(Tls, Options) -> fast_tls:setopts(Tls, Options).
sockname(Tls) -> fast_tls:sockname(Tls).
peername(Tls) -> fast_tls:peername(Tls).

%% --- what is known of the streams of a host ---

table(Host) ->
    gen_mod:get_module_proc(Host, ?MODULE).

init([Host, Settings]) ->
    process_flag(trap_exit, true),
    Table = ets:new(table(Host), [named_table, protected, {read_concurrency, true}]),
    ets:insert(Table, {settings, mod_xmpptls_judge:look_up(Settings)}),
    {ok, Table}.

handle_call({use, Settings}, _From, Table) ->
    #{by := Before} = ets:lookup_element(Table, settings, 2),
    ets:insert(Table, {settings, mod_xmpptls_judge:look_up(Settings)}),
    _ = case Before of
            {process, Lookup} -> xmpptls_lookup:stop(Lookup);
            _ -> ok
        end,
    {reply, ok, Table}.

handle_cast({seen, Stream, Direction, Ours, Theirs, Info}, Table) ->
    _ = monitor(process, Stream),
    ets:insert(Table, {{Stream, Direction, Ours, Theirs}, Info}),
    {noreply, Table}.

handle_info({'DOWN', _, process, Stream, _}, Table) ->
    ets:match_delete(Table, {{Stream, '_', '_', '_'}, '_'}),
    {noreply, Table};
handle_info({'EXIT', Lookup, Reason}, Table) ->
    %% Look-ups that died are a fault: better to begin anew than to judge without evidence.
    case ets:lookup_element(Table, settings, 2) of
        #{by := {process, Lookup}} -> {stop, {lookups_ended, Reason}, Table};
        _ -> {noreply, Table}
    end;
handle_info(_, Table) ->
    {noreply, Table}.
