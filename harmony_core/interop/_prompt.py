"""The system and developer messages that begin a conversation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from harmony_core import _coercion
from harmony_core.chat import Message, Role
from harmony_core.contents import DeveloperContent, ReasoningEffort, SystemContent, TextContent
from harmony_core.errors import ChatError
from harmony_core.interop._fields import fields, text

if TYPE_CHECKING:
    from harmony_core.contents import Content
    from harmony_core.interop._losses import JsonPath, Losses
    from harmony_core.interop._response_format import ResponseFormat
    from harmony_core.interop._tools import OfferedTools

__all__ = ["InstructionsRole", "Prompt", "developer_message"]

InstructionsRole: TypeAlias = Literal["developer", "system"]

# The efforts of the APIs -> what the models know. Those after the first three are the nearest.
_EFFORTS = {
    "low": ReasoningEffort.LOW,
    "medium": ReasoningEffort.MEDIUM,
    "high": ReasoningEffort.HIGH,
    "none": ReasoningEffort.LOW,
    "minimal": ReasoningEffort.LOW,
    "xhigh": ReasoningEffort.HIGH,
    "max": ReasoningEffort.HIGH,
}
_EXACT = frozenset(("low", "medium", "high"))


class Prompt:
    """Gathers what the system message says.

    Args:
        system: What to begin with: ``None`` for the defaults, ``False`` for no system message.
        developer_role: Which message has the instructions.
        date: The current date that the model is told, if any.
        losses: Where to record what has no place.

    Raises:
        ChatError: An argument is of the wrong type.
    """

    def __init__(
        self,
        system: SystemContent | Literal[False] | None,
        developer_role: InstructionsRole,
        date: dt.date | str | None,
        losses: Losses,
    ) -> None:
        if system is None:
            system = SystemContent.new()
        if system is not False and not isinstance(system, SystemContent):
            raise _coercion.wrong("SystemContent, None or False", system, "system")
        _coercion.choice(get_args(InstructionsRole), developer_role, "developer_role")
        if system is False and (date is not None or developer_role == "system"):
            raise ChatError("`date` and `developer_role` need a system message to write to")
        self.content = None if system is False else replace(system)
        self._losses = losses
        self.developer_role = developer_role
        if self.content is not None and date is not None:
            self.content.conversation_start_date = _date_text(date)

    @property
    def built_in(self) -> set[str]:
        """The namespaces of the system message's tools."""
        return set((self.content and self.content.tools) or ())

    def set_effort(self, effort: object, path: JsonPath) -> None:
        """Set the reasoning effort, an API's word for it.

        Raises:
            ChatError: It is none.
        """
        word = text(effort, path).lower()
        if word not in _EFFORTS:
            known = ", ".join(map(repr, _EFFORTS))
            raise ChatError(
                f"Unknown reasoning effort {word!r}, expected one of {known}", path=path
            )
        nearest = _EFFORTS[word]
        if self.content is None:
            self._losses.add(path, effort, "There is no system message to say it in")
            return
        if word not in _EXACT:
            reason = f"gpt-oss knows low, medium and high; used {nearest.lower()}"
            self._losses.add(path, effort, reason)
        self.content.reasoning_effort = nearest

    def read_reasoning(self, reasoning: object, options: dict[str, Any]) -> None:
        """Read ``reasoning`` of a Responses request, or of OpenRouter's requests.

        Raises:
            ChatError: It is not what the APIs define.
        """
        given = fields(reasoning, ("reasoning",))
        if given.get("effort") is not None:
            self.set_effort(given["effort"], ("reasoning", "effort"))
        rest = {key: value for key, value in given.items() if key != "effort" and value is not None}
        if rest:
            options["reasoning"] = rest

    def set_identity(self, identity: object, path: JsonPath) -> None:
        """Set the first line of the prompt.

        Raises:
            ChatError: It is not text.
        """
        if self.content is None:
            self._losses.add(path, identity, "There is no system message to say it in")
        else:
            self.content.model_identity = text(identity, path)

    def offer(self, offered: OfferedTools, path: JsonPath) -> None:
        """Offer the model's own tools."""
        if not offered.built_in:
            return
        if self.content is None:
            names = sorted(offered.built_in)
            self._losses.add(path, names, "There is no system message to offer them in")
        else:
            self.content.tools = {**(self.content.tools or {}), **offered.built_in}

    def messages(
        self,
        instructions: str | None,
        offered: OfferedTools,
        response_format: ResponseFormat | None,
    ) -> list[Message]:
        """Make the messages that begin the conversation."""
        if self.content is not None and self.developer_role == "system" and instructions:
            identity = self.content.model_identity
            lines = instructions if identity is None else f"{identity}\n{instructions}"
            self.content.model_identity, instructions = lines, None
        messages = []
        if self.content is not None:
            messages.append(Message.from_role_and_content(Role.SYSTEM, self.content))
        if instructions or offered.namespaces or response_format is not None:
            messages.append(developer_message(instructions, offered, response_format))
        return messages


def developer_message(
    instructions: str | None,
    offered: OfferedTools | None = None,
    response_format: ResponseFormat | None = None,
) -> Message:
    """Make a developer message: instructions, tools, response format, in this order.

    The contents of a message are encoded one by one. Where one begins, the text is one that the
    tokenizer would split there anyway, so that the tokens are those of the whole text.
    """
    namespaces = offered.namespaces if offered is not None and offered.namespaces else None
    section = None if response_format is None else response_format.section()
    contents: list[Content] = []
    if section is not None and instructions and namespaces is None:
        instructions, section = f"{instructions}\n\n{section}", None
    if instructions or namespaces:
        contents.append(DeveloperContent(instructions=instructions or None, tools=namespaces))
    if section is not None:
        contents.append(TextContent(text=f"\n\n{section}" if contents else section))
    if not contents:
        contents.append(DeveloperContent(instructions=instructions))
    return Message.from_role_and_contents(Role.DEVELOPER, contents)


def _date_text(date: dt.date | str) -> str:
    if isinstance(date, dt.datetime):
        date = date.date()
    return date.isoformat() if isinstance(date, dt.date) else _coercion.text(date, "date")
