#pragma once

#include "call.hpp"

// What each route does. The router has checked the caller's role already.
namespace ciclo::admin {

net::HttpResponse sign_in_with_password(Call& call);
net::HttpResponse sign_out(Call& call);
net::HttpResponse show_me(Call& call);

net::HttpResponse list_tokens(Call& call);
net::HttpResponse create_token(Call& call);
net::HttpResponse delete_token(Call& call);

net::HttpResponse list_events(Call& call);
net::HttpResponse retry_event(Call& call);
net::HttpResponse list_stuck_onboardings(Call& call);
net::HttpResponse renew_onboarding_token(Call& call);

net::HttpResponse list_jobs(Call& call);
net::HttpResponse list_job_runs(Call& call);
net::HttpResponse show_job_run(Call& call);
net::HttpResponse start_job(Call& call);
net::HttpResponse sync_manychat(Call& call);

net::HttpResponse list_products(Call& call);
net::HttpResponse create_product(Call& call);
net::HttpResponse show_product(Call& call);
net::HttpResponse change_product(Call& call);
net::HttpResponse delete_product(Call& call);
net::HttpResponse create_identifier(Call& call);
net::HttpResponse delete_identifier(Call& call);
net::HttpResponse create_access_rule(Call& call);
net::HttpResponse change_access_rule(Call& call);
net::HttpResponse delete_access_rule(Call& call);
net::HttpResponse list_courses_of_buyer(Call& call);
net::HttpResponse list_mappings(Call& call);
net::HttpResponse create_mapping(Call& call);
net::HttpResponse change_mapping(Call& call);
net::HttpResponse delete_mapping(Call& call);
net::HttpResponse list_message_templates(Call& call);

} // namespace ciclo::admin
