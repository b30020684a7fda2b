"""The rules of JSON Schema that a message breaks."""

from __future__ import annotations

import sys
from typing import Any


def rules(schema: dict[str, Any], name: str) -> Any:
    """What checks messages by the part `name` of a schema."""
    # For one format of theirs, which no schema here has, 38 grammars are made, for seconds, where
    # JupyterLab has brought this module.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def check(schema: dict[str, Any]) -> None:
    """**Raises** where it is no schema."""
    type(rules(schema, "")).check_schema(schema)
