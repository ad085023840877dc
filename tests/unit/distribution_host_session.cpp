// SPDX-License-Identifier: Apache-2.0
// What one host is sent, and how a slow one is spared.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coordinator/distribution/host_session.h"
#include "tests/harness/wait.h"
#include "weft/wire/message.h"
#include "weft/wire/message/session.h"

using namespace weft;
using namespace weft::coordinator;
using schema::DesiredKind;
using wire::Command;

namespace {

namespace asio = boost::asio;

// A peer that reads only when it is told to.
class SlowChannel final : public wire::Channel {
public:
    explicit SlowChannel(asio::io_context& context)
        : Channel(context.get_executor(), {}, wire::max_frame),
          gate_(context, asio::steady_timer::time_point::max()) {}

    bool reads{true};
    void read_on() {
        reads = true;
        gate_.cancel();
    }
    // "put mapping 1 10.0.0.1/32", "erase ...", "commit 7", in the order of arrival.
    [[nodiscard]] std::vector<std::string> received() {
        std::vector<std::string> texts;
        while (const auto frame = reader_.next().value()) {
            if (frame->type == static_cast<std::uint16_t>(Command::put)) {
                texts.push_back("put " + std::string(schema::to_string(
                                             wire::unpack<wire::Put>(*frame, Command::put)->kind)));
            } else if (frame->type == static_cast<std::uint16_t>(Command::erase)) {
                texts.push_back("erase " + wire::unpack<wire::Erase>(*frame, Command::erase)->key);
            } else {
                const auto commit = wire::unpack<wire::Commit>(*frame, Command::commit).value();
                texts.push_back("commit " + std::to_string(commit.revision) +
                                (commit.confirm ? " confirm" : ""));
            }
        }
        return texts;
    }

protected:
    asio::awaitable<std::size_t> read_some(std::span<std::uint8_t>,
                                           boost::system::error_code& code) override {
        code = asio::error::eof;
        co_return 0;
    }
    asio::awaitable<void> write_all(std::span<const std::uint8_t> bytes,
                                    boost::system::error_code& code) override {
        code.clear();
        while (!reads) {
            boost::system::error_code cancelled;
            co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
        reader_.feed(bytes);
    }
    void shut() override {}

private:
    asio::steady_timer gate_;
    wire::FrameReader reader_;
};

// Values that the test changes; each of `size` bytes.
class Values final : public DesiredFrames {
public:
    std::set<Key> gone;
    std::size_t size{8};
    Revision now{1};
    std::size_t taken{0};

    std::optional<wire::Frame> put(Id, const Key& key) override {
        if (gone.contains(key)) return std::nullopt;
        ++taken;
        return wire::pack(Command::put, wire::Put{key.kind, schema::Bytes(size)}).value();
    }
    [[nodiscard]] Revision revision() const override { return now; }
};

Key mapping(std::uint32_t n) {
    return {DesiredKind::mapping, {Kind::partition, 1}, 1, Prefix::host(Address::v4(n))};
}

struct Fixture {
    asio::io_context context;
    std::shared_ptr<SlowChannel> channel = std::make_shared<SlowChannel>(context);
    Values values;
    std::shared_ptr<HostSession> session = std::make_shared<HostSession>(channel, Id{Kind::host, 1}, values);

    std::vector<std::string> received() {
        REQUIRE(test::run_until(context,
                                [&] { return session->sent() == values.now && channel->queued() == 0; }));
        return channel->received();
    }
};

}  // namespace

TEST_CASE("[2.12/order] puts go in the order of kinds, erases behind them the other way, then the commit") {
    Fixture f;
    const auto port = port_key({Kind::attachment, 5});
    const auto other = port_key({Kind::attachment, 6});
    for (const auto& key : {port, mapping(1), peer_key({Kind::host, 2}), other, mapping(2)})
        f.session->mark(key);
    f.values.gone = {mapping(2), other};
    f.values.now = 9;
    f.session->flush();
    CHECK(f.received() == std::vector<std::string>{"put peer", "put mapping", "put port",
                                                   "erase " + wire_key(other), "erase 1 0.0.0.2/32",
                                                   "commit 9"});
    CHECK(f.session->sent() == 9);
    f.session->flush();
    CHECK(f.received().empty());
}

TEST_CASE("[2.12/snapshot] a snapshot erases nothing, and is complete with its commit") {
    Fixture f;
    f.session->begin_snapshot({mapping(1), mapping(2)});
    f.values.gone = {mapping(2)};
    f.session->flush();
    CHECK(f.received() == std::vector<std::string>{"put mapping", "commit 1"});
    f.session->mark(mapping(2));
    f.session->flush();
    CHECK(f.received() == std::vector<std::string>{"erase 1 0.0.0.2/32", "commit 1"});
}

TEST_CASE("[2.12/bookmark] a commit without changes carries the revision, and the confirmation") {
    Fixture f;
    f.values.now = 4;
    f.session->mark_commit();
    f.session->flush();
    f.session->confirm();
    CHECK(f.received() == std::vector<std::string>{"commit 4", "commit 4 confirm"});
}

TEST_CASE("[2.12/slow] a host that does not read gets the latest of each object, not what was in between") {
    Fixture f;
    f.values.size = 32768;
    f.channel->reads = false;
    for (f.values.now = 1; f.values.now <= 1000; ++f.values.now) {
        f.session->mark(mapping(static_cast<std::uint32_t>(f.values.now % 10)));
        f.session->flush();
        f.context.poll();
    }
    CHECK(f.channel->queued() <= HostSession::most_queued + 2 * f.values.size);
    f.values.now = 1000;
    f.channel->read_on();
    const auto all = f.received();
    CHECK(all.back() == "commit 1000");
    CHECK(f.values.taken < 40);  // of 1000 changes
}

TEST_CASE("[2.12/slow] a snapshot larger than the bound is sent as the host reads") {
    Fixture f;
    f.values.size = 4096;
    std::set<Key> keys;
    for (std::uint32_t n = 1; n <= 500; ++n) keys.insert(mapping(n));
    f.channel->reads = false;
    f.session->begin_snapshot(keys);
    f.session->flush();
    f.context.poll();
    CHECK(f.values.taken < 100);
    f.channel->read_on();
    const auto all = f.received();
    CHECK(all.size() == 501);
    CHECK(all.back() == "commit 1");
}
