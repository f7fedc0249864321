%% Trust anchors: the authorities that certificates are proven by, and their revocation lists.
%%
%% A set is read once and then never changes; any number of policies and processes may use it. Files are read on a
%% dirty I/O scheduler and not watched.
-module(xmpptls_trust_anchors).

-export([new/1, count/1, skipped/1]).
-export_type([anchors/0, source/0]).

-opaque anchors() :: reference().
-type source() ::
    %% the store of the operating system
    system
    %% a PEM file, or a directory of files named after a hash, as OpenSSL's tools make it
    | {file | directory, file:name_all()}
    %% certificates in PEM, one in DER, or a revocation list in either
    | {pem | der | crl, iodata()}.

%% @doc Reads the sources, in order, into one set.
-spec new([source()]) -> {ok, anchors()} | {error, xmpptls:reason()}.
new(Sources) ->
    xmpptls_nif:trust_anchors_new([source(Source) || Source <- Sources]).

%% @doc How many authorities are trusted.
-spec count(anchors()) -> non_neg_integer().
count(Anchors) ->
    maps:get(count, xmpptls_nif:trust_anchors_info(Anchors)).

%% @doc How many certificates of the sources were passed over because they cannot be read.
-spec skipped(anchors()) -> non_neg_integer().
skipped(Anchors) ->
    maps:get(skipped, xmpptls_nif:trust_anchors_info(Anchors)).

source({Kind, Path}) when Kind =:= file; Kind =:= directory ->
    {Kind, path(Path)};
source(Source) ->
    Source.

path(Path) when is_binary(Path) -> Path;
path(Path) -> unicode:characters_to_binary(Path).
