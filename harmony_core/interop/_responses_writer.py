"""Messages of Harmony -> items of the Responses API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harmony_core.chat import Role
from harmony_core.interop._calls import Kind, kind_of_message, tool_name
from harmony_core.interop._converted import MessageIds, NewId, numbered
from harmony_core.interop._headers import OpenCalls, check_call, check_result, check_text
from harmony_core.interop._losses import Loss, Losses
from harmony_core.interop._settings import Settings
from harmony_core.interop._texts import message_text, message_texts
from harmony_core.interop._tools import FUNCTIONS, function_definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harmony_core.chat import Message
    from harmony_core.contents import SystemContent
    from harmony_core.tools import ToolNamespaceConfig

__all__ = ["ItemWriter", "ResponseItems", "from_messages", "incomplete_reason"]

_PHASES = {"commentary": "commentary", "final": "final_answer"}
# The model's tool that is called with text that is no JSON.
_PYTHON = "python"
_INCOMPLETE_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class ResponseItems:
    """A conversation, or a completion, as the Responses API has it.

    Attributes:
        items: The items: those of a request's ``input``, or of a response's ``output``.
        request: What else of a request the conversation has: ``instructions``, ``tools``,
            ``reasoning`` and ``text``, as far as there are any.
        system: The system message, for ``to_conversation``: the API has none.
        status: ``"completed"``, or ``"incomplete"`` if the engine was stopped.
        incomplete_reason: Why it is incomplete, in the API's words: ``"max_output_tokens"`` or
            ``"content_filter"``.
        losses: What the items do not have; paths begin with the index of the Harmony message.
    """

    items: list[dict[str, Any]]
    request: dict[str, Any] = field(default_factory=dict)
    system: SystemContent | None = None
    status: str = "completed"
    incomplete_reason: str | None = None
    losses: list[Loss] = field(default_factory=list)


def from_messages(
    messages: Iterable[Message],
    *,
    ids: Mapping[int, MessageIds] | None = None,
    new_id: NewId = numbered,
    finish_reason: str | None = None,
) -> ResponseItems:
    """Make items of the Responses API of a conversation or a completion.

    Args:
        messages: A conversation, or its messages, or what the parser read.
        ids: The ids of items and calls, as ``to_conversation`` gave them.
        new_id: Makes those of the assistant's items that are not in ``ids``: from ``"msg"``,
            ``"rs"``, ``"fc"``, ``"ctc"`` or ``"call"``, and the index of the message.
        finish_reason: Why the engine stopped, such as ``"length"``, which makes the last item
            incomplete.

    Raises:
        ChatError: A message's content is not one that its role may have.
    """
    writer = ItemWriter(ids or {}, new_id)
    for index, message in enumerate(messages):
        writer.add(index, message)
    incomplete = finish_reason not in {None, "stop", "tool_calls"}
    if incomplete and writer.items and "status" in writer.items[-1]:
        writer.items[-1]["status"] = "incomplete"
    return ResponseItems(
        items=writer.items,
        request=writer.request(),
        system=writer.system,
        status="incomplete" if incomplete else "completed",
        incomplete_reason=incomplete_reason(finish_reason),
        losses=writer.losses.all(),
    )


def incomplete_reason(finish_reason: str | None) -> str | None:
    """The API's word for why a response is incomplete, if it has one."""
    return _INCOMPLETE_REASONS.get(finish_reason or "")


class ItemWriter:
    """Writes items one after the other.

    Args:
        ids: The ids that are known, by index of the message.
        new_id: Makes the others.

    Attributes:
        items: The items so far.
        losses: What they do not have.
    """

    def __init__(self, ids: Mapping[int, MessageIds], new_id: NewId) -> None:
        self.items: list[dict[str, Any]] = []
        self.losses = Losses()
        self._ids = ids
        self._new_id = new_id
        self._calls = OpenCalls(ids, new_id)
        self._settings = Settings(self.losses, namespaces=True)
        self._request: dict[str, Any] = {}

    @property
    def system(self) -> SystemContent | None:
        """The content of the system message, if any."""
        return self._settings.system

    def request(self) -> dict[str, Any]:
        """What else of a request the messages have."""
        effort = self._settings.effort
        return {**self._request, **({"reasoning": {"effort": effort}} if effort else {})}

    def add(self, index: int, message: Message) -> None:
        """Add a message."""
        role = message.author.role
        if role is Role.ASSISTANT:
            self.items.append(self.output(index, message))
        elif role is Role.SYSTEM:
            self._settings.add_system(index, message)
        elif role is Role.DEVELOPER:
            self._add_developer(index, message)
        elif role is Role.TOOL:
            self._add_result(index, message)
        else:
            check_text(message, (index,), self.losses)
            self._add_message(index, role.value, message_texts(message))
        if message.author.name is not None and role in {Role.USER, Role.ASSISTANT}:
            path = (index, "name")
            self.losses.add(path, message.author.name, "The API has no speaker names")

    def output(self, index: int, message: Message) -> dict[str, Any]:
        """The item of a message of the assistant."""
        kind = kind_of_message(message)
        if kind is Kind.CALL:
            return self._call(index, message)
        check_text(message, (index,), self.losses)
        if kind is Kind.REASONING:
            text = message_text(message)
            return {
                "type": "reasoning",
                "id": self._item_id("rs", index),
                "summary": [],
                "content": [{"type": "reasoning_text", "text": text}],
                "status": "completed",
            }
        phase = _PHASES.get(message.channel or "")
        return {
            "type": "message",
            "id": self._item_id("msg", index),
            "role": "assistant",
            **({} if phase is None else {"phase": phase}),
            "content": [output_text(text) for text in message_texts(message)],
            "status": "completed",
        }

    def _call(self, index: int, message: Message) -> dict[str, Any]:
        recipient = message.recipient or ""
        namespace, name = _namespace_and_name(recipient)
        custom = recipient == _PYTHON
        callees = self._settings.callees
        call = callees.custom(name) if custom else callees.call(name, namespace)
        check_call(message, call, (index,), self.losses)
        return {
            "type": "custom_tool_call" if custom else "function_call",
            "id": self._item_id("ctc" if custom else "fc", index),
            "call_id": self._calls.begin(index, recipient, call),
            **({} if namespace is None else {"namespace": namespace}),
            "name": name,
            "input" if custom else "arguments": message_text(message),
            "status": "completed",
        }

    def _add_result(self, index: int, message: Message) -> None:
        author = message.author.name or ""
        namespace, name = _namespace_and_name(author)
        if not name:
            self.losses.add((index,), message.to_dict(), "A tool result without the tool's name")
            return
        call_id, call = self._calls.end(index, author)
        if call is None:
            name = name if namespace is None else author
            call = self._settings.callees.call(name)
        check_result(message, call, (index,), self.losses)
        kind = "custom_tool_call" if author == _PYTHON else "function_call"
        self.items.append(
            {
                "type": f"{kind}_output",
                **self._known_id(index),
                "call_id": self._new_id("call", index) if call_id is None else call_id,
                **({"name": name} if call_id is None else {}),
                "output": message_text(message),
            }
        )

    def _add_message(self, index: int, role: str, texts: list[str]) -> None:
        parts = [{"type": "input_text", "text": text} for text in texts]
        content = texts[0] if len(texts) == 1 else parts
        known = self._known_id(index)
        self.items.append({"type": "message", **known, "role": role, "content": content})

    def _add_developer(self, index: int, message: Message) -> None:
        first = not self.items and not self._request
        text, namespaces, response_format = self._settings.developer(index, message, first=first)
        if namespaces:
            tools = [tool for namespace in namespaces for tool in _definitions(namespace)]
            self._request.setdefault("tools", []).extend(tools)
        if response_format is not None:
            self._request["text"] = {"format": response_format.to_responses()}
        if text is None:
            return
        if first and index not in self._ids:
            self._request["instructions"] = text
        else:
            self._add_message(index, Role.DEVELOPER.value, [text])

    def _item_id(self, prefix: str, index: int) -> str:
        return self._ids.get(index, MessageIds()).item or self._new_id(prefix, index)

    def _known_id(self, index: int) -> dict[str, str]:
        known = self._ids.get(index, MessageIds()).item
        return {} if known is None else {"id": known}


def _namespace_and_name(recipient: str) -> tuple[str | None, str]:
    """The namespace, if it is not ``functions``, and the name in it."""
    name = tool_name(recipient)
    namespace, dot, rest = recipient.partition(".")
    if name != recipient or not (namespace and dot and rest):
        return None, name
    return namespace, rest


def output_text(text: str) -> dict[str, Any]:
    """A part of an assistant's message."""
    return {"type": "output_text", "text": text, "annotations": []}


def _definitions(namespace: ToolNamespaceConfig) -> list[dict[str, Any]]:
    functions = [function_definition(tool, nested=False) for tool in namespace.tools]
    if namespace.name == FUNCTIONS:
        return functions
    description = namespace.description or ""
    return [
        {
            "type": "namespace",
            "name": namespace.name,
            "description": description,
            "tools": functions,
        }
    ]
