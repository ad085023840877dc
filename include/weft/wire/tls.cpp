// SPDX-License-Identifier: Apache-2.0
#include "weft/wire/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace weft::wire {
namespace {

namespace ssl = boost::asio::ssl;

Error file_error(const std::string& what, const std::string& path, const boost::system::error_code& code) {
    return invalid(path, what + " cannot be used: " + code.message());
}

Result<TlsContext> make_context(ssl::context::method method, const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(method);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
    // Sessions are long and clients few: no resumption, so that every handshake checks the certificate in
    // force.
    SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context->native_handle(), 0);
    boost::system::error_code code;
    context->load_verify_file(files.authority, code);
    if (code) return file_error("CA certificate", files.authority, code);
    if (!files.certificate.empty()) {
        context->use_certificate_chain_file(files.certificate, code);
        if (code) return file_error("certificate", files.certificate, code);
        context->use_private_key_file(files.key, ssl::context::pem, code);
        if (code) return file_error("private key", files.key, code);
        if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
            ERR_clear_error();
            return invalid(files.key, "private key does not belong to " + files.certificate);
        }
    }
    return context;
}

}  // namespace

Result<TlsContext> server_context(const TlsFiles& files) {
    WEFT_TRY(auto context, make_context(ssl::context::tls_server, files));
    context->set_verify_mode(ssl::verify_peer);
    return context;
}

Result<TlsContext> client_context(const TlsFiles& files) {
    WEFT_TRY(auto context, make_context(ssl::context::tls_client, files));
    context->set_verify_mode(ssl::verify_peer);
    return context;
}

}  // namespace weft::wire
