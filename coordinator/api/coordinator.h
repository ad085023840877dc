// SPDX-License-Identifier: Apache-2.0
// The coordinator: owns its parts and connects them. Runs on one io_context thread; the store has its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "coordinator/config/settings.h"
#include "weft/base/clock.h"

namespace weft::coordinator::api {

class Coordinator {
public:
    // Opens and loads the store, reads the certificates, listens. `fatal` is called, on any thread, when the
    // process must end: the store cannot go on. `context` and `clock` outlive it.
    [[nodiscard]] static Result<std::unique_ptr<Coordinator>> start(boost::asio::io_context& context,
                                                                    config::Settings settings,
                                                                    const Clock& clock,
                                                                    std::function<void(const Error&)> fatal);
    // After the io_context has stopped, or on its thread.
    ~Coordinator();

    // Port of the first TLS listener (settings may say 0: any free one).
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Parts;
    explicit Coordinator(std::unique_ptr<Parts> parts);
    [[nodiscard]] static Result<void> listen(Parts& parts);
    [[nodiscard]] static Result<void> serve_metrics(Parts& parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace weft::coordinator::api
