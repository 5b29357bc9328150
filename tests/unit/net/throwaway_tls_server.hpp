#pragma once

#include "scripted_peer.hpp"

#include <functional>
#include <memory>
#include <string>

namespace ciclo::testing {

// A certificate signed by itself, made for one test; the file is removed with the object.
class ThrowawayCertificate {
public:
    explicit ThrowawayCertificate(const std::string& host);
    ~ThrowawayCertificate();
    ThrowawayCertificate(const ThrowawayCertificate&) = delete;
    ThrowawayCertificate& operator=(const ThrowawayCertificate&) = delete;

    const std::string& ca_file() const;

    // Does the handshake, then answers so many requests with "tls".
    ScriptedPeer::Script answer(int requests) const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace ciclo::testing
