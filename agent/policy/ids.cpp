// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/ids.h"

#include <openssl/sha.h>

#include <array>
#include <string>

namespace weft::agent::policy {
namespace {

// Numbers as bytes that do not depend on the machine.
class Content {
public:
    template <class T>
    void add(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
    }
    void add(const Prefix& prefix) {
        add(static_cast<std::uint8_t>(prefix.address().bits()));
        for (const auto byte : prefix.address().mapped()) add(byte);
        add(static_cast<std::uint8_t>(prefix.length()));
    }

    [[nodiscard]] std::uint32_t id() const {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
        SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(), digest.data());
        std::uint32_t id = 0;
        for (std::size_t i = 0; i < 4; ++i) id = id << 8 | digest[i];
        return id == 0 ? 1 : id;
    }

private:
    std::string bytes_;
};

}  // namespace

std::uint32_t policy_id(const Policy& policy, std::uint32_t salt) {
    Content content;
    content.add(salt);
    content.add(policy.subject);
    content.add(static_cast<std::uint8_t>(policy.ordered));
    content.add(static_cast<std::uint8_t>(policy.keep));
    for (const auto& rule : policy.rules) {
        content.add(rule.origin.value);
        content.add(rule.position);
        content.add(static_cast<std::uint8_t>(rule.direction));
        content.add(rule.protocol);
        content.add(rule.port_low);
        content.add(rule.port_high);
        content.add(rule.remote);
        content.add(rule.group.value);
        content.add(static_cast<std::uint8_t>(rule.allow));
    }
    return content.id();
}

std::uint32_t class_id(std::span<const Index> rules, std::uint32_t salt) {
    Content content;
    content.add(salt);
    for (const auto rule : rules) content.add(rule);
    return content.id();
}

}  // namespace weft::agent::policy
