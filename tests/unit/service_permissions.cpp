// SPDX-License-Identifier: Apache-2.0
// Every row of the permission table, by everyone whom it may concern: allowed, refused, and both as dry runs.
#include "service_permission_try.h"

using namespace weft;
using namespace weft::test;

namespace {

using Attempt = std::function<wire::Ack(const Try&)>;
const std::vector<schema::Subnet> first{World::subnet("front", "10.1.2.0/24")};

void add_see(std::map<std::string, Attempt>& all) {
    all["see partition"] = [](const Try& t) { return t.see(Kind::partition, "ann/blue"); };
    all["see subnet"] = [](const Try& t) { return t.see(Kind::subnet, "blue/back"); };
    all["see group"] = [](const Try& t) { return t.see(Kind::security_group, "blue/spare"); };
    all["see acl"] = [](const Try& t) { return t.see(Kind::network_acl, "blue/spare"); };
    all["see route-table"] = [](const Try& t) { return t.see(Kind::route_table, "blue/spare"); };
    all["see pool"] = [](const Try& t) { return t.see(Kind::pool, "blue/spare"); };
    all["see address-pool"] = [](const Try& t) { return t.see(Kind::address_pool, "blue/spare"); };
    all["see tag"] = [](const Try& t) {
        return t.see(Kind::tag, to_string(t.world.cloud().tags(t.world.blue).front()->id));
    };
    all["see host"] = [](const Try& t) { return t.see(Kind::host, "h1"); };
    all["see instance"] = [](const Try& t) { return t.see(Kind::instance, "ivy/vm"); };
    all["see record"] = [](const Try& t) { return t.see(Kind::record, "blue/rec"); };
    all["see attachment"] = [](const Try& t) { return t.see(Kind::attachment, t.attachment()); };
    all["see operation"] = [](const Try& t) { return t.see(Kind::operation, to_string(t.world.operation)); };
    all["see key"] = [](const Try& t) { return t.see(Kind::access_key, to_string(t.world.key)); };
    all["see scaling-rule"] = [](const Try& t) { return t.see(Kind::scaling_rule, "ann/spare"); };
    all["ready instance"] = [](const Try& t) { return t.world.service->ready(t.who, {"ivy/vm", {}}); };
    for (const auto verb : {permission::Verb::counters, permission::Verb::trace})
        all[std::string(permission::to_string(verb)) + " record"] = [verb](const Try& t) {
            return t.question(verb, Kind::record, "blue/rec");
        };
    all["status"] = [](const Try& t) { return t.question(permission::Verb::status, Kind::none, {}); };
    all["usage"] = [](const Try& t) { return Try::said(t.world.service->usage(t.who, {})); };
    all["confirm host"] = [](const Try& t) { return Try::said(t.world.service->confirm(t.who, {"h1"})); };
    all["session host"] = [](const Try& t) {
        return Try::said(
            permit(t.world.cloud(), t.who, permission::Verb::session, t.world.cloud().find(t.world.h1)));
    };
}

void add_create(std::map<std::string, Attempt>& all) {
    all["create partition"] = [](const Try& t) { return t.create(t.partition(), first); };
    all["create partition: gni"] = [](const Try& t) {
        auto made = t.partition();
        made.gni = 77;
        return t.create(made, first);
    };
    all["create partition: dedicated-hosts"] = [](const Try& t) {
        auto made = t.partition();
        made.dedicated_hosts = {t.world.h1};
        return t.create(made, first);
    };
    all["create subnet"] = [](const Try& t) {
        auto made = World::subnet("new", "10.1.9.0/24");
        made.partition = t.world.blue;
        return t.create(made);
    };
    const auto inside = [&]<class T>(const std::string& title, std::type_identity<T>) {
        all[title] = [](const Try& t) { return t.create(Permissions::named<T>("new", t.world.blue)); };
    };
    inside("create group", std::type_identity<schema::SecurityGroup>{});
    inside("create acl", std::type_identity<schema::NetworkAcl>{});
    inside("create route-table", std::type_identity<schema::RouteTable>{});
    inside("create pool", std::type_identity<schema::Pool>{});
    all["create address-pool"] = [](const Try& t) {
        auto made = Permissions::named<schema::AddressPool>("new", t.world.blue);
        made.ranges = {Prefix::parse("10.1.2.64/26").value()};
        return t.create(made);
    };
    all["create host"] = [](const Try& t) {
        schema::Host made;
        made.name = "new";
        made.underlay = {Address::parse("192.0.2.77").value()};
        return t.create(made);
    };
    all["create instance"] = [](const Try& t) { return t.create(t.instance()); };
    all["create instance: host"] = [](const Try& t) {
        auto made = t.instance();
        made.host = t.world.h1;
        return t.create(made);
    };
    all["create instance: netns"] = [](const Try& t) {
        auto made = t.instance();
        made.netns = "ns";
        return t.create(made);
    };
    all["create instance: driver,parameters"] = [](const Try& t) {
        auto made = t.instance();
        made.driver = "qemu";
        if (t.field == "parameters") made.parameters = {{"memory", "512"}};
        return t.create(made);
    };
    all["create instance: bare,hosts"] = [](const Try& t) {
        auto made = t.instance();
        made.host = t.world.h1;
        made.bare = t.field == "bare";
        if (t.field == "hosts") made.hosts = {t.world.h2};
        return t.create(made);
    };
    all["create record"] = [](const Try& t) { return t.create(t.record()); };
    all["create record: status=in-repair"] = [](const Try& t) {
        auto made = t.record();
        made.status = schema::RecordStatus::in_repair;
        return t.create(made);
    };
    all["create scaling-rule"] = [](const Try& t) {
        return t.create(Permissions::rule("new", t.world.cloud().pool(t.world.blue, "spare")->id));
    };
    all["create key"] = [](const Try& t) {
        schema::AccessKey made;
        made.user = "ann";
        return t.create(made);
    };
}

void add_modify(std::map<std::string, Attempt>& all) {
    all["modify partition"] = [](const Try& t) { return t.tag<schema::Partition>("ann/blue"); };
    all["modify partition: dedicated-hosts"] = [](const Try& t) {
        schema::Partition patch;
        patch.dedicated_hosts = {t.world.h1};
        return t.modify("ann/blue", patch);
    };
    all["modify subnet"] = [](const Try& t) { return t.tag<schema::Subnet>("blue/back"); };
    all["modify group"] = [](const Try& t) { return t.tag<schema::SecurityGroup>("blue/spare"); };
    all["modify acl"] = [](const Try& t) { return t.tag<schema::NetworkAcl>("blue/spare"); };
    all["modify pool"] = [](const Try& t) { return t.tag<schema::Pool>("blue/spare"); };
    all["modify address-pool"] = [](const Try& t) { return t.tag<schema::AddressPool>("blue/spare"); };
    all["modify route-table"] = [](const Try& t) { return t.tag<schema::RouteTable>("blue/spare"); };
    all["modify host"] = [](const Try& t) { return t.tag<schema::Host>("h1"); };
    all["modify instance"] = [](const Try& t) { return t.tag<schema::Instance>("ivy/vm"); };
    all["modify instance: attachers"] = [](const Try& t) {
        schema::Instance patch;
        patch.attachers = {t.who.name.empty() ? "x" : t.who.name};
        return t.modify("ivy/vm", patch);
    };
    all["modify instance: host"] = [](const Try& t) {
        schema::Instance patch;
        patch.host = t.world.h2;
        return t.modify("ivy/idle", patch);
    };
    all["modify instance: netns"] = [](const Try& t) {
        schema::Instance patch;
        patch.netns = "other";
        return t.modify("ivy/vm", patch);
    };
    all["modify instance: driver,parameters"] = [](const Try& t) {
        schema::Instance patch;
        patch.driver = "qemu";
        if (t.field == "parameters") patch.parameters = {{"memory", "512"}};
        return t.modify("ivy/idle", patch);
    };
    all["modify instance: hosts"] = [](const Try& t) {
        schema::Instance patch;
        patch.hosts = {t.world.h2};
        return t.modify("ivy/vm", patch);
    };
    all["modify record"] = [](const Try& t) { return t.tag<schema::Record>("blue/rec"); };
    all["modify record: addresses,prefixes,public-addresses"] = [](const Try& t) {
        schema::Record patch;
        const auto record = t.world.cloud().record(t.world.blue, "rec");
        if (t.field == "addresses") patch.addresses = {Address::parse("10.1.2.99").value()};
        if (t.field == "prefixes") patch.prefixes = {Prefix::parse("10.1.2.32/28").value()};
        if (t.field == "public-addresses") patch.public_addresses = {{record->addresses.front(), {}}};
        return t.modify("blue/rec", patch);
    };
    all["modify record: attachers,detachers,ip-setters,modifiers"] = [](const Try& t) {
        schema::Record patch;
        const std::vector<std::string> list{"new"};
        if (t.field == "attachers") patch.attachers = list;
        if (t.field == "detachers") patch.detachers = list;
        if (t.field == "ip-setters") patch.ip_setters = list;
        if (t.field == "modifiers") patch.modifiers = list;
        return t.modify("blue/rec", patch);
    };
    all["modify record: subnet,subnets"] = [](const Try& t) {
        schema::Record patch;
        if (t.field == "subnet")
            patch.subnet = t.world.back;
        else
            patch.subnets = {t.world.back};
        return t.modify("blue/loose", patch);
    };
    // With an instance that everybody named here may attach to, or without one.
    all["modify record: standbys,lease"] = [](const Try& t) {
        schema::Record patch;
        const auto mine = t.world.cloud().instance(t.who.name, "own-" + t.who.name);
        if (t.field == "standbys")
            patch.standbys = {mine ? mine->id : t.world.cloud().instance("ivy", "idle")->id};
        else
            patch.lease = 30;
        return t.modify("blue/rec", patch);
    };
    all["modify record: delete-on-terminate"] = [](const Try& t) {
        schema::Record patch;
        patch.delete_on_terminate = true;
        return t.modify("blue/rec", patch);
    };
    all["modify record: status=in-repair"] = [](const Try& t) {
        schema::Record patch;
        patch.status = schema::RecordStatus::in_repair;
        return t.modify("blue/rec", patch);
    };
    all["modify attachment"] = [](const Try& t) {
        schema::Attachment patch;
        patch.delete_on_terminate = true;
        return t.modify(t.attachment(), patch);
    };
    all["modify attachment: rules"] = [](const Try& t) {
        schema::Attachment patch;
        patch.rules.emplace_back();
        return t.modify(t.attachment(), patch);
    };
    all["modify scaling-rule"] = [](const Try& t) { return t.tag<schema::ScalingRule>("ann/spare"); };
    all["modify scaling-rule: driver,parameters"] = [](const Try& t) {
        schema::ScalingRule patch;
        if (t.field == "driver") patch.driver = "qemu";
        if (t.field == "parameters") patch.parameters = {{"memory", "512"}};
        return t.modify("ann/spare", patch);
    };
    all["modify scaling-rule: hosts"] = [](const Try& t) {
        schema::ScalingRule patch;
        patch.hosts = {t.world.h2};
        return t.modify("ann/spare", patch);
    };
    all["modify key"] = [](const Try& t) {
        schema::AccessKey patch;
        patch.disabled = true;
        return t.modify(to_string(t.world.key), patch);
    };
}

void add_others(std::map<std::string, Attempt>& all) {
    all["delete partition"] = [](const Try& t) {
        auto forced = t;
        forced.options.force = true;
        return forced.remove(Kind::partition, "ann/empty");
    };
    all["delete subnet"] = [](const Try& t) { return t.remove(Kind::subnet, "blue/spare"); };
    all["delete group"] = [](const Try& t) { return t.remove(Kind::security_group, "blue/spare"); };
    all["delete acl"] = [](const Try& t) { return t.remove(Kind::network_acl, "blue/spare"); };
    all["delete pool"] = [](const Try& t) { return t.remove(Kind::pool, "blue/spare"); };
    all["delete address-pool"] = [](const Try& t) { return t.remove(Kind::address_pool, "blue/spare"); };
    all["delete route-table"] = [](const Try& t) { return t.remove(Kind::route_table, "blue/spare"); };
    all["delete host"] = [](const Try& t) { return t.remove(Kind::host, "h9"); };
    all["delete instance"] = [](const Try& t) { return t.remove(Kind::instance, "ivy/idle"); };
    all["delete record"] = [](const Try& t) { return t.remove(Kind::record, "blue/loose"); };
    all["delete scaling-rule"] = [](const Try& t) { return t.remove(Kind::scaling_rule, "ann/spare"); };
    all["delete key"] = [](const Try& t) { return t.remove(Kind::access_key, to_string(t.world.key)); };
    // To an instance of one's own, where that right is no question.
    const auto own = [](const Try& t) {
        return t.who.role == Role::customer ? "own-" + t.who.name : std::string("ivy/vm");
    };
    all["attach record"] = [own](const Try& t) { return t.attach("blue/loose", own(t)); };
    all["attach record: delete-on-terminate"] = [own](const Try& t) {
        return t.attach("blue/loose", own(t), {}, {}, true);
    };
    // A record that every customer may attach.
    all["attach instance"] = [](const Try& t) { return t.attach("blue/open", "ivy/vm"); };
    all["attach instance: device"] = [](const Try& t) { return t.attach("blue/open", "ivy/bare", "tap7"); };
    all["attach instance: host"] = [](const Try& t) {
        wire::AttachRequest request{"blue/open", "ivy/vm", {}, {}, false, false, t.options};
        request.host = "h1";
        return t.world.ask(&Service::attach, t.who, request);
    };
    all["attach instance: netns"] = [](const Try& t) { return t.attach("blue/open", "ivy/vm", {}, "other"); };
    all["attach instance: rules"] = [](const Try& t) {
        wire::AttachRequest request{"blue/open", "ivy/vm", {}, {}, false, false, t.options};
        request.rules.emplace_back();
        return t.world.ask(&Service::attach, t.who, request);
    };
    all["detach attachment"] = [](const Try& t) {
        return t.world.ask(&Service::detach, t.who, wire::DetachRequest{"blue/rec", {}, t.options});
    };
    all["move instance"] = [](const Try& t) {
        return t.world.ask(&Service::move, t.who, wire::MoveRequest{"ivy/vm", "h2", t.options});
    };
    all["token host"] = [](const Try& t) {
        return t.world.ask(&Service::host_token, t.who, wire::HostRequest{"h1"});
    };
    all["revoke host"] = [](const Try& t) {
        return t.world.ask(&Service::revoke, t.who, wire::HostRequest{"h1"});
    };
}

const std::map<std::string, Attempt>& attempts() {
    static const auto all = [] {
        std::map<std::string, Attempt> out;
        add_see(out);
        add_create(out);
        add_modify(out);
        add_others(out);
        return out;
    }();
    return all;
}

bool changes(permission::Verb verb) {
    return verb <= permission::Verb::move && verb != permission::Verb::see;
}

unsigned relation(const Subject& subject, const permission::Permission& row) {
    auto who = subject.of_others;
    if (row.noun == Kind::record || row.noun == Kind::attachment) who = subject.of_record;
    if (row.noun == Kind::instance) who = subject.of_instance;
    if (subject.principal.role == Role::customer) who |= permission::customer;
    if (subject.principal.role == Role::host && row.noun == Kind::host) who |= permission::the_host;
    return who;
}

std::vector<std::string> fields_of(const permission::Permission& row) {
    std::vector<std::string> out;
    std::string fields{row.fields};
    for (auto comma = fields.find(','); comma != std::string::npos; comma = fields.find(',')) {
        out.push_back(fields.substr(0, comma));
        fields.erase(0, comma + 1);
    }
    out.push_back(fields);
    return out;
}

wire::Ack attempt(const permission::Permission& row, Permissions& world, const Subject& subject,
                  const std::string& field, bool dry_run) {
    wire::Options options;
    options.dry_run = dry_run;
    return attempts().at(permission::title(row))({world, subject.principal, options, field});
}

}  // namespace

TEST_CASE("[3.2/table] [1.13/table] [1.9/table] each row allows whom it names and nobody else, dry or not") {
    Permissions quiet;  // which only sees what changes nothing
    const auto everything = quiet.everything();
    for (const auto& row : permission::table())
        for (const auto& field : fields_of(row))
            for (const auto& subject : subjects(quiet.h1)) {
                INFO(permission::title(row), " ", field, " by '", subject.principal.name, "'");
                REQUIRE(attempts().count(permission::title(row)) == 1);
                const bool allowed = (row.who & relation(subject, row)) != 0;
                wire::Ack dry;
                if (changes(row.verb) || !allowed) dry = attempt(row, quiet, subject, field, true);
                CHECK(!dry.changed);
                if (!allowed) {
                    const bool refused = code(dry) == ErrorCode::refused || code(dry) == ErrorCode::not_found;
                    CHECK_MESSAGE(refused, dry.text);
                    const auto real = attempt(row, quiet, subject, field, false);
                    CHECK(real.code == dry.code);
                    CHECK(real.text == dry.text);
                    CHECK(!real.changed);
                } else if (!changes(row.verb)) {
                    const auto real = attempt(row, quiet, subject, field, false);
                    CHECK_MESSAGE(real.code == 0, real.text);
                } else {
                    CHECK_MESSAGE(dry.code == 0, (dry.field + ": " + dry.text));
                    Permissions world;
                    const auto before = world.everything();
                    const auto real = attempt(row, world, subject, field, false);
                    CHECK_MESSAGE(real.code == 0, (real.field + ": " + real.text));
                    CHECK(real.changed);
                    CHECK(world.everything() != before);
                }
                CHECK(quiet.everything() == everything);
            }
}

TEST_CASE("[3.2/hint] what one may not see does not exist: the same answer as for what is not there") {
    Permissions world;
    const Principal zed{"zed", Role::customer};
    const auto record = world.cloud().record(world.blue, "rec");
    const auto known = world.service->get(zed, {Kind::record, to_string(record->id)}).error();
    const auto unknown = world.service->get(zed, {Kind::record, "rec-00000000000000009"}).error();
    CHECK(known.code == unknown.code);
    CHECK(known.field == unknown.field);
    CHECK(known.text == "there is no record '" + to_string(record->id) + "'");
    CHECK(unknown.text == "there is no record 'rec-00000000000000009'");
    const auto listed = world.service->list(zed, {Kind::record, {}, {}, 0}).value().objects;
    REQUIRE(listed.size() == 1);  // which every customer may attach
    CHECK(object_of<schema::Record>(listed.front().object).name == "open");
    CHECK(!world.service->show(zed, Kind::record, {}, Object{record}));
}
