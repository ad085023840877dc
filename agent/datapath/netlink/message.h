// SPDX-License-Identifier: Apache-2.0
// One rtnetlink request under construction, and the attributes of one received.
#pragma once

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weft/net/address.h"

namespace weft::agent::netlink {

class Message {
public:
    // `header` is the fixed struct of the type: ifinfomsg, rtmsg, ...
    template <class Header>
    Message(int type, int flags, const Header& header) : message_(nlmsg_alloc_simple(type, flags)) {
        Header copy = header;
        nlmsg_append(message_.get(), &copy, sizeof(copy), NLMSG_ALIGNTO);
    }

    Message& put(int type, std::span<const std::uint8_t> bytes) {
        nla_put(message_.get(), type, static_cast<int>(bytes.size()), bytes.data());
        return *this;
    }
    Message& put(int type, const std::string& text) {
        nla_put_string(message_.get(), type, text.c_str());
        return *this;
    }
    Message& put(int type, std::uint32_t value) {
        nla_put_u32(message_.get(), type, value);
        return *this;
    }
    Message& put(int type, const Address& address) { return put(type, address.bytes()); }
    // fn() puts what is inside.
    template <class Fn>
    Message& nest(int type, Fn&& fn) {
        auto* start = nla_nest_start(message_.get(), type);
        fn();
        nla_nest_end(message_.get(), start);
        return *this;
    }
    // A struct without an attribute around it, inside a nest (VETH_INFO_PEER).
    template <class Header>
    Message& raw(Header header) {
        nlmsg_append(message_.get(), &header, sizeof(header), NLMSG_ALIGNTO);
        return *this;
    }

    [[nodiscard]] nl_msg* get() const { return message_.get(); }
    [[nodiscard]] nlmsghdr* header() const { return nlmsg_hdr(message_.get()); }

private:
    struct Free {
        void operator()(nl_msg* message) const { nlmsg_free(message); }
    };
    std::unique_ptr<nl_msg, Free> message_;
};

// Attributes of a received message, by type; null where absent.
template <class Header>
[[nodiscard]] std::vector<nlattr*> attributes(const nlmsghdr* message, int highest) {
    std::vector<nlattr*> found(static_cast<std::size_t>(highest) + 1, nullptr);
    nlmsg_parse(const_cast<nlmsghdr*>(message), sizeof(Header), found.data(), highest, nullptr);
    return found;
}
[[nodiscard]] inline std::vector<nlattr*> nested(nlattr* nest, int highest) {
    std::vector<nlattr*> found(static_cast<std::size_t>(highest) + 1, nullptr);
    if (nest != nullptr) nla_parse_nested(found.data(), highest, nest, nullptr);
    return found;
}
[[nodiscard]] inline std::span<const std::uint8_t> payload(const nlattr* attribute) {
    return {static_cast<const std::uint8_t*>(nla_data(attribute)),
            static_cast<std::size_t>(nla_len(attribute))};
}
[[nodiscard]] inline std::uint32_t number(const nlattr* attribute) {
    return attribute != nullptr && nla_len(attribute) >= 4 ? nla_get_u32(const_cast<nlattr*>(attribute)) : 0;
}
[[nodiscard]] inline std::string text(const nlattr* attribute) {
    if (attribute == nullptr) return {};
    const auto bytes = payload(attribute);
    return {bytes.begin(), std::find(bytes.begin(), bytes.end(), std::uint8_t{0})};
}

}  // namespace weft::agent::netlink
