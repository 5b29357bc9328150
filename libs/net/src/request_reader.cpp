#include "request_reader.hpp"

#include "message_parser.hpp"

#include "core/text.hpp"

#include <optional>

namespace ciclo::net {

namespace http = boost::beast::http;

struct RequestReader::Impl {
    std::size_t max_header_bytes;
    std::size_t max_body_bytes;
    std::optional<MessageParser<true>> parser;
    HttpResponse refusal;

    // What Beast accepts although the meaning of the request would be open to doubt.
    bool is_ambiguous() const
    {
        const auto transfer_encoding = find_header(parser->headers, "Transfer-Encoding");
        if (!transfer_encoding.empty() && lower_case(transfer_encoding) != "chunked")
            return true;
        const auto hosts = std::ranges::count_if(
            parser->headers, [](const Header& header) { return lower_case(header.name) == "host"; });
        return hosts > 1 || (hosts == 0 && parser->version >= 11);
    }

    Progress refuse(HttpResponse response)
    {
        refusal = std::move(response);
        return Progress::refused;
    }

    Progress refuse(const boost::beast::error_code& failure)
    {
        if (failure == http::error::body_limit)
            return refuse(problem(413, "Content Too Large",
                                  "The body may have " + std::to_string(max_body_bytes) + " bytes at most."));
        if (failure == http::error::header_limit)
            return refuse(problem(431, "Request Header Fields Too Large",
                                  "The header may have " + std::to_string(max_header_bytes) + " bytes at most."));
        return refuse(problem(400, "Bad Request", "The request is not valid HTTP: " + failure.message() + "."));
    }
};

RequestReader::RequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(new Impl{max_header_bytes, max_body_bytes, {}, {}})
{
}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::put(InputBuffer& buffer)
{
    auto& parser = impl_->parser;
    if (!parser) {
        // RFC 9112 2.2: tolerate empty lines before a request.
        const auto first = buffer.content().find_first_not_of("\r\n");
        buffer.consume(std::min(first, buffer.content().size()));
        if (buffer.empty())
            return Progress::needs_more;
        parser.emplace(impl_->max_header_bytes, impl_->max_body_bytes);
    }
    const bool header_was_complete = parser->is_header_done();
    const auto received = buffer.content();
    boost::beast::error_code failure;
    buffer.consume(parser->put(boost::asio::const_buffer{received.data(), received.size()}, failure));
    if (failure && failure != http::error::need_more)
        return impl_->refuse(failure);
    if (!header_was_complete && parser->is_header_done() && impl_->is_ambiguous())
        return impl_->refuse(
            problem(400, "Bad Request", "A request needs one Host field and no transfer encoding but chunked."));
    if (parser->is_done())
        return Progress::complete;
    if (buffer.full()) // a chunk header without end
        return impl_->refuse(problem(400, "Bad Request", "The request is not valid HTTP."));
    return Progress::needs_more;
}

bool RequestReader::header_complete() const
{
    return impl_->parser && impl_->parser->is_header_done();
}

bool RequestReader::wants_continue() const
{
    return header_complete() && impl_->parser->version >= 11 &&
           lower_case(find_header(impl_->parser->headers, "Expect")) == "100-continue";
}

HttpResponse RequestReader::refusal() const
{
    return impl_->refusal;
}

RequestReader::Request RequestReader::take()
{
    auto& parser = *impl_->parser;
    Request request;
    request.keep_alive = parser.keep_alive();
    request.http_1_0 = parser.version < 11;
    request.message.method = std::move(parser.method);
    request.message.target = std::move(parser.target);
    request.message.headers = std::move(parser.headers);
    request.message.body = std::move(parser.body);
    impl_->parser.reset();
    return request;
}

} // namespace ciclo::net
