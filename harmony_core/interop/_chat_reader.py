"""Messages of Chat Completions -> messages of Harmony."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core.chat import Author, Message, Role, TextContent
from harmony_core.errors import ChatError
from harmony_core.interop._calls import tool_result
from harmony_core.interop._converted import MessageIds
from harmony_core.interop._fields import fields, items, optional_text, read_arguments, text
from harmony_core.interop._losses import json_path
from harmony_core.interop._prompt import developer_message
from harmony_core.interop._texts import REASONING_KEYS, read_reasoning, read_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harmony_core.interop._calls import Call, Callees
    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["ChatReader"]

_NO_KEY = "Harmony messages have no such field"
_NO_NAME = "The format has no speaker names; keep_names=True writes them anyway"


class ChatReader:
    """Reads messages one after the other.

    Args:
        callees: The tools that there are.
        losses: Where to record what has no place.
        keep_names: Whether the names of speakers go into the headers.

    Attributes:
        messages: The messages so far.
        ids: Their ids, by index.
    """

    def __init__(self, callees: Callees, losses: Losses, *, keep_names: bool) -> None:
        self.messages: list[Message] = []
        self.ids: dict[int, MessageIds] = {}
        self._callees = callees
        self._losses = losses
        self._keep_names = keep_names
        self._calls: dict[str, Call] = {}  # by call id: the latest of that id
        self._readers: dict[str, Callable[[Mapping[str, Any], JsonPath], None]] = {
            "system": self._instructions,
            "developer": self._instructions,
            "user": self._user,
            "assistant": self._assistant,
            "tool": self._tool,
            "function": self._tool,
        }

    def read(self, message: object, path: JsonPath) -> None:
        """Read one message.

        Raises:
            ChatError: It is none of Chat Completions'.
        """
        given = fields(message, path, "a message")
        role = text(given.get("role"), (*path, "role"))
        reader = self._readers.get(role)
        if reader is None:
            known = ", ".join(map(repr, self._readers))
            raise ChatError(
                f"Unknown role {role!r} at {json_path(path)}, expected one of {known}",
                path=(*path, "role"),
            )
        reader(given, path)

    def instructions(self, message: Mapping[str, Any], path: JsonPath) -> str | None:
        """The text of a system or developer message.

        Raises:
            ChatError: Its content is not what it should be.
        """
        self._unknown(message, path, "name")
        if message.get("name"):
            self._losses.add((*path, "name"), message["name"], _NO_NAME)
        texts = read_texts(message.get("content"), (*path, "content"), self._losses)
        return "".join(texts) if texts else None

    def _instructions(self, message: Mapping[str, Any], path: JsonPath) -> None:
        instructions = self.instructions(message, path)
        if instructions is not None:
            self.messages.append(developer_message(instructions))

    def _user(self, message: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(message, path, "name")
        texts = read_texts(message.get("content"), (*path, "content"), self._losses)
        self._add(Role.USER, texts or [""], name=self._name(message, path))

    def _assistant(self, message: Mapping[str, Any], path: JsonPath) -> None:
        losses = self._losses
        known = ("name", "refusal", "tool_calls", "function_call", *REASONING_KEYS)
        self._unknown(message, path, *known)
        name = self._name(message, path)
        reasoning = read_reasoning(message, path, losses)
        texts = read_texts(message.get("content"), (*path, "content"), losses)
        refusal = optional_text(message.get("refusal"), (*path, "refusal"))
        if refusal:
            reason = "Kept as text; Harmony cannot mark it as a refusal"
            losses.add((*path, "refusal"), refusal, reason)
            texts.append(refusal)
        calls = self._tool_calls(message, path)
        before = len(self.messages)
        if reasoning:
            self._add(Role.ASSISTANT, [reasoning], name=name, channel="analysis")
        if calls and any(texts):
            self._add(Role.ASSISTANT, ["".join(texts)], name=name, channel="commentary")
        elif any(texts):
            self._add(Role.ASSISTANT, texts, name=name, channel="final")
        for call, arguments, call_id in calls:
            self._add_call(call, arguments, call_id, name)
        if len(self.messages) == before:
            losses.add(
                path,
                dict(message),
                "An assistant message without text, reasoning or calls is not rendered",
            )

    def _tool_calls(
        self, message: Mapping[str, Any], path: JsonPath
    ) -> list[tuple[Call, str, str | None]]:
        calls = []
        given = message.get("tool_calls")
        inner = (*path, "tool_calls")
        for index, item in enumerate([] if given is None else items(given, inner)):
            calls.append(self._tool_call(item, (*inner, index)))
        legacy = message.get("function_call")
        if legacy is not None:
            inner = (*path, "function_call")
            call, arguments = self._function(fields(legacy, inner), inner)
            calls.append((call, arguments, None))
        return calls

    def _tool_call(self, item: object, path: JsonPath) -> tuple[Call, str, str | None]:
        given = fields(item, path)
        call_id = optional_text(given.get("id"), (*path, "id"))
        known = ("id", "type", "function", "custom", "index")
        self._losses.add_unknown(given, known, path, _NO_KEY)
        if given.get("custom") is not None:
            inner = (*path, "custom")
            custom = fields(given["custom"], inner)
            self._losses.add_unknown(custom, ("name", "input"), inner, _NO_KEY)
            call = self._callees.custom(text(custom.get("name"), (*inner, "name")))
            return call, text(custom.get("input"), (*inner, "input")), call_id
        inner = (*path, "function")
        return *self._function(fields(given.get("function"), inner), inner), call_id

    def _function(self, function: Mapping[str, Any], path: JsonPath) -> tuple[Call, str]:
        self._losses.add_unknown(function, ("name", "arguments"), path, _NO_KEY)
        name = text(function.get("name"), (*path, "name"))
        if not name:
            raise ChatError(f"Empty name of a function at {json_path(path)}", path=(*path, "name"))
        return self._callees.call(name), read_arguments(function, path)

    def _add_call(self, call: Call, arguments: str, call_id: str | None, name: str | None) -> None:
        if call_id is not None:
            self._calls[call_id] = call
            self.ids[len(self.messages)] = MessageIds(call=call_id)
        self._add(Role.ASSISTANT, [arguments], name, *call)

    def _tool(self, message: Mapping[str, Any], path: JsonPath) -> None:
        self._unknown(message, path, "name", "tool_call_id")
        call_id = optional_text(message.get("tool_call_id"), (*path, "tool_call_id"))
        name = optional_text(message.get("name"), (*path, "name"))
        call = None if call_id is None else self._calls.get(call_id)
        if call is None and name:
            call = self._callees.call(name)
        if call is None:
            raise self._unknown_call(call_id, path)
        if name and self._callees.call(name).recipient != call.recipient:
            reason = f"The call with that id is to {call.recipient}"
            self._losses.add((*path, "name"), name, reason)
        texts = read_texts(message.get("content"), (*path, "content"), self._losses)
        if call_id is not None:
            self.ids[len(self.messages)] = MessageIds(call=call_id)
        self.messages.append(tool_result(call, "".join(texts)))

    def _unknown_call(self, call_id: str | None, path: JsonPath) -> ChatError:
        found = "no `tool_call_id`" if call_id is None else f"`tool_call_id` {call_id!r}"
        known = ", ".join(map(repr, self._calls)) or "none"
        return ChatError(
            f"The tool's result at {json_path(path)} has {found}, the calls before it: {known}. "
            "Harmony needs the tool's name: include the call, or add `name`.",
            path=(*path, "tool_call_id"),
        )

    def _unknown(self, message: Mapping[str, Any], path: JsonPath, *known: str) -> None:
        self._losses.add_unknown(message, ("role", "content", *known), path, _NO_KEY)

    def _name(self, message: Mapping[str, Any], path: JsonPath) -> str | None:
        name = optional_text(message.get("name"), (*path, "name")) or None
        if name is not None and not self._keep_names:
            self._losses.add((*path, "name"), name, _NO_NAME)
            return None
        return name

    def _add(  # noqa: PLR0913, PLR0917 - the fields of a message
        self,
        role: Role,
        texts: list[str],
        name: str | None = None,
        recipient: str | None = None,
        channel: str | None = None,
        content_type: str | None = None,
    ) -> None:
        self.messages.append(
            Message(
                author=Author(role=role, name=name),
                content=[TextContent(text=each) for each in texts],
                recipient=recipient,
                channel=channel,
                content_type=content_type,
            )
        )
