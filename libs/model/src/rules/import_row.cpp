#include "model/rules/import_row.hpp"

#include "core/text.hpp"
#include "model/rules/hotmart_event.hpp"
#include "model/rules/imports.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace ciclo::model {

namespace {

constexpr std::size_t longest_text = 500;

constexpr auto column_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"email", "email"},
    {"e-mail", "email"},
    {"correo", "email"},
    {"name", "name"},
    {"nome", "name"},
    {"nombre", "name"},
    {"aluno", "name"},
    {"phone", "phone"},
    {"telefone", "phone"},
    {"celular", "phone"},
    {"telefono", "phone"},
    {"whatsapp", "phone"},
    {"product", "product"},
    {"produto", "product"},
    {"producto", "product"},
    {"curso", "product"},
    {"since", "since"},
    {"desde", "since"},
    {"inicio", "since"},
    {"in\xC3\xAD"
     "cio",
     "since"},
    {"until", "until"},
    {"ate", "until"},
    {"at\xC3\xA9", "until"},
    {"fim", "until"},
    {"hasta", "until"},
});

Error wrong(std::string what)
{
    return Error{ErrorKind::invalid_input, std::move(what), {}};
}

bool is_email(std::string_view text)
{
    const auto sign = text.find('@');
    return sign != std::string_view::npos && sign > 0 && text.find('@', sign + 1) == std::string_view::npos &&
           text.find('.', sign) != std::string_view::npos && text.back() != '.' && text.size() <= 254 &&
           text.find_first_of(" \t\n,;<>\"") == std::string_view::npos;
}

// "19/11/2026" -> "2026-11-19".
std::string as_iso_date(const std::string& text)
{
    const bool is_brazilian = text.size() >= 10 && text[2] == '/' && text[5] == '/';
    return is_brazilian ? text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2) : text;
}

Result<std::optional<Time>> date_of(const std::string& text, std::string_view column)
{
    if (text.empty())
        return std::optional<Time>{};
    const auto time = import_date(text);
    if (!time)
        return wrong(fmt::format("{} \"{}\" is no date: write 2026-11-19 or 19/11/2026", column, text));
    return time;
}

} // namespace

Result<ImportColumns> ImportColumns::read(const std::vector<std::string>& header)
{
    ImportColumns columns;
    columns.count_ = header.size();
    for (std::size_t i = 0; i < header.size(); ++i) {
        const std::string given = lower_case(trimmed(header[i]));
        std::string_view known;
        for (const auto& [name, column] : column_names)
            if (name == given)
                known = column;
        if (known.empty())
            return wrong(fmt::format(
                "the column \"{}\" is not known: there are email, name, phone, product, since, until", header[i]));
        if (!columns.place_.emplace(known, i).second)
            return wrong(fmt::format("the column {} is there twice", known));
    }
    if (!columns.place_.contains("email"))
        return wrong("the column email is missing");
    return columns;
}

std::string ImportColumns::field(const std::vector<std::string>& row, const std::string& column) const
{
    const auto found = place_.find(column);
    return found == place_.end() || found->second >= row.size() ? std::string{}
                                                                : std::string{trimmed(row[found->second])};
}

std::optional<Time> import_date(const std::string& text)
{
    std::string iso = as_iso_date(text);
    if (iso != text && text.size() > 10) {
        std::string clock{trimmed(std::string_view{text}.substr(10))};
        if (clock.size() == 5)
            clock += ":00";
        iso += "T" + clock + "Z";
    }
    return time_from_text(iso);
}

Result<Fact> read_import_row(const ImportColumns& columns, const std::vector<std::string>& row,
                             const ProductNames& products, const std::string& product_id, Time now)
{
    if (row.size() > columns.count())
        return wrong(
            fmt::format("it has {} fields, the first line has {}: is a quote missing?", row.size(), columns.count()));
    Import import;
    import.email = lower_case(columns.field(row, "email"));
    if (!is_email(import.email))
        return wrong(import.email.empty() ? "the e-mail is missing"
                                          : fmt::format("\"{}\" is no e-mail address", import.email));
    if (import.email == unknown_email)
        return wrong("this address stands for nobody");
    import.name = columns.field(row, "name");
    import.phone = columns.field(row, "phone");
    if (import.name.size() > longest_text || import.phone.size() > longest_text)
        return wrong("a field is too long");
    const auto product = columns.field(row, "product");
    if (product.empty() && product_id.empty())
        return wrong("the product is missing");
    import.product_id = product_id;
    if (!product.empty()) {
        const auto found = products.find(lower_case(product));
        if (found == products.end() || found->second.empty())
            return wrong(fmt::format("{} product is called \"{}\": see ciclo product list",
                                     found == products.end() ? "no" : "more than one", product));
        import.product_id = found->second;
    }
    const auto since = date_of(columns.field(row, "since"), "since");
    if (!since)
        return since.error();
    const auto until = date_of(columns.field(row, "until"), "until");
    if (!until)
        return until.error();
    if (*since && **since > now)
        return wrong("since is in the future");
    if (*since && *until && **until <= **since)
        return wrong("until is not after since");
    import.since = *since;
    import.until = *until;
    return import_fact(import, now);
}

} // namespace ciclo::model
