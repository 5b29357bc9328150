#pragma once

#include "net/http_message.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace ciclo::net {

// Beast's parser writing straight into our structs; one object per message.
template <bool is_request>
class MessageParser final : public boost::beast::http::basic_parser<is_request> {
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;
    using error = boost::beast::http::error;

public:
    MessageParser(std::size_t max_header_bytes, std::size_t max_body_bytes) : header_bytes_left_(max_header_bytes)
    {
        this->eager(true);
        this->header_limit(static_cast<std::uint32_t>(max_header_bytes));
        this->body_limit(max_body_bytes);
    }

    std::string method;
    std::string target;
    int version = 11;
    int status = 0;
    std::vector<Header> headers;
    std::string body;

private:
    void on_request_impl(boost::beast::http::verb, string_view method_text, string_view target_text, int http_version,
                         error_code&) override
    {
        version = http_version;
        method.assign(method_text.data(), method_text.size());
        target.assign(target_text.data(), target_text.size());
        headers.reserve(12);
    }

    void on_response_impl(int code, string_view, int, error_code&) override { status = code; }

    void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code& failure) override
    {
        // Beast's own limit looks at one piece at a time, so a header in many pieces passes it.
        const std::size_t size = name.size() + value.size() + 4;
        if (size > header_bytes_left_) {
            failure = error::header_limit;
            return;
        }
        header_bytes_left_ -= size;
        if (in_header_) // fields after a chunked body are dropped
            headers.push_back(Header{std::string{name.data(), name.size()}, std::string{value.data(), value.size()}});
    }

    void on_header_impl(error_code&) override { in_header_ = false; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override
    {
        // No more than this in advance: the length is only a promise.
        constexpr std::uint64_t most = 64 << 10;
        if (length)
            body.reserve(static_cast<std::size_t>(std::min(*length, most)));
    }

    std::size_t on_body_impl(string_view part, error_code&) override
    {
        body.append(part.data(), part.size());
        return part.size();
    }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override
    {
        body.append(part.data(), part.size());
        return part.size();
    }

    void on_finish_impl(error_code&) override {}

    std::size_t header_bytes_left_;
    bool in_header_ = true;
};

} // namespace ciclo::net
