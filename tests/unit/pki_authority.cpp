// SPDX-License-Identifier: Apache-2.0
// What the authority signs and what it does not. Certificates are read with OpenSSL, not with the code under
// test.
#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <fstream>

#include "coordinator/pki/files.h"
#include "coordinator/pki/openssl.h"
#include "coordinator/pki/token.h"
#include "tests/harness/scratch.h"

using namespace weft;
using namespace weft::coordinator;

namespace {

const Id host{Kind::host, 0x123};

std::string request_for(EVP_PKEY* key, EVP_PKEY* signer) {
    const pki::CertRequest request(X509_REQ_new());
    X509_REQ_set_pubkey(request.get(), key);
    X509_REQ_sign(request.get(), signer, EVP_sha256());
    const pki::Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_REQ(bio.get(), request.get());
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string uri_of(const pki::Cert& certificate) {
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
    REQUIRE(names != nullptr);
    const auto* text = sk_GENERAL_NAME_value(names, 0)->d.uniformResourceIdentifier;
    std::string uri(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                    static_cast<std::size_t>(ASN1_STRING_length(text)));
    GENERAL_NAMES_free(names);
    return uri;
}

// OpenSSL's verdict on the chain, for the purpose.
int verified(const pki::Cert& certificate, const pki::Cert& authority, int purpose) {
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, authority.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
    X509_STORE_CTX_set_purpose(context, purpose);
    X509_verify_cert(context);
    const int result = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return result;
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("[3.4/sign] a host's certificate names that host, for clients, with its own serial") {
    const auto authority = pki::Authority::create().value();
    const auto key = pki::new_key().value();
    const auto request = request_for(key.get(), key.get());
    const auto issued = authority.sign_host(request, host).value();
    const auto certificate = pki::read_certificate(issued.certificate).value();
    const auto root = pki::read_certificate(authority.certificate_pem()).value();
    CHECK(uri_of(certificate) == "weft://host/host-00000000000000123");
    CHECK(verified(certificate, root, X509_PURPOSE_SSL_CLIENT) == X509_V_OK);
    CHECK(verified(certificate, root, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
    CHECK(X509_check_ca(certificate.get()) == 0);
    CHECK(issued.serial.size() == 32);
    CHECK(issued.serial != authority.sign_host(request, host).value().serial);
    const auto foreign = pki::Authority::create().value();
    CHECK(verified(certificate, pki::read_certificate(foreign.certificate_pem()).value(),
                   X509_PURPOSE_SSL_CLIENT) != X509_V_OK);
}

TEST_CASE("[3.4/sign] requests that are none, of others' keys or of weak keys are refused") {
    const auto authority = pki::Authority::create().value();
    const auto refused = [&](const std::string& request) {
        const auto issued = authority.sign_host(request, host);
        REQUIRE(!issued.has_value());
        CHECK(issued.error().code == ErrorCode::invalid);
        return issued.error().text;
    };
    CHECK(refused("nonsense").find("not a certificate request") == 0);
    CHECK(refused("").find("not a certificate request") == 0);
    const auto key = pki::new_key().value();
    const auto other = pki::new_key().value();
    CHECK(refused(request_for(key.get(), other.get())).find("not signed by the key it carries") !=
          std::string::npos);
    const pki::Key weak(EVP_RSA_gen(1024));
    CHECK(refused(request_for(weak.get(), weak.get())).find("RSA of 2048") != std::string::npos);
    const pki::Key odd(EVP_EC_gen("secp256k1"));
    CHECK(refused(request_for(odd.get(), odd.get())).find("P-256") != std::string::npos);
    const pki::Key strong(EVP_RSA_gen(2048));
    CHECK(authority.sign_host(request_for(strong.get(), strong.get()), host).has_value());
}

TEST_CASE("[3.1/pki] the files of CA, coordinator and user; nothing is overwritten") {
    const test::Scratch scratch;
    const auto directory = scratch / "tls";
    REQUIRE(pki::init_ca(directory).has_value());
    CHECK(mode_of(directory) == 0700);
    CHECK(mode_of(directory + "/ca.key") == 0600);
    REQUIRE(pki::issue_coordinator(directory, "c1", {"192.0.2.250", "2001:db8::250", "weft.example"})
                .has_value());
    CHECK(mode_of(directory + "/coordinator.key") == 0600);
    REQUIRE(pki::issue_user(directory, "alice").has_value());
    CHECK(pki::issue_user(directory, "alice").error().code == ErrorCode::conflict);
    CHECK(pki::init_ca(directory).error().code == ErrorCode::conflict);
    for (const auto* name : {"", "a/b", "..", "a b", "ca", "coordinator"})
        CHECK(pki::issue_user(directory, name).error().code == ErrorCode::invalid);

    const auto read = [&](const std::string& name) {
        std::ifstream file(directory + "/" + name);
        return pki::read_certificate({std::istreambuf_iterator<char>(file), {}}).value();
    };
    const auto root = read("ca.pem");
    CHECK(X509_check_ca(root.get()) == 1);
    const auto coordinator = read("coordinator.pem");
    CHECK(uri_of(coordinator) == "weft://coordinator/c1");
    CHECK(X509_check_ip_asc(coordinator.get(), "192.0.2.250", 0) == 1);
    CHECK(X509_check_ip_asc(coordinator.get(), "2001:db8::250", 0) == 1);
    CHECK(X509_check_host(coordinator.get(), "weft.example", 0, 0, nullptr) == 1);
    CHECK(X509_check_ip_asc(coordinator.get(), "192.0.2.251", 0) == 0);
    CHECK(verified(coordinator, root, X509_PURPOSE_SSL_SERVER) == X509_V_OK);
    CHECK(uri_of(read("alice.pem")) == "weft://user/alice");
    CHECK(verified(read("alice.pem"), root, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
}

TEST_CASE("[3.1/pki] a CA whose key is another's is an error") {
    const auto one = pki::Authority::create().value();
    const auto two = pki::Authority::create().value();
    CHECK(pki::Authority::from_pem(one.certificate_pem(), one.key_pem()).has_value());
    CHECK(!pki::Authority::from_pem(one.certificate_pem(), two.key_pem()).has_value());
    CHECK(!pki::Authority::from_pem("", one.key_pem()).has_value());
}

TEST_CASE("[3.4/token] tokens are 256 random bits; only their hash need be kept") {
    const auto token = pki::new_token().value();
    CHECK(token.size() == 64);
    CHECK(token != pki::new_token().value());
    // FIPS 180-2, appendix B.1.
    CHECK(pki::token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
