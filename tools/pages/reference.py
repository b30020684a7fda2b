"""The pages of docs/reference/ with what the code says of itself: docstrings, `--help`, messages.

A heading there that is the name of something public, or a command, is followed by an example. Here
the docstring, or the command's `--help`, comes between the two.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import io
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

import unitscope as us

# What functions give back, by the headings of their pages.
RESULTS = {
    "Partition": "unitscope.geometry.rectangle",
    "Intervals": "unitscope.geometry.intervals",
    "Explanation": "unitscope.explanation.claims",
    "Claim": "unitscope.explanation.claims",
    "Comparison": "unitscope.comparison.compare",
    "Report": "unitscope.training.report",
    "Validation": "unitscope.training.validation",
    "SweepGrid": "unitscope.sweeps.grid",
    "ReadNetwork": "unitscope.models.read",
    "SampledClassifier": "unitscope.models.sampled",
}
HEADING = re.compile(r"^## `(?!unitscope)([\w.]+)`\n", re.M)
COMMAND = re.compile(r"^## `unitscope(?: ([\w-]+))?`\n", re.M)
_FENCED = re.compile(r"(^(`{3,}|:{3,}).*?^\2$|^#.*?$|\[[^]\n]*`[^]\n]*\]\()", re.M | re.S)
_CODE = re.compile(r"(?<!`)`([A-Za-z][\w.]*)([^`\n]*)`(?!`)")


def public() -> list[str]:
    """Every public name: those of `us`, those of its modules, and what functions give back."""
    names = [f"us.{name}" for name in us.__all__]
    for name in us.__all__:
        if inspect.ismodule(module := getattr(us, name)):
            names += [f"us.{name}.{inner}" for inner in module.__all__]
    return [*names, *RESULTS]


@functools.cache
def known() -> dict[str, str]:
    """What may be linked: each public name and member of a class, as written, to its full name."""
    found = {name: name for name in public()}
    for name in public():
        thing = named(name)
        if inspect.isclass(thing):
            found[name.rpartition(".")[2]] = name
            for member, _ in members(thing):
                found[f"{name}.{member}"] = f"{name}.{member}"
                found[f"{name.rpartition('.')[2]}.{member}"] = f"{name}.{member}"
    return found


def named(name: str) -> Any:
    """The thing of a public name."""
    if name in RESULTS:
        return getattr(importlib.import_module(RESULTS[name]), name)
    thing: Any = us
    for part in name.split(".")[1:]:
        thing = getattr(thing, part)
    return thing


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, its bases' of this library first."""
    found = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("unitscope.") and base.__name__ != "Value":
            kinds = (types.FunctionType, property, functools.cached_property, classmethod)
            found |= {
                name: value
                for name, value in vars(base).items()
                if not name.startswith("_") and isinstance(value, kinds) and inspect.getdoc(value)
            }
    return iter(found.items())


def filled(text: str) -> str:
    """A page of docs/reference/ with docstrings, helps, messages and limits."""
    parts = HEADING.split(text)
    page = parts[0]
    for name, example in zip(parts[1::2], parts[2::2], strict=True):
        page += described(name, example)
    page = COMMAND.sub(lambda found: f"{found[0]}\n```text\n{help_of(found[1])}```\n", page)
    return page.replace("<!-- messages -->", messages()).replace("<!-- limits -->", limits())


def described(name: str, example: str) -> str:
    """One public name: its signature and docstring, the example and, of a class, its members."""
    thing = named(name)
    if inspect.ismodule(thing):
        at = f"```{{py:module}} {name}\n```\n```{{py:currentmodule}} None\n```\n"
        return f"## {name}\n\n{at}\n{inspect.getdoc(thing)}\n{example}"
    kind = "function" if not inspect.isclass(thing) else "class"
    if inspect.isclass(thing) and issubclass(thing, Exception):
        kind, shown = "exception", name
    else:
        shown = name + signature(thing)
    inner = ""
    if kind == "class":
        inner = "".join(member(each, value) for each, value in members(thing))
    said = inspect.getdoc(thing)
    return f":::::{{py:{kind}}} {shown}\n\n{said}\n{example}\n{inner}:::::\n\n"


def member(name: str, value: Any) -> str:
    """A method or property of a class."""
    said = inspect.getdoc(value)
    if isinstance(value, (property, functools.cached_property)):
        return f"::::{{py:property}} {name}\n\n{said}\n::::\n\n"
    whole = isinstance(value, classmethod)
    option = ":classmethod:\n" if whole else ""
    function = value.__func__ if whole else value
    shown = name + signature(function, without_first=True)
    return f"::::{{py:method}} {shown}\n{option}\n{said}\n::::\n\n"


def signature(thing: Any, *, without_first: bool = False) -> str:
    """The arguments as they are written in the code, annotations without quotation marks."""
    try:
        asked = inspect.signature(thing)
    except ValueError:
        return "()"
    given = list(asked.parameters.values())[without_first:]
    asked = asked.replace(parameters=given)
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(asked))


def help_of(command: str | None) -> str:
    """What `unitscope COMMAND --help` prints."""
    from unitscope import cli

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        cli.main([*([command] if command else []), "--help"])
    return printed.getvalue()


def linked(text: str, *, short: bool = False) -> str:
    """Public names in running text, as links to where the reference has them.

    Short names, such as `Run`, are those of our classes in our own words alone.
    """
    role = functools.partial(_role, short=short)
    parts, last = [], 0
    for fence in _FENCED.finditer(text):
        parts += [_CODE.sub(role, text[last : fence.start()]), fence[0]]
        last = fence.end()
    return "".join([*parts, _CODE.sub(role, text[last:])])


def _role(found: re.Match[str], *, short: bool) -> str:
    name = found[1].rstrip(".")
    while name and name not in known():
        name = name.rpartition(".")[0]
    if not name or ("." not in name and not short) or set("<>|\\") & set(found[0]):
        return found[0]
    return f"{{py:obj}}`{found[1]}{found[2]} <{known()[name]}>`"


def messages() -> str:
    """Every message between the page and Python, and the parts that they are made of."""
    from unitscope.wire import messages as whole
    from unitscope.wire import scenes

    parts = [("The messages", whole), ("What they are made of", scenes)]
    return "\n".join(
        f"## {title}\n\n" + "\n".join(fields(kind) for kind in typed_in(module))
        for title, module in parts
    )


def typed_in(module: types.ModuleType) -> list[type]:
    """The kinds of messages that a module defines, in its order."""
    return [
        kind
        for name, kind in vars(module).items()
        if typing.is_typeddict(kind) and not name.startswith("_")
        if kind.__module__ == module.__name__
    ]


def fields(kind: type) -> str:
    """A kind of message: what it is, and its fields with their types."""
    lines = [f"### {kind.__name__}\n\n{inspect.getdoc(kind)}\n\n| field | type |\n|---|---|"]
    for field, of in typing.get_type_hints(kind).items():
        shown = getattr(of, "__name__", "") if typing.get_origin(of) is None else ""
        shown = shown or str(of)
        shown = re.sub(r"\b(?:unitscope|typing|collections)\.(?:\w+\.)*", "", shown)
        lines.append(f"| `{field}` | `{shown.replace(' | ', ' or ')}` |")
    return "\n".join([*lines, ""])


def limits() -> str:
    """What a page may ask for at most."""
    from unitscope.wire.limits import LIMITS

    rows = "\n".join(f"| {name.replace('_', ' ')} | {most:,} |" for name, most in LIMITS.items())
    return f"| of each | at most |\n|---|---|\n{rows}"
