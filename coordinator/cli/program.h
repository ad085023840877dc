// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: global options, the chosen verb, where it writes and whom it asks.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <ostream>

#include "coordinator/cli/client.h"
#include "coordinator/cli/settings.h"

namespace weft::cli {

class Program {
public:
    // What a verb does after the whole command line was understood; its value is the exit code.
    using Action = std::function<Result<int>()>;

    Program(std::ostream& out, std::ostream& err);

    // Parses and does it. Exit codes: 0, 1 failed or differs, 2 usage, and those of weft::exit_code.
    [[nodiscard]] int run(std::vector<std::string> arguments);

    [[nodiscard]] CLI::App& app() noexcept { return app_; }
    // Makes `action` what the verb `verb` does.
    void on(CLI::App& verb, Action action);
    // The same for the one verb that knows -o csv; with another it is an error.
    void on_csv(CLI::App& verb, Action action);
    // Connects at the first use.
    [[nodiscard]] Result<Client*> client();

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
    // Data.
    [[nodiscard]] std::ostream& out() noexcept { return out_; }
    // Messages for people.
    [[nodiscard]] std::ostream& err() noexcept { return err_; }

private:
    CLI::App app_;
    Settings settings_;
    Action action_;
    const CLI::App* csv_verb_{nullptr};
    std::optional<Client> client_;
    std::ostream& out_;
    std::ostream& err_;

    void add_global_options();
};

}  // namespace weft::cli
