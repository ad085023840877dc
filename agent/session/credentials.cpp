// SPDX-License-Identifier: Apache-2.0
#include "agent/session/credentials.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace weft::agent {
namespace {

template <auto free>
struct Free {
    void operator()(auto* object) const noexcept { free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Request = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

Error openssl_error(std::string_view what) {
    char text[256] = "no reason given";
    if (const auto code = ERR_peek_last_error(); code != 0) ERR_error_string_n(code, text, sizeof(text));
    ERR_clear_error();
    return invalid("", std::string(what) + ": " + text);
}

Memory memory_of(const std::string& text) {
    return Memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string text_of(BIO* memory) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<Key> read_key(const std::string& pem) {
    Key key{PEM_read_bio_PrivateKey(memory_of(pem).get(), nullptr, nullptr, nullptr)};
    if (!key) return openssl_error("not a private key in PEM");
    return key;
}

Result<Certificate> read_certificate(const std::string& pem) {
    Certificate certificate{PEM_read_bio_X509(memory_of(pem).get(), nullptr, nullptr, nullptr)};
    if (!certificate) return openssl_error("not a certificate in PEM");
    return certificate;
}

std::uint64_t seconds_of(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>> epoch{ASN1_TIME_set(nullptr, 0)};
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, epoch.get(), time);
    return static_cast<std::uint64_t>(days) * 86400 + static_cast<std::uint64_t>(seconds);
}

Id host_of(const X509* certificate) {
    constexpr std::string_view prefix = "weft://host/";
    const Names names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_URI) continue;
        const auto* text = name->d.uniformResourceIdentifier;
        const std::string_view uri{reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                   static_cast<std::size_t>(ASN1_STRING_length(text))};
        if (!uri.starts_with(prefix)) continue;
        if (const auto id = parse_id(uri.substr(prefix.size())); id && id->kind == Kind::host) return *id;
    }
    return {};
}

}  // namespace

Result<std::string> new_key() {
    const Key key{EVP_EC_gen("P-256")};
    const Memory out{BIO_new(BIO_s_mem())};
    if (!key || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return openssl_error("making a key");
    return text_of(out.get());
}

Result<std::string> certificate_request(const std::string& key_pem) {
    WEFT_TRY(const auto key, read_key(key_pem));
    const Request request{X509_REQ_new()};
    const Memory out{BIO_new(BIO_s_mem())};
    if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
        X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0 ||
        PEM_write_bio_X509_REQ(out.get(), request.get()) != 1)
        return openssl_error("making a certificate request");
    return text_of(out.get());
}

Result<CertificateFacts> certificate_facts(const std::string& pem) {
    WEFT_TRY(const auto certificate, read_certificate(pem));
    return CertificateFacts{host_of(certificate.get()), seconds_of(X509_get0_notBefore(certificate.get())),
                            seconds_of(X509_get0_notAfter(certificate.get()))};
}

Result<void> check_pair(const std::string& certificate_pem, const std::string& key_pem) {
    WEFT_TRY(const auto certificate, read_certificate(certificate_pem));
    WEFT_TRY(const auto key, read_key(key_pem));
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        return invalid("certificate", "does not belong to this host's key");
    }
    return {};
}

}  // namespace weft::agent
