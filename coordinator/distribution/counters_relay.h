// SPDX-License-Identifier: Apache-2.0
// Gathers the answers of many hosts to one request for counters.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "weft/base/id.h"
#include "weft/wire/frame.h"
#include "weft/wire/message/status.h"

namespace weft::coordinator {

class CountersRelay {
public:
    struct Question {
        std::uint32_t sequence{0};
        std::set<Id> missing;  // hosts whose answer is not complete
        std::vector<wire::RecordCounters> records;
        boost::asio::steady_timer complete;
    };

    // A question to `hosts`; whoever asks sends it with its sequence, and waits for `complete` (cancelled
    // when all have answered).
    [[nodiscard]] std::shared_ptr<Question> ask(const boost::asio::any_io_executor& executor,
                                                std::set<Id> hosts);
    // An answer, or a part of one (flag_multi), or the end of the parts. Other sequences are ignored.
    // Of records that do not concern the host nothing is taken (row 3.4).
    using Concerns = std::function<bool(Id record)>;
    [[nodiscard]] Result<void> take(Id host, const std::string& name, const Concerns& concerns,
                                    const wire::Frame& frame);
    void forget(const Question& question) { questions_.erase(question.sequence); }

private:
    static void complete(Question& question, Id host);

    std::uint32_t sequence_{0};
    std::map<std::uint32_t, std::shared_ptr<Question>> questions_;
};

}  // namespace weft::coordinator
