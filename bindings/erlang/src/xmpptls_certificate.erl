%% Certificates: what was presented, as data. Nothing is decided here.
-module(xmpptls_certificate).

-export([from_der/1, from_pem/1, der/1, info/1, digest/2, key_digest/2]).
-export_type([certificate/0, info/0, hash/0]).

-opaque certificate() :: reference().
-type hash() :: sha | sha256 | sha512.
-type attribute() :: {Oid :: binary(), Name :: binary(), Value :: binary()}.
-type info() :: #{
    names := [{dns_name | srv_name | xmpp_addr | ip_address | uri | email | ignored, binary()}],
    subject := [attribute()], issuer := [attribute()],
    serial := binary(), spki := binary(),
    not_before := integer(), not_after := integer(),
    key_algorithm := binary(), key_bits := non_neg_integer(), signature_algorithm := binary(),
    is_ca := boolean(), has_user := boolean(), pem := binary()}.

%% @doc Reads a certificate in DER.
-spec from_der(iodata()) -> {ok, certificate()} | {error, xmpptls:reason()}.
from_der(Der) ->
    xmpptls_nif:certificate_new(der, Der).

%% @doc Reads the first certificate of a PEM text.
-spec from_pem(iodata()) -> {ok, certificate()} | {error, xmpptls:reason()}.
from_pem(Pem) ->
    xmpptls_nif:certificate_new(pem, Pem).

%% @doc The certificate in DER.
-spec der(certificate()) -> binary().
der(Certificate) ->
    xmpptls_nif:certificate_der(Certificate).

%% @doc What the certificate says. Times are Unix seconds; names stand in the order of the certificate.
-spec info(certificate()) -> info().
info(Certificate) ->
    xmpptls_nif:certificate_info(Certificate).

%% @doc A digest of the whole certificate.
-spec digest(certificate(), hash()) -> {ok, binary()} | {error, xmpptls:reason()}.
digest(Certificate, Hash) ->
    xmpptls_nif:certificate_digest(Certificate, certificate, Hash).

%% @doc A digest of the public key, as TLSA records and pins have it.
-spec key_digest(certificate(), hash()) -> {ok, binary()} | {error, xmpptls:reason()}.
key_digest(Certificate, Hash) ->
    xmpptls_nif:certificate_digest(Certificate, key, Hash).
