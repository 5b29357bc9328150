#include "core/environment.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace ciclo;

namespace {

Environment environment(std::map<std::string, std::string> variables)
{
    return Environment{[variables = std::move(variables)](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    }};
}

// A file that goes away with the test.
class SecretFile {
public:
    explicit SecretFile(std::string_view content)
    {
        std::string name = (std::filesystem::temp_directory_path() / "ciclo-secret-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        REQUIRE(descriptor >= 0);
        path_ = name;
        std::ofstream{path_} << content;
    }
    ~SecretFile() { std::filesystem::remove(path_); }
    SecretFile(const SecretFile&) = delete;
    SecretFile& operator=(const SecretFile&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace

TEST_CASE("values are read, defaults stand in for what is not set", "[core][environment]")
{
    auto variables = environment({{"URL", "postgresql://db"},
                                  {"WORKERS", "4"},
                                  {"OFF", "FALSE"},
                                  {"ON", "1"},
                                  {"LEVEL", "debug"},
                                  {"BLANK", ""}});

    CHECK(variables.required("URL", "where") == "postgresql://db");
    CHECK(variables.text("NAME", "ciclo", "what") == "ciclo");
    CHECK(variables.text("BLANK", "fallback", "set but empty counts as not set") == "fallback");
    CHECK(variables.integer("WORKERS", 2, 1, 64, "how many") == 4);
    CHECK(variables.integer("PORT", 8080, 1, 65535, "where") == 8080);
    CHECK_FALSE(variables.flag("OFF", true, "a switch"));
    CHECK(variables.flag("ON", false, "a switch"));
    CHECK(variables.flag("UNSET", true, "a switch"));
    CHECK(variables.one_of("LEVEL", {"info", "debug"}, "how much") == "debug");
    CHECK(variables.one_of("LOCALE", {"pt_BR", "es", "en"}, "language") == "pt_BR");
    CHECK(variables.faults().empty());
}

TEST_CASE("all faults are told together, each with its variable and what to write", "[core][environment]")
{
    auto variables = environment({{"PORT", "70000"}, {"WORKERS", "many"}, {"ENABLED", "yes"}, {"LEVEL", "loud"}});

    variables.required("URL", "the address of PostgreSQL");
    CHECK(variables.integer("PORT", 8080, 1, 65535, "port") == 8080);
    CHECK(variables.integer("WORKERS", 2, 1, 64, "workers") == 2);
    CHECK(variables.flag("ENABLED", true, "switch"));
    CHECK(variables.one_of("LEVEL", {"info", "debug"}, "level") == "info");
    variables.fault("CHANNEL", "needs DISCORD_BOT_TOKEN too");

    CHECK(variables.faults() == std::vector<std::string>{
                                    "URL is not set: the address of PostgreSQL",
                                    "PORT is \"70000\": write a whole number from 1 to 65535",
                                    "WORKERS is \"many\": write a whole number from 1 to 64",
                                    "ENABLED is \"yes\": write true or false",
                                    "LEVEL is \"loud\": write one of info, debug",
                                    "CHANNEL needs DISCORD_BOT_TOKEN too",
                                });
}

TEST_CASE("a number must be whole and nothing else", "[core][environment]")
{
    for (const auto* text : {"", "4x", "4.0", " 4", "+4", "0x10", "-1", "99999999999999999999"}) {
        CAPTURE(text);
        auto variables = environment({{"WORKERS", text}});
        CHECK(variables.integer("WORKERS", 2, 1, 64, "workers") == 2);
        CHECK(variables.faults().size() == (*text == '\0' ? 0 : 1));
    }
}

TEST_CASE("a secret may come from a file, without the line end that editors add", "[core][environment]")
{
    const SecretFile file{"  s3cret with blank inside\r\n"};
    auto variables = environment({{"TOKEN_FILE", file.path()}});

    CHECK(variables.required("TOKEN", "secret") == "s3cret with blank inside");
    CHECK(variables.faults().empty());
}

TEST_CASE("a variable and its file together are a fault", "[core][environment]")
{
    const SecretFile file{"from file"};
    auto variables = environment({{"TOKEN", "from variable"}, {"TOKEN_FILE", file.path()}});

    variables.required("TOKEN", "secret");

    CHECK(variables.faults() == std::vector<std::string>{"TOKEN set either TOKEN or TOKEN_FILE, not both"});
}

TEST_CASE("an empty variable beside its file is as good as none", "[core][environment]")
{
    // docker compose sets variables that the .env file leaves out to the empty text.
    const SecretFile file{"from file"};
    auto variables = environment({{"TOKEN", ""}, {"TOKEN_FILE", file.path()}, {"OTHER", "value"}, {"OTHER_FILE", ""}});

    CHECK(variables.required("TOKEN", "secret") == "from file");
    CHECK(variables.required("OTHER", "secret") == "value");
    CHECK(variables.faults().empty());
}

TEST_CASE("a secret file that cannot be read is a fault that names it", "[core][environment]")
{
    const std::string path = GENERATE(values<std::string>({"/nowhere/at/all", "/tmp"}));
    auto variables = environment({{"TOKEN_FILE", path}});

    CHECK(variables.text("TOKEN", "fallback", "secret") == "fallback");

    REQUIRE(variables.faults().size() == 1);
    CHECK(variables.faults().front() == "TOKEN TOKEN_FILE names " + path + ", which cannot be read");
}

TEST_CASE("an empty secret file does not count as a secret", "[core][environment]")
{
    const SecretFile file{" \n"};
    auto variables = environment({{"TOKEN_FILE", file.path()}});

    CHECK(variables.required("TOKEN", "the secret").empty());

    CHECK(variables.faults() == std::vector<std::string>{"TOKEN is not set: the secret"});
}

TEST_CASE("help lists every variable that was asked for, in that order", "[core][environment]")
{
    auto variables = environment({});
    variables.required("DATABASE_URL", "where PostgreSQL is");
    variables.integer("PORT", 8080, 1, 65535, "where to listen");
    variables.flag("ENABLED", true, "a switch");
    variables.one_of("LEVEL", {"info", "debug"}, "how much");

    const std::string help = variables.help();

    const auto url = help.find("DATABASE_URL");
    const auto port = help.find("PORT");
    REQUIRE(url != std::string::npos);
    REQUIRE(port != std::string::npos);
    CHECK(url < port);
    CHECK(help.find("where PostgreSQL is (required)") != std::string::npos);
    CHECK(help.find("where to listen (default 8080)") != std::string::npos);
    CHECK(help.find("a switch (default true)") != std::string::npos);
    CHECK(help.find("how much (default info)") != std::string::npos);
}

TEST_CASE("without another source the process environment is read", "[core][environment]")
{
    ::setenv("CICLO_UNIT_TEST_VARIABLE", "present", 1);
    Environment variables;

    CHECK(variables.required("CICLO_UNIT_TEST_VARIABLE", "made by this test") == "present");
    CHECK(variables.text("CICLO_UNIT_TEST_MISSING", "none", "made by nobody") == "none");
    ::unsetenv("CICLO_UNIT_TEST_VARIABLE");
}
