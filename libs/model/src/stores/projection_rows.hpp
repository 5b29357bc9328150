#pragma once

#include "model/rules/projection.hpp"
#include "model/stores/student_store.hpp"
#include "postgres/connection.hpp"

#include <string>

// The multi-row statements that bring the stored view of several students up to date. Each collects
// rows and leaves out, in SQL, those that would change nothing.
namespace ciclo::model {

class UserRows {
public:
    void add(const StoredStudent& stored, const StudentView& view, const Policy& policy);
    bool empty() const noexcept { return ids_.empty(); }
    postgres::Statement statement() const;

private:
    postgres::TextArray ids_, emails_, names_, phones_, lifecycles_, discord_ids_, refold_at_, ltvs_, policies_;
};

class EmailRows {
public:
    void add(const std::string& user_id, const std::string& email);
    bool empty() const noexcept { return emails_.empty(); }
    postgres::Statement statement() const;

private:
    postgres::TextArray emails_, users_;
};

class TransactionRows {
public:
    void add(const std::string& user_id, const TransactionView& view);
    bool empty() const noexcept { return codes_.empty(); }
    postgres::Statement statement() const;

private:
    postgres::TextArray codes_, users_, products_, matches_, candidates_, statuses_, hotmart_statuses_, prices_,
        currencies_, payment_types_, installments_, offers_, subscribers_, recurrences_, ordered_, approved_,
        next_charges_, warranties_, full_prices_, full_currencies_, paid_, refunded_, billets_, pix_codes_,
        pix_expiries_, srcs_, scks_, commissioned_as_, commissions_, commission_currencies_, refunded_at_, parents_,
        refusals_;
};

class SubscriptionRows {
public:
    void add(const std::string& user_id, const SubscriptionView& view);
    bool empty() const noexcept { return codes_.empty(); }
    postgres::Statement statement() const;

private:
    postgres::TextArray codes_, users_, products_, statuses_, plan_ids_, plan_names_, next_charges_, cancelled_;
};

class EnrollmentRows {
public:
    void add(const std::string& user_id, const EnrollmentView& view);
    bool empty() const noexcept { return users_.empty(); }
    postgres::Statement statement() const;

private:
    postgres::TextArray users_, products_, statuses_, started_, ended_, renews_, origins_, first_accesses_,
        access_since_;
};

} // namespace ciclo::model
