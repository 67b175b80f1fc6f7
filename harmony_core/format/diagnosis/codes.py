"""All codes of diagnosis, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from harmony_core.format.diagnosis._codes import Code, Severity
from harmony_core.format.diagnosis._header_codes import HEADER_CODES
from harmony_core.format.diagnosis._stream_codes import STREAM_CODES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "Code", "Severity"]

CODES: Mapping[str, Code] = MappingProxyType(
    {code.name: code for code in (*HEADER_CODES, *STREAM_CODES)}
)
