%% Endpoints: where a connection goes or went, and how far the DNS that led there can be trusted.
-module(xmpptls_endpoint).

-export([new/1]).
-export_type([endpoint/0, description/0, dnssec/0]).

-opaque endpoint() :: reference().
%% RFC 4035 section 4.3: `secure' needs a validated answer, never just an answer; `none' is for a domain without SRV
%% records.
-type dnssec() :: secure | insecure | bogus | indeterminate | none.
-type description() :: #{
    target := binary(), port := inet:port_number(),
    %% by which SRV owner it was found
    transport => starttls | direct_tls,
    srv => dnssec(), addresses => dnssec(),
    %% the user tied this host to the domain by hand
    configured => boolean()}.

%% @doc Describes an endpoint. States that are not given count as insecure.
-spec new(description()) -> {ok, endpoint()} | {error, xmpptls:reason()}.
new(#{target := Target, port := Port} = Description) ->
    xmpptls_nif:endpoint_new(Target, Port, maps:get(transport, Description, starttls),
                             maps:get(srv, Description, insecure), maps:get(addresses, Description, insecure),
                             maps:get(configured, Description, false)).
