#pragma once

#include "core/result.hpp"
#include "net/http_client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ciclo::manychat {

// What a call does when it is made twice.
enum class Repeat {
    harmless, // ends in the same state
    twice,    // sends, or makes, a second one
};

// What an answer says about its failure: `message`, and every text found in details.messages, which may be a
// list, an object by field, or a plain text.
struct Complaint {
    std::string message;
    std::vector<std::string> details;
    int code = 0; // only sendContent and getInfoByUserRef tell one

    std::string text() const;                    // all of it in one line
    bool mentions(std::string_view words) const; // in any spelling
};

Complaint complaint_of(const net::HttpAnswer& answer);

// HTTP 2xx and `status` "success". A 200 may carry an error, and a page of HTML is no answer at all.
bool is_success(const net::HttpAnswer& answer);

// What an answer that is no success means to us.
//   not_found        no such subscriber, tag, field or flow
//   duplicate        it exists already
//   refused          ManyChat will not do it until somebody changes something
//   unauthorized     401 and 403: the token is not accepted, stop calling
//   rate_limited     429, and any text with "max rps"; `retry_after` is at least two seconds
//   unavailable      5xx, or no readable answer, of a call whose repetition is harmless
//   unknown_outcome  the same of any other call
//   internal         an unknown path: the base URL is wrong
// The detail holds no e-mail address and no telephone number.
Error classify(const net::HttpAnswer& answer, Repeat repeat);

// The number under which a contact "already exists"; empty when the text names none.
std::string existing_digits(const net::HttpAnswer& answer);

// ManyChat's support has to switch the import of contacts on for the account.
bool is_import_refused(const net::HttpAnswer& answer);

} // namespace ciclo::manychat
