"""Writes the JSON Schema and the JavaScript's types of all messages, from those of wire/."""

from __future__ import annotations

import json
import textwrap
import types
import typing
from pathlib import Path

from unitscope.wire import messages, scenes

REPOSITORY = Path(__file__).parents[1]
SCHEMA = REPOSITORY / "docs" / "messages.schema.json"
TYPES = REPOSITORY / "src" / "unitscope" / "web" / "pure" / "scene.d.ts"
PLAIN = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}
UNIONS = {
    "About": scenes.About,
    "Reply": messages.Reply,
    "Request": messages.Request,
}
NAMED = {name: getattr(scenes, name) for name in ("Activation", "Window")}
WIDTH = 100
MADE = "Made from unitscope/wire/messages.py by tools/contract.py."


def objects() -> dict[str, type]:
    """The TypedDicts, in the order of the files."""
    return {
        name: found
        for name, found in (vars(scenes) | vars(messages)).items()
        if typing.is_typeddict(found) and not name.startswith("_")
    }


def fields(made: type) -> dict[str, tuple[object, bool]]:
    """Of each field its type, and whether it must be there."""
    hints = typing.get_type_hints(made, include_extras=True)
    return {
        name: (
            typing.get_args(hint)[0] if typing.get_origin(hint) is typing.NotRequired else hint,
            name in made.__required_keys__ and typing.get_origin(hint) is not typing.NotRequired,
        )
        for name, hint in hints.items()
    }


def schema_of(kind: object) -> dict:
    """A type as JSON Schema."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if typing.is_typeddict(kind):
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is typing.Annotated:
        return schema_of(parts[0]) | dict(kind.__metadata__)
    if origin is typing.Literal:
        return {"enum": list(parts)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [schema_of(part) for part in parts]}
    if origin is list:
        return {"type": "array", "items": schema_of(parts[0])}
    if origin is tuple:
        return {
            "type": "array",
            "prefixItems": [schema_of(part) for part in parts],
            "items": False,
            "minItems": len(parts),
        }
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    return {"type": PLAIN[kind]}


def schema() -> dict:
    """The whole schema: #/$defs/Reply and #/$defs/Request are what goes out and in."""
    defs = {name: schema_of(union) for name, union in UNIONS.items()}
    for name, made in objects().items():
        found = fields(made)
        defs[name] = {
            "description": " ".join(made.__doc__.split()),
            "type": "object",
            "properties": {field: schema_of(kind) for field, (kind, _) in found.items()},
            "required": [field for field, (_, needed) in found.items() if needed],
            "additionalProperties": False,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of unitscope's page",
        "$comment": MADE,
        "anyOf": [{"$ref": "#/$defs/Reply"}, {"$ref": "#/$defs/Request"}],
        "$defs": defs,
    }


def type_of(kind: object, *, named: bool = True) -> str:
    """A type as TypeScript; by its name where it has one."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    for name, known in NAMED.items():
        if named and kind == known:
            return name
    if typing.is_typeddict(kind):
        return kind.__name__
    if origin is typing.Annotated:
        rules = dict(kind.__metadata__)
        if typing.get_origin(parts[0]) is list and rules.get("minItems") == rules.get("maxItems"):
            inner = type_of(typing.get_args(parts[0])[0])
            return f"[{', '.join([inner] * rules['minItems'])}]"
        return type_of(parts[0])
    if origin is typing.Literal:
        return " | ".join(json.dumps(part) for part in parts)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(type_of(part) for part in parts)
    if origin is list:
        inner = type_of(parts[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(type_of(part) for part in parts)}]"
    if origin is dict:
        return f"Record<string, {type_of(parts[1])}>"
    return {"integer": "number"}.get(PLAIN[kind], PLAIN[kind])


def types_text() -> str:
    """The JavaScript's types."""
    parts = [comment(MADE)] + [alias(name, kind) for name, kind in NAMED.items()]
    for name, made in objects().items():
        lines = [
            f"  {field}{'' if needed else '?'}: {type_of(kind)};"
            for field, (kind, needed) in fields(made).items()
        ]
        parts.append(comment(made.__doc__) + f"export interface {name} {{\n")
        parts[-1] += "\n".join(lines) + "\n}\n"
    return "\n".join(parts + [alias(name, union) for name, union in UNIONS.items()])


def comment(words: str) -> str:
    """A comment of documentation, of several lines where one is too long."""
    line = f"/** {' '.join(words.split())} */\n"
    if len(line) <= WIDTH:
        return line
    lines = textwrap.wrap(" ".join(words.split()), WIDTH - 3)
    return "/**\n" + "".join(f" * {each}\n" for each in lines) + " */\n"


def alias(name: str, kind: object) -> str:
    """A type under a name; of an alternative that is too long, each part has a line."""
    made = type_of(kind, named=False)
    line = f"export type {name} = {made};\n"
    if len(line) <= WIDTH:
        return line
    return (
        f"export type {name} =\n" + "\n".join(f"  | {part}" for part in made.split(" | ")) + ";\n"
    )


def schema_text() -> str:
    """The schema as it is in its file."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    TYPES.write_text(types_text(), encoding="utf-8")
