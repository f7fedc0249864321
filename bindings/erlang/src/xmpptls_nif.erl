%% @private
%% The functions of the native library, one for one. Use the modules named after what they are about instead:
%% {@link xmpptls_connection}, {@link xmpptls_policy} and the others; they have the types and the manual.
%%
%% The library lies in `priv' beside the directory that this module was loaded from, so that it is found
%% wherever a release, a code path or a package puts it.
-module(xmpptls_nif).

-on_load(load/0).

-nifs([version/0, abi_version/0, suite_name/1, trust_anchors_new/1, trust_anchors_info/1, policy_new/3, policy_new_toml/3,
       policy_info/1, credentials_new/1, credentials_which/2, credentials_count/1, certificate_new/2,
       certificate_der/1, certificate_info/1, certificate_digest/3, context_new/2, context_set_policy/2,
       context_set_credentials/2, context_set_ticket_keys/2, context_forget/2, connection_new/4, connection_set/3,
       connection_received/3,
       connection_write/2, connection_transmit/1, connection_close/1, connection_end_of_input/1,
       connection_advance/1, connection_deadline/1, connection_next_event/1, connection_next_key_log_line/1,
       connection_client_hello/1, connection_choose/4, connection_refuse/2, connection_phase/1,
       connection_info/1, connection_certificates/2, connection_channel_binding/2, connection_verification/4,
       connection_verdict/2, connection_conclude/2, endpoint_new/6, verification_new/4,
       verification_new_chain/5, verification_ask_dialback/4, verification_questions/2, verification_answer/3,
       verification_decide/2, verdict_info/1, verdict_json/1, connection_report/1, verdict_observe/3,
       compat_verify_chain/2, compat_verify_code/1, compat_verify_text/1, compat_suite_name/1,
       compat_parse_ciphers/1, compat_option_meaning/1, connection_concluded/1, dialback_random_secret/0,
       dialback_secret_new/1, dialback_key/4, dialback_matches/5, verdict_dialback_condition/1, lookup_new/1,
       lookup_watch/2, lookup_question/3, lookup_domain/5, lookup_collect/1, lookup_flush/2, lookup_close/1,
       reply_info/1, reply_answer/3, reply_answer_all/2, external_users/2, external_list/1, external_foreign/1,
       external_resolve/3, external_resolve_server/2, external_offer/3, external_client_authzid/2,
       external_encode_authzid/1, external_decode_authzid/1]).

-export([version/0, abi_version/0, suite_name/1, trust_anchors_new/1, trust_anchors_info/1, policy_new/3, policy_new_toml/3,
         policy_info/1, credentials_new/1, credentials_which/2, credentials_count/1, certificate_new/2,
         certificate_der/1, certificate_info/1, certificate_digest/3, context_new/2, context_set_policy/2,
         context_set_credentials/2, context_set_ticket_keys/2, context_forget/2, connection_new/4, connection_set/3,
         connection_received/3,
         connection_write/2, connection_transmit/1, connection_close/1, connection_end_of_input/1,
         connection_advance/1, connection_deadline/1, connection_next_event/1, connection_next_key_log_line/1,
         connection_client_hello/1, connection_choose/4, connection_refuse/2, connection_phase/1,
         connection_info/1, connection_certificates/2, connection_channel_binding/2, connection_verification/4,
         connection_verdict/2, connection_conclude/2, endpoint_new/6, verification_new/4,
         verification_new_chain/5, verification_ask_dialback/4, verification_questions/2, verification_answer/3,
         verification_decide/2, verdict_info/1, verdict_json/1, connection_report/1, verdict_observe/3,
         compat_verify_chain/2, compat_verify_code/1, compat_verify_text/1, compat_suite_name/1,
         compat_parse_ciphers/1, compat_option_meaning/1, connection_concluded/1, dialback_random_secret/0,
         dialback_secret_new/1, dialback_key/4, dialback_matches/5, verdict_dialback_condition/1, lookup_new/1,
         lookup_watch/2, lookup_question/3, lookup_domain/5, lookup_collect/1, lookup_flush/2, lookup_close/1,
         reply_info/1, reply_answer/3, reply_answer_all/2, external_users/2, external_list/1, external_foreign/1,
         external_resolve/3, external_resolve_server/2, external_offer/3, external_client_authzid/2,
         external_encode_authzid/1, external_decode_authzid/1]).

-define(NOT_LOADED, erlang:nif_error({nif_not_loaded, ?MODULE})).

load() ->
    Ebin = filename:dirname(code:which(?MODULE)),
    erlang:load_nif(filename:join([filename:dirname(Ebin), "priv", "xmpptls_nif"]), 0).

version() -> ?NOT_LOADED.

abi_version() -> ?NOT_LOADED.
suite_name(_) -> ?NOT_LOADED.

trust_anchors_new(_) -> ?NOT_LOADED.
trust_anchors_info(_) -> ?NOT_LOADED.

policy_new(_, _, _) -> ?NOT_LOADED.
policy_new_toml(_, _, _) -> ?NOT_LOADED.
policy_info(_) -> ?NOT_LOADED.

credentials_new(_) -> ?NOT_LOADED.
credentials_which(_, _) -> ?NOT_LOADED.
credentials_count(_) -> ?NOT_LOADED.

certificate_new(_, _) -> ?NOT_LOADED.
certificate_der(_) -> ?NOT_LOADED.
certificate_info(_) -> ?NOT_LOADED.
certificate_digest(_, _, _) -> ?NOT_LOADED.

context_new(_, _) -> ?NOT_LOADED.
context_set_policy(_, _) -> ?NOT_LOADED.
context_set_credentials(_, _) -> ?NOT_LOADED.
context_set_ticket_keys(_, _) -> ?NOT_LOADED.
context_forget(_, _) -> ?NOT_LOADED.

connection_new(_, _, _, _) -> ?NOT_LOADED.
connection_set(_, _, _) -> ?NOT_LOADED.
connection_received(_, _, _) -> ?NOT_LOADED.
connection_write(_, _) -> ?NOT_LOADED.
connection_transmit(_) -> ?NOT_LOADED.
connection_close(_) -> ?NOT_LOADED.
connection_end_of_input(_) -> ?NOT_LOADED.
connection_advance(_) -> ?NOT_LOADED.
connection_deadline(_) -> ?NOT_LOADED.
connection_next_event(_) -> ?NOT_LOADED.
connection_next_key_log_line(_) -> ?NOT_LOADED.
connection_client_hello(_) -> ?NOT_LOADED.
connection_choose(_, _, _, _) -> ?NOT_LOADED.
connection_refuse(_, _) -> ?NOT_LOADED.
connection_phase(_) -> ?NOT_LOADED.
connection_info(_) -> ?NOT_LOADED.
connection_certificates(_, _) -> ?NOT_LOADED.
connection_channel_binding(_, _) -> ?NOT_LOADED.
connection_verification(_, _, _, _) -> ?NOT_LOADED.
connection_verdict(_, _) -> ?NOT_LOADED.
connection_conclude(_, _) -> ?NOT_LOADED.

endpoint_new(_, _, _, _, _, _) -> ?NOT_LOADED.

verification_new(_, _, _, _) -> ?NOT_LOADED.
verification_new_chain(_, _, _, _, _) -> ?NOT_LOADED.
verification_ask_dialback(_, _, _, _) -> ?NOT_LOADED.
verification_questions(_, _) -> ?NOT_LOADED.
verification_answer(_, _, _) -> ?NOT_LOADED.
verification_decide(_, _) -> ?NOT_LOADED.

verdict_info(_) -> ?NOT_LOADED.
verdict_json(_) -> ?NOT_LOADED.
connection_report(_) -> ?NOT_LOADED.
verdict_observe(_, _, _) -> ?NOT_LOADED.
compat_verify_chain(_, _) -> ?NOT_LOADED.
compat_verify_code(_) -> ?NOT_LOADED.
compat_verify_text(_) -> ?NOT_LOADED.
compat_suite_name(_) -> ?NOT_LOADED.
compat_parse_ciphers(_) -> ?NOT_LOADED.
compat_option_meaning(_) -> ?NOT_LOADED.
connection_concluded(_) -> ?NOT_LOADED.
external_users(_, _) -> ?NOT_LOADED.
external_list(_) -> ?NOT_LOADED.
external_foreign(_) -> ?NOT_LOADED.
external_resolve(_, _, _) -> ?NOT_LOADED.
external_resolve_server(_, _) -> ?NOT_LOADED.
external_offer(_, _, _) -> ?NOT_LOADED.
external_client_authzid(_, _) -> ?NOT_LOADED.
external_encode_authzid(_) -> ?NOT_LOADED.
external_decode_authzid(_) -> ?NOT_LOADED.

dialback_random_secret() -> ?NOT_LOADED.
dialback_secret_new(_) -> ?NOT_LOADED.
dialback_key(_, _, _, _) -> ?NOT_LOADED.
dialback_matches(_, _, _, _, _) -> ?NOT_LOADED.
verdict_dialback_condition(_) -> ?NOT_LOADED.
lookup_new(_) -> ?NOT_LOADED.
lookup_watch(_, _) -> ?NOT_LOADED.
lookup_question(_, _, _) -> ?NOT_LOADED.
lookup_domain(_, _, _, _, _) -> ?NOT_LOADED.
lookup_collect(_) -> ?NOT_LOADED.
lookup_flush(_, _) -> ?NOT_LOADED.
lookup_close(_) -> ?NOT_LOADED.
reply_info(_) -> ?NOT_LOADED.
reply_answer(_, _, _) -> ?NOT_LOADED.
reply_answer_all(_, _) -> ?NOT_LOADED.
