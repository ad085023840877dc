// SPDX-License-Identifier: Apache-2.0
// Asio and its TLS streams, compiled once for all programs (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
