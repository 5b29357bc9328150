#include "core/uuid.hpp"
#include "fold_fixture.hpp"
#include "model/stores/message_store.hpp"

#include <catch2/catch.hpp>

#include <future>

using namespace ciclo;
using namespace ciclo::model;
using namespace std::chrono_literals;
using ciclo::testing::DatabaseFixture;

namespace {

NewMessage email(const std::string& cause)
{
    NewMessage message;
    message.channel = "email";
    message.cause_key = cause;
    message.template_name = "discord_invite";
    message.variables = R"({"name": "Rita"})";
    return message;
}

class MessageFixture : public DatabaseFixture {
public:
    std::optional<LeasedMessage> lease(const std::string& id, std::string_view channel = "email")
    {
        return lease_message(connection(), channel, id, 60s);
    }
    void expire_lease() { connection().script("UPDATE messages SET leased_until = now() - interval '1 second'"); }
    std::string status() { return text("SELECT status FROM messages"); }
};

} // namespace

TEST_CASE_METHOD(MessageFixture, "a cause has one message, however often it is told", "[model][messages]")
{
    CHECK(queue_message(connection(), email("invite/1")).has_value());
    CHECK_FALSE(queue_message(connection(), email("invite/1")).has_value());
    auto elsewhere = email("invite/1");
    elsewhere.channel = "discord_notification";
    CHECK_FALSE(queue_message(connection(), elsewhere).has_value());
    CHECK(queue_message(connection(), email("invite/2")).has_value());

    CHECK(number("SELECT count(*) FROM messages") == 2);
}

TEST_CASE_METHOD(testing::FoldFixture, "a message keeps what it was made of", "[model][messages]")
{
    fold({testing::approved("HP1", testing::day(1))});
    auto message = email("invite/1");
    message.user_id = user_id();
    message.message_class = "service";
    message.correlation_id = new_uuid();
    message.use_by = now + std::chrono::days{3650};

    const auto id = queue_message(connection(), message);
    const auto leased = lease_message(connection(), "email", id.value(), 60s);

    REQUIRE(leased.has_value());
    CHECK(leased->id == id);
    CHECK(leased->user_id == user_id());
    CHECK(leased->template_name == "discord_invite");
    CHECK(leased->variables == R"({"name": "Rita"})");
    CHECK(leased->correlation_id == message.correlation_id);
    CHECK(leased->request.empty());
    CHECK_FALSE(leased->was_sending);
    CHECK_FALSE(leased->is_late);
    CHECK(leased->attempts == 1);
    REQUIRE(leased->first_attempt_at.has_value());
    CHECK(text("SELECT class FROM messages WHERE channel = 'email'") == "service");
}

TEST_CASE_METHOD(MessageFixture, "a message is in one worker's hands at a time", "[model][messages]")
{
    const std::string id = queue_message(connection(), email("invite/1")).value();

    CHECK_FALSE(lease(id, "discord_notification").has_value());
    CHECK(lease(id).has_value());
    CHECK(status() == "sending");
    auto other = another_connection();
    CHECK_FALSE(lease_message(other, "email", id, 60s).has_value());
    CHECK_FALSE(lease(new_uuid()).has_value());
}

TEST_CASE_METHOD(MessageFixture, "two workers that reach for a message at the same moment do not both get it",
                 "[model][messages]")
{
    const std::string id = queue_message(connection(), email("invite/1")).value();
    auto other = another_connection();
    const auto pid = testing::session_pid(other);

    postgres::Transaction mine{connection()};
    CHECK(lease(id).has_value());
    auto theirs = std::async(std::launch::async, [&] { return lease_message(other, "email", id, 60s).has_value(); });
    auto observer = another_connection();
    CHECK(testing::waits_for_lock(observer, pid));
    mine.commit();

    CHECK_FALSE(theirs.get());
    CHECK(number("SELECT attempts FROM messages") == 1);
}

TEST_CASE_METHOD(MessageFixture, "whoever takes over after a crash is told that it may have been sent",
                 "[model][messages]")
{
    const std::string id = queue_message(connection(), email("invite/1")).value();
    const auto first = lease(id);
    record_request(connection(), id, R"({"to":"rita"})");
    expire_lease();

    const auto second = lease(id);

    REQUIRE(second.has_value());
    CHECK(second->was_sending);
    CHECK(second->request == R"({"to":"rita"})");
    CHECK(second->attempts == 2);
    CHECK(second->first_attempt_at == first->first_attempt_at);
}

TEST_CASE_METHOD(MessageFixture, "a postponed message is queued again and was not cut short", "[model][messages]")
{
    const std::string id = queue_message(connection(), email("invite/1")).value();
    lease(id);

    postpone_message(connection(), id, "503", 1h, true);
    CHECK(status() == "queued");
    CHECK_FALSE(lease(id).has_value());

    connection().script("UPDATE messages SET next_attempt_at = now()");
    const auto again = lease(id);
    REQUIRE(again.has_value());
    CHECK_FALSE(again->was_sending);
    CHECK(again->attempts == 2);

    postpone_message(connection(), id, "429", 0ms, false);
    const auto unused = lease(id);
    REQUIRE(unused.has_value());
    CHECK(unused->attempts == 2);
    CHECK(text("SELECT last_error FROM messages") == "429");
}

TEST_CASE_METHOD(MessageFixture, "a message past its use-by time is known to be late", "[model][messages]")
{
    auto late = email("invite/1");
    late.use_by = now() - 1min;
    auto in_time = email("invite/2");
    in_time.use_by = now() + 1min;

    CHECK(lease(queue_message(connection(), late).value())->is_late);
    CHECK_FALSE(lease(queue_message(connection(), in_time).value())->is_late);
}

TEST_CASE_METHOD(MessageFixture, "what was sent stays sent", "[model][messages]")
{
    const std::string id = queue_message(connection(), email("invite/1")).value();
    lease(id);
    mark_sent(connection(), id, "re_123");
    expire_lease();

    CHECK_FALSE(lease(id).has_value());
    CHECK(text("SELECT status || ' ' || provider_message_id || ' ' || (sent_at IS NOT NULL) FROM messages") ==
          "sent re_123 true");
}

TEST_CASE_METHOD(MessageFixture, "a message may end in three other ways, and is not taken again", "[model][messages]")
{
    const auto [end, name] = GENERATE(values<std::pair<MessageEnd, std::string>>({
        {MessageEnd::failed, "failed"},
        {MessageEnd::unknown, "unknown"},
        {MessageEnd::expired, "expired"},
    }));
    const std::string id = queue_message(connection(), email("invite/1")).value();
    lease(id);

    mark_ended(connection(), id, end, "the reason");

    CHECK(text("SELECT status || ' ' || last_error FROM messages") == name + " the reason");
    CHECK_FALSE(lease(id).has_value());
    CHECK_FALSE(queue_message(connection(), email("invite/1")).has_value());
}
