// SPDX-License-Identifier: Apache-2.0
#include "coordinator/pki/secret.h"
#include "service_lab.h"

using namespace weft;
using namespace weft::test;

namespace {

struct Keys : World {
    std::string secret;

    wire::Ack make(const Principal& who, schema::AccessKey key = {}, const wire::Options& options = {}) {
        auto ack = create(who, key, {}, options);
        secret = ack.text;
        return ack;
    }
    static Id id(const wire::Ack& ack) { return object_of<schema::AccessKey>(ack.object).id; }
    bool opens(Id key, const std::string& with) { return service->login({to_string(key), with}).has_value(); }
};

}  // namespace

TEST_CASE("[3.1/key] the secret is told once, and only a salted hash of it is stored") {
    Keys keys;
    const auto made = keys.make(keys.ann);
    REQUIRE(code(made) == ok);
    const auto key = Keys::id(made);
    CHECK(keys.secret.size() == 64);
    const auto stored = keys.cloud().find<schema::AccessKey>(key);
    CHECK(stored->user == "ann");
    CHECK(stored->salt.size() == 32);
    CHECK(stored->hash == coordinator::pki::salted_hash(stored->salt, keys.secret));
    // sha256("aabb"), by sha256sum.
    CHECK(coordinator::pki::salted_hash("aa", "bb") ==
          "486b34250bd4400c0aa90516fce9a9c0633a922eb40d0828cf299bc4e825acf4");
    for (const auto& shown :
         {made.object, keys.service->get(keys.ann, {Kind::access_key, to_string(key)})->object,
          *keys.service->show(keys.ann, Kind::access_key, {}, keys.cloud().find(key))}) {
        const auto object = object_of<schema::AccessKey>(shown);
        CHECK(object.user == "ann");
        CHECK(object.salt.empty());
        CHECK(object.hash.empty());
    }
    CHECK(keys.service->list(keys.ann, {Kind::access_key, {{"hash", stored->hash}}, {}, 0})
              .value()
              .objects.empty());
    CHECK(keys.file.bytes().find(keys.secret) == std::string::npos);
    keys.service->flush_audit();
    for (const auto& row : keys.repository->audit(100).value())
        CHECK(row.text.find(keys.secret) == std::string::npos);
}

TEST_CASE("[3.1/key] a client token's answer, which is stored, does not hold the secret") {
    Keys keys;
    wire::Options options;
    options.token = "t";
    const auto first = keys.make(keys.ann, {}, options);
    const auto secret = keys.secret;
    CHECK(secret.size() == 64);
    const auto again = keys.make(keys.ann, {}, options);
    CHECK(Keys::id(again) == Keys::id(first));
    CHECK(again.text == "created access key " + to_string(Keys::id(first)) + " of ann");
    options = {};
    options.dry_run = true;
    CHECK(keys.make(keys.ann, {}, options).text.starts_with("dry run"));
}

TEST_CASE("[3.1/key] unknown, wrong, disabled, expired and deleted keys are refused alike, and audited") {
    Keys keys;
    schema::AccessKey wanted;
    wanted.expire_time = keys.clock.unix + 1'000'000;
    const auto made = keys.make(keys.ann, wanted);
    const auto id = Keys::id(made);
    const auto secret = keys.secret;
    CHECK(keys.service->login({to_string(id), secret}).value()->user == "ann");
    std::set<std::string> texts;
    const auto refused = [&](const std::string& key, const std::string& with) {
        const auto login = keys.service->login({key, with});
        REQUIRE(!login.has_value());
        CHECK(login.error().code == ErrorCode::refused);
        texts.insert(login.error().message());
    };
    refused(to_string(id), secret.substr(1));
    refused(to_string(id), secret + "0");
    refused(to_string(new_id(Kind::access_key)), secret);
    refused("nonsense", secret);
    refused(to_string(new_id(Kind::host)), secret);
    schema::AccessKey patch;
    patch.disabled = true;
    REQUIRE(code(keys.modify(keys.ann, to_string(id), patch)) == ok);
    refused(to_string(id), secret);
    REQUIRE(code(keys.modify(keys.ann, to_string(id), schema::AccessKey{}, 1U << 3)) == ok);
    CHECK(keys.opens(id, secret));
    keys.clock.unix += 1'000'000;
    refused(to_string(id), secret);
    keys.clock.unix -= 1;
    CHECK(keys.opens(id, secret));
    REQUIRE(code(keys.remove(keys.ann, Kind::access_key, to_string(id))) == ok);
    refused(to_string(id), secret);
    CHECK(texts.size() == 1);
    keys.service->flush_audit();
    keys.create(keys.root, World::partition("last", "10.1.0.0/16"), {World::subnet("front", "10.1.2.0/24")});
    std::uint64_t refusals = 0;
    bool allowed = false;
    for (const auto& row : keys.repository->audit(100).value()) {
        if (row.verb != "login") continue;
        if (row.code == static_cast<std::uint16_t>(ErrorCode::refused)) refusals += row.count;
        allowed = allowed || (row.code == 0 && row.principal == "ann");
    }
    CHECK(refusals == 8);
    CHECK(allowed);
}

TEST_CASE("[3.1/key] for oneself, by the operator for anybody; a bounded number of them") {
    Keys keys;
    schema::AccessKey of_bob;
    of_bob.user = "bob";
    CHECK_REFUSED(keys, keys.make(keys.ann, of_bob), ErrorCode::refused, "user");
    CHECK(code(keys.make(keys.root, of_bob)) == ok);
    schema::AccessKey past;
    past.expire_time = 1;
    CHECK_REFUSED(keys, keys.make(keys.ann, past), ErrorCode::invalid, "expire-time");
    schema::AccessKey forged;
    forged.hash = "x";
    CHECK_REFUSED(keys, keys.make(keys.ann, forged), ErrorCode::invalid, "hash");
    for (int i = 0; i < 99; ++i) REQUIRE(code(keys.make(keys.bob)) == ok);
    CHECK_REFUSED(keys, keys.make(keys.bob), ErrorCode::exhausted, "user");
}
