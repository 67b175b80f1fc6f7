from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from support import strategies

from harmony_core.errors import ChatError
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize("name", ["browser", "python"])
def test_built_in_tools_are_the_reference_s(reference: ModuleType, name: str) -> None:
    ours = getattr(ToolNamespaceConfig, name)()
    theirs = getattr(reference.ToolNamespaceConfig, name)()
    assert ours.to_dict() == theirs.model_dump(exclude_none=True)
    assert repr(ours) == repr(theirs)  # the order of the schemas' keys, too


def test_built_in_tools_are_made_anew() -> None:
    ToolNamespaceConfig.browser().tools.clear()
    assert len(ToolNamespaceConfig.browser().tools) == 3


@settings(deadline=None)
@given(raw=strategies.namespaces)
def test_dictionary_form_is_the_reference_s(reference: ModuleType, raw: dict[str, Any]) -> None:
    ours = ToolNamespaceConfig.from_dict(raw)
    theirs = reference.ToolNamespaceConfig(**raw)
    assert ours.to_dict() == theirs.model_dump(exclude_none=True)
    assert repr(ours) == repr(theirs)
    assert ToolNamespaceConfig.from_dict(ours.to_dict()) == ours


def test_null_in_a_schema_is_kept() -> None:
    tool = ToolDescription.new("f", "", {"default": None})
    assert tool.to_dict()["parameters"] == {"default": None}


def test_parameters_are_copied_at_the_top_only() -> None:
    inner: dict[str, Any] = {}
    parameters = {"properties": inner}
    tool = ToolDescription.new("f", "", parameters)
    assert tool.parameters is not parameters
    assert tool.parameters is not None
    assert tool.parameters["properties"] is inner


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"description": ""}, ("name",)),
        ({"name": "f"}, ("description",)),
        ({"name": 1, "description": ""}, ("name",)),
        ({"name": "f", "description": None}, ("description",)),
        ({"name": "f", "description": "", "parameters": []}, ("parameters",)),
    ],
)
def test_faults(reference: ModuleType, raw: dict[str, Any], path: tuple[str, ...]) -> None:
    with pytest.raises(ChatError) as caught:
        ToolDescription(**raw)
    assert caught.value.path == path
    with pytest.raises(ValueError, match="validation error"):
        reference.ToolDescription(**raw)


def test_a_schema_too_deep_to_be_copied() -> None:
    schema: dict[str, Any] = {}
    schema["a"] = schema
    with pytest.raises(ChatError, match="nested too deeply"):
        ToolDescription.new("f", "", schema).to_dict()
