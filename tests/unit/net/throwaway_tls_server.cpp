#include "throwaway_tls_server.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace ciclo::testing {

namespace {

void add_extension(X509* certificate, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

X509* self_signed(EVP_PKEY* key, const std::string& host)
{
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("throw-away"), -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name, host);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

bool read_request(SSL* tls)
{
    std::string received;
    for (;;) {
        const auto head_end = received.find("\r\n\r\n");
        const auto length = received.find("Content-Length: ");
        const std::size_t body = length == std::string::npos ? 0 : std::stoul(received.substr(length + 16, 20));
        if (head_end != std::string::npos && received.size() >= head_end + 4 + body)
            return true;
        char room[4096];
        const int size = SSL_read(tls, room, sizeof room);
        if (size <= 0)
            return false;
        received.append(room, static_cast<std::size_t>(size));
    }
}

} // namespace

struct ThrowawayCertificate::Impl {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    std::string ca_file = "/tmp/ciclo-test-ca-XXXXXX";

    ~Impl()
    {
        SSL_CTX_free(context);
        std::remove(ca_file.c_str());
    }
};

ThrowawayCertificate::ThrowawayCertificate(const std::string& host) : impl_(std::make_shared<Impl>())
{
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = self_signed(key, host);
    SSL_CTX_use_certificate(impl_->context, certificate);
    SSL_CTX_use_PrivateKey(impl_->context, key);
    std::FILE* file = ::fdopen(::mkstemp(impl_->ca_file.data()), "w");
    if (file == nullptr || PEM_write_X509(file, certificate) != 1)
        throw std::runtime_error("the test cannot write its certificate");
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

ThrowawayCertificate::~ThrowawayCertificate() = default;

const std::string& ThrowawayCertificate::ca_file() const
{
    return impl_->ca_file;
}

ScriptedPeer::Script ThrowawayCertificate::answer(int requests) const
{
    return [impl = impl_, requests](PeerConnection& connection) {
        SSL* tls = SSL_new(impl->context);
        SSL_set_fd(tls, connection.descriptor());
        if (SSL_accept(tls) == 1) {
            for (int i = 0; i < requests; ++i) {
                if (!read_request(tls))
                    break;
                const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntls";
                SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
            }
            SSL_shutdown(tls);
        }
        SSL_free(tls);
    };
}

} // namespace ciclo::testing
