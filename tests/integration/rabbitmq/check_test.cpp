#include "broker.hpp"
#include "broker_address.hpp"
#include "proxy.hpp"
#include "rabbitmq/check.hpp"
#include "rabbitmq/queue_depth.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace ciclo;
using namespace ciclo::rabbitmq;
using namespace std::chrono_literals;

TEST_CASE("the parts of an AMQP URL")
{
    const auto full = parse_address("amqp://us%40er:p%2Fw@broker.example:5673/my%2Fhost").value();
    CHECK(full.host == "broker.example");
    CHECK(full.port == 5673);
    CHECK(full.user == "us@er");
    CHECK(full.password == "p/w");
    CHECK(full.vhost == "my/host");
    CHECK(full.name() == "broker.example:5673");

    CHECK(parse_address("amqp://localhost").value().vhost == "/");
    CHECK(parse_address("amqp://localhost/").value().vhost == "/");
    CHECK(parse_address("amqp://localhost/%2f").value().vhost == "/");
}

TEST_CASE("a bad URL is refused without repeating the password")
{
    for (const auto* url : {"", "nonsense-secret", "http://user:secret@host/", "amqp://user:secret@host:port/x",
                            "amqp://user:secret@host:5672/a/b", "amqps://user:secret@host/x"}) {
        CAPTURE(url);
        const auto checked = check(url);
        REQUIRE(checked.has_error());
        CHECK(checked.error().kind == ErrorKind::invalid_input);
        CHECK_THAT(checked.error().detail, !Catch::Contains("secret"));
        CHECK_THROWS_AS(Publisher{url}, std::invalid_argument);
        CHECK_THROWS_AS((Consumer{url, "hotmart.events", 1}), std::invalid_argument);
        CHECK_THROWS_AS(QueueInspector{url}, std::invalid_argument);
    }
}

TEST_CASE("check answers why the broker cannot be used")
{
    const auto address = parse_address(testing::broker_url()).value();
    const auto place = address.name();
    CHECK(check(testing::broker_url()).has_value());

    const auto wrong_password = check("amqp://" + address.user + ":secret@" + place + "/" + address.vhost);
    REQUIRE(wrong_password.has_error());
    CHECK(wrong_password.error().kind == ErrorKind::unauthorized);
    CHECK_THAT(wrong_password.error().detail, Catch::Contains(place) && !Catch::Contains("secret"));

    const auto no_vhost = check("amqp://" + address.user + ":" + address.password + "@" + place + "/nowhere");
    REQUIRE(no_vhost.has_error());
    CHECK(no_vhost.error().kind == ErrorKind::not_found);
    CHECK_THAT(no_vhost.error().detail, Catch::Contains("nowhere"));

    const testing::Proxy nobody;
    const auto unreachable = check(nobody.url());
    REQUIRE(unreachable.has_error());
    CHECK(unreachable.error().kind == ErrorKind::unavailable);
    CHECK_THAT(unreachable.error().detail, Catch::Contains("Connection refused"));

    const auto no_name = check("amqp://user:secret@no-such-host.invalid/");
    REQUIRE(no_name.has_error());
    CHECK(no_name.error().kind == ErrorKind::unavailable);
}

TEST_CASE_METHOD(testing::BrokerFixture, "the inspector counts what waits in a queue")
{
    QueueInspector inspector{testing::broker_url()};
    CHECK(inspector.messages_ready("hotmart.events").value() == 0);

    Publisher publisher{testing::broker_url()};
    publisher.publish(testing::numbered_messages(25, "hotmart.events"));
    REQUIRE(publisher.flush(10s));

    CHECK(testing::eventually([&] { return inspector.messages_ready("hotmart.events").value() == 25; }));
    CHECK(inspector.messages_ready("messaging.emails").value() == 0);
}

TEST_CASE_METHOD(testing::BrokerFixture, "the inspector goes on after a queue that does not exist and after an outage")
{
    testing::Proxy proxy;
    QueueInspector inspector{proxy.url()};
    CHECK(inspector.messages_ready("hotmart.events").error().kind == ErrorKind::unavailable);

    proxy.plug_in();
    CHECK(inspector.messages_ready("no.such.queue").error().kind == ErrorKind::not_found);
    CHECK(inspector.messages_ready("hotmart.events").value() == 0);

    proxy.cut();
    CHECK(inspector.messages_ready("hotmart.events").error().kind == ErrorKind::unavailable);
    proxy.plug_in();
    CHECK(inspector.messages_ready("hotmart.events").value() == 0);
}
