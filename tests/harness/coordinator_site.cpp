// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/coordinator_site.h"

#include <unistd.h>

#include "coordinator/pki/files.h"

namespace weft::test {

using namespace weft::coordinator;

CoordinatorSite::CoordinatorSite() {
    settings_.database = scratch_ / "weft.db";
    settings_.socket = scratch_ / "c.sock";
    settings_.tls_directory = scratch_ / "tls";
    settings_.listen = {{Address::v4(0x7f000001), 0}};
    settings_.users = {{static_cast<std::uint32_t>(::getuid()), "root", coordinator::config::Role::op}};
    pki::init_ca(settings_.tls_directory).value();
    pki::issue_coordinator(settings_.tls_directory, "test", {"127.0.0.1"}).value();
}

Result<cli::Connection> CoordinatorSite::connect() const {
    cli::Target target;
    target.socket = settings_.socket;
    return cli::Connection::open(target);
}

}  // namespace weft::test
