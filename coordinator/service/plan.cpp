// SPDX-License-Identifier: Apache-2.0
#include "coordinator/service/plan.h"

namespace weft::coordinator {

Result<void> check_generation(const wire::Options& options, const Object& object) {
    const auto generation = generation_of(object);
    if (options.if_generation == 0 || options.if_generation == generation) return {};
    return conflict("generation", title(object) + " has generation " + std::to_string(generation) + ", not " +
                                      std::to_string(options.if_generation));
}

Result<Plan> already(const Context& context, Plan plan) {
    if (context.options.strict) return conflict("", plan.text);
    return plan;
}

}  // namespace weft::coordinator
