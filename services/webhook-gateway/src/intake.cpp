#include "intake.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ciclo::gateway {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

// One sender that waits. Touched on the io_context's thread only, but for `answer`, which is handed over.
struct Waiter {
    virtual ~Waiter() = default;
    virtual void resume(Result<Stored> answer) = 0;
    SteadyTime deadline;
    bool answered = false;
};

// A coroutine's continuation, with its type erased (any_completion_handler comes with a later Asio).
template <class Handler>
struct CoroutineWaiter final : Waiter {
    explicit CoroutineWaiter(Handler handler) : handler_(std::move(handler)) {}
    void resume(Result<Stored> answer) override
    {
        answered = true;
        std::move(handler_)(std::move(answer));
    }
    Handler handler_;
};

const Error too_slow{ErrorKind::unavailable, "the database does not follow", {}};

} // namespace

struct Intake::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& context, EventBatcher& events, std::chrono::milliseconds limit)
        : io(context), batcher(events), patience(limit), timer(context)
    {
    }

    // From the batcher's thread: whole batches are answered by one wake-up of the io_context.
    void answered(std::shared_ptr<Waiter> waiter, Result<Stored> answer)
    {
        const std::lock_guard lock{mutex};
        answers.emplace_back(std::move(waiter), std::move(answer));
        if (answers.size() == 1)
            asio::post(io, [self = shared_from_this()] { self->deliver(); });
    }

    void deliver()
    {
        std::vector<std::pair<std::shared_ptr<Waiter>, Result<Stored>>> ready;
        {
            const std::lock_guard lock{mutex};
            ready.swap(answers);
        }
        for (auto& [waiter, answer] : ready)
            if (!waiter->answered)
                waiter->resume(std::move(answer));
    }

    // All wait equally long, so the oldest is always in front.
    void expire()
    {
        const auto present = std::chrono::steady_clock::now();
        while (!waiting.empty() && (waiting.front()->answered || waiting.front()->deadline <= present)) {
            const auto waiter = std::move(waiting.front());
            waiting.pop_front();
            if (!waiter->answered)
                waiter->resume(too_slow);
        }
    }

    void watch()
    {
        timer.expires_after(std::chrono::milliseconds{50});
        timer.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (cancelled || self->stopped)
                return;
            self->expire();
            self->watch();
        });
    }

    asio::io_context& io;
    EventBatcher& batcher;
    std::chrono::milliseconds patience;
    asio::steady_timer timer;
    bool stopped = false;
    std::deque<std::shared_ptr<Waiter>> waiting;

    std::mutex mutex;
    std::vector<std::pair<std::shared_ptr<Waiter>, Result<Stored>>> answers;
};

Intake::Intake(asio::io_context& io, EventBatcher& batcher, std::chrono::milliseconds patience)
    : impl_(std::make_shared<Impl>(io, batcher, patience))
{
    impl_->watch();
}

Intake::~Intake() = default;

void Intake::stop()
{
    impl_->stopped = true;
    impl_->timer.cancel();
}

asio::awaitable<Result<Stored>> Intake::store(Submission submission)
{
    auto start = [impl = impl_.get(), &submission](auto handler) {
        using Handler = decltype(handler);
        auto waiter = std::make_shared<CoroutineWaiter<Handler>>(std::move(handler));
        waiter->deadline = std::chrono::steady_clock::now() + impl->patience;
        submission.done = [self = impl->shared_from_this(), waiter](Result<Stored> answer) {
            self->answered(waiter, std::move(answer));
        };
        if (impl->batcher.submit(std::move(submission)))
            impl->waiting.push_back(std::move(waiter));
        else
            impl->answered(std::move(waiter), too_slow);
    };
    auto token = asio::use_awaitable;
    co_return co_await asio::async_initiate<decltype(token), void(Result<Stored>)>(start, token);
}

void Intake::store_in_background(Submission submission)
{
    (void)impl_->batcher.submit(std::move(submission)); // full: the next one tells as much
}

} // namespace ciclo::gateway
