#include "rules/fold_access.hpp"

#include <algorithm>
#include <tuple>

namespace ciclo::model {

namespace {

std::string_view code_of(const Grant& grant)
{
    return grant.transaction == nullptr ? std::string_view{} : grant.transaction->code;
}

EnrollmentStatus status_after(AccessEnd end)
{
    switch (end) {
    case AccessEnd::none:
        return EnrollmentStatus::active;
    case AccessEnd::cancelled:
    case AccessEnd::switched:
    case AccessEnd::refunded:
        return EnrollmentStatus::cancelled;
    case AccessEnd::disputed:
    case AccessEnd::unpaid:
        return EnrollmentStatus::blocked;
    case AccessEnd::expired:
        return EnrollmentStatus::expired;
    }
    return EnrollmentStatus::cancelled;
}

} // namespace

EnrollmentView combine(const std::string& product_id, std::vector<Grant> grants)
{
    // The oldest payment first: it is where the enrollment began.
    std::sort(grants.begin(), grants.end(), [](const Grant& a, const Grant& b) {
        return std::make_tuple(a.since, code_of(a), a.live, a.ended_at) <
               std::make_tuple(b.since, code_of(b), b.live, b.ended_at);
    });
    EnrollmentView view;
    view.product_id = product_id;
    view.started_at = grants.front().since;
    const Grant* first_live = nullptr;
    const Grant* first_live_payment = nullptr;
    const Grant* first_payment = nullptr;
    const Grant* last_ended = nullptr;
    bool all_delinquent = true;
    bool nobody_asked = true;
    for (const Grant& grant : grants) {
        if (first_payment == nullptr && grant.transaction != nullptr)
            first_payment = &grant;
        if (grant.live) {
            first_live = first_live == nullptr ? &grant : first_live;
            if (first_live_payment == nullptr && grant.transaction != nullptr)
                first_live_payment = &grant;
            all_delinquent = all_delinquent && grant.delinquent;
            nobody_asked = nobody_asked && grant.without_onboarding;
            if (grant.renews_at && (!view.renews_at || *view.renews_at < *grant.renews_at))
                view.renews_at = grant.renews_at;
        } else if (last_ended == nullptr ||
                   std::tie(last_ended->ended_at, last_ended->end) <= std::tie(grant.ended_at, grant.end)) {
            last_ended = &grant;
        }
    }
    if (const Grant* origin = first_live_payment != nullptr ? first_live_payment : first_payment; origin != nullptr)
        view.origin_transaction = origin->transaction->code;
    if (first_live != nullptr) {
        view.delinquent = all_delinquent;
        view.without_onboarding = nobody_asked;
        return view;
    }
    view.end = last_ended->end;
    view.delinquent = last_ended->delinquent;
    view.status = status_after(last_ended->end);
    view.ended_at = last_ended->ended_at;
    return view;
}

} // namespace ciclo::model
