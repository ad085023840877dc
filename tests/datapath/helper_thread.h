// SPDX-License-Identifier: Apache-2.0
// weft-device-helper in a thread, and a request to it.
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include "agent/datapath/helper_client.h"
#include "agent/device_helper/server.h"
#include "agent/device_helper/veth.h"
#include "weft/base/fd.h"

namespace weft::agent::helper_test {

inline Address address(const char* text) { return *Address::parse(text); }

inline MakeDevice request() {
    MakeDevice out;
    out.name = "weft0000000000a";
    out.attachment = {Kind::attachment, 10};
    out.netns = "i1";
    out.device = "eth0";
    out.mac = *Mac::parse("02:00:5e:10:20:30");
    out.addresses = {address("10.1.2.30"), address("10.1.2.31")};
    out.prefix_length = 24;
    out.router = address("10.1.2.1");
    out.mtu = 1406;
    return out;
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline Fd connect_to(const std::string& path) {
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), path.size());
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    return socket;
}

// The helper as its own program runs it, in a thread.
class Helper {
public:
    explicit Helper(std::string path, uid_t user = 0)
        : path_(std::move(path)), server_(HelperServer::open(path_, user).value()), thread_([this] {
              while (!stop_)
                  if (const auto asked = server_.next()) answer(asked->connection, handle(asked->frame));
          }) {}
    ~Helper() {
        stop_ = true;
        (void)connect_to(path_);  // wakes it
        thread_.join();
    }

private:
    std::string path_;
    HelperServer server_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace weft::agent::helper_test
