"""The system and developer messages of a conversation -> the settings of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.contents import DeveloperContent, SystemContent
from harmony_core.interop._calls import JSON_ARGUMENTS, Callees
from harmony_core.interop._headers import check_text
from harmony_core.interop._losses import refusal
from harmony_core.interop._response_format import ResponseFormat, split_response_format
from harmony_core.interop._tools import FUNCTIONS

if TYPE_CHECKING:
    from harmony_core.chat import Message
    from harmony_core.interop._losses import JsonPath, Losses
    from harmony_core.tools import ToolNamespaceConfig

__all__ = ["DeveloperParts", "Settings"]

# What the models know without being told, for messages that come without a system message.
_OWN_TOOLS = frozenset(("browser", "python"))
_FROM_THE_BEGINNING = "A request says this once, for the whole conversation"


class DeveloperParts(NamedTuple):
    """What a developer message says.

    Attributes:
        text: The instructions; ``None`` if there are none.
        namespaces: The tools it offers.
        response_format: How the answer is to be written.
    """

    text: str | None
    namespaces: list[ToolNamespaceConfig]
    response_format: ResponseFormat | None


class Settings:
    """Gathers what is said once for the whole conversation.

    Args:
        losses: Where to record what is said a second time, or cannot be said.
        namespaces: Whether the API has namespaces of tools.

    Attributes:
        system: The content of the system message, if any.
    """

    def __init__(self, losses: Losses, *, namespaces: bool) -> None:
        self.system: SystemContent | None = None
        self._losses = losses
        self._has_namespaces = namespaces
        self._functions: set[str] = set()
        self._namespaces: set[str] = set()
        self._has_developer = False

    @property
    def effort(self) -> str | None:
        """The reasoning effort in the APIs' words; ``None`` if none is set."""
        effort = None if self.system is None else self.system.reasoning_effort
        return None if effort is None else effort.value.lower()

    @property
    def callees(self) -> Callees:
        """The tools there are so far; the models' own if there is no system message."""
        own = _OWN_TOOLS if self.system is None else self.system.tools or ()
        return Callees(self._functions, self._namespaces, own, JSON_ARGUMENTS)

    def add_system(self, index: int, message: Message) -> None:
        """Keep the content of a system message, if it begins the conversation."""
        self._check_header(index, message)
        if len(message.content) == 0:
            self._losses.add((index,), message.to_dict(), "An empty system message")
        for position, content in enumerate(message.content):
            here = (index, "content", position)
            if not isinstance(content, SystemContent):
                reason = "Only SystemContent is kept of a system message"
                self._losses.add(here, content.to_dict(), reason)
            elif index or self.system is not None:
                self._losses.add(here, content.to_dict(), _FROM_THE_BEGINNING)
                self.system = self.system or content
            else:
                self.system = content

    def developer(self, index: int, message: Message, *, first: bool) -> DeveloperParts:
        """Take a developer message apart.

        Args:
            index: Its index in the conversation.
            message: The message.
            first: Whether nothing has been written before it.

        Raises:
            ChatError: A content of it is none of a developer's.
        """
        self._check_header(index, message)
        body, tail = self._contents(index, message)
        namespaces = self._tools(body, (index, "content", 0, "tools"))
        text, response_format = _split(body, tail, offers_tools=bool(namespaces))
        if body is None and text is not None:
            self._losses.add((index, "content"), text, "Read as instructions, under their heading")
        second = first and self._has_developer
        if second or (not first and (namespaces or response_format is not None)):
            self._losses.add((index,), message.to_dict(), _FROM_THE_BEGINNING)
        elif not text and not namespaces and response_format is None and (first or text is None):
            self._losses.add((index,), message.to_dict(), "An empty developer message")
        elif text == "" and first:
            self._losses.add((index, "content"), "", "Empty instructions are read as none")
        self._has_developer = True
        return DeveloperParts(text, namespaces, response_format)

    def _check_header(self, index: int, message: Message) -> None:
        check_text(message, (index,), self._losses)
        if message.author.name is not None:
            self._losses.add((index, "name"), message.author.name, "The API has no such name")

    def _contents(self, index: int, message: Message) -> tuple[DeveloperContent | None, str]:
        """The developer's content, and the texts after it."""
        body: DeveloperContent | None = None
        texts: list[str] = []
        for position, content in enumerate(message.content):
            here = (index, "content", position)
            if isinstance(content, DeveloperContent):
                if position == 0:
                    body = content
                else:
                    reason = "Only the first content of a developer message is read"
                    self._losses.add(here, content.to_dict(), reason)
                continue
            given = content.to_dict()
            if given.get("type") != "text":
                raise refusal("a developer's content", given.get("type"), (*here, "type"))
            texts.append(str(given["text"]))
        return body, "".join(texts)

    def _tools(self, body: DeveloperContent | None, path: JsonPath) -> list[ToolNamespaceConfig]:
        """The namespaces that the API has a place for."""
        kept = []
        for key, namespace in ((body and body.tools) or {}).items():
            here = (*path, key)
            if key != namespace.name:
                self._losses.add(
                    here, key, f"Read under the namespace's own name, {namespace.name!r}"
                )
            if namespace.name == FUNCTIONS:
                self._check_functions(namespace, here)
                self._functions |= {tool.name for tool in namespace.tools}
            elif self._has_namespaces:
                self._namespaces.add(namespace.name)
            else:
                reason = "Chat Completions has no namespaces of tools"
                self._losses.add(here, namespace.to_dict(), reason)
                continue
            kept.append(namespace)
        return kept

    def _check_functions(self, namespace: ToolNamespaceConfig, path: JsonPath) -> None:
        if namespace.description:
            reason = "The API has no description of the functions as a whole"
            self._losses.add((*path, "description"), namespace.description, reason)
        if not namespace.tools:
            self._losses.add(path, namespace.to_dict(), "A namespace without functions")


def _split(
    body: DeveloperContent | None, tail: str, *, offers_tools: bool
) -> tuple[str | None, ResponseFormat | None]:
    """The text of a developer message, and the response format that is where it would be written.

    That is after the tools, if there are any, or else after the instructions.
    """
    instructions = None if body is None else body.instructions
    if instructions is not None and not offers_tools:
        text, response_format = split_response_format(instructions + tail)
        return (text, response_format) if text else (instructions + tail, None)
    text, response_format = split_response_format(tail)
    if response_format is None or text:
        return ((instructions or "") + tail if tail else instructions), None
    return instructions, response_format
