#pragma once

#include "core/time.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Modules, lessons and what students have completed of them: tables modules, lessons, lesson_progress. Nothing is
// removed because an answer lacked it.
namespace ciclo::model {

// Members' areas of the products that have one.
struct ProductArea {
    std::string product_id;
    std::string hotmart_product_id;
    std::string subdomain;
};

std::vector<ProductArea> product_areas(postgres::Connection& connection, std::string_view product_id = {});

// An empty subdomain: the product has none. False when there is no such product.
bool set_product_area(postgres::Connection& connection, const std::string& product_id, std::string_view subdomain);

struct Module {
    std::string id;
    std::string name;
    int sequence = 0;
    bool is_extra = false;
    bool is_public = true;
};

struct Lesson {
    std::string page_id;
    std::string module_id;
    std::string name;
    std::string type;
    int order = 0;
    bool published = true;
    std::string drip; // BY_DATE, BY_DAYS, BY_QUIZ; empty: there from the start
    std::optional<Time> drip_date;
    std::optional<int> drip_days;
};

// Each writes only what differs and answers how many rows that were.
std::size_t write_modules(postgres::Connection& connection, const std::string& product_id,
                          std::span<const Module> modules);
std::size_t write_lessons(postgres::Connection& connection, const std::string& product_id,
                          std::span<const Lesson> lessons);

struct CompletedLesson {
    std::string page_id;
    Time completed_at;
};

std::size_t write_progress(postgres::Connection& connection, const std::string& user_id, const std::string& product_id,
                           std::span<const CompletedLesson> completed);

struct ClubStudent {
    std::string user_id;
    std::size_t completed = 0;     // lessons known here
    bool has_first_access = false; // of the product
};

// The students among these e-mails, with what is known of them in the product.
std::map<std::string, ClubStudent> club_students(postgres::Connection& connection, const std::string& product_id,
                                                 std::span<const std::string> emails);

} // namespace ciclo::model
