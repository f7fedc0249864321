/* Certificates and trust anchors. */
#include "world.h"

static void a_certificate_is_read_from_der_and_pem_alike(void) {
    struct file der = file_of("server.der");
    const xmpp_tls_certificate *one, *two = certificate_of("server.pem"), *again;
    OK(xmpp_tls_certificate_new_der((uint8_t *)der.data, der.len, &one, NULL));
    xmpp_tls_bytes a = xmpp_tls_certificate_der(one), b = xmpp_tls_certificate_der(two);
    CHECK(a.len == der.len && a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    xmpp_tls_str pem = xmpp_tls_certificate_pem(one);
    OK(xmpp_tls_certificate_new_pem(pem.data, pem.len, &again, NULL));
    CHECK(xmpp_tls_certificate_der(again).len == a.len);
    CHECK(xmpp_tls_certificate_spki(one).len == 91 && xmpp_tls_certificate_serial(one).len > 8);
    TEXT(xmpp_tls_certificate_key_algorithm(one), "EC P-256");
    CHECK(xmpp_tls_certificate_key_bits(one) == 256);
    TEXT(xmpp_tls_certificate_signature_algorithm(one), "ecdsa-with-SHA256");
    CHECK(xmpp_tls_certificate_not_after(one) - xmpp_tls_certificate_not_before(one) == 365 * (int64_t)DAY);
    CHECK(!xmpp_tls_certificate_is_ca(one) && !xmpp_tls_certificate_has_user(one));
    xmpp_tls_certificate_free(again);
    xmpp_tls_certificate_free(one);
    again = xmpp_tls_certificate_retain(two);
    xmpp_tls_certificate_free(two);
    CHECK(xmpp_tls_certificate_der(again).len == der.len);
    xmpp_tls_certificate_free(again);
    file_free(der);
}

static void bytes_that_are_no_certificate_are_refused(void) {
    const xmpp_tls_certificate *certificate = (const xmpp_tls_certificate *)&certificate;
    struct file der = file_of("server.der");
    IS(xmpp_tls_certificate_new_der((uint8_t *)der.data, der.len - 1, &certificate, NULL), XMPP_TLS_MALFORMED_CERTIFICATE);
    CHECK(certificate == NULL);
    IS(xmpp_tls_certificate_new_der(NOTHING, &certificate, NULL), XMPP_TLS_MALFORMED_CERTIFICATE);
    IS(xmpp_tls_certificate_new_der(NULL, 1, &certificate, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_certificate_new_der((uint8_t *)der.data, der.len, NULL, NULL), XMPP_TLS_NULL_PARAMETER);
    IS(xmpp_tls_certificate_new_pem(T("hello"), &certificate, NULL), XMPP_TLS_NO_CERTIFICATE);
    IS(xmpp_tls_certificate_new_pem(NOTHING, &certificate, NULL), XMPP_TLS_NO_CERTIFICATE);
    IS(xmpp_tls_certificate_new_pem(T("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), &certificate, NULL),
       XMPP_TLS_MALFORMED_PEM);
    file_free(der);
}

static void every_name_is_listed_by_its_form(void) {
    const xmpp_tls_certificate *certificate = certificate_of("names.pem");
    static const struct {
        xmpp_tls_name_kind kind;
        const char *value;
        size_t len;
    } wanted[] = {
        {XMPP_TLS_NAME_KIND_DNS, T("*.example.com")},
        {XMPP_TLS_NAME_KIND_SRV_NAME, T("_xmpp-client.example.com")},
        {XMPP_TLS_NAME_KIND_XMPP_ADDR, T("example.com")},
        {XMPP_TLS_NAME_KIND_IP, T("\xc0\x00\x02\x01")},
        {XMPP_TLS_NAME_KIND_IP, T("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01")},
        {XMPP_TLS_NAME_KIND_URI, T("xmpp:example.com")},
        {XMPP_TLS_NAME_KIND_EMAIL, T("someone@example.com")},
    };
    size_t count = sizeof wanted / sizeof *wanted;
    xmpp_tls_name_kind kind;
    xmpp_tls_bytes value;
    CHECK(xmpp_tls_certificate_name_count(certificate) == count + 1);
    for (size_t i = 0; i < count; i++) {
        OK(xmpp_tls_certificate_name(certificate, i, &kind, &value));
        CHECK(kind == wanted[i].kind);
        CHECK(value.len == wanted[i].len && memcmp(value.data, wanted[i].value, value.len) == 0);
    }
    OK(xmpp_tls_certificate_name(certificate, count, &kind, &value));
    CHECK(kind == XMPP_TLS_NAME_KIND_IGNORED);
    IS(xmpp_tls_certificate_name(certificate, count + 1, &kind, &value), XMPP_TLS_NOT_FOUND);
    IS(xmpp_tls_certificate_name(certificate, 0, NULL, &value), XMPP_TLS_NULL_PARAMETER);
    xmpp_tls_certificate_free(certificate);
}

static void subject_and_issuer_are_read_attribute_by_attribute(void) {
    const xmpp_tls_certificate *certificate = certificate_of("names.pem"), *root = certificate_of("root.pem");
    xmpp_tls_str oid, name, value;
    CHECK(xmpp_tls_certificate_subject_count(certificate) == 3);
    OK(xmpp_tls_certificate_subject(certificate, 2, &oid, &name, &value));
    TEXT(oid, "2.5.4.3");
    TEXT(name, "CN");
    TEXT(value, "names");
    CHECK(xmpp_tls_certificate_issuer_count(certificate) == 2);
    OK(xmpp_tls_certificate_issuer(certificate, 1, &oid, &name, &value));
    TEXT(value, "Example Root");
    IS(xmpp_tls_certificate_subject(certificate, 3, &oid, &name, &value), XMPP_TLS_NOT_FOUND);
    IS(xmpp_tls_certificate_issuer(certificate, 0, &oid, NULL, &value), XMPP_TLS_NULL_PARAMETER);
    CHECK(xmpp_tls_certificate_is_ca(root));
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_certificate_free(root);
}

static void digests_have_the_size_of_their_hash(void) {
    const xmpp_tls_certificate *certificate = certificate_of("server.pem"), *user = certificate_of("juliet.pem");
    uint8_t out[64];
    size_t written;
    OK(xmpp_tls_certificate_digest(certificate, XMPP_TLS_DIGEST_SHA1, out, sizeof out, &written));
    CHECK(written == 20);
    OK(xmpp_tls_certificate_digest(certificate, XMPP_TLS_DIGEST_SHA512, out, sizeof out, &written));
    CHECK(written == 64);
    OK(xmpp_tls_certificate_spki_digest(certificate, XMPP_TLS_DIGEST_SHA256, out, sizeof out, &written));
    CHECK(written == 32);
    IS(xmpp_tls_certificate_spki_digest(certificate, XMPP_TLS_DIGEST_SHA256, out, 31, &written), XMPP_TLS_INSUFFICIENT_SIZE);
    CHECK(written == 32);
    IS(xmpp_tls_certificate_digest(certificate, 0, out, sizeof out, &written), XMPP_TLS_INVALID_PARAMETER);
    IS(xmpp_tls_certificate_spki_digest(certificate, 4, out, sizeof out, &written), XMPP_TLS_INVALID_PARAMETER);
    CHECK(xmpp_tls_certificate_has_user(user));
    xmpp_tls_certificate_free(certificate);
    xmpp_tls_certificate_free(user);
}

static void anchors_come_from_pem_der_files_and_directories(void) {
    xmpp_tls_trust_anchors_builder *builder;
    const xmpp_tls_trust_anchors *anchors, *second;
    struct file pem = file_of("root.pem"), der = file_of("root.der"), list = file_of("root.crl");
    const char *path;
    OK(xmpp_tls_trust_anchors_builder_new(&builder));
    OK(xmpp_tls_trust_anchors_builder_add_pem(builder, pem.data, pem.len, NULL));
    OK(xmpp_tls_trust_anchors_builder_add_der(builder, (uint8_t *)der.data, der.len, NULL));
    path = path_of("stranger.pem");
    OK(xmpp_tls_trust_anchors_builder_add_file(builder, path, strlen(path), NULL));
    path = path_of("hashed");
    OK(xmpp_tls_trust_anchors_builder_add_directory(builder, path, strlen(path), NULL));
    OK(xmpp_tls_trust_anchors_builder_add_crl(builder, (uint8_t *)list.data, list.len, NULL));
    OK(xmpp_tls_trust_anchors_builder_build(builder, &anchors, NULL));
    CHECK(xmpp_tls_trust_anchors_count(anchors) == 4);
    CHECK(xmpp_tls_trust_anchors_skipped(anchors) == 0);
    second = xmpp_tls_trust_anchors_retain(anchors);
    xmpp_tls_trust_anchors_free(anchors);
    CHECK(xmpp_tls_trust_anchors_count(second) == 4);
    xmpp_tls_trust_anchors_free(second);
    OK(xmpp_tls_trust_anchors_builder_add_system(builder, NULL));
    OK(xmpp_tls_trust_anchors_builder_build(builder, &anchors, NULL));
    CHECK(xmpp_tls_trust_anchors_count(anchors) > 4);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_trust_anchors_builder_free(builder);
    file_free(pem);
    file_free(der);
    file_free(list);
}

static void what_is_no_anchor_is_refused_and_the_builder_stays_usable(void) {
    xmpp_tls_trust_anchors_builder *builder;
    const xmpp_tls_trust_anchors *anchors;
    struct file pem = file_of("root.pem");
    OK(xmpp_tls_trust_anchors_builder_new(&builder));
    CHECK(xmpp_tls_trust_anchors_builder_add_pem(builder, T("no"), NULL) != XMPP_TLS_OK);
    CHECK(xmpp_tls_trust_anchors_builder_add_der(builder, (const uint8_t *)"no", 2, NULL) != XMPP_TLS_OK);
    IS(xmpp_tls_trust_anchors_builder_add_crl(builder, (const uint8_t *)"no", 2, NULL), XMPP_TLS_MALFORMED_CRL);
    CHECK(xmpp_tls_trust_anchors_builder_add_directory(builder, T("/no/such"), NULL) != XMPP_TLS_OK);
    OK(xmpp_tls_trust_anchors_builder_add_pem(builder, pem.data, pem.len, NULL));
    OK(xmpp_tls_trust_anchors_builder_build(builder, &anchors, NULL));
    CHECK(xmpp_tls_trust_anchors_count(anchors) == 1);
    xmpp_tls_trust_anchors_free(anchors);
    xmpp_tls_trust_anchors_builder_free(builder);
    file_free(pem);
}

int main(void) {
    RUN(a_certificate_is_read_from_der_and_pem_alike);
    RUN(bytes_that_are_no_certificate_are_refused);
    RUN(every_name_is_listed_by_its_form);
    RUN(subject_and_issuer_are_read_attribute_by_attribute);
    RUN(digests_have_the_size_of_their_hash);
    RUN(anchors_come_from_pem_der_files_and_directories);
    RUN(what_is_no_anchor_is_refused_and_the_builder_stays_usable);
    return check_end();
}
