#include "hotmart/client.hpp"

#include "impl.hpp"
#include "net/url.hpp"

#include <iterator>

namespace ciclo::hotmart {

namespace {

constexpr auto club_path = "/club/api/v1";

} // namespace

Result<std::vector<ClubModule>> Client::club_modules(const ClubArea& area)
{
    std::vector<ClubModule> all;
    // One call answers either the main modules or the extra ones.
    for (const char* is_extra : {"false", "true"}) {
        auto some = impl_->array(std::string{club_path} + "/modules",
                                 {{"subdomain", area.subdomain}, {"is_extra", is_extra}}, read_club_module);
        if (!some)
            return some;
        std::move(some->begin(), some->end(), std::back_inserter(all));
    }
    return all;
}

Result<std::vector<ClubPage>> Client::club_pages(const ClubArea& area, const std::string& module_id)
{
    // Version 2: version 1 does not tell the ids of the pages.
    return impl_->array(fmt::format("/club/api/v2/modules/{}/pages", net::percent_encoded(module_id)),
                        {{"product_id", area.product_id}}, read_club_page);
}

Result<Listed> Client::club_users(const ClubArea& area, const Visit<ClubUser>& visit)
{
    return impl_->pages(std::string{club_path} + "/users", {{"subdomain", area.subdomain}}, read_club_user, visit);
}

Result<std::vector<ClubLesson>> Client::club_lessons(const ClubArea& area, const std::string& user_id)
{
    return impl_->array(fmt::format("{}/users/{}/lessons", club_path, net::percent_encoded(user_id)),
                        {{"subdomain", area.subdomain}}, read_club_lesson, "lessons");
}

} // namespace ciclo::hotmart
