#!/usr/bin/env python3
"""Checks that the arrows between libs/ and services/ point one way.

include_graph.py [ROOT]: prints `file:line: what is wrong` and exits 1 when an include crosses a
border, the pure rules of the model reach something that does I/O, or a foreign library is used
outside of the one place that wraps it.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

# Who may include whom, besides itself. A service may include every library, and no other service.
ALLOWED = {
    "core": set(),
    "net": {"core"},
    "postgres": {"core"},
    "rabbitmq": {"core"},
    "contracts": {"core"},
    "model": {"core", "postgres"},
    "integrations": {"core", "net"},
    # What workers have in common: their loop, and the bells that follow a fold.
    "worker": {"core", "postgres", "rabbitmq", "contracts", "model"},
    # The frame that services hang their job bodies into: a part of a service that several share.
    "jobs": {"core", "net", "postgres", "rabbitmq", "contracts", "model"},
}

# Foreign libraries that are wrapped once, so that the rest can be built and tested without them.
WRAPPED = [
    ("libpq", re.compile(r"libpq[-/]|postgres_ext\.h|pg_config"), {"postgres"}),
    ("librabbitmq", re.compile(r"amqp(_.*)?\.h$|rabbitmq-c/"), {"rabbitmq"}),
    ("Boost.Beast", re.compile(r"boost/beast"), {"net"}),
    ("RapidJSON", re.compile(r"rapidjson/"), {"core", "contracts"}),
]

RULE_FOLDERS = ("libs/model/include/model/rules", "libs/model/src/rules")
INPUT_OUTPUT_LIBRARIES = {"postgres", "rabbitmq", "net"}
INPUT_OUTPUT_HEADER = re.compile(
    r"boost/(asio|beast)|libpq[-/]|amqp(_.*)?\.h$|rabbitmq-c/|openssl/ssl|sys/(socket|epoll)\.h"
    r"|netdb\.h|netinet/|arpa/|unistd\.h|fstream$|iostream$|filesystem$"
)

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".in"}


@dataclass(frozen=True)
class Include:
    line: int
    text: str


@dataclass(frozen=True)
class Problem:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def includes_of(text):
    for number, line in enumerate(text.splitlines(), start=1):
        if match := INCLUDE.match(line):
            yield Include(number, match[1] or match[2])


def component_of(path):
    """("libs", "model") for libs/model/src/x.cpp."""
    parts = Path(path).parts
    return parts[0], parts[1] if len(parts) > 2 else ""


class Graph:
    def __init__(self, root):
        self.root = root
        self.includes = {}
        for top in ("libs", "services"):
            for file in sorted((root / top).rglob("*")):
                if file.suffix in SOURCE_SUFFIXES and file.is_file():
                    name = file.relative_to(root).as_posix()
                    self.includes[name] = list(includes_of(file.read_text(encoding="utf-8")))
        self.public = self._public_names()

    def _public_names(self):
        """What `#include "model/x.hpp"` can mean: every header below some include/ folder."""
        names = {}
        for path in self.includes:
            before, found, after = path.partition("/include/")
            if found:
                names.setdefault(after, path)
        return names

    def resolve(self, path, include):
        """The project file that an include of `path` means, or None for a foreign header."""
        near = (self.root / path).parent / include.text
        try:
            name = near.resolve().relative_to(self.root).as_posix()
        except ValueError:
            name = None
        if name in self.includes:
            return name
        if include.text in self.public:
            return self.public[include.text]
        top, component = component_of(path)
        private = f"{top}/{component}/src/{include.text}"
        return private if private in self.includes else self._in_another_service(include.text)

    def _in_another_service(self, text):
        for path in self.includes:
            if path.startswith("services/") and path.split("/", 2)[2] == f"src/{text}":
                return path
        return None


def check_arrows(graph):
    for path, includes in graph.includes.items():
        top, component = component_of(path)
        for include in includes:
            target = graph.resolve(path, include)
            if target is None:
                continue
            target_top, target_component = component_of(target)
            if (top, component) == (target_top, target_component):
                continue
            if target_top == "services":
                yield Problem(path, include.line, f"includes {include.text} of the service {target_component}")
            elif top == "libs" and target_component not in ALLOWED.get(component, set()):
                yield Problem(path, include.line, f"{component} must not know {target_component} ({include.text})")


def check_components(graph):
    for component in sorted({component_of(path)[1] for path in graph.includes if path.startswith("libs/")}):
        if component and component not in ALLOWED:
            yield Problem(f"libs/{component}", 1, "a new library: say in tests/lint/include_graph.py whom it may know")


def check_wrapped(graph):
    for path, includes in graph.includes.items():
        top, component = component_of(path)
        for include in includes:
            for name, pattern, owners in WRAPPED:
                if pattern.match(include.text) and not (top == "libs" and component in owners):
                    home = " and ".join(f"libs/{owner}" for owner in sorted(owners))
                    yield Problem(path, include.line, f"{name} belongs to {home} ({include.text})")


def check_rules(graph):
    for path in graph.includes:
        if path.startswith(tuple(f"{folder}/" for folder in RULE_FOLDERS)):
            yield from reached_input_output(graph, path)


def reached_input_output(graph, start):
    """One problem per include of `start` from which I/O can be reached, with the way to it."""
    for include in graph.includes[start]:
        if chain := way_to_input_output(graph, start, include, {start}):
            yield Problem(start, include.line, "a pure rule reaches I/O: " + " -> ".join(chain))


def way_to_input_output(graph, path, include, seen):
    target = graph.resolve(path, include)
    if target is None:
        # A foreign header of a library that core wraps is core's own affair only if it does no I/O.
        return [include.text] if INPUT_OUTPUT_HEADER.match(include.text) else None
    if component_of(target)[1] in INPUT_OUTPUT_LIBRARIES:
        return [include.text]
    if target in seen:
        return None
    seen.add(target)
    for further in graph.includes[target]:
        if chain := way_to_input_output(graph, target, further, seen):
            return [include.text, *chain]
    return None


def check(root):
    graph = Graph(root)
    problems = [*check_components(graph), *check_arrows(graph), *check_wrapped(graph), *check_rules(graph)]
    if not graph.includes:
        problems.append(Problem("libs", 1, f"no sources found under {root}"))
    return problems


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2]
    problems = check(root.resolve())
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
