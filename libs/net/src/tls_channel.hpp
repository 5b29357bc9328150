#pragma once

#include "tcp_channel.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace ciclo::net {

// Trust and protocol versions, made once per client: TLS 1.2 or newer, the system's authorities.
class TlsContext {
public:
    static Result<std::unique_ptr<TlsContext>> create(const std::string& extra_ca_file);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* get() const noexcept { return context_; }

private:
    explicit TlsContext(ssl_ctx_st* context) noexcept : context_(context) {}

    ssl_ctx_st* context_;
};

class TlsChannel final : public Channel {
public:
    // The handshake, with SNI; the certificate must be valid for `host`.
    static Result<std::unique_ptr<TlsChannel>> connect(const TlsContext& context, std::unique_ptr<TcpChannel> tcp,
                                                       const std::string& host, Deadline deadline);
    ~TlsChannel() override;
    TlsChannel(const TlsChannel&) = delete;
    TlsChannel& operator=(const TlsChannel&) = delete;

    Result<std::size_t> read(std::span<char> room, Deadline deadline) override;
    Result<void> write(std::string_view bytes, Deadline deadline) override;
    bool take_sent() noexcept override { return tcp_->take_sent(); }
    bool is_reusable() override;

private:
    TlsChannel(ssl_st* tls, std::unique_ptr<TcpChannel> tcp) noexcept : tls_(tls), tcp_(std::move(tcp)) {}

    bool expect_host(const std::string& host);
    template <class Step>
    Result<int> repeat(Step step, std::string_view action, Deadline deadline);

    ssl_st* tls_;
    std::unique_ptr<TcpChannel> tcp_;
};

} // namespace ciclo::net
