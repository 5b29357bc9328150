#include "answer_reader.hpp"

#include "message_parser.hpp"

#include <optional>

namespace ciclo::net {

namespace http = boost::beast::http;

struct AnswerReader::Impl {
    AnswerTo request;
    std::size_t max_header_bytes;
    std::size_t max_body_bytes;
    std::optional<MessageParser<false>> parser{};
    std::string why_refused{};

    void start()
    {
        parser.emplace(max_header_bytes, max_body_bytes);
        parser->skip(request == AnswerTo::head);
    }

    Progress refuse(const boost::beast::error_code& failure)
    {
        if (failure == http::error::body_limit)
            why_refused = "the answer is larger than " + std::to_string(max_body_bytes) + " bytes";
        else
            why_refused = "the answer is not valid HTTP: " + failure.message();
        return Progress::refused;
    }
};

AnswerReader::AnswerReader(AnswerTo request, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(new Impl{request, max_header_bytes, max_body_bytes})
{
    impl_->start();
}

AnswerReader::~AnswerReader() = default;

AnswerReader::Progress AnswerReader::put(InputBuffer& buffer)
{
    while (!buffer.empty()) {
        auto& parser = *impl_->parser;
        const auto received = buffer.content();
        boost::beast::error_code failure;
        buffer.consume(parser.put(boost::asio::const_buffer{received.data(), received.size()}, failure));
        if (failure == http::error::need_more && !buffer.full())
            return Progress::needs_more;
        if (failure)
            return impl_->refuse(failure);
        if (!parser.is_done())
            continue;
        if (parser.status / 100 != 1)
            return Progress::complete;
        impl_->start();
    }
    return Progress::needs_more;
}

AnswerReader::Progress AnswerReader::put_end()
{
    auto& parser = *impl_->parser;
    if (!parser.got_some())
        return Progress::needs_more;
    boost::beast::error_code failure;
    parser.put_eof(failure);
    return failure ? Progress::needs_more : Progress::complete;
}

const std::string& AnswerReader::why_refused() const noexcept
{
    return impl_->why_refused;
}

bool AnswerReader::keep_alive() const
{
    return impl_->parser->keep_alive();
}

HttpAnswer AnswerReader::take()
{
    auto& parser = *impl_->parser;
    return HttpAnswer{parser.status, std::move(parser.headers), std::move(parser.body)};
}

} // namespace ciclo::net
