#include "contracts/request_job.hpp"
#include "schema_file.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using contracts::RequestJob;

TEST_CASE("schema and decoder of a request for a job accept and refuse the same documents")
{
    const testing::SchemaFile schema{RequestJob::type};
    const std::pair<const char*, const char*> examples[] = {
        // document, what the refusal has to name; nullptr: accepted
        {R"({"job":"sync_hotmart_buyers"})", nullptr},
        {R"({"job":"sync_hotmart_buyers","parameters":{}})", nullptr},
        {R"({"job":"sync_hotmart_buyers","parameters":null,"job_run_id":null,"correlation_id":null})", nullptr},
        {R"({"job":"sync_hotmart_buyers","parameters":{"product_id":"12","more":[1]},"added_later":1})", nullptr},
        {R"({"job":"a","job_run_id":"0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1"})", nullptr},
        {R"({"job":"no_such_job_but_a_name"})", nullptr},
        {R"({})", "job"},
        {R"({"job":null})", "job"},
        {R"({"job":7})", "job"},
        {R"({"job":""})", "job"},
        {R"({"job":"Sync Everything"})", "job"},
        {R"({"job":"a'; DROP TABLE jobs; --"})", "job"},
        {R"({"job":"a\n"})", "job"},
        {R"({"job":"a","parameters":[]})", "parameters"},
        {R"({"job":"a","parameters":"{}"})", "parameters"},
        {R"({"job":"a","parameters":{"product_id":12}})", "product_id"},
        {R"({"job":"a","job_run_id":"1"})", "job_run_id"},
        {R"({"job":"a","correlation_id":{}})", "correlation_id"},
        {R"([])", "object"},
        {R"(x)", "JSON"},
    };
    for (const auto& [document, fault] : examples) {
        CAPTURE(document);
        const auto decoded = RequestJob::decode(document);

        CHECK(schema.accepts(document) == (fault == nullptr));
        REQUIRE(decoded.has_value() == (fault == nullptr));
        if (!decoded) {
            CHECK(decoded.error().kind == ErrorKind::invalid_input);
            CHECK_THAT(decoded.error().detail, Catch::Contains(fault));
        }
    }
}

TEST_CASE("a request for a job that is encoded is valid and decodes to the same")
{
    const RequestJob request{"sync_manychat_tags", R"({"product_id":"12"})", "0191f3a0-7c1e-7b3a-9c57-2f1d6a40e6b1",
                             ""};

    const auto body = request.encode();
    const auto decoded = RequestJob::decode(body).value();

    CHECK(testing::SchemaFile{RequestJob::type}.accepts(body));
    CHECK(decoded.job == request.job);
    CHECK(decoded.parameters == request.parameters);
    CHECK(decoded.job_run_id == request.job_run_id);
    CHECK(decoded.correlation_id.empty());
}
