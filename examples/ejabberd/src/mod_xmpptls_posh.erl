%% POSH documents (RFC 7711), fetched by Erlang's HTTP client.
%%
%% Every hop is HTTPS, and the certificate of each server must prove its host by the same authorities as s2s. Whoever
%% opens a stream can make us fetch from the domain it claims, so addresses that are not public are not contacted
%% unless the configuration says so, and the address that was checked is the one that is dialled.
-module(mod_xmpptls_posh).

-export([fetch/2]).
-export_type([options/0]).

-type options() :: #{deadline := integer(), authorities := file:name_all(), private_addresses := boolean()}.

%% RFC 7711 section 4: a document is some hundred bytes; the same limit as the library's.
-define(BYTES, 65536).
-define(REDIRECTS, 10).

%% @doc The answer to the question for a document: itself, and what it refers to if it is a reference.
-spec fetch(binary(), options()) -> xmpptls_verification:answer().
fetch(Url, Options) ->
    case get(Url, Options, ?REDIRECTS) of
        {ok, Document} ->
            case reference(Document) of
                none -> {posh, Document, undefined, true, os:system_time(second)};
                Target -> referred(Document, get(Target, Options, ?REDIRECTS))
            end;
        absent -> {absent, insecure};
        {failed, _} = Failure -> Failure
    end.

referred(Document, {ok, Referred}) -> {posh, Document, Referred, true, os:system_time(second)};
referred(_, absent) -> {failed, server};
referred(_, {failed, _} = Failure) -> Failure.

reference(Document) ->
    case xmpptls_json:decode(Document) of
        {ok, #{<<"url">> := Url}} when is_binary(Url) -> Url;
        _ -> none
    end.

get(_, _, 0) ->
    {failed, malformed};
get(Url, Options, Redirects) ->
    case uri_string:parse(Url) of
        #{scheme := <<"https">>, host := Host} = Uri when Host =/= <<>> ->
            case dial(binary_to_list(Host), Options) of
                {ok, Address} -> follow(request(Uri, Address, Options), Uri, Options, Redirects);
                {failed, _} = Failure -> Failure
            end;
        _ ->
            {failed, forbidden}
    end.

follow({200, _, Body}, _, _, _) -> {ok, Body};
follow({Code, _, _}, _, _, _) when Code =:= 404; Code =:= 410 -> absent;
follow({Code, Fields, _}, Uri, Options, Redirects) when Code >= 300, Code < 400 ->
    case proplists:get_value("location", Fields) of
        undefined -> {failed, server};
        Location ->
            case uri_string:resolve(Location, uri_string:recompose(Uri)) of
                Next when is_list(Next); is_binary(Next) ->
                    get(unicode:characters_to_binary(Next), Options, Redirects - 1);
                {error, _, _} -> {failed, malformed}
            end
    end;
follow({_, _, _}, _, _, _) -> {failed, server};
follow({failed, _} = Failure, _, _, _) -> Failure.

%% An address of the host that may be contacted.
dial(Host, #{private_addresses := Private}) ->
    Addresses = lists:append([case inet:getaddrs(Host, Family) of
                                  {ok, Found} -> Found;
                                  {error, _} -> []
                              end || Family <- [inet, inet6]]),
    case [Address || Address <- Addresses, Private orelse is_public(Address)] of
        [Address | _] -> {ok, Address};
        [] when Addresses =:= [] -> {failed, unreachable};
        [] -> {failed, forbidden}
    end.

%% IANA's special-purpose registries (RFC 6890), as far as they are not globally reachable.
is_public({0, _, _, _}) -> false;
is_public({10, _, _, _}) -> false;
is_public({100, B, _, _}) when B >= 64, B < 128 -> false;
is_public({127, _, _, _}) -> false;
is_public({169, 254, _, _}) -> false;
is_public({172, B, _, _}) when B >= 16, B < 32 -> false;
is_public({192, 0, 0, _}) -> false;
is_public({192, 0, 2, _}) -> false;
is_public({192, 88, 99, _}) -> false;
is_public({192, 168, _, _}) -> false;
is_public({198, B, _, _}) when B =:= 18; B =:= 19 -> false;
is_public({198, 51, 100, _}) -> false;
is_public({203, 0, 113, _}) -> false;
is_public({A, _, _, _}) -> A < 224;
is_public({0, 0, 0, 0, 0, 16#FFFF, C, D}) -> is_public({C bsr 8, C band 255, D bsr 8, D band 255});
is_public({16#64, 16#FF9B, 0, 0, 0, 0, C, D}) -> is_public({C bsr 8, C band 255, D bsr 8, D band 255});
is_public({16#2001, B, _, _, _, _, _, _}) when B < 16#200; B =:= 16#DB8 -> false;
is_public({16#2002, B, C, _, _, _, _, _}) -> is_public({B bsr 8, B band 255, C bsr 8, C band 255});
is_public({A, _, _, _, _, _, _, _}) -> A >= 16#2000 andalso A < 16#4000.

%% In a process of its own: the client's messages come there, and it ends with the deadline.
request(Uri, Address, Options) ->
    {Process, Monitor} = spawn_monitor(fun() -> exit({done, streamed(Uri, Address, Options)}) end),
    receive
        {'DOWN', Monitor, process, Process, {done, Result}} -> Result;
        {'DOWN', Monitor, process, Process, _} -> {failed, unreachable}
    after left(Options) ->
        erlang:demonitor(Monitor, [flush]),
        exit(Process, kill),
        {failed, timeout}
    end.

streamed(#{host := Host} = Uri, Address, #{authorities := Authorities} = Options) ->
    {ok, _} = application:ensure_all_started(inets),
    {ok, _} = application:ensure_all_started(ssl),
    Name = binary_to_list(Host),
    Dialled = uri_string:recompose(Uri#{host := host(Address)}),
    Ssl = [{verify, verify_peer}, {cacertfile, Authorities}, {depth, 9}, {server_name_indication, Name},
           {customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]}],
    Http = [{ssl, Ssl}, {autoredirect, false}, {timeout, left(Options)}, {connect_timeout, left(Options)}],
    Fields = [{"host", authority(Uri)}, {"accept", "application/json"}, {"connection", "close"}],
    case httpc:request(get, {binary_to_list(Dialled), Fields}, Http,
                       [{sync, false}, {stream, self}, {body_format, binary}]) of
        {ok, Request} -> collect(Request, <<>>);
        {error, _} -> {failed, unreachable}
    end.

authority(#{host := Host, port := Port}) when is_integer(Port) -> binary_to_list(Host) ++ ":" ++ integer_to_list(Port);
authority(#{host := Host}) -> binary_to_list(Host).

host(Address) when tuple_size(Address) =:= 8 -> list_to_binary(["[", inet:ntoa(Address), "]"]);
host(Address) -> list_to_binary(inet:ntoa(Address)).

%% Only what came with 200 is streamed.
collect(Request, Body) when byte_size(Body) > ?BYTES ->
    ok = httpc:cancel_request(Request),
    {failed, malformed};
collect(Request, Body) ->
    receive
        {http, {Request, stream_start, _}} -> collect(Request, Body);
        {http, {Request, stream, Part}} -> collect(Request, <<Body/binary, Part/binary>>);
        {http, {Request, stream_end, Fields}} -> {200, Fields, Body};
        {http, {Request, {{_, Code, _}, Fields, Whole}}} -> {Code, Fields, Whole};
        {http, {Request, {error, Reason}}} -> {failed, reason(Reason)}
    end.

reason(timeout) -> timeout;
reason({failed_connect, Details}) ->
    case [alert || {_, _, {tls_alert, _}} <- Details] of
        [] -> unreachable;
        _ -> https_unverified
    end;
reason({tls_alert, _}) -> https_unverified;
reason(_) -> unreachable.

left(#{deadline := Deadline}) ->
    max(0, Deadline - erlang:monotonic_time(millisecond)).
