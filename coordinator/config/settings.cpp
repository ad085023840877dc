// SPDX-License-Identifier: Apache-2.0
#include "coordinator/config/settings.h"

#include <algorithm>
#include <limits>
#include <set>

#include "weft/metrics/settings.h"
#include "weft/schema/principal_list.h"

namespace weft::coordinator::config {

namespace {

constexpr std::uint64_t no_uid = std::numeric_limits<std::uint32_t>::max();

std::vector<Endpoint> read_endpoints(weft::config::Section root) {
    std::vector<Endpoint> endpoints;
    for (const auto& value : root.list("listen")) {
        if (const auto endpoint = parse_endpoint(value.text))
            endpoints.push_back(*endpoint);
        else
            root.complain(value, "listen: " + endpoint.error().text);
    }
    return endpoints;
}

std::string word_rule(const std::string& what, const std::string& text) {
    return "a " + what + " of 1 to 255 bytes without blanks, commas and colons was expected, not '" + text +
           "'";
}

std::vector<User> read_users(weft::config::Section root) {
    std::vector<User> users;
    std::set<std::string> names;
    std::set<std::uint32_t> uids;
    for (auto& entry : root.sections("principals")) {
        User user;
        user.name = entry.text("name");
        const auto uid = entry.number("uid", no_uid, 0, no_uid - 1);
        if (uid != no_uid) user.uid = static_cast<std::uint32_t>(uid);
        user.role = entry.choice("role", {"operator", "customer"}, 1) == 0 ? Role::op : Role::customer;
        for (const auto& group : entry.list("groups")) {
            if (!schema::is_principal_word(group.text))
                entry.complain(group, "principals: " + word_rule("group", group.text));
            user.groups.push_back(group.text);
        }
        if (!user.name.empty() && !schema::is_principal_word(user.name))
            entry.complain("name", "principals: " + word_rule("name", user.name));
        if (!names.insert(user.name).second)
            entry.complain("name", "principals: the name '" + user.name + "' stands here twice");
        if (user.uid && !uids.insert(*user.uid).second)
            entry.complain("uid", "principals: the uid " + std::to_string(uid) + " stands here twice");
        if (user.uid == 0U && user.role != Role::op)
            entry.complain("role", "principals: root is always an operator");
        users.push_back(std::move(user));
    }
    if (!uids.contains(0)) users.push_back({0, "root", Role::op});
    return users;
}

}  // namespace

Result<Settings> read_settings(const weft::config::File& file) {
    auto root = file.root();
    Settings settings;
    settings.database = root.text("database", "/var/lib/weft/weft.db");
    settings.socket = root.text("socket", "/run/weft/coordinator.sock");
    settings.listen = read_endpoints(root);
    settings.tls_directory = root.section("tls").text("directory", "/etc/weft/tls");
    auto metrics = root.section("metrics");
    settings.metrics = metrics::read_listen(metrics);
    settings.users = read_users(root);
    settings.log_level =
        static_cast<LogLevel>(root.section("log").choice("level", {"debug", "info", "warning", "error"}, 1));
    if (settings.socket.size() > 107) root.complain("socket", "socket: at most 107 bytes were expected");
    WEFT_CHECK(file.finish());
    return settings;
}

}  // namespace weft::coordinator::config
