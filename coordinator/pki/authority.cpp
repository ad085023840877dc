// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/authority.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "coordinator/pki/openssl.h"
#include "weft/net/address.h"

namespace weft::coordinator::pki {

struct Authority::Impl {
    Cert certificate;
    Key key;
    std::string pem;
};

namespace {

using std::chrono::seconds;

constexpr seconds clock_skew{300};
constexpr int serial_bytes = 16;  // RFC 5280, 4.1.2.2: positive, at most 20

struct Profile {
    std::string common_name;
    std::string alternative_names;  // empty: the authority itself
    std::string key_usage;
    std::string extended_key_usage;
    seconds lifetime;
};

// A name that can stand in a URI and in a file name as it is.
Result<void> check_name(const std::string& name) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    if (!name.empty() && name.size() <= 63 && name[0] != '.' && std::all_of(name.begin(), name.end(), plain))
        return {};
    return invalid("name",
                   fmt::format("1 to 63 letters, digits, '-', '_' or '.' were expected, not '{}'", name));
}

Result<std::string> new_serial(X509* certificate) {
    std::array<unsigned char, serial_bytes> bytes{};
    if (RAND_bytes(bytes.data(), serial_bytes) != 1) return openssl_error("no random serial");
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
    const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(bytes.data(), serial_bytes, nullptr));
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

struct Signed {
    Cert certificate;
    std::string serial;
};

// Without `issuer` the certificate is its own.
Result<Signed> sign(const Profile& profile, EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key) {
    Cert certificate(X509_new());
    X509* const raw = certificate.get();
    X509* const signer = issuer == nullptr ? raw : issuer;
    X509_set_version(raw, X509_VERSION_3);
    WEFT_TRY(auto serial, new_serial(raw));
    X509_gmtime_adj(X509_getm_notBefore(raw), -clock_skew.count());
    X509_gmtime_adj(X509_getm_notAfter(raw), profile.lifetime.count());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(profile.common_name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(raw, X509_get_subject_name(signer));
    X509_set_pubkey(raw, subject_key);
    const bool is_authority = profile.alternative_names.empty();
    const bool extended =
        add_extension(raw, signer, NID_basic_constraints,
                      is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
        add_extension(raw, signer, NID_key_usage, profile.key_usage) &&
        add_extension(raw, signer, NID_subject_key_identifier, "hash") &&
        add_extension(raw, signer, NID_authority_key_identifier, "keyid") &&
        (is_authority || (add_extension(raw, signer, NID_ext_key_usage, profile.extended_key_usage) &&
                          add_extension(raw, signer, NID_subject_alt_name, profile.alternative_names)));
    if (!extended) return openssl_error("an extension of the certificate for " + profile.common_name);
    if (X509_sign(raw, issuer_key, EVP_sha256()) == 0) return openssl_error("signing");
    return Signed{std::move(certificate), std::move(serial)};
}

Result<void> check_key(EVP_PKEY* key) {
    const int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= 2048 && bits <= 8192) return {};
    std::array<char, 32> group{};
    std::size_t length = 0;
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1) {
        const std::string_view name(group.data(), length);
        if (name == "prime256v1" || name == "secp384r1") return {};
    }
    return invalid("request", "its key was expected to be EC P-256, EC P-384 or RSA of 2048..8192 bits");
}

}  // namespace

Authority::Authority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

Result<Authority> Authority::create() {
    WEFT_TRY(auto key, new_key());
    const Profile profile{"weft CA", {}, "critical,keyCertSign,cRLSign", {}, authority_lifetime};
    WEFT_TRY(auto self, sign(profile, key.get(), nullptr, key.get()));
    auto pem = to_pem(self.certificate);
    return Authority(
        std::make_unique<Impl>(Impl{std::move(self.certificate), std::move(key), std::move(pem)}));
}

Result<Authority> Authority::from_pem(const std::string& certificate, const std::string& key) {
    WEFT_TRY(auto parsed_certificate, read_certificate(certificate));
    WEFT_TRY(auto parsed_key, read_key(key));
    if (X509_check_private_key(parsed_certificate.get(), parsed_key.get()) != 1)
        return openssl_error("the CA's key does not belong to its certificate");
    return Authority(
        std::make_unique<Impl>(Impl{std::move(parsed_certificate), std::move(parsed_key), certificate}));
}

const std::string& Authority::certificate_pem() const noexcept { return impl_->pem; }

std::string Authority::key_pem() const { return to_pem(impl_->key); }

Result<IssuedWithKey> Authority::issue_coordinator(const std::string& name,
                                                   const std::vector<std::string>& addresses) const {
    WEFT_CHECK(check_name(name));
    std::string names = "URI:weft://coordinator/" + name;
    for (const auto& address : addresses) {
        const bool numeric = static_cast<bool>(Address::parse(address));
        if (!numeric) WEFT_CHECK(check_name(address));
        names += (numeric ? ",IP:" : ",DNS:") + address;
    }
    const Profile profile{"weft coordinator " + name, names, "critical,digitalSignature",
                          "serverAuth,clientAuth", certificate_lifetime};
    WEFT_TRY(auto key, new_key());
    WEFT_TRY(const auto made, sign(profile, key.get(), impl_->certificate.get(), impl_->key.get()));
    return IssuedWithKey{{to_pem(made.certificate), made.serial}, to_pem(key)};
}

Result<IssuedWithKey> Authority::issue_user(const std::string& name) const {
    WEFT_CHECK(check_name(name));
    const Profile profile{"weft user " + name, "URI:weft://user/" + name, "critical,digitalSignature",
                          "clientAuth", certificate_lifetime};
    WEFT_TRY(auto key, new_key());
    WEFT_TRY(const auto made, sign(profile, key.get(), impl_->certificate.get(), impl_->key.get()));
    return IssuedWithKey{{to_pem(made.certificate), made.serial}, to_pem(key)};
}

Result<Issued> Authority::sign_host(const std::string& request_pem, Id host,
                                    std::chrono::seconds lifetime) const {
    WEFT_TRY(const auto request, read_request(request_pem));
    EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr) return openssl_error("the request has no usable key");
    WEFT_CHECK(check_key(key));
    if (X509_REQ_verify(request.get(), key) != 1)
        return openssl_error("the request is not signed by the key it carries");
    const Profile profile{"weft " + to_string(host), "URI:weft://host/" + to_string(host),
                          "critical,digitalSignature", "clientAuth", lifetime};
    WEFT_TRY(const auto made, sign(profile, key, impl_->certificate.get(), impl_->key.get()));
    return Issued{to_pem(made.certificate), made.serial};
}

}  // namespace weft::coordinator::pki
