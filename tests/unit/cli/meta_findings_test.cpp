#include "doctor_meta.hpp"

#include <catch2/catch.hpp>

using namespace ciclo;
using namespace ciclo::cli;
using Catch::Matchers::Contains;

namespace {

whatsapp::MessageTemplate one_of(std::string name, std::string status, std::string reason = "")
{
    whatsapp::MessageTemplate one;
    one.name = std::move(name);
    one.language = "pt_BR";
    one.status = std::move(status);
    one.rejected_reason = std::move(reason);
    return one;
}

} // namespace

TEST_CASE("the doctor counts the approved templates and names the others with Meta's reason", "[cli]")
{
    const auto finding = examine_templates(
        {one_of("boas_vindas", "APPROVED"), one_of("boleto", "REJECTED", "INVALID_FORMAT"), one_of("pix", "PAUSED")},
        "pt-BR");

    CHECK(finding.is_right);
    CHECK(finding.detail == "1 modelos de mensagem aprovados; não podem ser enviados, até que a Meta aprove: boleto "
                            "(pt_BR) REJECTED INVALID_FORMAT, pix (pt_BR) PAUSED");
}

TEST_CASE("of many templates that may not be sent the doctor names some", "[cli]")
{
    const std::vector<whatsapp::MessageTemplate> many(50, one_of("rascunho", "PENDING"));

    const auto finding = examine_templates(many, "en");

    CHECK_THAT(finding.detail, Contains("0 message templates are approved") && Contains("PENDING, ..."));
    CHECK(finding.detail.size() < 1000);
}

TEST_CASE("without a token the doctor says where one is made, and asks nobody", "[cli]")
{
    const auto finding = look_at_meta({}, "pt-BR");

    CHECK_FALSE(finding.is_right);
    CHECK_THAT(finding.detail, Contains("META_ACCESS_TOKEN") && Contains("Usuários do sistema"));
}
