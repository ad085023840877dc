// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/openssl.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace weft::coordinator::pki {

namespace {

Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string drain(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

// Never asks at the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Error openssl_error(const std::string& what) {
    const auto code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return invalid({}, what + (reason == nullptr ? "" : std::string(": ") + reason));
}

Result<Key> new_key() {
    Key key(EVP_EC_gen("P-256"));
    if (!key) return openssl_error("no key could be made");
    return key;
}

Result<Key> read_key(const std::string& pem) {
    Key key(PEM_read_bio_PrivateKey(memory(pem).get(), nullptr, no_password, nullptr));
    if (!key) return openssl_error("not a private key in PEM");
    return key;
}

Result<Cert> read_certificate(const std::string& pem) {
    Cert certificate(PEM_read_bio_X509(memory(pem).get(), nullptr, no_password, nullptr));
    if (!certificate) return openssl_error("not a certificate in PEM");
    return certificate;
}

Result<CertRequest> read_request(const std::string& pem) {
    CertRequest request(PEM_read_bio_X509_REQ(memory(pem).get(), nullptr, no_password, nullptr));
    if (!request) return openssl_error("not a certificate request (PKCS#10) in PEM");
    return request;
}

std::string to_pem(const Key& key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return drain(bio);
}

std::string to_pem(const Cert& certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate.get());
    return drain(bio);
}

}  // namespace weft::coordinator::pki
