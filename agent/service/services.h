// SPDX-License-Identifier: Apache-2.0
// Answers what instances ask this host itself, and advertises their routers, through the punt tap.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "agent/service/advertiser.h"
#include "agent/service/asker.h"
#include "agent/service/counts.h"
#include "weft/base/fd.h"
#include "weft/schema/desired.h"

namespace weft::agent {

class Services {
public:
    // Opens the tap (Datapath::open_punt).
    using OpenTap = std::function<Result<Fd>()>;
    // The port that is answered; null: none.
    using FindPort = std::function<const schema::Port*(const Asker& asker)>;
    // Every port that is answered and whose device is there.
    using ListPorts = std::function<std::vector<PlacedPort>()>;

    // `lease` in seconds.
    Services(boost::asio::io_context& context, OpenTap open, FindPort find, ListPorts list,
             std::uint32_t lease)
        : tap_(context),
          turn_(context),
          open_(std::move(open)),
          find_(std::move(find)),
          list_(std::move(list)),
          lease_(lease) {}

    // For as long as the context runs: opens the tap again when it went or could not be made.
    boost::asio::awaitable<void> run();
    // For as long as the context runs: unsolicited router advertisements.
    boost::asio::awaitable<void> advertise();
    // What list() answers may have changed.
    void ports_changed() { turn_.cancel(); }

    [[nodiscard]] const ServiceCounts& counts() const { return counts_; }

private:
    boost::asio::awaitable<void> serve();
    void take(View bytes);
    void send(View frame);
    void advertise_due(Advertiser::Time now);

    boost::asio::posix::stream_descriptor tap_;
    boost::asio::steady_timer turn_;  // to advertise
    OpenTap open_;
    FindPort find_;
    ListPorts list_;
    std::uint32_t lease_;
    Advertiser advertiser_;
    ServiceCounts counts_;
};

}  // namespace weft::agent
