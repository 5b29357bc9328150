#include "broker.hpp"
#include "rabbitmq/queue_depth.hpp"
#include "rabbitmq/topology.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

using namespace ciclo::rabbitmq;
using namespace ciclo::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto queue = "hotmart.events";

std::set<std::string> bodies(const std::vector<Delivery>& deliveries)
{
    std::set<std::string> all;
    for (const auto& delivery : deliveries)
        all.insert(delivery.body);
    return all;
}

void publish_confirmed(std::vector<Message> messages)
{
    Publisher publisher{broker_url()};
    publisher.publish(std::move(messages));
    REQUIRE(publisher.flush(10s));
}

std::vector<Delivery> dead_letters(std::size_t expected)
{
    Consumer consumer{broker_url(), std::string{dead_letter_queue}, 10};
    return take_and_ack(consumer, expected, 5s);
}

} // namespace

TEST_CASE_METHOD(BrokerFixture, "10,000 messages arrive exactly as they were sent")
{
    constexpr std::size_t count = 10'000;
    const auto messages = numbered_messages(count, queue);
    Publisher publisher{broker_url()};
    for (std::size_t i = 0; i < count / 2; ++i)
        publisher.publish(messages[i]);
    publisher.publish(std::vector<Message>{messages.begin() + count / 2, messages.end()});

    Consumer consumer{broker_url(), queue, 500};
    const auto deliveries = take_and_ack(consumer, count);

    REQUIRE(publisher.flush(10s));
    const auto counters = publisher.counters();
    CHECK(counters.published == count);
    CHECK(counters.confirmed == count);
    CHECK(counters.dropped == 0);
    CHECK(counters.returned == 0);
    CHECK(counters.reconnects == 0);

    REQUIRE(deliveries.size() == count);
    std::map<std::string, const Delivery*> by_body;
    for (const auto& delivery : deliveries)
        by_body[delivery.body] = &delivery;
    REQUIRE(by_body.size() == count);
    CHECK(std::all_of(messages.begin(), messages.end(), [&](const Message& message) {
        const auto found = by_body.find(message.body);
        return found != by_body.end() && found->second->type == message.type &&
               found->second->correlation_id == message.correlation_id && !found->second->redelivered;
    }));
    CHECK(consumer.take(1, 200ms, {}).empty());
}

TEST_CASE_METHOD(BrokerFixture, "what a consumer did not ack is delivered again after its death")
{
    publish_confirmed(numbered_messages(20, queue));
    std::vector<Delivery> acked;
    {
        Consumer dying{broker_url(), queue, 20};
        std::vector<Delivery> taken;
        while (taken.size() < 20) {
            const auto some = dying.take(20 - taken.size(), 5s, {});
            REQUIRE_FALSE(some.empty());
            taken.insert(taken.end(), some.begin(), some.end());
        }
        // Not the oldest ones: an ack for "all up to" would take too many.
        acked.assign(taken.begin() + 5, taken.begin() + 10);
        dying.ack(acked);
        dying.ack(acked);
    }

    Consumer heir{broker_url(), queue, 50};
    const auto again = take_and_ack(heir, 15);

    CHECK(again.size() == 15);
    CHECK(std::all_of(again.begin(), again.end(), [](const Delivery& delivery) { return delivery.redelivered; }));
    auto all = bodies(again);
    all.merge(bodies(acked));
    CHECK(all.size() == 20);
    CHECK(heir.take(1, 200ms, {}).empty());
}

TEST_CASE_METHOD(BrokerFixture, "prefetch bounds what a consumer holds")
{
    publish_confirmed(numbered_messages(30, queue));
    Consumer consumer{broker_url(), queue, 10};

    std::size_t held = 0;
    for (auto some = consumer.take(100, 5s, {}); !some.empty(); some = consumer.take(100, 300ms, {}))
        held += some.size();

    CHECK(held == 10);
}

TEST_CASE_METHOD(BrokerFixture, "a rejected message ends in the dead letters")
{
    publish_confirmed(numbered_messages(3, queue));
    Consumer consumer{broker_url(), queue, 1};
    const auto first = consumer.take(1, 5s, {});
    REQUIRE(first.size() == 1);

    consumer.reject(first[0]);
    consumer.ack(first); // too late, and harmless

    const auto dead = dead_letters(1);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].body == first[0].body);
    CHECK(dead[0].type == first[0].type);
    CHECK(dead[0].correlation_id == first[0].correlation_id);
    CHECK(take_and_ack(consumer, 2).size() == 2);
    CHECK(consumer.connected());
}

TEST_CASE_METHOD(BrokerFixture, "a message that is given back beyond the delivery limit ends in the dead letters")
{
    publish_confirmed(numbered_messages(1, queue));
    Consumer consumer{broker_url(), queue, 10};

    int deliveries = 0;
    for (auto some = consumer.take(1, 5s, {}); !some.empty(); some = consumer.take(1, 1s, {})) {
        ++deliveries;
        consumer.give_back(some[0]);
    }

    CHECK(deliveries == delivery_limit + 1);
    CHECK(dead_letters(1).size() == 1);
}

TEST_CASE_METHOD(BrokerFixture, "a message that kills its consumers ends in the dead letters")
{
    publish_confirmed(numbered_messages(1, queue));

    int deaths = 0;
    for (bool delivered = true; delivered; deaths += delivered ? 1 : 0) {
        Consumer victim{broker_url(), queue, 10};
        delivered = !victim.take(1, 2s, {}).empty();
    }

    CHECK(deaths == delivery_limit + 1);
    CHECK(dead_letters(1).size() == 1);
}

TEST_CASE_METHOD(BrokerFixture, "take returns empty when nothing comes")
{
    Consumer consumer{broker_url(), queue, 10};
    REQUIRE(consumer.take(1, 1ms, {}).empty());
    const auto begin = std::chrono::steady_clock::now();

    CHECK(consumer.take(1, 300ms, {}).empty());

    const auto waited = std::chrono::steady_clock::now() - begin;
    CHECK(waited >= 300ms);
    CHECK(waited < 2s);
}

TEST_CASE_METHOD(BrokerFixture, "a stop request ends take at once, and the last messages can still be acked")
{
    publish_confirmed(numbered_messages(2, queue));
    Consumer consumer{broker_url(), queue, 10};
    std::vector<Delivery> taken;
    while (taken.size() < 2)
        for (auto& delivery : consumer.take(2, 5s, {}))
            taken.push_back(std::move(delivery));

    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    std::thread other{[&] {
        std::this_thread::sleep_for(200ms);
        asked = std::chrono::steady_clock::now();
        stop.request_stop();
    }};
    const auto none = consumer.take(1, 30s, stop.get_token());
    const auto returned = std::chrono::steady_clock::now();
    other.join();

    CHECK(none.empty());
    CHECK(returned - asked < 100ms);
    CHECK(consumer.take(1, 30s, stop.get_token()).empty());
    consumer.ack(taken);
    CHECK(consumer.connected());
    CHECK(consumer.take(1, 200ms, {}).empty());
}

TEST_CASE_METHOD(BrokerFixture, "a message for a queue that nobody declares is counted as returned")
{
    Publisher publisher{broker_url()};
    publisher.publish(numbered_message(1, "no.such.queue"));
    publisher.publish(numbered_message(2, queue));

    REQUIRE(publisher.flush(10s));

    CHECK(publisher.counters().returned == 1);
    CHECK(publisher.counters().confirmed == 1);
    CHECK(publisher.connected());
}

TEST_CASE_METHOD(BrokerFixture, "many threads may publish")
{
    Publisher publisher{broker_url()};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&publisher, thread] {
            for (int i = 0; i < 500; ++i)
                publisher.publish(numbered_message(thread * 1000 + i, queue));
        });
    for (auto& thread : threads)
        thread.join();
    REQUIRE(publisher.flush(10s));

    Consumer consumer{broker_url(), queue, 500};
    CHECK(bodies(take_and_ack(consumer, 2000)).size() == 2000);
}
