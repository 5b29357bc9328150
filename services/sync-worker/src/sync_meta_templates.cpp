#include "meta_jobs.hpp"

#include "core/log.hpp"
#include "core/pause.hpp"
#include "counted_write.hpp"
#include "model/stores/message_template_store.hpp"
#include "whatsapp/client.hpp"

#include <utility>
#include <vector>

namespace ciclo::sync_worker {

namespace {

model::MessageTemplate stored_form(const whatsapp::MessageTemplate& one)
{
    return {one.id,         one.name,    one.language,       one.status, one.category, one.parameter_format,
            one.components, one.quality, one.rejected_reason};
}

// What is written is counted with its commit; what is only looked at, at the end, because another attempt looks at all
// of it again.
class Mirror {
public:
    Mirror(jobs::JobContext& job, std::string account_id) : job_(job), account_id_(std::move(account_id)) {}

    Result<void> run(whatsapp::Client& client)
    {
        const auto listed = client.templates([this](const auto& page) { return write(page); });
        job_.pause_point();
        if (!listed)
            return listed.error();
        // Entries that cannot be read may be any of those that seem to be missing, and an account that shows nothing at
        // all is more likely to be seen badly than to have lost everything.
        if (listed->unreadable == 0 && !listed_.empty())
            mark_missing();
        job_.count("templates", static_cast<std::int64_t>(listed_.size()));
        job_.count("errors", static_cast<std::int64_t>(listed->unreadable));
        job_.progress(static_cast<std::int64_t>(listed_.size()), static_cast<std::int64_t>(listed_.size()));
        if (listed->unreadable > 0)
            log::warning("templates without name, language or status: they are left as they were",
                         {{"job_run_id", job_.run_id()}, {"entries", std::to_string(listed->unreadable)}});
        return {};
    }

private:
    Result<void> write(const std::vector<whatsapp::MessageTemplate>& page)
    {
        job_.pause_point();
        std::vector<model::MessageTemplate> templates;
        for (const auto& one : page) {
            templates.push_back(stored_form(one));
            listed_.push_back({one.name, one.language});
        }
        postgres::Transaction transaction{job_.connection()};
        const auto written = model::write_message_templates(job_.connection(), account_id_, templates, now());
        if (written.inserted + written.updated > 0) {
            job_.count("inserted", static_cast<std::int64_t>(written.inserted));
            job_.count("updated", static_cast<std::int64_t>(written.updated));
            save();
            transaction.commit();
        }
        job_.progress(static_cast<std::int64_t>(listed_.size()));
        return {};
    }

    void mark_missing()
    {
        write_counted(
            job_, "missing",
            [this] { return model::mark_missing_templates(job_.connection(), account_id_, listed_, now()); },
            [this] { save(); });
    }

    // Only for the counters: there is no place to go on from.
    void save() { job_.save("{}"); }

    jobs::JobContext& job_;
    std::string account_id_;
    std::vector<model::TemplateKey> listed_;
};

} // namespace

MetaJobs MetaJobs::read(Environment& environment)
{
    return {environment.flag("WHATSAPP_ENABLED", false, "ask Meta for message templates"),
            whatsapp::read_settings(environment)};
}

void add_meta_jobs(jobs::JobRunner& runner, const MetaJobs& settings)
{
    runner.add("sync_meta_templates", [&](jobs::JobContext& job) { return sync_meta_templates(job, settings); });
}

Result<void> sync_meta_templates(jobs::JobContext& job, const MetaJobs& settings)
{
    for (const auto* counter : {"templates", "inserted", "updated", "missing", "errors"})
        job.count(counter, 0);
    if (!settings.enabled) {
        log::info("nothing asked: WhatsApp is switched off by WHATSAPP_ENABLED", {{"job_run_id", job.run_id()}});
        return {};
    }
    if (settings.api.access_token.empty())
        return Error{ErrorKind::unauthorized,
                     "META_ACCESS_TOKEN and META_WABA_ID are not set: make a system user's token in Meta's Business "
                     "settings (permission whatsapp_business_management) and give both to the sync-worker",
                     {}};
    whatsapp::Client client{settings.api,
                            [&job](std::chrono::milliseconds length) { return pause(job.stopping(), length); }};
    return Mirror{job, settings.api.account_id}.run(client);
}

} // namespace ciclo::sync_worker
