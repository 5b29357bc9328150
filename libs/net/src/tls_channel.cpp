#include "tls_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace ciclo::net {

namespace {

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, which a library must not rely on.
TcpChannel& channel_of(BIO* bio) noexcept
{
    return *static_cast<TcpChannel*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* room, int size) noexcept
{
    BIO_clear_retry_flags(bio);
    const long received = channel_of(bio).receive_now(room, static_cast<std::size_t>(size));
    if (received < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return static_cast<int>(received);
}

int bio_write(BIO* bio, const char* bytes, int size) noexcept
{
    BIO_clear_retry_flags(bio);
    const long sent = channel_of(bio).send_now(bytes, static_cast<std::size_t>(size));
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

long bio_control(BIO*, int command, long, void*) noexcept
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_bio(TcpChannel& channel)
{
    static BIO_METHOD* const method = [] {
        BIO_METHOD* created = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ciclo tcp channel");
        BIO_meth_set_read(created, bio_read);
        BIO_meth_set_write(created, bio_write);
        BIO_meth_set_ctrl(created, bio_control);
        return created;
    }();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, &channel);
    BIO_set_init(bio, 1);
    return bio;
}

std::string last_tls_error()
{
    const auto code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "connection lost" : reason;
}

bool is_ip_address(const std::string& host) noexcept
{
    in6_addr unused{};
    return ::inet_pton(AF_INET, host.c_str(), &unused) == 1 || ::inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

} // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::create(const std::string& extra_ca_file)
{
    std::unique_ptr<TlsContext> context{new TlsContext{SSL_CTX_new(TLS_client_method())}};
    SSL_CTX* raw = context->get();
    if (raw == nullptr)
        return Error{ErrorKind::internal, "cannot set up TLS: " + last_tls_error()};
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_verify_paths(raw);
    if (!extra_ca_file.empty() && SSL_CTX_load_verify_file(raw, extra_ca_file.c_str()) != 1)
        return Error{ErrorKind::internal, "cannot read authorities from " + extra_ca_file};
    return context;
}

TlsContext::~TlsContext()
{
    SSL_CTX_free(context_);
}

TlsChannel::~TlsChannel()
{
    SSL_free(tls_);
}

bool TlsChannel::expect_host(const std::string& host)
{
    if (is_ip_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), host.c_str()) == 1;
    SSL_set_hostflags(tls_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(tls_, host.c_str()) == 1 && SSL_set_tlsext_host_name(tls_, host.c_str()) == 1;
}

// Repeats one OpenSSL operation while it waits for the network. 0: the peer has ended TLS in order.
template <class Step>
Result<int> TlsChannel::repeat(Step step, std::string_view action, Deadline deadline)
{
    for (;;) {
        ERR_clear_error();
        const int done = step();
        if (done > 0)
            return done;
        const int why = SSL_get_error(tls_, done);
        if (why == SSL_ERROR_ZERO_RETURN)
            return 0;
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            return Error{ErrorKind::unavailable, std::string{action} + ": " + last_tls_error()};
        const auto event = why == SSL_ERROR_WANT_READ ? TcpChannel::Event::readable : TcpChannel::Event::writable;
        if (const auto ready = tcp_->wait(event, deadline); !ready)
            return ready.error();
    }
}

Result<std::unique_ptr<TlsChannel>> TlsChannel::connect(const TlsContext& context, std::unique_ptr<TcpChannel> tcp,
                                                        const std::string& host, Deadline deadline)
{
    std::unique_ptr<TlsChannel> channel{new TlsChannel{SSL_new(context.get()), std::move(tcp)}};
    if (channel->tls_ == nullptr)
        return Error{ErrorKind::internal, "cannot set up TLS: " + last_tls_error()};
    BIO* bio = make_bio(*channel->tcp_);
    SSL_set_bio(channel->tls_, bio, bio);
    if (!channel->expect_host(host))
        return Error{ErrorKind::internal, "cannot set up TLS: " + last_tls_error()};
    const auto shaken = channel->repeat([&] { return SSL_connect(channel->tls_); }, "TLS handshake failed", deadline);
    if (shaken && *shaken > 0)
        return channel;
    const long verdict = SSL_get_verify_result(channel->tls_);
    if (verdict != X509_V_OK)
        return Error{ErrorKind::unavailable,
                     std::string{"certificate refused: "} + X509_verify_cert_error_string(verdict)};
    return shaken ? Error{ErrorKind::unavailable, "TLS handshake failed: connection closed"} : shaken.error();
}

Result<std::size_t> TlsChannel::read(std::span<char> room, Deadline deadline)
{
    const int size = static_cast<int>(std::min<std::size_t>(room.size(), INT_MAX));
    const auto received =
        repeat([&] { return SSL_read(tls_, room.data(), size); }, "connection lost while reading", deadline);
    if (!received)
        return received.error();
    return static_cast<std::size_t>(*received);
}

Result<void> TlsChannel::write(std::string_view bytes, Deadline deadline)
{
    while (!bytes.empty()) {
        // Not partial: OpenSSL answers when all of it is written, and wants the same arguments until then.
        const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
        const auto sent =
            repeat([&] { return SSL_write(tls_, bytes.data(), size); }, "connection lost while writing", deadline);
        if (!sent)
            return sent.error();
        if (*sent == 0)
            return Error{ErrorKind::unavailable, "connection closed while writing"};
        bytes.remove_prefix(static_cast<std::size_t>(*sent));
    }
    return {};
}

bool TlsChannel::is_reusable()
{
    // Session tickets may be waiting, which peeking takes in; anything else ends the connection's use.
    char byte = 0;
    ERR_clear_error();
    const int peeked = SSL_peek(tls_, &byte, 1);
    return peeked <= 0 && SSL_get_error(tls_, peeked) == SSL_ERROR_WANT_READ;
}

} // namespace ciclo::net
