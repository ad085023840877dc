// SPDX-License-Identifier: Apache-2.0
// A network namespace, a bpffs and an empty /run/netns of the test's own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/datapath/datapath.h"
#include "agent/datapath/netlink/filter.h"
#include "tests/harness/scratch.h"

namespace weft::test {

class Sandbox {
public:
    Sandbox();
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    // Runs a shell command inside; throws when it fails.
    void run(const std::string& command) const;
    // What the command says, also when it fails.
    [[nodiscard]] std::string output(const std::string& command) const;
    // A veth pair NAME and NAME-far, both up; the far one in `netns` if given.
    void add_veth(const std::string& name, const std::string& netns = {}) const;

    [[nodiscard]] std::string pin() const { return bpffs_ + "/weft"; }
    [[nodiscard]] const Scratch& files() const { return files_; }
    [[nodiscard]] agent::DatapathConfig config(std::vector<agent::Uplink> uplinks = {}) const;
    // Fails the test case when it cannot.
    [[nodiscard]] std::unique_ptr<agent::Datapath> open(std::vector<agent::Uplink> uplinks = {}) const;

private:
    Scratch files_;
    std::string bpffs_;
};

// Weft's filter on the device, if there is one.
[[nodiscard]] std::optional<agent::netlink::Filter> filter_of(const std::string& device);

// Whether one of the lines has the text in it.
[[nodiscard]] bool contains(const std::vector<std::string>& lines, const std::string& text);

// Where the build put the BPF objects.
[[nodiscard]] std::string objects_directory();

// Handles what the datapath's descriptors have, until `condition` holds; false after five seconds.
[[nodiscard]] bool poll_until(agent::Datapath& datapath, const std::function<bool()>& condition);

// Sends `count` minimal IPv4 frames out of a device.
void send_frames(const std::string& device, unsigned count);

// A program that lets every packet pass, of tc or of XDP; the descriptor is the caller's.
[[nodiscard]] int foreign_program(bool xdp);

}  // namespace weft::test
