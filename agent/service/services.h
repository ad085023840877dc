// SPDX-License-Identifier: Apache-2.0
// Answers what instances ask this host itself, through the punt tap.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

#include "agent/service/counts.h"
#include "agent/service/datagram.h"
#include "weft/base/fd.h"
#include "weft/schema/desired.h"

namespace weft::agent {

class Services {
public:
    // Opens the tap (Datapath::open_punt).
    using OpenTap = std::function<Result<Fd>()>;
    // The port of the device with this index and of the record with this MAC; null: none.
    using FindPort = std::function<const schema::Port*(std::uint32_t ifindex, const Mac& mac)>;

    // `lease` in seconds.
    Services(boost::asio::io_context& context, OpenTap open, FindPort find, std::uint32_t lease)
        : tap_(context), open_(std::move(open)), find_(std::move(find)), lease_(lease) {}

    // For as long as the context runs: opens the tap again when it went or could not be made.
    boost::asio::awaitable<void> run();

    [[nodiscard]] const ServiceCounts& counts() const { return counts_; }

private:
    boost::asio::awaitable<void> serve();
    void take(View bytes);
    [[nodiscard]] std::optional<Datagram> answer(const Datagram& question);

    boost::asio::posix::stream_descriptor tap_;
    OpenTap open_;
    FindPort find_;
    std::uint32_t lease_;
    ServiceCounts counts_;
};

}  // namespace weft::agent
