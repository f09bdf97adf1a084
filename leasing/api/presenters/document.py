"""The OpenAPI document as a page shows it: each operation with what it takes and answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leasing.api.presenters.words import WORDS

KINDS = {
    "string": "tekst",
    "integer": "tal",
    "boolean": "ja/nej",
    "array": "liste",
    "object": "objekt",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class ApiField:
    """A parameter or a field: what it is called, of which kind, and what it means."""

    name: str
    kind: str
    is_required: bool
    note: str


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An address and what it does."""

    method: str
    path: str
    title: str
    note: str
    parameters: list[ApiField]
    body: list[ApiField]
    answer: list[ApiField]


@dataclass(slots=True)
class ApiGroup:
    """The operations of a resource."""

    key: str
    title: str
    operations: list[ApiOperation] = field(default_factory=list)


def operations_shown(document: Mapping[str, Any]) -> list[ApiGroup]:
    """Return the operations by resource, in the document's order."""
    schemas = document["components"]["schemas"]
    groups: dict[str, ApiGroup] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            key = operation["tags"][0]
            words = WORDS.get(key) or WORDS[f"{key}:write"]
            group = groups.setdefault(key, ApiGroup(key, words.title))
            group.operations.append(_operation(method, path, operation, schemas))
    return list(groups.values())


def _operation(method, path, operation, schemas) -> ApiOperation:
    parameters = [
        ApiField(
            one["name"],
            _kind(one["schema"], schemas),
            one["required"],
            one["schema"].get("description", ""),
        )
        for one in operation["parameters"]
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answer = operation["responses"][200]["content"]["application/json"]["schema"]
    return ApiOperation(
        method.upper(),
        path,
        operation["summary"],
        operation.get("description", ""),
        parameters,
        list(_fields(body.get("schema", {}), schemas)),
        list(_fields(answer, schemas)),
    )


def _fields(schema: Mapping[str, Any], schemas, lead: str = "") -> Iterator[ApiField]:
    """Yield the fields of an object, and of what lies in it."""
    schema = _resolved(schema, schemas)
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield ApiField(
            lead + name, _kind(one, schemas), name in required, one.get("description", "")
        )
        inner = _resolved(_only(one), schemas)
        if inner.get("type") == "array":
            yield from _fields(inner["items"], schemas, f"{lead}{name}[].")
        elif inner.get("type") == "object":
            yield from _fields(inner, schemas, f"{lead}{name}.")


def _only(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one kind of a value that may also be null."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return kinds[0] if len(kinds) == 1 else schema


def _resolved(schema: Mapping[str, Any], schemas) -> Mapping[str, Any]:
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def _kind(schema: Mapping[str, Any], schemas) -> str:
    if "anyOf" in schema:
        return " eller ".join(_kind(one, schemas) for one in schema["anyOf"])
    schema = _resolved(schema, schemas)
    if "enum" in schema:
        return ", ".join(f"»{value}«" for value in schema["enum"])
    if schema.get("format") in ("date", "date-time"):
        return "dato" if schema["format"] == "date" else "tidspunkt"
    return KINDS.get(schema.get("type", ""), "")
