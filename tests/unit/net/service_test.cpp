#include "scripted_peer.hpp"

#include "net/http_client.hpp"
#include "net/service.hpp"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <stdexcept>

using namespace ciclo::net;
using ciclo::Environment;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using Variables = std::map<std::string, std::string>;
using Configure = std::function<ServiceBody(Environment&)>;

const Variables usual{{"OPS_ADDRESS", "127.0.0.1:0"}, {"LOG_LEVEL", "error"}};

// What the program says on one of its standard streams.
class Captured {
public:
    explicit Captured(std::FILE* stream) : stream_(stream), file_(std::tmpfile())
    {
        std::fflush(stream_);
        saved_ = ::dup(::fileno(stream_));
        ::dup2(::fileno(file_), ::fileno(stream_));
    }
    ~Captured()
    {
        restore();
        std::fclose(file_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    std::string text()
    {
        restore();
        std::rewind(file_);
        std::string read(16384, '\0');
        read.resize(std::fread(read.data(), 1, read.size(), file_));
        return read;
    }

private:
    void restore()
    {
        if (saved_ < 0)
            return;
        std::fflush(stream_);
        ::dup2(saved_, ::fileno(stream_));
        ::close(saved_);
        saved_ = -1;
    }

    std::FILE* stream_;
    std::FILE* file_;
    int saved_ = -1;
};

int run(const Variables& variables, Configure configure, std::vector<std::string> arguments = {})
{
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (auto& argument : arguments)
        argv.push_back(argument.data());
    Environment environment{[variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    }};
    const ServiceInfo info{"tester", "Exists for tests."};
    return run_service(static_cast<int>(argv.size()), argv.data(), info, std::move(configure), std::move(environment));
}

int run_body_of(ServiceBody body)
{
    return run(usual, [&](Environment&) { return body; });
}

HttpAnswer ask(const Service& service, const std::string& path, const std::string& method = "GET")
{
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(service.operations_port()) + path;
    call.timeout = 2s;
    return HttpClient{}.send(call).value();
}

bool wait_for_stop(const Service& service)
{
    const auto end = std::chrono::steady_clock::now() + 2s;
    while (!service.stopping().stop_requested() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    return service.stopping().stop_requested();
}

const Configure needs_two = [](Environment& environment) -> ServiceBody {
    environment.required("DATABASE_URL", "where the data is");
    environment.integer("WORKERS", 4, 1, 64, "threads that work");
    return [](Service&) { throw std::logic_error("must not run"); };
};

} // namespace

TEST_CASE("a wrong start names every fault and does not run", "[net]")
{
    Captured errors{stderr};

    const int code = run({{"WORKERS", "many"}, {"LOG_LEVEL", "loud"}}, needs_two);

    const std::string text = errors.text();
    CHECK(code == 1);
    CHECK_THAT(text, Contains("OPS_ADDRESS is not set"));
    CHECK_THAT(text, Contains("LOG_LEVEL is \"loud\""));
    CHECK_THAT(text, Contains("DATABASE_URL is not set"));
    CHECK_THAT(text, Contains("WORKERS is \"many\""));
}

TEST_CASE("an exception while configuring is one more fault", "[net]")
{
    Captured errors{stderr};

    const int code = run(usual, [](Environment&) -> ServiceBody { throw std::runtime_error("no such key"); });

    CHECK(code == 1);
    CHECK_THAT(errors.text(), Contains("no such key"));
}

TEST_CASE("--check tests the configuration only", "[net]")
{
    Captured output{stdout};
    Variables complete = usual;
    complete["DATABASE_URL"] = "postgresql:///x";

    CHECK(run(complete, needs_two, {"--check"}) == 0);
    CHECK_THAT(output.text(), Contains("valid"));
    Captured errors{stderr};
    CHECK(run(usual, needs_two, {"--check"}) == 1);
}

TEST_CASE("--help explains the program and its variables without needing them", "[net]")
{
    Captured output{stdout};

    const int code = run({}, needs_two, {"--help"});

    const std::string text = output.text();
    CHECK(code == 0);
    CHECK_THAT(text, Contains("Exists for tests.") && Contains("OPS_ADDRESS") && Contains("LOG_LEVEL") &&
                         Contains("DATABASE_URL") && Contains("WORKERS"));
}

TEST_CASE("unknown arguments are not ignored", "[net]")
{
    Captured errors{stderr};

    CHECK(run(usual, needs_two, {"--verbose"}) == 2);
    CHECK(run(usual, needs_two, {"--help", "--check"}) == 2);
    CHECK_THAT(errors.text(), Contains("usage: tester"));
}

TEST_CASE("the operations port tells health, readiness and metrics", "[net]")
{
    const auto ready = std::make_shared<std::atomic<bool>>(false);

    const int code = run_body_of([ready](Service& service) {
        const auto database = service.add_readiness("database", [ready] { return ready->load(); });
        const auto broker = service.add_readiness("broker", [] { return true; });
        service.metrics().counter("tests_total", "Tests").increment();

        CHECK(ask(service, "/healthz").status == 200);
        const auto waiting = ask(service, "/readyz");
        CHECK(waiting.status == 503);
        CHECK_THAT(waiting.body, Contains("waiting for database\""));
        ready->store(true);
        CHECK(ask(service, "/readyz").status == 200);
        const auto metrics = ask(service, "/metrics");
        CHECK_THAT(metrics.body, Contains("tests_total 1\n") && Contains("process_start_time_seconds"));
        CHECK_THAT(std::string{metrics.header("Content-Type")}, Contains("text/plain; version=0.0.4"));
        const auto unknown = ask(service, "/other");
        CHECK(unknown.status == 404);
        CHECK(unknown.header("Content-Type") == "application/problem+json");
        const auto posted = ask(service, "/metrics", "POST");
        CHECK(posted.status == 405);
        CHECK(posted.header("Allow") == "GET, HEAD");
    });

    CHECK(code == 0);
}

TEST_CASE("SIGTERM and SIGINT ask the body to stop, which ends readiness", "[net]")
{
    const int signal = GENERATE(SIGTERM, SIGINT);

    const int code = run_body_of([signal](Service& service) {
        CHECK_FALSE(service.stopping().stop_requested());
        ::kill(::getpid(), signal);
        CHECK(wait_for_stop(service));
        CHECK(ask(service, "/readyz").status == 503);
        CHECK(ask(service, "/healthz").status == 200);
    });

    CHECK(code == 0);
}

TEST_CASE("a second SIGTERM ends the process at once", "[net]")
{
    const pid_t child = ::fork();
    if (child == 0) {
        run_body_of([](Service& service) {
            ::kill(::getpid(), SIGTERM);
            wait_for_stop(service);
            ::kill(::getpid(), SIGTERM);
            std::this_thread::sleep_for(5s); // a body that does not listen
        });
        ::_exit(0);
    }

    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

TEST_CASE("an exception ends the body with exit code 1", "[net]")
{
    Captured output{stdout};

    const int code = run_body_of([](Service&) { throw std::runtime_error("out of luck"); });

    CHECK(code == 1);
    CHECK_THAT(output.text(), Contains("out of luck") && Contains("tester"));
}

TEST_CASE("an operations port that is taken is an error that names it", "[net]")
{
    const ciclo::testing::ScriptedPeer taken{{}};
    const std::string address = "127.0.0.1:" + std::to_string(taken.port());
    Captured output{stdout};

    const int code = run({{"OPS_ADDRESS", address}}, [](Environment&) -> ServiceBody { return [](Service&) {}; });

    CHECK(code == 1);
    CHECK_THAT(output.text(), Contains(address));
}
