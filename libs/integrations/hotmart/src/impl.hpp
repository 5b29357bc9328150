#pragma once

#include "calls.hpp"

#include <fmt/core.h>

namespace ciclo::hotmart {

struct Client::Impl {
    Impl(Settings settings, TokenStore& tokens, CallBudget& budget,
         std::function<bool(std::chrono::milliseconds)> pause)
        : calls(std::move(settings), tokens, budget, std::move(pause))
    {
    }

    Calls calls;

    // All items of a bare array; an answer without a body is an empty one.
    template <class Item>
    Result<std::vector<Item>> array(const std::string& path, const Query& query, std::optional<Item> (*read)(JsonView),
                                    std::string_view member = {});

    // Page by page. `too_long` as in Calls::get, for the first page.
    template <class Item>
    Result<Listed> pages(const std::string& path, Query query, std::optional<Item> (*read)(JsonView),
                         const Visit<Item>& visit, bool* too_long = nullptr);
};

template <class Item>
Result<std::vector<Item>> Client::Impl::array(const std::string& path, const Query& query,
                                              std::optional<Item> (*read)(JsonView), std::string_view member)
{
    const auto answer = calls.get(path, query);
    if (!answer)
        return answer.error();
    std::vector<Item> items;
    if (!*answer)
        return items;
    JsonView list = (*answer)->root();
    if (!member.empty())
        list = list[member];
    if (!list.is_array())
        return Error{ErrorKind::internal, fmt::format("Hotmart's answer to {} holds no list", path), {}};
    for (std::size_t i = 0; i < list.size(); ++i)
        if (auto item = read(list.element(i)))
            items.push_back(std::move(*item));
    return items;
}

template <class Item>
Result<Listed> Client::Impl::pages(const std::string& path, Query query, std::optional<Item> (*read)(JsonView),
                                   const Visit<Item>& visit, bool* too_long)
{
    query.emplace_back("max_results", std::to_string(calls.settings().page_size));
    query.emplace_back("page_token", "");
    Listed listed;
    std::vector<Item> page;
    for (;;) {
        const auto answer = calls.get(path, query, too_long);
        if (!answer)
            return answer.error();
        if (!*answer) {
            ++listed.empty_answers;
            return listed;
        }
        const JsonView items = (*answer)->root()["items"];
        if (!items.is_array())
            return Error{ErrorKind::internal, fmt::format("Hotmart's answer to {} holds no items", path), {}};
        ++listed.pages;
        page.clear();
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (auto item = read(items.element(i)))
                page.push_back(std::move(*item));
            else
                ++listed.unreadable;
        }
        listed.items += page.size();
        if (!page.empty())
            if (const auto visited = visit(page); !visited)
                return visited.error();
        const std::string next = (*answer)->root().at({"page_info", "next_page_token"}).text();
        if (next.empty())
            return listed;
        // A token that leads back to its own page would lead there for ever.
        if (next == query.back().second || items.size() == 0)
            return Error{ErrorKind::internal, fmt::format("Hotmart's pages of {} lead nowhere", path), {}};
        query.back().second = next;
    }
}

} // namespace ciclo::hotmart
