#include "delivery.hpp"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>

namespace ciclo::bench {

namespace {

constexpr std::string_view id_blank = "iiiiiiii-iiii-4iii-8iii-iiiiiiiiiiii";
constexpr std::string_view time_blank = "1111111111111";
constexpr std::string_view transaction_blank = "tttttttttttttt";
constexpr std::string_view email_blank = "eeeeeeeeeeee";
constexpr std::string_view subscriber_blank = "ssssssssssss";

// An approved monthly payment by pix, as long as real ones are.
constexpr std::string_view body_template =
    R"json({"id":"iiiiiiii-iiii-4iii-8iii-iiiiiiiiiiii","creation_date":1111111111111,"event":"PURCHASE_APPROVED",)json"
    R"json("version":"2.0.0","data":{"product":{"id":@product@,"ucode":"5d0c6f0e-8f43-4a55-9f0b-2f6f0f7c1d21",)json"
    R"json("name":"Clube de Leitura","has_co_production":false,"support_email":"ajuda@escola.example",)json"
    R"json("warranty_date":"2036-11-19T00:00:00Z","is_physical_product":false,"content":{"has_physical_products":)json"
    R"json(false,"products":[{"id":4774001,"ucode":"0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d","name":"Clube de Leitura: )json"
    R"json(encontros","is_physical_product":false}]}},"affiliates":[{"affiliate_code":"","name":""}],"buyer":)json"
    R"json({"email":"alunoeeeeeeeeeeee@escola.example","name":"Iara Peixoto Guedes","first_name":"Iara",)json"
    R"json("last_name":"Peixoto Guedes","checkout_phone_code":"31","checkout_phone":"955550134","document":)json"
    R"json("00000000191","document_type":"CPF","address":{"country":"Brasil","country_iso":"BR","zipcode":)json"
    R"json("30150101","city":"Belo Horizonte","state":"Minas Gerais","neighborhood":"Floresta","address":)json"
    R"json("Rua das Palmeiras","number":"42","complement":"apto 301"}},"producer":{"name":"Escola Exemplo Ltda",)json"
    R"json("document":"00000000000191","legal_nature":"Pessoa Jurídica"},"commissions":[{"value":7.49,)json"
    R"json("currency_value":"BRL","source":"MARKETPLACE"},{"value":82.41,"currency_value":"BRL","source":)json"
    R"json("PRODUCER"}],"purchase":{"transaction":"HPtttttttttttttt","status":"APPROVED","order_date":)json"
    R"json(1795341600000,"approved_date":1795341605000,"price":{"value":89.9,"currency_value":"BRL"},"full_price":)json"
    R"json({"value":89.9,"currency_value":"BRL"},"original_offer_price":{"value":89.9,"currency_value":"BRL"},)json"
    R"json("offer":{"code":"cl9mensal","name":"Mensal com desconto","description":"Oferta de lançamento do clube, )json"
    R"json(turma da primavera"},"origin":{"src":"campanha-primavera","sck":"insta|bio|stories|2026-11|criativo-17"},)json"
    R"json("checkout_country":{"name":"Brasil","iso":"BR"},"order_bump":{"is_order_bump":false},"payment":{"type":)json"
    R"json("PIX","installments_number":1,"pix_code":"00020101021226850014br.gov.bcb.pix2563qrcode.pix.example/qr/v2/)json"
    R"json(9d36b84fc70b478fb95c12729b90ca25520400005303986540589.905802BR5914ESCOLA EXEMPLO6014BELO HORIZONTE6207)json"
    R"json(0503***6304ABCD","pix_qrcode":"https://pix.example/qr/9d36b84fc70b478fb95c12729b90ca25",)json"
    R"json("pix_expiration_date":1795514400000},"recurrence_number":1,"date_next_charge":2110874400000,)json"
    R"json("subscription_anticipation_purchase":false,"invoice_by":"HOTMART","is_funnel":false,"business_model":)json"
    R"json("I","buyer_ip":"198.51.100.27"},"subscription":{"status":"ACTIVE","plan":{"id":812345,"name":"Mensal"},)json"
    R"json("subscriber":{"code":"Sssssssssssss"}}}})json";

std::string body_for(const std::string& product_id)
{
    std::string body{body_template};
    constexpr std::string_view product_blank = "@product@";
    body.replace(body.find(product_blank), product_blank.size(), product_id);
    return body;
}

std::size_t place_of(const std::string& request, std::string_view blank)
{
    const auto place = request.find(blank);
    if (place == std::string::npos || request.find(blank, place + 1) != std::string::npos)
        throw std::logic_error(fmt::format("the template must hold {} exactly once", blank));
    return place;
}

void write_digits(char* end, std::size_t width, std::uint64_t number) noexcept
{
    for (; width > 0; --width) {
        *--end = static_cast<char>('0' + number % 10);
        number /= 10;
    }
}

void overwrite(std::string& request, std::size_t place, std::size_t width, std::uint64_t number) noexcept
{
    write_digits(request.data() + place + width, width, number);
}

// Version 4: the nibbles that say so stay as the template has them.
void overwrite_uuid(char* text, std::uint64_t high, std::uint64_t low) noexcept
{
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < id_blank.size(); ++i) {
        if (i == 16)
            high = low;
        if (id_blank[i] != 'i')
            continue;
        text[i] = digits[high & 15];
        high >>= 4;
    }
}

std::uint64_t now_ms()
{
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
}

std::mt19937_64 seeded()
{
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64{seed};
}

} // namespace

DeliveryMaker::DeliveryMaker(const Options& options) : random_(seeded())
{
    const std::string body = body_for(options.product_id);
    request_ = fmt::format("POST /webhooks/hotmart HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-HOTMART-HOTTOK: {}\r\n"
                           "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                           options.port, options.hottok, body.size());
    body_ = request_.size();
    request_ += body;
    id_ = place_of(request_, id_blank);
    time_ = place_of(request_, time_blank);
    transaction_ = place_of(request_, transaction_blank);
    email_ = place_of(request_, email_blank);
    subscriber_ = place_of(request_, subscriber_blank);
    next_student_ = options.first_student.value_or(100'000'000'000 + random_() % 700'000'000'000);
    next_transaction_ = 10'000'000'000'000 + random_() % 80'000'000'000'000;
}

void DeliveryMaker::fill(std::string& request)
{
    overwrite_uuid(request.data() + id_, random_(), random_());
    overwrite(request, time_, time_blank.size(), now_ms());
    overwrite(request, transaction_, transaction_blank.size(), next_transaction_++);
    overwrite(request, email_, email_blank.size(), next_student_);
    overwrite(request, subscriber_, subscriber_blank.size(), next_student_++);
}

std::string DeliveryMaker::payload()
{
    std::string request = request_;
    fill(request);
    return request.substr(body_);
}

} // namespace ciclo::bench
