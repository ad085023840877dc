// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/history.h"

#include <algorithm>

namespace weft::test {
namespace {

using Outcome = Event::Outcome;

// Tries every place at which the unknown ones can have happened. They are as few as there are clients.
class Search {
public:
    Search(std::vector<Event> accepted, std::vector<Event> unknown, const CloudModel& after)
        : accepted_(std::move(accepted)), unknown_(std::move(unknown)), after_(after) {}

    bool from(const CloudModel& model, std::size_t next) {
        if (next == accepted_.size() && model == after_) return true;
        for (auto& event : unknown_) {
            // One that began after the next accepted one was answered comes after it.
            if (event.outcome != Outcome::unknown ||
                (next < accepted_.size() && event.begun > accepted_[next].ended))
                continue;
            CloudModel with = model;
            if (with.apply(event.request) || with == model) continue;
            event.outcome = Outcome::accepted;
            if (from(with, next)) return true;
            event.outcome = Outcome::unknown;
        }
        if (next == accepted_.size()) return false;
        CloudModel with = model;
        if (with.apply(accepted_[next].request)) return false;
        furthest_ = std::max(furthest_, next + 1);
        return from(with, next + 1);
    }
    // How many of the accepted ones could be followed.
    [[nodiscard]] std::size_t furthest() const { return furthest_; }

private:
    std::vector<Event> accepted_;
    std::vector<Event> unknown_;
    const CloudModel& after_;
    std::size_t furthest_{0};
};

}  // namespace

std::string contradiction(const CloudModel& before, const std::vector<Event>& events,
                          const CloudModel& after) {
    std::vector<Event> accepted, unknown;
    for (const auto& event : events) {
        if (event.outcome == Outcome::unknown) unknown.push_back(event);
        if (event.outcome == Outcome::accepted && event.changed) accepted.push_back(event);
    }
    std::ranges::sort(accepted, {}, &Event::revision);
    for (std::size_t i = 0; i + 1 < accepted.size(); ++i) {
        if (accepted[i].revision == accepted[i + 1].revision)
            return "two changes have revision " + std::to_string(accepted[i].revision);
        for (std::size_t later = i + 1; later < accepted.size(); ++later)
            if (accepted[later].ended < accepted[i].begun)
                return "revision " + std::to_string(accepted[later].revision) +
                       " was answered before revision " + std::to_string(accepted[i].revision) +
                       " was asked for";
    }
    Search search(accepted, unknown, after);
    if (search.from(before, 0)) return {};
    std::string text = "before:\n" + to_string(before) + "accepted:\n";
    for (std::size_t i = 0; i < accepted.size(); ++i)
        text += "  " + std::to_string(accepted[i].revision) + ' ' + to_string(accepted[i].request) +
                (i == search.furthest() ? "   <- impossible at the latest\n" : "\n");
    text += "unknown:\n";
    for (const auto& event : unknown) text += "  " + to_string(event.request) + '\n';
    return text + "after:\n" + to_string(after);
}

}  // namespace weft::test
