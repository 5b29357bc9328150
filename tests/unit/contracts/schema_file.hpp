#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ciclo::testing {

// Text of a file under proto-schemas/; throws when there is none.
std::string read_contract_file(const std::string& name);

// A compiled schema of proto-schemas/messages/.
class SchemaFile {
public:
    explicit SchemaFile(std::string_view type); // "hotmart.event_received.v1"
    ~SchemaFile();

    // False for what is not JSON, too.
    bool accepts(const std::string& document) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace ciclo::testing
