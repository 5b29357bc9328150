#include "manychat_findings.hpp"

#include "model/rules/manychat_wish.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::cli;

namespace {

ManychatSetup sound_page()
{
    ManychatSetup setup;
    setup.flows = {{"content1", "Boas-vindas"}, {"content2", "Cancelamento"}};
    setup.chosen_flows = {{"welcome", "content1", false}, {"Clube", "content2", true}};
    setup.managed_tags = {"Clube", "Clube, Ativo"};
    setup.tags = {"Clube", "lead"};
    setup.phone_field = "Celular";
    // ManyChat tells no capitals from small letters here.
    for (const auto* name :
         {"Name", "email", "onboarding_token", "lifecycle_status", "celular", "product", "invite_link"})
        setup.fields.push_back({"1", name, "text"});
    return setup;
}

std::string lines(const ManychatSetup& setup, bool right, std::string_view locale = "pt-BR")
{
    std::string all;
    for (const auto& finding : examine_manychat(setup, locale))
        if (finding.is_right == right)
            all += finding.what + " | " + finding.detail + "\n";
    return all;
}

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a sound page has no fault", "[doctor][manychat]")
{
    CHECK(lines(sound_page(), false).empty());
    const auto good = lines(sound_page(), true);
    CHECK(contains(good, "welcome: \"Boas-vindas\""));
    CHECK(contains(good, "1 das nossas tags existem, 1 serão criadas"));
    CHECK_FALSE(contains(good, "ainda não existem"));
}

TEST_CASE("a flow that the page does not have is named, with those to choose from and how", "[doctor][manychat]")
{
    auto setup = sound_page();
    setup.flows.pop_back();
    setup.chosen_flows.push_back({"churn", "content9", false});

    const auto wrong = lines(setup, false);
    CHECK(contains(wrong, "churn: a página não tem o fluxo content9. Escolha um destes e depois: ciclo setting set "
                          "manychat_flow_churn ID (\"Boas-vindas\" content1)"));
    CHECK(contains(wrong, "a regra de acesso de \"Clube\" inicia"));
    CHECK(contains(lines(setup, false, "en"), "the page has no flow content9"));
    CHECK(contains(lines(setup, false, "es"), "la página no tiene el flujo content9"));
}

TEST_CASE("of many flows some are shown", "[doctor][manychat]")
{
    auto setup = sound_page();
    setup.flows.assign(300, {"contentX", "Fluxo"});
    CHECK(lines(setup, false).size() < 3000);
    CHECK(contains(lines(setup, false), ", ..."));
}

TEST_CASE("missing fields are made later, and one of a wrong type is a fault", "[doctor][manychat]")
{
    auto setup = sound_page();
    setup.fields.erase(setup.fields.begin() + 4); // Celular
    setup.fields[2].type = "number";              // onboarding_token

    CHECK(contains(lines(setup, true), "ainda não existem: Celular."));
    CHECK(contains(lines(setup, false), "o campo \"onboarding_token\" é do tipo number"));
}

TEST_CASE("the doctor knows every field that is ever set", "[doctor][manychat]")
{
    const auto names = model::custom_field_names("phone_number");
    const model::ContactProfile everything{"Rita", "rita@example.com", "ABCD2345", "active", "5531988887777"};
    for (const auto& [name, value] : model::custom_fields(everything, "phone_number"))
        CHECK(std::find(names.begin(), names.end(), name) != names.end());
}
