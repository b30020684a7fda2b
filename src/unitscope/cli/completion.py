"""The command `unitscope completion`: a script that lets a shell complete this command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Option:
    """A flag: its spellings, what it says of itself, and what may follow it."""

    flags: tuple[str, ...]
    help: str
    takes: str  # the name of its value; empty where it takes none
    choices: tuple[str, ...]


@dataclass(frozen=True)
class _Command:
    name: str
    help: str
    options: tuple[_Option, ...]


def add_to(commands: Any) -> None:
    """Add the command to the command line, whose other commands it completes."""
    completion = commands.add_parser(
        "completion",
        allow_abbrev=False,
        help="print the script by which a shell completes this command",
        description='For bash, add eval "$(unitscope completion bash)" to ~/.bashrc; for zsh, '
        "after compinit, the same with zsh to ~/.zshrc; for fish, unitscope completion fish > "
        "~/.config/fish/completions/unitscope.fish.",
    )
    completion.add_argument("shell", choices=tuple(_SCRIPTS), help="which shell")
    completion.set_defaults(run=lambda options: _print(options, commands))


def _print(options: argparse.Namespace, commands: Any) -> int:
    print(_SCRIPTS[options.shell](list(_commands(commands))))
    return 0


def _commands(commands: Any) -> Iterator[_Command]:
    helps = {one.dest: one.help or "" for one in commands._choices_actions}
    for name, parser in commands.choices.items():
        found = []
        for action in parser._actions:
            if action.option_strings:
                said = (action.help or "") % {**vars(action), "prog": parser.prog}
                value = action.metavar or action.dest
                value = " ".join(value) if isinstance(value, tuple) else value
                takes = "" if action.nargs == 0 else value
                choices = tuple(map(str, action.choices or ()))
                found.append(_Option(tuple(action.option_strings), said, takes, choices))
        positional = [action for action in parser._actions if not action.option_strings]
        for action in positional:
            if action.choices:
                found.append(_Option((), "", "", tuple(map(str, action.choices))))
        yield _Command(name, helps.get(name, ""), tuple(found))


def _bash(commands: list[_Command]) -> str:
    names = " ".join(command.name for command in commands)
    values, words = [], []
    for command in commands:
        free = []
        for option in command.options:
            where = [f"{command.name},{flag}" for flag in option.flags]
            if option.choices and where:
                values.append(f"        {'|'.join(where)}) words='{' '.join(option.choices)}' ;;")
            elif option.takes:
                free += where
        if free:
            values.append(f"        {'|'.join(free)}) return ;;")
        flags = [word for option in command.options for word in option.flags or option.choices]
        words.append(f"            {command.name}) words='{' '.join(flags)}' ;;")
    return "\n".join(
        [
            "_unitscope() {",
            "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}",
            "    local command= words= i",
            "    COMPREPLY=()",
            "    ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}",
            "    case $command,$before in",
            *values,
            "        *) case $command in",
            f"            '') words='{names} --help --version' ;;",
            *words,
            "        esac ;;",
            "    esac",
            '    COMPREPLY=($(compgen -W "$words" -- "$word"))',
            "}",
            "complete -o default -F _unitscope unitscope",
        ]
    )


def _zsh(commands: list[_Command]) -> str:
    described = " ".join(_quoted(f"{one.name}:{one.help}") for one in commands)
    cases = []
    for command in commands:
        parts = []
        for option in command.options:
            about = re.sub(r"([\[\]\\:])", r"\\\1", option.help)
            value = f":{option.takes}:" if option.takes else ""
            if option.choices:
                value = f":{option.takes or 'value'}:({' '.join(option.choices)})"
            elif option.takes:
                value += "_files"
            parts += [_quoted(f"{flag}[{about}]{value}") for flag in option.flags]
            if not option.flags:
                parts.append(_quoted(f"1{value}"))
        cases.append(f"        {command.name}) _arguments {' '.join(parts)} '*:file:_files' ;;")
    return "\n".join(
        [
            "#compdef unitscope",
            "_unitscope() {",
            f"    local -a commands=({described})",
            "    if ((CURRENT == 2)); then",
            "        _describe command commands",
            "        return",
            "    fi",
            "    shift words",
            "    ((CURRENT--))",
            "    case $words[1] in",
            *cases,
            "    esac",
            "}",
            "compdef _unitscope unitscope",
        ]
    )


def _fish(commands: list[_Command]) -> str:
    lines = []
    for command in commands:
        lines.append(
            "complete -c unitscope -f -n __fish_use_subcommand "
            f"-a {command.name} -d {_fish_quoted(command.help)}"
        )
        here = f"complete -c unitscope -n '__fish_seen_subcommand_from {command.name}'"
        for option in command.options:
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in option.flags
            )
            value = " -r" if option.takes else ""
            if option.choices:
                value = f" {'-x' if flags else '-f'} -a '{' '.join(option.choices)}'"
            lines.append(f"{here} {flags}{value} -d {_fish_quoted(option.help)}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SCRIPTS: dict[str, Callable[[list[_Command]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
