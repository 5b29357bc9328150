import pytest

from co_await_rule import violations


@pytest.mark.parametrize(
    "code",
    [
        'co_await publisher.publish(Message{"role.grant", body});',
        "co_await database.run([event] { return insert(event); });",
        'const auto x = co_await g({"a", "b"});',
        "co_await send(parts[0]);",
        "if (co_await send(Message{body})) { log(); }",
        "while (co_await next(names[0])) run();",
        "foo(co_await one(), Event{id});",
        "co_await f(\n    Event{id});",
    ],
)
def test_braces_and_brackets_inside_are_found(code):
    assert len(violations(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        'Message message{"role.grant", body};\nco_await publisher.publish(std::move(message));',
        "if (co_await ready(x)) { go(); }",
        "while (!(co_await done())) { wait(); }",
        "for (const auto& page : co_await pages()) { use(page[0]); }",
        "switch (co_await kind()) { case 1: break; }",
        "if constexpr (true) { co_await f(); }",
        "const auto [a, b] = co_await pair();",
        "return {co_await f()};",
        'co_await log("{ not code [");',
        "co_await f(); // then {x} and [y]",
        "co_await f(/* { */ a);",
        'co_await query(R"sql(select {1}; \'[\' )sql");',
        "co_await f('{');",
        "co_await wait(1'000); Event e{1'000};",
        "auto operator co_await() const noexcept { return Awaiter{}; }",
        "// co_await f(Event{});",
        "co_return Message{body};",
    ],
)
def test_what_is_harmless_passes(code):
    assert violations(code) == []


def test_line_numbers_survive_comments():
    assert violations('/* two\nlines */\nco_await f(\n  Event{1});') == [(4, 3)]
