"""Messages of Harmony -> messages of Chat Completions."""

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
from harmony_core.interop._tools import function_definition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harmony_core.chat import Message
    from harmony_core.contents import SystemContent

__all__ = ["ChatAnswer", "ChatMessages", "finish_reason_of", "from_completion", "from_messages"]


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What a server of Chat Completions answers with.

    Attributes:
        message: The assistant's message.
        finish_reason: ``"stop"``, ``"tool_calls"``, or what the engine said.
        losses: What of the completion the message does not have; paths begin with the index of
            the Harmony message.
    """

    message: dict[str, Any]
    finish_reason: str
    losses: list[Loss] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChatMessages:
    """A conversation as Chat Completions has it.

    Attributes:
        messages: The messages.
        request: What else of a request the conversation has: ``tools``, ``reasoning_effort``
            and ``response_format``, as far as there are any.
        system: The system message, for ``to_conversation``: Chat Completions has none.
        losses: What the messages do not have; paths begin with the index of the Harmony message.
    """

    messages: list[dict[str, Any]]
    request: dict[str, Any] = field(default_factory=dict)
    system: SystemContent | None = None
    losses: list[Loss] = field(default_factory=list)


def from_completion(
    messages: Iterable[Message],
    *,
    finish_reason: str | None = None,
    new_id: NewId = numbered,
    reasoning_field: str | None = "reasoning",
) -> ChatAnswer:
    """Make the one message that a server answers with of the messages of a completion.

    Reasoning is joined by line breaks, and so are the texts of preambles and the final message.

    Args:
        messages: What the parser read.
        finish_reason: What the engine says, such as ``"length"``; ``None`` if it does not.
        new_id: Makes the ids of calls: from ``"call"`` and the index of the message.
        reasoning_field: The key for reasoning, such as ``"reasoning_content"``; ``None`` to
            leave it out.

    Raises:
        ChatError: A message's content is not text.
    """
    writer = _Writer({}, new_id, reasoning_field)
    answer = []
    for index, message in enumerate(messages):
        if kind_of_message(message) is Kind.FOREIGN:
            reason = f"Not the assistant's: the author is {message.author.role.value}"
            writer.losses.add((index,), message.to_dict(), reason)
        else:
            answer.append((index, message))
    written = writer.answer(answer)
    last = kind_of_message(answer[-1][1]) if answer else None
    return ChatAnswer(written, finish_reason_of(finish_reason, last), writer.losses.all())


def finish_reason_of(reason: str | None, last: Kind | None) -> str:
    """Chat Completions' finish reason.

    Args:
        reason: What the engine says; its ``"stop"`` does not tell calls and answers apart. If it
            says nothing, an output that does not end with a text or a call was cut off.
        last: What the last message is for; ``None`` if there is none, or its header is cut.
    """
    if reason not in {None, "stop", "tool_calls"}:
        return str(reason)
    if last is Kind.CALL:
        return "tool_calls"
    return "stop" if last is Kind.TEXT or reason is not None else "length"


def from_messages(
    messages: Iterable[Message],
    *,
    ids: Mapping[int, MessageIds] | None = None,
    new_id: NewId = numbered,
    reasoning_field: str | None = "reasoning",
) -> ChatMessages:
    """Make messages of Chat Completions of a conversation.

    Args:
        messages: A conversation, or its messages.
        ids: The ids of calls, as ``to_conversation`` gave them.
        new_id: Makes those that are not in ``ids``: from ``"call"`` and the index of the message.
        reasoning_field: As for ``from_completion``.

    Raises:
        ChatError: A message's content is not one that its role may have.
    """
    writer = _Writer(ids or {}, new_id, reasoning_field)
    for index, message in enumerate(messages):
        writer.add(index, message)
    return writer.finish()


class _Writer:
    def __init__(
        self, ids: Mapping[int, MessageIds], new_id: NewId, reasoning_field: str | None
    ) -> None:
        self.messages: list[dict[str, Any]] = []
        self.losses = Losses()
        self._request: dict[str, Any] = {}
        self._settings = Settings(self.losses, namespaces=False)
        self._calls = OpenCalls(ids, new_id)
        self._reasoning_field = reasoning_field
        self._answer: list[tuple[int, Message]] = []  # of the assistant's message being gathered

    def add(self, index: int, message: Message) -> None:
        """Add a message of a conversation."""
        kind = kind_of_message(message)
        if kind is Kind.FOREIGN:
            self.end_answer()
            self._add_other(index, message)
            return
        if self._begins_answer(kind):
            self.end_answer()
        self._answer.append((index, message))

    def _begins_answer(self, kind: Kind) -> bool:
        """Whether a message of this kind has no place after those gathered."""
        if not self._answer:
            return False
        last = self._answer[-1][1]
        return last.channel == "final" or (
            kind_of_message(last) is Kind.CALL and kind is not Kind.CALL
        )

    def finish(self) -> ChatMessages:
        """Everything that has been added."""
        self.end_answer()
        effort = self._settings.effort
        request = {**self._request, **({"reasoning_effort": effort} if effort else {})}
        return ChatMessages(self.messages, request, self._settings.system, self.losses.all())

    def end_answer(self) -> None:
        """Write the assistant's message that has been gathered."""
        if self._answer:
            self.messages.append(self.answer(self._answer))
            self._answer = []

    def answer(self, group: list[tuple[int, Message]]) -> dict[str, Any]:
        """One message of the assistant."""
        reasoning: list[str] = []
        texts: list[list[str]] = []
        calls: list[dict[str, Any]] = []
        name = self._name(*group[0]) if group else {}
        for index, message in group:
            kind = kind_of_message(message)
            if message.author.name != group[0][1].author.name:
                self.losses.add(
                    (index, "name"),
                    message.author.name,
                    "One assistant message cannot have two names",
                )
            if kind is Kind.CALL:
                calls.append(self._call(index, message))
                continue
            check_text(message, (index,), self.losses)
            if not message_text(message):
                self.losses.add((index,), message.to_dict(), "Empty text is read as no text")
            if kind is Kind.REASONING:
                reasoning.append(message_text(message))
            else:
                texts.append(message_texts(message))
        self._check_order(group)
        return {
            "role": "assistant",
            **name,
            **self._reasoning(reasoning),
            "content": _content(texts),
            **({"tool_calls": calls} if calls else {}),
        }

    def _name(self, index: int, message: Message) -> dict[str, str]:
        name = message.author.name
        if name == "":
            self.losses.add((index, "name"), name, "An empty name is read as no name")
        return {"name": name} if name else {}

    def _reasoning(self, reasoning: list[str]) -> dict[str, str]:
        thought = "\n".join(reasoning)
        return {self._reasoning_field: thought} if thought and self._reasoning_field else {}

    def _check_order(self, group: list[tuple[int, Message]]) -> None:
        """Record what the message does not tell of the order and the number of its parts."""
        order = (Kind.REASONING, Kind.TEXT, Kind.CALL)
        kinds = [order.index(kind_of_message(message)) for _, message in group]
        for position in range(1, len(group)):
            before, kind = kinds[position - 1 : position + 1]
            index, message = group[position]
            if kind < before:
                reason = "Order is lost: reasoning comes first, then text, then calls"
                self.losses.add((index,), message.to_dict(), reason)
            elif kind == before and order[kind] is not Kind.CALL:
                reason = "Joined to the previous text with a line break"
                self.losses.add((index,), message.to_dict(), reason)
        calls = any(order[kind] is Kind.CALL for kind in kinds)
        for (index, message), kind in zip(group, kinds, strict=True):
            meant = "commentary" if calls else "final"
            if order[kind] is Kind.TEXT and message.channel != meant:
                reason = f"Assistant text {'with' if calls else 'without'} calls is read as {meant}"
                self.losses.add((index, "channel"), message.channel, reason)

    def _call(self, index: int, message: Message) -> dict[str, Any]:
        recipient = message.recipient or ""
        name = tool_name(recipient)
        call = self._settings.callees.call(name)
        check_call(message, call, (index,), self.losses)
        return {
            "id": self._calls.begin(index, recipient, call),
            "type": "function",
            "function": {"name": name, "arguments": message_text(message)},
        }

    def _add_other(self, index: int, message: Message) -> None:
        role = message.author.role
        if role is Role.SYSTEM:
            self._settings.add_system(index, message)
        elif role is Role.DEVELOPER:
            self._add_developer(index, message)
        elif role is Role.TOOL:
            self._add_result(index, message)
        else:
            check_text(message, (index,), self.losses)
            content = _content([message_texts(message)])
            name = self._name(index, message)
            self.messages.append({"role": role.value, **name, "content": content})

    def _add_result(self, index: int, message: Message) -> None:
        name = tool_name(message.author.name or "")
        if not name:
            self.losses.add((index,), message.to_dict(), "A tool result without the tool's name")
            return
        call_id, call = self._calls.end(index, message.author.name or "")
        if call is None:
            call = self._settings.callees.call(name)
        check_result(message, call, (index,), self.losses)
        known = {"name": name} if call_id is None else {"tool_call_id": call_id}
        self.messages.append({"role": "tool", **known, "content": message_text(message)})

    def _add_developer(self, index: int, message: Message) -> None:
        text, namespaces, response_format = self._settings.developer(
            index, message, first=not self.messages
        )
        if response_format is not None:
            self._request["response_format"] = response_format.to_chat()
        for namespace in namespaces:
            tools = [function_definition(tool, nested=True) for tool in namespace.tools]
            self._request.setdefault("tools", []).extend(tools)
        if text is not None:
            self.messages.append({"role": "developer", "content": text})


def _content(texts: list[list[str]]) -> str | list[dict[str, str]] | None:
    """Texts of messages as content: parts if one message has several, joined if several have."""
    if len(texts) == 1 and len(texts[0]) > 1:
        return [{"type": "text", "text": each} for each in texts[0]]
    return "\n".join("".join(each) for each in texts) if texts else None
