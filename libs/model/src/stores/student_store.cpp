#include "model/stores/student_store.hpp"

#include "core/text.hpp"
#include "core/uuid.hpp"
#include "model/rules/hotmart_event.hpp"
#include "stores/identity_groups.hpp"
#include "stores/merge_students.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace ciclo::model {

namespace {

using postgres::Rows;
using postgres::Statement;
using postgres::TextArray;

// Locks are taken in the order of the array, which everybody sorts.
constexpr const char* lock_sql = R"sql(
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS wanted (key)
)sql";

constexpr const char* by_email_sql = R"sql(
    SELECT users.id, users.email, name, phone, lifecycle, discord_id, 'email:' || known.email
    FROM user_emails AS known JOIN users ON users.id = user_id
    WHERE known.email = ANY ($1::text[])
)sql";

constexpr const char* by_code_sql = R"sql(
    SELECT users.id, email, name, phone, lifecycle, discord_id, 'code:' || subscriber_code
    FROM subscriptions JOIN users ON users.id = user_id
    WHERE subscriber_code = ANY ($1::text[])
)sql";

constexpr const char* by_transaction_sql = R"sql(
    SELECT users.id, email, name, phone, lifecycle, discord_id, 'transaction:' || code
    FROM transactions JOIN users ON users.id = user_id
    WHERE code = ANY ($1::text[])
)sql";

constexpr const char* by_id_sql = R"sql(
    SELECT id, email, name, phone, lifecycle, discord_id FROM users WHERE id = ANY ($1::uuid[])
)sql";

constexpr const char* by_own_email_sql = R"sql(
    SELECT id, email, name, phone, lifecycle, discord_id FROM users WHERE email = $1
)sql";

constexpr const char* known_sql = "SELECT user_id FROM user_emails WHERE email = $1";

// Each further round needs a merge that came in between.
constexpr int most_rounds = 20;

StoredStudent read_student(const Rows& rows, std::size_t row)
{
    return StoredStudent{rows.text(row, 0),
                         rows.text(row, 1),
                         rows.text(row, 2),
                         rows.text(row, 3),
                         rows.text(row, 4),
                         rows.text(row, 5),
                         false};
}

template <class Strings>
TextArray array_of(const Strings& values)
{
    TextArray array;
    for (const auto& value : values)
        array.add(std::string_view{value});
    return array;
}

// What the facts of one batch name, and who is known by those names.
class Search {
public:
    Search(postgres::Connection& connection, std::span<const Fact> facts) : connection_(connection)
    {
        for (const Fact& fact : facts) {
            for (const auto& key : identity_keys(fact))
                keys_.insert(key);
            if (fact.email == unknown_email)
                names_nobody_ = true;
            else
                emails_.insert(fact.email);
            if (!fact.subscriber_code.empty())
                codes_.insert(fact.subscriber_code);
            if (!fact.transaction.empty())
                transactions_.insert(fact.transaction);
        }
        if (names_nobody_)
            keys_.insert("email:" + std::string{unknown_email});
    }

    // First the names, then the students found by them. While we waited for one of these, another worker may
    // have merged it into a student whom nobody has locked for us yet: then again.
    void run()
    {
        look_up(array_of(keys_));
        std::set<std::string> locked;
        for (int round = 0; round < most_rounds; ++round) {
            std::set<std::string> missing;
            for (const auto& [id, student] : students_)
                if (locked.insert("student:" + id).second)
                    missing.insert("student:" + id);
            if (missing.empty())
                return;
            look_up(array_of(missing));
        }
        throw std::runtime_error("students were merged faster than they could be locked");
    }

    const std::map<std::string, std::string>& owner_of_key() const { return owners_; }
    const StoredStudent& student(const std::string& id) const { return students_.at(id); }
    bool is_unknown(const std::string& id) const { return students_.at(id).email == unknown_email; }

private:
    void look_up(const TextArray& locks)
    {
        const Statement statements[] = {{lock_sql, {locks}},
                                        {by_email_sql, {array_of(emails_)}},
                                        {by_code_sql, {array_of(codes_)}},
                                        {by_transaction_sql, {array_of(transactions_)}}};
        const auto answers = connection_.pipeline(statements);
        students_.clear();
        owners_.clear();
        for (std::size_t answer = 1; answer < answers.size(); ++answer)
            for (std::size_t i = 0; i < answers[answer].size(); ++i) {
                students_.insert_or_assign(answers[answer].text(i, 0), read_student(answers[answer], i));
                owners_[answers[answer].text(i, 6)] = answers[answer].text(i, 0);
            }
    }

    postgres::Connection& connection_;
    std::set<std::string> keys_;
    std::set<std::string> emails_;
    std::set<std::string> codes_;
    std::set<std::string> transactions_;
    bool names_nobody_ = false;
    std::map<std::string, StoredStudent> students_;
    std::map<std::string, std::string> owners_;
};

StoredStudent unknown_student(postgres::Connection& connection)
{
    const auto rows = connection.execute(by_own_email_sql, {unknown_email});
    if (!rows.empty())
        return read_student(rows, 0);
    StoredStudent created;
    created.id = new_uuid();
    created.email = unknown_email;
    created.is_new = true;
    return created;
}

// One person: some names, and the students known by them.
struct Group {
    std::set<std::string> students;
    std::vector<std::string> kept_under_unknown; // names whose facts wait under the stand-in address
    bool has_email = false;
    std::string email; // any of them: the fold chooses the right one
};

std::map<std::string, Group> group(const Search& search, IdentityGroups& groups, std::span<const Fact> facts)
{
    for (const Fact& fact : facts) {
        const auto keys = identity_keys(fact);
        for (std::size_t i = 1; i < keys.size(); ++i)
            groups.join(keys.front(), keys[i]);
    }
    for (const auto& [key, user_id] : search.owner_of_key())
        if (!search.is_unknown(user_id))
            groups.join(key, "student:" + user_id);
    std::map<std::string, Group> found;
    for (const Fact& fact : facts)
        for (const auto& key : identity_keys(fact)) {
            Group& one = found[groups.group_of(key)];
            const auto owner = search.owner_of_key().find(key);
            if (owner != search.owner_of_key().end() && search.is_unknown(owner->second))
                one.kept_under_unknown.push_back(key);
            else if (owner != search.owner_of_key().end())
                one.students.insert(owner->second);
            if (key.starts_with("email:")) {
                one.has_email = true;
                one.email = fact.email;
            }
        }
    return found;
}

} // namespace

FoundStudents find_students(postgres::Connection& connection, std::span<const Fact> facts)
{
    Search search{connection, facts};
    search.run();
    IdentityGroups groups;
    const auto found = group(search, groups, facts);

    FoundStudents result;
    std::optional<StoredStudent> unknown;
    const auto the_unknown = [&]() -> const StoredStudent& {
        if (!unknown)
            unknown = unknown_student(connection);
        return *unknown;
    };
    std::map<std::string, StoredStudent> student_of_group;
    for (const auto& [name, one] : found) {
        if (one.students.empty() && !one.has_email) {
            student_of_group[name] = the_unknown();
            continue;
        }
        StoredStudent student;
        if (one.students.empty()) {
            student.id = new_uuid();
            student.email = one.email;
            student.is_new = true;
        } else {
            // Ids are time-ordered: the smallest is the oldest record.
            student = search.student(*one.students.begin());
            for (auto loser = std::next(one.students.begin()); loser != one.students.end(); ++loser)
                merge_students(connection, student.id, *loser);
        }
        if (!one.kept_under_unknown.empty()) {
            if (student.is_new) {
                insert_student(connection, student.id, student.email);
                student.is_new = false;
            }
            adopt_facts(connection, the_unknown().id, student.id, one.kept_under_unknown);
            if (result.also_changed.empty())
                result.also_changed.push_back(the_unknown());
        }
        student_of_group[name] = std::move(student);
    }
    for (const Fact& fact : facts) {
        const auto keys = identity_keys(fact);
        result.of_fact.push_back(keys.empty() ? the_unknown() : student_of_group.at(groups.group_of(keys.front())));
    }
    // A fact of this batch may belong to nobody as well: then the stand-in is folded for it anyway.
    if (!result.also_changed.empty())
        for (const StoredStudent& student : result.of_fact)
            if (student.id == result.also_changed.front().id) {
                result.also_changed.clear();
                break;
            }
    return result;
}

std::optional<std::string> find_student_id(postgres::Connection& connection, std::string_view email)
{
    const auto rows = connection.execute(known_sql, {lower_case(trimmed(email))});
    return rows.empty() ? std::nullopt : std::optional{rows.text(0, 0)};
}

std::vector<StoredStudent> lock_students(postgres::Connection& connection, std::span<const std::string> user_ids)
{
    std::set<std::string> keys;
    for (const auto& id : user_ids)
        keys.insert("student:" + id);
    postgres::UuidArray ids;
    for (const auto& id : user_ids)
        ids.add(id);
    const Statement statements[] = {{lock_sql, {array_of(keys)}}, {by_id_sql, {ids}}};
    const auto answers = connection.pipeline(statements);
    std::vector<StoredStudent> students;
    for (std::size_t i = 0; i < answers[1].size(); ++i)
        students.push_back(read_student(answers[1], i));
    return students;
}

} // namespace ciclo::model
