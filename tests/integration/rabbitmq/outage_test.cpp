#include "broker.hpp"
#include "proxy.hpp"
#include "queue_admin.hpp"
#include "rabbitmq/queue_depth.hpp"
#include "rabbitmq/topology.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

using namespace ciclo::rabbitmq;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto queue = "hotmart.events";

// What came, duplicates counted once, until nothing more comes.
std::set<std::string> different_bodies_in_queue()
{
    Consumer consumer{broker_url(), queue, 500};
    std::set<std::string> all;
    for (auto some = consumer.take(500, 5s, {}); !some.empty(); some = consumer.take(500, 500ms, {})) {
        for (const auto& delivery : some)
            all.insert(delivery.body);
        consumer.ack(some);
    }
    return all;
}

} // namespace

TEST_CASE_METHOD(BrokerFixture, "a publisher that starts before the broker delivers afterwards")
{
    Proxy proxy;
    Publisher publisher{proxy.url()};
    publisher.publish(numbered_messages(100, queue));
    CHECK_FALSE(publisher.flush(300ms));
    CHECK_FALSE(publisher.connected());

    proxy.plug_in();

    CHECK(publisher.flush(10s));
    CHECK(publisher.connected());
    CHECK(publisher.counters().reconnects == 0);
    CHECK(different_bodies_in_queue().size() == 100);
}

TEST_CASE_METHOD(BrokerFixture, "connections cut in the middle of 5,000 messages lose none of them")
{
    Proxy proxy;
    proxy.plug_in();
    Publisher publisher{proxy.url()};
    REQUIRE(eventually([&] { return publisher.connected(); }));

    proxy.cut_after(200'000); // of about 1.2 MB
    publisher.publish(numbered_messages(5000, queue));
    REQUIRE(eventually([&] { return !publisher.connected(); }));
    CHECK(publisher.counters().confirmed < 5000);
    proxy.plug_in();
    REQUIRE(eventually([&] { return publisher.connected(); }));
    proxy.cut_after(300'000);
    REQUIRE(eventually([&] { return !publisher.connected(); }));
    proxy.plug_in();

    REQUIRE(publisher.flush(20s));
    const auto counters = publisher.counters();
    CHECK(counters.confirmed == 5000);
    CHECK(counters.reconnects == 2);
    CHECK(counters.dropped == 0);
    CHECK(different_bodies_in_queue().size() == 5000);
}

TEST_CASE_METHOD(BrokerFixture, "publishing never waits while the broker is away, and drops what does not fit")
{
    Proxy proxy;
    Publisher publisher{proxy.url(), 1000};

    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1500; ++i)
        publisher.publish(numbered_message(i, queue));
    publisher.publish(numbered_messages(300, queue));
    CHECK(std::chrono::steady_clock::now() - begin < 200ms);
    CHECK(publisher.counters().dropped == 800);

    proxy.plug_in();
    CHECK(publisher.flush(10s));
    CHECK(publisher.counters().confirmed == 1000);
    CHECK(different_bodies_in_queue().size() == 1000);
}

TEST_CASE_METHOD(BrokerFixture, "publishing never waits for a broker that hangs, and the publisher can be destroyed")
{
    Proxy proxy;
    proxy.plug_in();
    std::chrono::steady_clock::time_point begin;
    {
        Publisher publisher{proxy.url()};
        REQUIRE(eventually([&] { return publisher.connected(); }));
        proxy.stall();

        auto messages = numbered_messages(50'000, queue);
        begin = std::chrono::steady_clock::now();
        publisher.publish(std::move(messages));
        for (int i = 0; i < 1000; ++i)
            publisher.publish(numbered_message(i, queue));
        CHECK(std::chrono::steady_clock::now() - begin < 1s);
        begin = std::chrono::steady_clock::now();
    }
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE_METHOD(BrokerFixture, "a publisher whose broker hangs during the login can be destroyed")
{
    Proxy proxy;
    proxy.plug_in();
    proxy.stall(); // accepted by the kernel, answered by nobody
    const auto begin = std::chrono::steady_clock::now();
    {
        const Publisher publisher{proxy.url()};
        std::this_thread::sleep_for(200ms);
    }
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
}

TEST_CASE_METHOD(BrokerFixture, "a consumer waits for a broker that is away, and goes on after each outage")
{
    Proxy proxy;
    Consumer consumer{proxy.url(), queue, 10};
    CHECK(consumer.take(10, 300ms, {}).empty());
    CHECK_FALSE(consumer.connected());

    Publisher publisher{broker_url()};
    publisher.publish(numbered_message(1, queue));
    proxy.plug_in();
    const auto before = consumer.take(10, 10s, {});
    REQUIRE(before.size() == 1);
    CHECK(consumer.connected());

    proxy.cut();
    CHECK(consumer.take(10, 300ms, {}).empty());
    CHECK_FALSE(consumer.connected());
    proxy.plug_in();
    const auto after = consumer.take(10, 10s, {});

    REQUIRE(after.size() == 1);
    CHECK(after[0].body == before[0].body);
    CHECK(after[0].redelivered);
    CHECK(after[0].generation != before[0].generation);

    // The tags are the same: an answer to the old delivery must not be taken for one to the new.
    consumer.ack(before);
    consumer.reject(before[0]);
    consumer.give_back(before[0]);
    consumer.ack(after);
    CHECK(consumer.connected());
    CHECK(consumer.take(1, 300ms, {}).empty());
    CHECK(QueueInspector{broker_url()}.messages_ready(dead_letter_queue).value() == 0);
}

TEST_CASE_METHOD(BrokerFixture, "an ack on a connection that is gone is harmless")
{
    Proxy proxy;
    proxy.plug_in();
    Consumer consumer{proxy.url(), queue, 10};
    Publisher publisher{broker_url()};
    publisher.publish(numbered_message(1, queue));
    const auto taken = consumer.take(10, 10s, {});
    REQUIRE(taken.size() == 1);

    proxy.cut();
    consumer.ack(taken);
    consumer.ack(taken);
    proxy.plug_in();

    const auto again = consumer.take(10, 10s, {});
    REQUIRE(again.size() == 1);
    consumer.ack(again);
}

TEST_CASE_METHOD(BrokerFixture, "a stop request ends take while the broker is away or hangs")
{
    Proxy proxy;
    SECTION("away") {}
    SECTION("hanging in the login")
    {
        proxy.plug_in();
        proxy.stall();
    }
    Consumer consumer{proxy.url(), queue, 10};
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    std::thread other{[&] {
        std::this_thread::sleep_for(500ms);
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    }};

    CHECK(consumer.take(1, 30s, stop.get_token()).empty());

    const auto returned = std::chrono::steady_clock::now();
    other.join();
    CHECK(returned - asked < 100ms);
}

TEST_CASE_METHOD(BrokerFixture, "queues that were deleted are declared again by the next connection")
{
    Proxy proxy;
    proxy.plug_in();
    Publisher publisher{proxy.url()};
    REQUIRE(eventually([&] { return publisher.connected(); }));
    for (const auto name : work_queues)
        REQUIRE(delete_queue(broker_url(), name).has_value());
    REQUIRE(delete_queue(broker_url(), dead_letter_queue).has_value());

    proxy.cut();
    publisher.publish(numbered_message(1, queue));
    proxy.plug_in();

    REQUIRE(publisher.flush(10s));
    CHECK(publisher.counters().confirmed == 1);
    CHECK(publisher.counters().returned == 0);
    CHECK(different_bodies_in_queue().size() == 1);
    for (const auto name : work_queues)
        CHECK(QueueInspector{broker_url()}.messages_ready(name).has_value());
    CHECK(QueueInspector{broker_url()}.messages_ready(dead_letter_queue).has_value());
}

TEST_CASE_METHOD(BrokerFixture, "a queue that is deleted under a connected publisher is declared again")
{
    Publisher publisher{broker_url()};
    REQUIRE(eventually([&] { return publisher.connected(); }));
    REQUIRE(delete_queue(broker_url(), queue).has_value());

    int rung = 0;
    CHECK(eventually([&] {
        publisher.publish(numbered_message(++rung, queue));
        publisher.flush(1s);
        return publisher.counters().confirmed > 0;
    }));

    CHECK(publisher.counters().returned > 0);
    CHECK(publisher.counters().reconnects == 0);
}

TEST_CASE_METHOD(BrokerFixture, "a consumer whose queue is deleted makes it again and goes on")
{
    Consumer consumer{broker_url(), queue, 10};
    CHECK(consumer.take(1, 300ms, {}).empty());
    REQUIRE(delete_queue(broker_url(), queue).has_value());
    CHECK(consumer.take(1, 2s, {}).empty());

    Publisher publisher{broker_url()};
    publisher.publish(numbered_message(1, queue));

    CHECK(take_and_ack(consumer, 1).size() == 1);
}
