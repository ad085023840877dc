// SPDX-License-Identifier: Apache-2.0
// Hosts without an agent among the others (row 6.9): whoever runs one sets it up by hand, so nobody reports
// for it and nothing is awaited of it.
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

class ForeignHosts final : public Acknowledgements {
public:
    // Both must outlive this. `agents`: what hosts with an agent say.
    ForeignHosts(const Acknowledgements& agents, const Cloud& cloud) : agents_(agents), cloud_(cloud) {}

    [[nodiscard]] schema::SessionState session(Id host) const override;
    [[nodiscard]] Revision installed(Id host) const override;
    [[nodiscard]] std::optional<std::string> failure(Id host, Id attachment) const override;
    [[nodiscard]] bool waiting(Id host, Id attachment) const override;
    [[nodiscard]] std::vector<Id> lost(Id host) const override;
    [[nodiscard]] std::string problem(Id host) const override;
    [[nodiscard]] schema::TrafficCounts counted(Id host, Id record) const override;

private:
    [[nodiscard]] bool is_foreign(Id host) const;

    const Acknowledgements& agents_;
    const Cloud& cloud_;
};

}  // namespace weft::coordinator
