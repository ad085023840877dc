// SPDX-License-Identifier: Apache-2.0
#include "coordinator/distribution/counters_relay.h"

#include <chrono>

#include "weft/wire/message.h"

namespace weft::coordinator {

namespace asio = boost::asio;

std::shared_ptr<CountersRelay::Question> CountersRelay::ask(const asio::any_io_executor& executor,
                                                            std::set<Id> hosts) {
    if (++sequence_ == 0) ++sequence_;
    auto question = std::make_shared<Question>(
        Question{sequence_, std::move(hosts), {}, asio::steady_timer(executor, std::chrono::seconds(1))});
    questions_[sequence_] = question;
    return question;
}

Result<void> CountersRelay::take(Id host, const std::string& name, const Concerns& concerns,
                                 const wire::Frame& frame) {
    const auto at = questions_.find(frame.sequence);
    if (at == questions_.end()) return {};
    auto& question = *at->second;
    if (frame.type == static_cast<std::uint16_t>(wire::Command::counters)) {
        WEFT_TRY(auto part, wire::unpack<wire::Counters>(frame, wire::Command::counters));
        if (!question.missing.contains(host)) return {};
        for (auto& record : part.records) {
            if (record.record && !concerns(record.record)) continue;
            record.host = name;
            question.records.push_back(std::move(record));
        }
        if ((frame.flags & wire::flag_multi) != 0) return {};
    }
    complete(question, host);
    return {};
}

void CountersRelay::complete(Question& question, Id host) {
    question.missing.erase(host);
    if (question.missing.empty()) question.complete.cancel();
}

}  // namespace weft::coordinator
