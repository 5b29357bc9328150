#include "manychat_findings.hpp"

#include "core/text.hpp"
#include "model/rules/manychat_wish.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ciclo::cli {

namespace {

constexpr std::size_t most_examples = 10;

constexpr Text flow_good{"{0}: \"{1}\"", "{0}: \"{1}\"", "{0}: \"{1}\""};
constexpr Text setting_missing{
    "{0}: a página não tem o fluxo {1}. Escolha um destes e depois: ciclo setting set manychat_flow_{0} ID ({2})",
    "{0}: la página no tiene el flujo {1}. Elija uno de estos y después: ciclo setting set manychat_flow_{0} ID ({2})",
    "{0}: the page has no flow {1}. Choose one of these, then: ciclo setting set manychat_flow_{0} ID ({2})"};
constexpr Text rule_missing{
    "a página não tem o fluxo {1}, que a regra de acesso de \"{0}\" inicia. Troque a regra manychat_flow do produto "
    "por um destes ({2})",
    "la página no tiene el flujo {1}, que la regla de acceso de \"{0}\" inicia. Cambie la regla manychat_flow del "
    "producto por uno de estos ({2})",
    "the page has no flow {1}, which the access rule of \"{0}\" starts. Change the product's rule manychat_flow to one "
    "of these ({2})"};
constexpr Text tags_good{"{0} das nossas tags existem, {1} serão criadas quando forem usadas pela primeira vez",
                         "{0} de nuestras etiquetas existen, {1} se crearán cuando se usen por primera vez",
                         "{0} of our tags exist, {1} will be made when they are first given"};
constexpr Text fields_good{"os campos personalizados existem: {0}", "los campos personalizados existen: {0}",
                           "the custom fields exist: {0}"};
constexpr Text fields_missing{
    "ainda não existem: {0}. O ciclo os cria quando forem usados pela primeira vez; para usá-los já em um fluxo, "
    "crie-os em Configurações > Campos, tipo Texto",
    "todavía no existen: {0}. ciclo los crea cuando se usan por primera vez; para usarlos ya en un flujo, créelos en "
    "Configuración > Campos, tipo Texto",
    "do not exist yet: {0}. ciclo makes them when they are first set; to use them in a flow before, make them in "
    "Settings > Fields, type Text"};
constexpr Text field_wrong{
    "o campo \"{0}\" é do tipo {1}, e só um campo de texto serve: em Configurações > Campos, dê a ele outro nome; o "
    "ciclo cria o certo",
    "el campo \"{0}\" es del tipo {1}, y solo sirve un campo de texto: en Configuración > Campos, dele otro nombre; "
    "ciclo crea el correcto",
    "the field \"{0}\" is of the type {1}, and only a text field will do: give it another name in Settings > Fields; "
    "ciclo makes the right one"};

template <class... Values>
Finding finding(bool is_right, std::string what, const Text& text, std::string_view locale, const Values&... values)
{
    return {is_right, std::move(what), fmt::format(fmt::runtime(text.in(locale)), values...)};
}

// `"Boas-vindas" content1, ...`
std::string examples(const std::vector<manychat::Flow>& flows)
{
    std::vector<std::string> texts;
    for (const auto& flow : flows) {
        if (texts.size() == most_examples) {
            texts.emplace_back("...");
            break;
        }
        texts.push_back(fmt::format("\"{}\" {}", flow.name, flow.ns));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

void examine_flows(std::vector<Finding>& findings, const ManychatSetup& setup, std::string_view locale)
{
    for (const auto& chosen : setup.chosen_flows) {
        const auto found = std::find_if(setup.flows.begin(), setup.flows.end(),
                                        [&](const auto& flow) { return flow.ns == chosen.flow_ns; });
        if (found != setup.flows.end())
            findings.push_back(finding(true, "ManyChat flow", flow_good, locale, chosen.used_for, found->name));
        else
            findings.push_back(finding(false, "ManyChat flow", chosen.is_rule ? rule_missing : setting_missing, locale,
                                       chosen.used_for, chosen.flow_ns, examples(setup.flows)));
    }
}

void examine_fields(std::vector<Finding>& findings, const ManychatSetup& setup, std::string_view locale)
{
    std::vector<std::string> there;
    std::vector<std::string> missing;
    for (const auto& name : model::custom_field_names(setup.phone_field)) {
        // ManyChat tells no capitals from small letters here.
        const auto found = std::find_if(setup.fields.begin(), setup.fields.end(),
                                        [&](const auto& field) { return lower_case(field.name) == lower_case(name); });
        if (found == setup.fields.end())
            missing.push_back(name);
        else if (found->type != "text")
            findings.push_back(finding(false, "ManyChat field", field_wrong, locale, found->name, found->type));
        else
            there.push_back(name);
    }
    if (!there.empty())
        findings.push_back(finding(true, "ManyChat fields", fields_good, locale, fmt::join(there, ", ")));
    if (!missing.empty())
        findings.push_back(finding(true, "ManyChat fields", fields_missing, locale, fmt::join(missing, ", ")));
}

} // namespace

std::vector<Finding> examine_manychat(const ManychatSetup& setup, std::string_view locale)
{
    std::vector<Finding> findings;
    examine_flows(findings, setup, locale);
    const auto there = std::count_if(setup.managed_tags.begin(), setup.managed_tags.end(),
                                     [&](const auto& tag) { return setup.tags.contains(tag); });
    findings.push_back(finding(true, "ManyChat tags", tags_good, locale, there,
                               setup.managed_tags.size() - static_cast<std::size_t>(there)));
    examine_fields(findings, setup, locale);
    return findings;
}

} // namespace ciclo::cli
