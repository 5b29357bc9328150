#include "command_definition.hpp"

#include "core/json_writer.hpp"

namespace ciclo::discord_bot {

namespace {

struct Texts {
    const char* command;
    const char* code;
};

Texts texts_for(const std::string& locale)
{
    if (locale == "es")
        return {"Vincula tu compra a esta cuenta y abre tu acceso", "El código que recibiste por correo"};
    if (locale == "en")
        return {"Links your purchase to this account and opens your access", "The code you were sent by e-mail"};
    return {"Vincula sua compra a esta conta e libera seu acesso", "O código que você recebeu por e-mail"};
}

} // namespace

std::string command_definition(const std::string& locale)
{
    constexpr int chat_input = 1;
    constexpr int text_option = 3;
    const Texts texts = texts_for(locale);
    JsonWriter json;
    json.begin_array().begin_object();
    json.member("type", chat_input).member("name", registration_command).member("description", texts.command);
    json.key("options").begin_array().begin_object();
    json.member("type", text_option).member("name", "codigo").member("description", texts.code);
    // Longer than a code, because people type blanks and hyphens.
    json.member("required", true).member("min_length", 4).member("max_length", 32);
    json.end_object().end_array().end_object().end_array();
    return std::string{json.text()};
}

} // namespace ciclo::discord_bot
