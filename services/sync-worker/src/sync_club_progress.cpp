#include "hotmart_jobs.hpp"

#include "core/log.hpp"
#include "counted_write.hpp"
#include "hotmart_facts.hpp"
#include "model/stores/club_store.hpp"

namespace ciclo::sync_worker {

namespace {

constexpr std::array known_drips = {"BY_DATE", "BY_DAYS", "BY_QUIZ"};

model::Lesson lesson_of(const hotmart::ClubPage& page, const std::string& module_id)
{
    const bool known = std::find(known_drips.begin(), known_drips.end(), page.release_type) != known_drips.end();
    return model::Lesson{page.id,
                         module_id,
                         page.name,
                         page.type.empty() ? "CONTENT" : page.type,
                         page.order,
                         page.is_published,
                         known ? page.release_type : "",
                         page.release_at,
                         page.release_days};
}

// Counted at the end only, because another attempt looks at everybody again.
struct LookedAt {
    std::int64_t students = 0;
    std::int64_t without_account = 0;
    std::int64_t errors = 0;
};

// One members' area: first what there is to learn, then how far each student has come.
class Area {
public:
    Area(jobs::JobContext& job, hotmart::Client& client, FactBatch& batch, LookedAt& seen,
         const model::ProductArea& area)
        : job_(job), client_(client), batch_(batch), seen_(seen),
          area_(area), club_{area.subdomain, area.hotmart_product_id}
    {
    }

    Result<void> pull()
    {
        if (const auto lessons = pull_lessons(); !lessons)
            return lessons;
        const auto listed = client_.club_users(club_, [&](const auto& page) { return pull_students(page); });
        if (!listed)
            return listed.error();
        return {};
    }

private:
    Result<void> pull_lessons()
    {
        const auto told = client_.club_modules(club_);
        if (!told)
            return told.error();
        std::vector<model::Module> modules;
        for (const hotmart::ClubModule& module : *told)
            modules.push_back({module.id, module.name, module.sequence, module.is_extra, module.is_public});
        write("modules_written", [&] { return model::write_modules(job_.connection(), area_.product_id, modules); });
        for (const hotmart::ClubModule& module : *told) {
            job_.pause_point();
            const auto pages = client_.club_pages(club_, module.id);
            if (!pages)
                return pages.error();
            std::vector<model::Lesson> lessons;
            for (const hotmart::ClubPage& page : *pages)
                lessons.push_back(lesson_of(page, module.id));
            write("lessons_written",
                  [&] { return model::write_lessons(job_.connection(), area_.product_id, lessons); });
        }
        return {};
    }

    Result<void> pull_students(const std::vector<hotmart::ClubUser>& page)
    {
        std::vector<std::string> emails;
        for (const hotmart::ClubUser& user : page)
            emails.push_back(canonical_email(user.email));
        const auto students = model::club_students(job_.connection(), area_.product_id, emails);
        std::vector<model::Fact> facts;
        for (const hotmart::ClubUser& user : page) {
            job_.pause_point();
            const auto student = students.find(canonical_email(user.email));
            if (student == students.end()) {
                ++seen_.without_account;
                continue;
            }
            ++seen_.students;
            if (user.first_access_at && !student->second.has_first_access)
                facts.push_back(fact_of_first_access(user, area_.hotmart_product_id));
            // Nothing new was completed: no call for this student.
            if (static_cast<std::size_t>(user.completed_lessons) <= student->second.completed)
                continue;
            if (const auto pulled = pull_progress(user, student->second.user_id); !pulled)
                return pulled;
        }
        return batch_.record(std::move(facts));
    }

    Result<void> pull_progress(const hotmart::ClubUser& user, const std::string& user_id)
    {
        const auto lessons = client_.club_lessons(club_, user.id);
        job_.pause_point();
        if (!lessons) {
            if (lessons.error().kind == ErrorKind::unauthorized)
                return lessons.error();
            ++seen_.errors;
            return {};
        }
        std::vector<model::CompletedLesson> completed;
        for (const hotmart::ClubLesson& lesson : *lessons)
            if (lesson.is_completed)
                completed.push_back({lesson.page_id, lesson.completed_at.value_or(now())});
        write("lessons_completed",
              [&] { return model::write_progress(job_.connection(), user_id, area_.product_id, completed); });
        return {};
    }

    void write(std::string_view counter, const std::function<std::size_t()>& rows)
    {
        write_counted(job_, counter, rows, [this] { batch_.save_position(); });
    }

    jobs::JobContext& job_;
    hotmart::Client& client_;
    FactBatch& batch_;
    LookedAt& seen_;
    const model::ProductArea& area_;
    hotmart::ClubArea club_;
};

} // namespace

Result<void> sync_club_progress(jobs::JobContext& job, const HotmartJobs& settings, rabbitmq::Publisher& publisher)
{
    for (const auto* counter :
         {"modules_written", "lessons_written", "lessons_completed", "students", "without_account", "errors"})
        job.count(counter, 0);
    const auto areas = model::product_areas(job.connection(), job.parameter("product_id"));
    if (areas.empty())
        return {};
    if (const auto ready = check_credentials(settings.hotmart); !ready)
        return ready;
    HotmartAccess access{settings.hotmart, job.stopping()};
    FactBatch batch{job, settings.policy, publisher};
    LookedAt seen;
    std::int64_t done = 0;
    for (const model::ProductArea& area : areas) {
        job.progress(done++, static_cast<std::int64_t>(areas.size()));
        const auto pulled = Area{job, access.client(), batch, seen, area}.pull();
        job.pause_point();
        if (pulled)
            continue;
        if (pulled.error().kind == ErrorKind::unauthorized || pulled.error().kind == ErrorKind::refused)
            return pulled;
        log::warning("a members' area could not be read; the others are",
                     {{"job_run_id", job.run_id()}, {"product_id", area.product_id}, {"error", pulled.error().detail}});
        ++seen.errors;
    }
    job.count("students", seen.students);
    job.count("without_account", seen.without_account);
    job.count("errors", seen.errors);
    job.progress(done, static_cast<std::int64_t>(areas.size()));
    return batch.finish();
}

} // namespace ciclo::sync_worker
