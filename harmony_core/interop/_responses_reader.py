"""Items of the Responses API -> messages of Harmony."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.chat import Message, Role, TextContent
from harmony_core.errors import ChatError
from harmony_core.interop._calls import tool_result
from harmony_core.interop._converted import MessageIds
from harmony_core.interop._fields import (
    fields,
    is_fields,
    items,
    optional_text,
    read_arguments,
    text,
)
from harmony_core.interop._losses import json_path
from harmony_core.interop._prompt import developer_message
from harmony_core.interop._texts import read_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harmony_core.interop._calls import Call, Callees
    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["Item", "ResponsesReader"]

_NO_KEY = "Harmony messages have no such field"
_CUT_OFF = frozenset(("in_progress", "incomplete"))
_PHASES = {"commentary": "commentary", "final_answer": "final"}
_CALLS = frozenset(("function_call", "custom_tool_call", "code_interpreter_call", "mcp_call"))
_OF_ASSISTANT = _CALLS | {"reasoning"}


class Item(NamedTuple):
    """An item and its place in the input."""

    value: Any
    path: JsonPath


class ResponsesReader:
    """Reads items one after the other.

    Args:
        callees: The tools that there are.
        losses: Where to record what has no place.

    Attributes:
        messages: The messages so far.
        ids: Their ids, by index.
    """

    def __init__(self, callees: Callees, losses: Losses) -> None:
        self.messages: list[Message] = []
        self.ids: dict[int, MessageIds] = {}
        self._callees = callees
        self._losses = losses
        self._calls: dict[str, Call] = {}  # by call id: the latest of that id
        self._readers: dict[str, Callable[[Mapping[str, Any], JsonPath], None]] = {
            "reasoning": self._reasoning,
            "function_call": self._function_call,
            "function_call_output": self._output,
            "custom_tool_call": self._custom_call,
            "custom_tool_call_output": self._output,
            "code_interpreter_call": self._code_interpreter_call,
            "mcp_call": self._mcp_call,
        }

    def read(self, given: Sequence[Item]) -> None:
        """Read items in their order.

        Raises:
            ChatError: An item is not what the API defines.
        """
        found = [fields(item.value, item.path, "an item") for item in given]
        paths = [item.path for item in given]
        kinds = [*map(_type, found, paths)]
        for index, (item, path, kind) in enumerate(zip(found, paths, kinds, strict=True)):
            if kind == "message":
                self._message(item, path, before_call=_before_call(found[index + 1 :]))
            elif kind in self._readers:
                self._readers[kind](item, path)
            else:
                reason = f"Harmony has no equivalent of a {kind!r} item"
                self._losses.add(path, dict(item), reason)

    def instructions(self, message: Mapping[str, Any], path: JsonPath) -> str | None:
        """The text of a system or developer message.

        Raises:
            ChatError: Its content is not what it should be.
        """
        self._unknown(message, path, "role", "content")
        texts = read_texts(message.get("content"), (*path, "content"), self._losses)
        return "".join(texts) if texts else None

    def _message(self, item: Mapping[str, Any], path: JsonPath, *, before_call: bool) -> None:
        role = text(item.get("role"), (*path, "role"))
        if role in {"system", "developer"}:
            instructions = self.instructions(item, path)
            if instructions is not None:
                self._add(developer_message(instructions), item, path)
            return
        if role not in {"user", "assistant"}:
            raise ChatError(
                f"Unknown role {role!r} at {json_path(path)}, expected 'user', 'assistant', "
                "'system' or 'developer'",
                path=(*path, "role"),
            )
        self._unknown(item, path, "role", "content", *(["phase"] if role == "assistant" else []))
        texts = read_texts(item.get("content"), (*path, "content"), self._losses)
        message = Message.from_role_and_contents(
            Role(role), [TextContent(text=each) for each in texts or [""]]
        )
        if role == "assistant":
            if not any(texts):
                self._losses.add(
                    path, dict(item), "An assistant message without text is not rendered"
                )
                return
            message.channel = self._channel(item, path, before_call=before_call)
        self._add(message, item, path)

    def _channel(self, item: Mapping[str, Any], path: JsonPath, *, before_call: bool) -> str:
        phase = optional_text(item.get("phase"), (*path, "phase"))
        if phase is None:
            return "commentary" if before_call else "final"
        if phase not in _PHASES:
            known = " or ".join(map(repr, _PHASES))
            raise ChatError(
                f"Unknown phase {phase!r} at {json_path(path)}, expected {known}",
                path=(*path, "phase"),
            )
        return _PHASES[phase]

    def _reasoning(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "content", "summary", "encrypted_content")
        content = read_texts(item.get("content"), (*path, "content"), self._losses)
        summary = read_texts(item.get("summary"), (*path, "summary"), self._losses)
        if item.get("encrypted_content"):
            reason = "Only the provider that encrypted it can read it"
            self._losses.add((*path, "encrypted_content"), item["encrypted_content"], reason)
        if any(content) and any(summary):
            reason = "The reasoning itself is used instead"
            self._losses.add((*path, "summary"), item["summary"], reason)
        thought = "\n".join(content if any(content) else summary)
        if thought:
            message = Message.from_role_and_content(Role.ASSISTANT, thought)
            self._add(message.with_channel("analysis"), item, path)
        else:
            self._losses.add(
                path, dict(item), "A reasoning item without text is not rendered is not rendered"
            )

    def _function_call(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "call_id", "name", "namespace", "arguments")
        namespace = optional_text(item.get("namespace"), (*path, "namespace"))
        call = self._callees.call(self._tool_name(item, path), namespace)
        self._add_call(call, read_arguments(item, path), item, path)

    def _custom_call(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "call_id", "name", "namespace", "input")
        namespace = optional_text(item.get("namespace"), (*path, "namespace"))
        call = self._callees.custom(self._tool_name(item, path), namespace)
        self._add_call(call, text(item.get("input"), (*path, "input")), item, path)

    def _mcp_call(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "name", "server_label", "arguments", "output", "error")
        server = text(item.get("server_label"), (*path, "server_label"))
        call = self._callees.call(self._tool_name(item, path), server)
        self._add_call(call, read_arguments(item, path), item, path)
        output = optional_text(item.get("output"), (*path, "output"))
        error = item.get("error")
        if error is not None and output is not None:
            self._losses.add((*path, "error"), error, "There is also an output, which is used")
        elif error is not None:
            output = text(error, (*path, "error"), "the text of an error")
        if output is not None:
            self.messages.append(tool_result(call, output))

    def _code_interpreter_call(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "code", "outputs")
        call = self._callees.custom("python")
        code = optional_text(item.get("code"), (*path, "code"))
        self._add_call(call, code or "", item, path)
        logs: list[str] = []
        inner = (*path, "outputs")
        outputs = item.get("outputs")
        for index, output in enumerate([] if outputs is None else items(outputs, inner)):
            given = fields(output, (*inner, index))
            if given.get("type") == "logs":
                logs.append(text(given.get("logs"), (*inner, index, "logs")))
            else:
                self._losses.add((*inner, index), output, "gpt-oss reads only text")
        if logs:
            self.messages.append(tool_result(call, "".join(logs)))

    def _output(self, item: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(item, path, "call_id", "output", "name")
        call_id = optional_text(item.get("call_id"), (*path, "call_id"))
        name = optional_text(item.get("name"), (*path, "name"))
        call = None if call_id is None else self._calls.get(call_id)
        if call is None and name:
            call = self._callees.call(name)
        if call is None:
            known = ", ".join(map(repr, self._calls)) or "none"
            raise ChatError(
                f"The output at {json_path(path)} has the `call_id` {call_id!r}, the calls before "
                f"it: {known}. Harmony needs the tool's name: keep the call among the items, or "
                "add `name`.",
                path=(*path, "call_id"),
            )
        texts = read_texts(item.get("output"), (*path, "output"), self._losses)
        self._add(tool_result(call, "".join(texts)), item, path, call_id)

    def _tool_name(self, item: Mapping[str, Any], path: JsonPath) -> str:
        name = text(item.get("name"), (*path, "name"))
        if not name:
            raise ChatError(f"Empty name of a tool at {json_path(path)}", path=(*path, "name"))
        return name

    def _add_call(self, call: Call, content: str, item: Mapping[str, Any], path: JsonPath) -> None:
        call_id = optional_text(item.get("call_id"), (*path, "call_id"))
        if call_id is not None:
            self._calls[call_id] = call
        self._add(call.message(content), item, path, call_id)

    def _add(
        self,
        message: Message,
        item: Mapping[str, Any],
        path: JsonPath,
        call_id: str | None = None,
    ) -> None:
        item_id = optional_text(item.get("id"), (*path, "id"))
        if item_id is not None or call_id is not None:
            self.ids[len(self.messages)] = MessageIds(call=call_id, item=item_id)
        self.messages.append(message)

    def _unknown(self, item: Mapping[str, Any], path: JsonPath, *known: str) -> None:
        if optional_text(item.get("status"), (*path, "status")) in _CUT_OFF:
            reason = "Rendered as if it were complete"
            self._losses.add((*path, "status"), item["status"], reason)
        self._losses.add_unknown(item, ("type", "id", "status", *known), path, _NO_KEY)


def _type(item: Mapping[str, Any], path: JsonPath) -> str:
    kind = item.get("type")
    if kind is None:
        return "message" if "role" in item else "item_reference"
    return text(kind, (*path, "type"))


def _before_call(following: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the assistant calls a tool before anybody else speaks."""
    for item in following:
        kind = item.get("type")
        if kind in _CALLS:
            return True
        if kind not in _OF_ASSISTANT and item.get("role") != "assistant":
            return False
    return False


def is_instructions(item: object) -> bool:
    """Whether an item is a message of the system or the developer."""
    if not is_fields(item):
        return False
    given = fields(item, ())
    return given.get("type") in (None, "message") and given.get("role") in ("system", "developer")
