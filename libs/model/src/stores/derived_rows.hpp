#pragma once

#include "model/rules/offers.hpp"
#include "model/rules/projection.hpp"
#include "model/stores/student_store.hpp"
#include "postgres/connection.hpp"

#include <set>
#include <string>
#include <vector>

// The smaller things that follow from a fold: money, course history, offers, classes, completions, and
// when to fold again. Like projection_rows: several students in one statement, unchanged rows left out.
namespace ciclo::model {

// What the student brought, in the installation's currency.
Money base_ltv(const StudentView& view, const Policy& policy);

class DerivedRows {
public:
    void add(const StoredStudent& stored, const StudentView& view, const Catalogue& catalogue, const Policy& policy);

    void add_offers(const std::set<OfferSale>& sales);

    // Also those that take away what no longer follows.
    void append_to(std::vector<postgres::Statement>& statements) const;

private:
    postgres::UuidArray known_;
    postgres::TextArray users_, refold_at_, ltvs_, policies_; // known students
    postgres::TextArray enrolled_users_, enrolled_products_;
    postgres::TextArray ltv_users_, ltv_currencies_, ltv_amounts_;
    postgres::TextArray status_users_, status_products_, statuses_, from_, to_; // course history
    postgres::TextArray offer_products_, offer_codes_, offer_prices_, offer_currencies_, offer_times_;
    postgres::TextArray class_users_, class_ids_;
    postgres::TextArray done_users_, done_products_, done_modules_, done_times_;
};

} // namespace ciclo::model
