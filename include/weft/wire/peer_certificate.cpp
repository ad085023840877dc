// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/peer_certificate.h"

#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace weft::wire {
namespace {

struct Deleter {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
    void operator()(char* text) const noexcept { OPENSSL_free(text); }
};

std::string serial_of(const X509* certificate) {
    const std::unique_ptr<BIGNUM, Deleter> number{
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)};
    const std::unique_ptr<char, Deleter> hex{BN_bn2hex(number.get())};
    std::string out{hex.get()};
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return out;
}

// The first weft:// URI; one with an embedded NUL is none.
std::string uri_of(const X509* certificate) {
    const std::unique_ptr<GENERAL_NAMES, Deleter> names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_URI) continue;
        const auto* text = name->d.uniformResourceIdentifier;
        std::string uri{reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text))};
        if (uri.starts_with("weft://") && uri.find('\0') == std::string::npos) return uri;
    }
    return {};
}

}  // namespace

Identity peer_certificate(SSL* tls) {
    const std::unique_ptr<X509, Deleter> certificate{SSL_get1_peer_certificate(tls)};
    if (!certificate) return {};
    return {Identity::Kind::certificate, 0, uri_of(certificate.get()), serial_of(certificate.get())};
}

}  // namespace weft::wire
