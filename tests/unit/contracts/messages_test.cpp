#include "contracts/fold_student.hpp"
#include "contracts/hotmart_event_received.hpp"
#include "contracts/reconcile_discord.hpp"
#include "contracts/reconcile_manychat.hpp"
#include "contracts/run_job.hpp"
#include "contracts/send_discord_notification.hpp"
#include "contracts/send_email.hpp"
#include "contracts/send_manychat_flow.hpp"
#include "core/uuid.hpp"
#include "rabbitmq/publisher.hpp"
#include "schema_file.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <stdexcept>

using namespace ciclo;
using namespace ciclo::contracts;

namespace {

constexpr auto some_uuid = "0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1";
constexpr auto other_uuid = "0191F3A0-7C1E-7B3A-9C57-2F1D6A40E6B2";

// How the first member is called; the second is correlation_id everywhere.
template <class Message>
constexpr auto id_name = "message_id";
template <>
constexpr auto id_name<HotmartEventReceived> = "event_id";
template <>
constexpr auto id_name<FoldStudent> = "user_id";
template <>
constexpr auto id_name<ReconcileDiscord> = "user_id";
template <>
constexpr auto id_name<ReconcileManychat> = "user_id";
template <>
constexpr auto id_name<RunJob> = "job_run_id";

template <class Message>
std::string first_id(const Message& message)
{
    const auto& [id, correlation_id] = message;
    return id;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

struct Example {
    const char* document; // ID: name of the first member; UUID: some UUID
    const char* fault;    // what the refusal has to name; nullptr: accepted
};

constexpr std::array examples{
    Example{R"({"ID":"UUID","correlation_id":"UUID"})", nullptr},
    Example{R"({ "correlation_id" : "UUID", "ID" : "UUID" })", nullptr},
    Example{R"({"ID":"UUID","correlation_id":"UUID","added_later":{"a":[1,2]}})", nullptr},
    Example{R"({"ID":"\u0030191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1","correlation_id":"UUID"})", nullptr},
    Example{R"({"ID":"00000000-0000-0000-0000-000000000000","correlation_id":"UUID"})", nullptr},
    Example{R"({})", "ID"},
    Example{R"({"ID":"UUID"})", "correlation_id"},
    Example{R"({"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":null,"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":12,"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":true,"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":["UUID"],"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":{"ID":"UUID"},"correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"UUID ","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"xUUID","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"UUID\n","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"UUID\u0000","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"{UUID}","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"0191f3a07c1e7b3a9c572f1d6a40e6b1","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6bg","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"0191f3a-07c1e-7b3a-9c57-2f1d6a40e6b1","correlation_id":"UUID"})", "ID"},
    Example{R"({"ID":"UUID","correlation_id":"not-a-uuid"})", "correlation_id"},
    Example{R"({"ID":"UUID","correlation_id":7})", "correlation_id"},
    Example{R"(["UUID","UUID"])", "object"},
    Example{R"("UUID")", "object"},
    Example{R"(null)", "object"},
    Example{R"()", "JSON"},
    Example{R"({"ID":"UUID","correlation_id":"UUID")", "JSON"},
    Example{R"({"ID":"UUID","correlation_id":"UUID"} {})", "JSON"},
};

} // namespace

TEMPLATE_TEST_CASE("what is encoded is valid against its schema and decodes to the same", "", HotmartEventReceived,
                   FoldStudent, ReconcileDiscord, ReconcileManychat, RunJob, SendDiscordNotification, SendEmail,
                   SendManychatFlow)
{
    const testing::SchemaFile schema{TestType::type};

    for (const std::string& id : {std::string{some_uuid}, std::string{other_uuid}, new_uuid()}) {
        const TestType message{id, new_uuid()};
        const std::string body = message.encode();
        CAPTURE(body);

        CHECK(schema.accepts(body));
        const auto decoded = TestType::decode(body).value();
        CHECK(first_id(decoded) == id);
        CHECK(decoded.correlation_id == message.correlation_id);
    }
}

TEMPLATE_TEST_CASE("schema and decoder accept and refuse the same documents", "", HotmartEventReceived, FoldStudent,
                   ReconcileDiscord, ReconcileManychat, RunJob, SendDiscordNotification, SendEmail, SendManychatFlow)
{
    const testing::SchemaFile schema{TestType::type};
    for (const auto& example : examples) {
        const auto document = replaced(replaced(example.document, "UUID", some_uuid), "ID", id_name<TestType>);
        CAPTURE(document);

        const auto decoded = TestType::decode(document);

        CHECK(schema.accepts(document) == (example.fault == nullptr));
        REQUIRE(decoded.has_value() == (example.fault == nullptr));
        if (!decoded) {
            CHECK(decoded.error().kind == ErrorKind::invalid_input);
            CHECK_THAT(decoded.error().detail, Catch::Contains(replaced(example.fault, "ID", id_name<TestType>)));
        }
    }
}

TEMPLATE_TEST_CASE("an id that is no UUID is not encoded", "", HotmartEventReceived, FoldStudent, ReconcileDiscord,
                   ReconcileManychat, RunJob, SendDiscordNotification, SendEmail, SendManychatFlow)
{
    CHECK_THROWS_AS((TestType{R"(","x":")", some_uuid}.encode()), std::invalid_argument);
    CHECK_THROWS_AS((TestType{some_uuid, ""}.encode()), std::invalid_argument);
}

TEMPLATE_TEST_CASE("the broker's message of a contract carries its queue, type and correlation id", "",
                   HotmartEventReceived, FoldStudent, ReconcileDiscord, ReconcileManychat, RunJob,
                   SendDiscordNotification, SendEmail, SendManychatFlow)
{
    const TestType contract{some_uuid, other_uuid};

    const auto message = rabbitmq::message_of(contract);

    CHECK(message.queue == TestType::queue);
    CHECK(message.type == TestType::type);
    CHECK(message.body == contract.encode());
    CHECK(message.correlation_id == other_uuid);
    CHECK(TestType::content_type == "application/json");
}
