#!/usr/bin/env python3
"""Checks that between `co_await` and its `;` there is no `{` and no `[`.

GCC 12 destroys aggregate temporaries and capturing lambdas twice when they are written inside a
co_await expression, without a warning. The argument is built first, named, and moved in.

co_await_rule.py [FILE...]: all of libs/, services/ and tests/ by default; prints `file:line: ...`.
"""

import re
import sys
from pathlib import Path

# What is not code, with everything that may hold braces, semicolons or the word itself.
NOT_CODE = re.compile(
    r"""
      //(?:[^\n\\]|\\.|\\\n)*                       # comment to the end of the line
    | /\*.*?\*/                                     # comment
    | R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"  # raw string
    | "(?:[^"\\\n]|\\.)*"                           # string
    | (?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'           # character; 1'000 is a number
    """,
    re.VERBOSE | re.DOTALL,
)
TOKEN = re.compile(r"[A-Za-z_]\w*|[(){}\[\];]")
CONDITIONS = {"if", "while", "for", "switch", "constexpr"}


def without_comments_and_strings(text):
    """The same text with blanks in place of them, so that offsets and line numbers stay."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def violations(text):
    """Line numbers of the `{` or `[` that break the rule, each with the line of its co_await."""
    code = without_comments_and_strings(text)
    tokens = [(match[0], match.start()) for match in TOKEN.finditer(code)]
    found = []
    condition_depths = []  # for every open parenthesis: does it belong to if, while, for or switch?
    for index, (token, offset) in enumerate(tokens):
        if token == "(":
            condition_depths.append(index > 0 and tokens[index - 1][0] in CONDITIONS)
        elif token == ")" and condition_depths:
            condition_depths.pop()
        elif token == "co_await" and (index == 0 or tokens[index - 1][0] != "operator"):
            culprit = first_bracket(tokens[index + 1:], condition_depths)
            if culprit is not None:
                found.append((line_of(code, culprit), line_of(code, offset)))
    return found


def first_bracket(tokens, open_conditions):
    """Offset of the first `{` or `[` before the expression ends: at `;`, or with the condition it stands in."""
    depths = list(open_conditions)
    for token, offset in tokens:
        if token in "{[":
            return offset
        if token in ";}":
            return None
        if token == "(":
            depths.append(False)
        elif token == ")" and depths and depths.pop():
            return None
    return None


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def sources(root):
    for top in ("libs", "services", "tests"):
        for suffix in ("*.cpp", "*.hpp"):
            yield from sorted((root / top).rglob(suffix))


def main():
    root = Path(__file__).resolve().parents[2]
    files = [Path(name) for name in sys.argv[1:]] or list(sources(root))
    failed = not files
    for file in files:
        for line, start in violations(file.read_text(encoding="utf-8")):
            failed = True
            print(f"{file}:{line}: a brace or bracket in the co_await expression of line {start}: name the value before")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
