// SPDX-License-Identifier: Apache-2.0
// A network namespace, a bpffs and an empty /run/netns of the test's own.
#pragma once

#include <functional>
#include <string>

#include "agent/datapath/datapath.h"
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

private:
    Scratch files_;
    std::string bpffs_;
};

// Where the build put the BPF objects.
[[nodiscard]] std::string objects_directory();

// Handles what the datapath's descriptors have, until `condition` holds; false after five seconds.
[[nodiscard]] bool poll_until(agent::Datapath& datapath, const std::function<bool()>& condition);

// Sends `count` minimal IPv4 frames out of a device.
void send_frames(const std::string& device, unsigned count);

// A program that lets every packet pass, of tc or of XDP; the descriptor is the caller's.
[[nodiscard]] int foreign_program(bool xdp);

}  // namespace weft::test
