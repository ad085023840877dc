// SPDX-License-Identifier: Apache-2.0
#include "agent/session/enroll.h"

#include "agent/session/credentials.h"
#include "agent/session/hello.h"
#include "weft/base/file.h"
#include "weft/wire/message.h"

namespace weft::agent {

using wire::Command;

boost::asio::awaitable<Result<Id>> enroll(wire::Channel::Pointer channel, std::string token,
                                          wire::TlsFiles files) {
    wire::Hello own;
    const auto met = co_await greet(channel, std::move(own));
    if (!met) co_return met.error();
    WEFT_CO_TRY(const auto key, new_key());
    WEFT_CO_TRY(auto request, certificate_request(key));
    WEFT_CO_TRY(const auto frame,
                wire::pack(Command::enroll, wire::EnrollRequest{std::move(token), std::move(request)}, 2,
                           wire::flag_request));
    channel->send(frame);
    WEFT_CO_TRY(const auto answer, co_await read_answer(channel, Command::certificate));
    WEFT_CO_TRY(const auto issued, wire::unpack<wire::Certificate>(answer, Command::certificate));
    WEFT_CO_TRY(const auto facts, certificate_facts(issued.certificate));
    if (!facts.host) co_return invalid("certificate", "names no host");
    if (const auto pair = check_pair(issued.certificate, key); !pair) co_return pair.error();
    if (const auto kept = replace_file(files.key, key); !kept) co_return kept.error();
    if (const auto kept = replace_file(files.certificate, issued.certificate); !kept) co_return kept.error();
    co_return facts.host;
}

}  // namespace weft::agent
