// SPDX-License-Identifier: Apache-2.0
// Objects as shown: stored fields, and the derived ones filled from the rest of the cloud and from what hosts
// say.
#pragma once

#include "coordinator/model/acknowledgements.h"
#include "coordinator/model/cloud.h"

namespace weft::coordinator {

[[nodiscard]] schema::Record view(const Cloud& cloud, const Acknowledgements& hosts, schema::Record record);
// As it is shown with these attachments.
[[nodiscard]] schema::Record view(const Cloud& cloud, const Acknowledgements& hosts, schema::Record record,
                                  const std::vector<Ptr<schema::Attachment>>& attachments);
[[nodiscard]] schema::Host view(const Cloud& cloud, const Acknowledgements& hosts, schema::Host host);
[[nodiscard]] schema::Attachment view(const Cloud& cloud, const Acknowledgements& hosts,
                                      schema::Attachment attachment);
[[nodiscard]] schema::Operation view(const Cloud& cloud, const Acknowledgements& hosts,
                                     schema::Operation operation);
[[nodiscard]] schema::ScalingRule view(const Cloud& cloud, const Acknowledgements& hosts,
                                       schema::ScalingRule rule);
// Without what is secret.
[[nodiscard]] schema::AccessKey view(const Cloud& cloud, const Acknowledgements& hosts,
                                     schema::AccessKey key);
template <class T>
[[nodiscard]] T view(const Cloud&, const Acknowledgements&, T object) {
    return object;  // nothing is derived
}

// The attributes of the object with its derived fields.
[[nodiscard]] Result<Bytes> encode_view(const Cloud& cloud, const Acknowledgements& hosts,
                                        const Object& object);

}  // namespace weft::coordinator
