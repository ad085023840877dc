// SPDX-License-Identifier: Apache-2.0
// The device that an attachment uses, and with whom it shares it (row 2.6): records of one instance, told
// apart by 802.1Q tag, and those with the same tag by source address.
#pragma once

#include "coordinator/service/plan.h"
#include "weft/wire/message/attach_request.h"

namespace weft::coordinator {

struct Device {
    std::string name;
    std::string netns;
    std::uint32_t vlan{0};
    Id of{};    // Attachment::device_of
    Mac mac{};  // Attachment::device_mac
    bool made{false};
};

// The one that is asked for, or a free one, on host `at` (none: not known yet).
[[nodiscard]] Result<Device> choose_device(const Context& context, const wire::AttachRequest& request,
                                           const schema::Record& record, const schema::Instance& instance,
                                           Id at);

// Whether the record, as it is to be, is still told apart from those that it shares devices with.
[[nodiscard]] Result<void> check_sharing(const Cloud& cloud, const schema::Record& after);

// Whether devices that the attachment names are another instance's on this host.
[[nodiscard]] Result<void> check_device_free(const Cloud& cloud, const schema::Attachment& attachment,
                                             const schema::Host& host);

}  // namespace weft::coordinator
