"""Inspections for other programs: annotations of GitHub Actions, and SARIF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harmony_core import __version__
from harmony_core.cli._faults import PROGRAM
from harmony_core.cli._visible import to_json
from harmony_core.format.diagnosis.codes import CODES, Severity

if TYPE_CHECKING:
    from harmony_core.format.diagnosis.inspection import Diagnostic

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_SARIF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def github(file: str, line: int | None, title: str, found: Diagnostic) -> str:
    """Write a diagnostic as a command of GitHub Actions."""
    place = f"file={_property(file)}" + ("" if line is None else f",line={line}")
    text = f"{title} token {found.start}: {found.message} {found.hint}"
    kind = _GITHUB[found.severity]
    return f"::{kind} {place},title={_property(found.code)}::{_data(text)}"


def _data(text: str) -> str:
    """Escape what GitHub would take for the end of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# What comes after the results.
SARIF_TAIL = "]}]}\n"


def sarif_head() -> str:
    """Begin a SARIF log: all but its results and its end."""
    rules = [
        {
            "id": code.name,
            "shortDescription": {"text": code.looks},
            "fullDescription": {"text": code.cause},
            "help": {"text": f"{code.advice} See {code.url}."},
            "defaultConfiguration": {"level": _SARIF[code.severity]},
        }
        for code in CODES.values()
    ]
    driver = {"name": PROGRAM, "version": __version__, "rules": rules}
    return (
        '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", '
        f'"runs": [{{"tool": {{"driver": {json.dumps(driver)}}}, "results": ['
    )


def sarif_result(file: str, line: int | None, path: str, found: Diagnostic) -> str:
    """Write a diagnostic as a result of SARIF."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}}
    if line is not None:
        physical["region"] = {"startLine": line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if path:
        location["logicalLocations"] = [{"fullyQualifiedName": path}]
    return to_json(
        {
            "ruleId": found.code,
            "level": _SARIF[found.severity],
            "message": {"text": f"{found.message} {found.hint}"},
            "locations": [location],
            "properties": {"start": found.start, "stop": found.stop},
        }
    )
