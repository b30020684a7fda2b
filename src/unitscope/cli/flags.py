"""Messages of the library in the words of the command line: `hidden[0]` is what --hidden gave."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

_NO_FLAG = ", or a Dataset"  # what no flag can give
_ALIASES = {"folder": "--out"}  # what a flag of another name gives
# After "Got ", what the user typed stands in quotation marks: it is left as it is.
_TYPED = re.compile(r"(?<=Got )(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_SETTING = re.compile(r"\b([a-z_]+[0-9]?)=(\([^()]*\)|'[^']*'|[\w-]+(?:[.,]\d+)*)( \(--\w+\))?")
_BARE = re.compile(r"\b([a-z_]+)=(?:\[\.\.\.\])?(?=[ ,.;])")  # with no value, or with any
_LISTED = re.compile(r"\b(ignore)=\[('[^']*')\]")


def in_flags(
    message: str,
    settings: Collection[str],
    arguments: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The message with each of the `settings` written as its flag.

    "hidden[0] must be ..." begins with --hidden, and `epochs=20` is --epochs 20. `arguments` are
    those without a flag, with what the help calls them: `text` is TEXT.
    """

    def as_typed(found: re.Match[str]) -> str:
        name, value = found[1], found[2]
        if name not in settings:
            return found[0]
        numbers = " ".join(re.findall(r"[^\s,()']+", value)) if value[0] in "('" else value
        return f"{flag_of(name)} {numbers.replace(',', '')}".removesuffix(" True").rstrip()

    def bare(found: re.Match[str]) -> str:
        return flag_of(found[1]) if found[1] in settings else found[0]

    rule, got, value = message.partition(" Got ")
    message = rule.replace(_NO_FLAG, "") + got + value
    setting = re.match(r"(\w+)(?:\[[^]]*\])? must be ", message)
    if setting and (setting[1] in settings or setting[1] in _ALIASES):
        flag = arguments.get(setting[1]) or _ALIASES.get(setting[1]) or flag_of(setting[1])
        message = f"{flag} must be {message[setting.end() :]}"
    typed = _TYPED.search(message)
    end = 0 if typed is None else typed.end()
    rest = _BARE.sub(bare, _SETTING.sub(as_typed, message[end:]))
    if "header" in settings:
        rest = _LISTED.sub(r"--\1 \2", rest.replace("--header None", "--header none"))
        rest = rest.replace("--header 0", "--header names")
    return _named(message[:end] + rest, settings)


def _named(message: str, settings: Collection[str]) -> str:
    """With settings of several words, which no sentence has by chance, as flags before "Got"."""
    rule, got, value = message.partition(" Got ")
    for name in settings:
        if "_" in name:
            rule = re.sub(rf"\b{name}\b(?!=)", flag_of(name), rule)
    return rule + got + value


def flag_of(setting: str) -> str:
    """`learning_rate` is --learning-rate."""
    return "--" + setting.replace("_", "-")
