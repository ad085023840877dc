// SPDX-License-Identifier: Apache-2.0
#include "coordinator/cli/completion.h"

#include <algorithm>

#include "weft/schema/description.h"

namespace weft::cli {
namespace {

// What completes a value: words, a kind of object, or files.
std::string values_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    if (type.find('|') != std::string::npos) {
        std::string words = type;
        std::ranges::replace(words, '|', ' ');
        return "words " + words;
    }
    if (type == "FILE" || type == "DIRECTORY" || type == "SOCKET") return "files";
    std::string noun = type;
    for (char& c : noun) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const auto kind = kind_from_string(noun);
    return kind && !schema::fields_of(*kind).empty() ? "names " + noun : "nothing";
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// The lines of one command: PATH) its words, PATH:OPTION) an option's values, PATH:N) those of the Nth
// argument.
void add_command(const CLI::App& app, const std::string& path, std::string& words, std::string& values) {
    std::string line;
    std::size_t positional = 0;
    for (const auto* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        line += ' ' + child->get_name();
        add_command(*child, path + ' ' + child->get_name(), words, values);
    }
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) {
            values += "    '" + path + ':' + std::to_string(positional++) + "') " + "echo '" +
                      values_of(*option) + "' ;;\n";
            continue;
        }
        for (const auto& name : option->get_lnames()) {
            line += " --" + name;
            if (takes_value(*option))
                values += "    '" + path + ":--" + name + "') echo '" + values_of(*option) + "' ;;\n";
        }
        for (const auto& name : option->get_snames())
            if (takes_value(*option))
                values += "    '" + path + ":-" + name + "') echo '" + values_of(*option) + "' ;;\n";
    }
    words += "    '" + path + "') echo '" + line.substr(line.empty() ? 0 : 1) + "' ;;\n";
}

constexpr const char* head = R"bash(# bash completion for weft, made by `weft completion bash`.
_weft_words() {
    case "$1" in
)bash";
constexpr const char* between = R"bash(    esac
}
_weft_values() {
    case "$1" in
)bash";
constexpr const char* tail = R"bash(    esac
}
_weft() {
    local current=${COMP_WORDS[COMP_CWORD]} path=weft kind='' argument=0 word skip='' i
    local -a connection=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [ -n "$skip" ]; then
            skip=''
        elif [[ $word == -* ]]; then
            kind=$(_weft_values "$path:$word")
            [ -n "$kind" ] || kind=$(_weft_values "weft:$word")
            [ -n "$kind" ] && skip=$word
            case $word in
            --socket | --server | --tls-directory | --user | --access-key) connection+=("$word" "${COMP_WORDS[i + 1]}") ;;
            esac
        elif [[ " $(_weft_words "$path") " == *" $word "* ]]; then
            path+=" $word"
        else
            argument=$((argument + 1))
        fi
    done
    if [ -n "$skip" ]; then
        kind=$(_weft_values "$path:$skip")
        [ -n "$kind" ] || kind=$(_weft_values "weft:$skip")
    elif [[ $current == -* ]]; then
        kind="words $(_weft_words "$path") $(_weft_words weft | tr ' ' '\n' | grep '^-')"
    else
        kind=$(_weft_values "$path:$argument")
        [ -n "$kind" ] || kind="words $(_weft_words "$path" | tr ' ' '\n' | grep -v '^-')"
    fi
    case $kind in
    words*) mapfile -t COMPREPLY < <(compgen -W "${kind#words}" -- "$current") ;;
    names*) mapfile -t COMPREPLY < <(compgen -W "$(_weft_names "${kind#names }")" -- "$current") ;;
    files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
_weft_names() { weft "${connection[@]}" "$1" list -o name 2>/dev/null; }
complete -F _weft weft
)bash";

}  // namespace

std::string bash_completion(const CLI::App& app) {
    std::string words;
    std::string values;
    add_command(app, "weft", words, values);
    return head + words + between + values + tail;
}

}  // namespace weft::cli
