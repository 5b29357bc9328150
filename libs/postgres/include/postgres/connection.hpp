#pragma once

#include "postgres/failure.hpp"
#include "postgres/text_array.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace ciclo::postgres {

// One parameter of a statement: text (the server converts it), NULL, or a text array.
class Param {
public:
    Param(std::nullopt_t) {}
    Param(std::string_view text) : value_(std::string{text}) {}
    Param(const char* text) : value_(text) {}
    Param(std::string text) : value_(std::move(text)) {}
    Param(std::optional<std::string> text) : value_(std::move(text)) {}
    Param(std::int64_t number) : value_(std::to_string(number)) {}
    Param(int number) : value_(std::to_string(number)) {}
    Param(bool truth) : value_(truth ? "t" : "f") {}
    Param(const BinaryArray& array) : value_(array.binary()), binary_(true) {}

    const char* data() const noexcept { return value_ ? value_->c_str() : nullptr; }
    int size() const noexcept { return value_ ? static_cast<int>(value_->size()) : 0; }
    bool is_binary() const noexcept { return binary_; }

private:
    std::optional<std::string> value_;
    bool binary_ = false;
};

using Params = std::vector<Param>;

// The rows of one answer. Views into it live as long as it does.
class Rows {
public:
    explicit Rows(pg_result* result) noexcept;

    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    std::size_t affected() const noexcept; // by INSERT, UPDATE or DELETE

    bool is_null(std::size_t row, int column) const noexcept;
    std::string_view view(std::size_t row, int column) const noexcept; // NULL reads as ""
    std::string text(std::size_t row, int column) const { return std::string{view(row, column)}; }
    std::optional<std::string> optional_text(std::size_t row, int column) const;
    std::int64_t int64(std::size_t row, int column) const;
    bool boolean(std::size_t row, int column) const noexcept { return view(row, column) == "t"; }

private:
    std::shared_ptr<pg_result> result_;
};

struct Statement {
    const char* sql; // a constant: its address is the key of the prepared statement
    Params params;
};

// One connection, one thread at a time. Every failure is a `Failure`; after one that
// `is_unavailable()` the connection is useless.
class Connection {
public:
    // Connects within `timeout`. The application name shows in pg_stat_activity.
    static Connection open(const std::string& url, std::string_view application,
                           std::chrono::seconds timeout = std::chrono::seconds{5});

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    // Prepared on first use, when `sql` is a constant.
    Rows execute(const char* sql, const Params& params = {});

    // Several statements in one round trip. Outside a transaction they are one transaction of their own.
    std::vector<Rows> pipeline(std::span<const Statement> statements);

    // Several statements without parameters, as in a migration file.
    void script(const std::string& sql);

    // The server cancels a statement that takes longer, and this side stops waiting a little later.
    void limit_statements(std::chrono::milliseconds limit);

    // For connections that only ever look rows up by their keys: keeps PostgreSQL from plans that read
    // whole tables, which it would otherwise make while the tables are new and small, and keep.
    void expect_key_lookups();

    bool in_transaction() const noexcept;

private:
    explicit Connection(pg_conn* connection) noexcept;
    const char* prepared(const char* sql, int param_count);
    Failure failure_of(const pg_result* result) const;
    [[noreturn]] void fail(const pg_result* result) const;
    pg_result* next_result();
    Rows expect(pg_result* result) const;

    struct Closer {
        void operator()(pg_conn* connection) const noexcept;
    };
    std::unique_ptr<pg_conn, Closer> connection_;
    std::map<const char*, std::string> prepared_;
};

// BEGIN ... COMMIT; rolls back when left without commit().
class Transaction {
public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

} // namespace ciclo::postgres
