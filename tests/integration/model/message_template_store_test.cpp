#include "fold_fixture.hpp"

#include "model/stores/message_template_store.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::model;
using namespace ciclo::testing;

namespace {

const std::string account = "300";

MessageTemplate shown(std::string name, std::string language = "pt_BR", std::string status = "APPROVED")
{
    return {"9",
            std::move(name),
            std::move(language),
            std::move(status),
            "UTILITY",
            "POSITIONAL",
            R"([{"type":"BODY","text":"Olá {{1}}"}])",
            "",
            ""};
}

} // namespace

TEST_CASE_METHOD(FoldFixture, "templates are written once for each language, and again only when they differ",
                 "[message-templates]")
{
    std::vector<MessageTemplate> listed{shown("um"), shown("um", "en_US"), shown("dois")};

    const auto first = write_message_templates(connection(), account, listed, day(1));
    const auto before = row_versions();
    const auto again = write_message_templates(connection(), account, listed, day(2));
    CHECK(row_versions() == before);
    listed[1].status = "PAUSED";
    listed[2].components = R"([{"text":"Olá {{1}}","type":"BODY"}])"; // the same, told in another order
    const auto third = write_message_templates(connection(), account, listed, day(3));

    CHECK(first.inserted == 3);
    CHECK(first.updated == 0);
    CHECK(again.inserted + again.updated == 0);
    CHECK(third.inserted == 0);
    CHECK(third.updated == 1);
    CHECK(text("SELECT status FROM message_templates WHERE language = 'en_US'") == "PAUSED");
}

TEST_CASE_METHOD(FoldFixture, "of a template told twice in one page the last word counts", "[message-templates]")
{
    const std::vector<MessageTemplate> listed{shown("um"), shown("um", "pt_BR", "DISABLED")};

    CHECK(write_message_templates(connection(), account, listed, day(1)).inserted == 1);

    CHECK(text("SELECT status FROM message_templates") == "DISABLED");
}

TEST_CASE_METHOD(FoldFixture, "what is no longer listed is marked, kept, and comes back", "[message-templates]")
{
    const std::vector<MessageTemplate> listed{shown("um"), shown("dois")};
    write_message_templates(connection(), account, listed, day(1));
    write_message_templates(connection(), "another account", listed, day(1));
    const std::vector<TemplateKey> present{{"um", "pt_BR"}, {"dois", "en_US"}};

    CHECK(mark_missing_templates(connection(), account, present, day(2)) == 1);
    CHECK(mark_missing_templates(connection(), account, present, day(3)) == 0);

    const auto marked = list_message_templates(connection());
    REQUIRE(marked.size() == 4);
    CHECK(marked[0].shown.name == "dois");
    CHECK(marked[0].is_missing);
    CHECK_FALSE(marked[0].may_be_sent);
    CHECK_FALSE(marked[1].is_missing);
    CHECK(write_message_templates(connection(), account, listed, day(4)).updated == 1);
    CHECK(list_message_templates(connection())[0].may_be_sent);
}

TEST_CASE_METHOD(FoldFixture, "only approved templates may be sent, and each status can be listed",
                 "[message-templates]")
{
    const std::vector<MessageTemplate> listed{shown("um"), shown("dois", "pt_BR", "REJECTED")};
    write_message_templates(connection(), account, listed, day(1));

    const auto rejected = list_message_templates(connection(), "REJECTED");

    REQUIRE(rejected.size() == 1);
    CHECK(rejected[0].shown.name == "dois");
    CHECK_FALSE(rejected[0].may_be_sent);
    CHECK(list_message_templates(connection(), "APPROVED").at(0).may_be_sent);
}
