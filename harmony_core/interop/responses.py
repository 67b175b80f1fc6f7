"""The Responses API <-> Harmony conversations.

The shapes are those of https://platform.openai.com/docs/api-reference/responses, which Harmony was
made after. Where servers differ, the format's guide decides; docs/interop.md lists how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harmony_core.chat import Conversation
from harmony_core.interop._calls import JSON_ARGUMENTS, Callees
from harmony_core.interop._converted import Converted
from harmony_core.interop._fields import fields, is_fields, items, optional_text
from harmony_core.interop._losses import JsonPath, Losses, refusal
from harmony_core.interop._options import RESPONSES_OPTIONS
from harmony_core.interop._prompt import InstructionsRole, Prompt
from harmony_core.interop._response_format import read_response_format
from harmony_core.interop._responses_reader import Item, ResponsesReader, is_instructions
from harmony_core.interop._responses_stream import ResponseStream
from harmony_core.interop._responses_writer import ResponseItems, from_messages
from harmony_core.interop._tools import offered_by

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from harmony_core.contents import SystemContent
    from harmony_core.interop._response_format import ResponseFormat

__all__ = ["ResponseItems", "ResponseStream", "from_messages", "to_conversation"]

_EXPECTED = "a Responses request, response, item, list of items, or the text of a user"
_ELSEWHERE = frozenset(("conversation", "previous_response_id", "prompt"))


def to_conversation(  # noqa: PLR0913 - what a prompt can be told
    request: object,
    tools: object = None,
    *,
    system: SystemContent | Literal[False] | None = None,
    developer_role: InstructionsRole = "developer",
    date: dt.date | str | None = None,
    call_content_type: str | None = JSON_ARGUMENTS,
    strict: bool = False,
) -> Converted:
    """Make a Harmony conversation of what a client of the Responses API sends.

    Nothing is dropped without a word: what is in the input is in the conversation, in the
    ``options``, or among the ``losses``.

    Args:
        request: A request; a list of items; one item; a response, whose output is read; the
            text of a user. Dictionaries, or objects of the ``openai`` package.
        tools: The tools, if the request has none.
        system: As for ``chat_completions.to_conversation``.
        developer_role: Where the ``instructions`` go. If there are none, the first item stands
            for them if it is a message of the system or the developer.
        date: As for ``chat_completions.to_conversation``.
        call_content_type: As for ``chat_completions.to_conversation``.
        strict: Whether a loss is an error.

    Raises:
        ChatError: The input is not what the API defines; the path tells where.
        LossyConversionError: Something has no place in Harmony, and ``strict`` is true.
    """
    losses = Losses()
    options: dict[str, Any] = {}
    prompt = Prompt(system, developer_role, date, losses)
    settings, given = _parts(request, options)
    offered = offered_by(settings, tools, losses, options)
    prompt.offer(offered, ("tools",))
    response_format = _settings(settings, prompt, losses, options)
    namespaces = offered.namespaces.keys()
    callees = Callees(offered.functions(), namespaces, prompt.built_in, call_content_type)
    reader = ResponsesReader(callees, losses)
    instructions = _instructions(settings, given, reader)
    reader.messages += prompt.messages(instructions, offered, response_format)
    reader.read(given)
    conversation = Conversation(messages=reader.messages)
    return Converted(conversation, losses.all(strict=strict), reader.ids, options)


def _parts(request: object, options: dict[str, Any]) -> tuple[Mapping[str, Any], list[Item]]:
    """The settings of a request, and its items."""
    if isinstance(request, str) or not is_fields(request):
        return {}, _items(request, ())
    given = fields(request, ())
    if "role" in given or given.get("type") is not None:
        return {}, [Item(given, ())]
    if "input" in given:
        return given, _items(given["input"], ("input",))
    if "output" not in given:
        raise refusal(_EXPECTED, dict(given), ())
    known = ("instructions", "output", "reasoning", "text", "tools")
    options.update({key: value for key, value in given.items() if key not in known})
    settings = {key: given[key] for key in known if key in given}
    return settings, _items(given["output"], ("output",))


def _items(value: object, path: JsonPath) -> list[Item]:
    if isinstance(value, str):
        return [Item({"role": "user", "content": value}, path)]
    found = items(value, path, "text or a list of items" if path else _EXPECTED)
    return [Item(item, (*path, index)) for index, item in enumerate(found)]


def _instructions(
    settings: Mapping[str, Any], given: list[Item], reader: ResponsesReader
) -> str | None:
    """The instructions of a request; its first item is taken out if they are there."""
    instructions = settings.get("instructions")
    if isinstance(instructions, str):
        return optional_text(instructions, ("instructions",))
    if instructions is not None:  # a response may have them as items
        given[:0] = _items(instructions, ("instructions",))
    if given and is_instructions(given[0].value):
        item = given.pop(0)
        return reader.instructions(fields(item.value, item.path), item.path)
    return None


def _settings(
    settings: Mapping[str, Any], prompt: Prompt, losses: Losses, options: dict[str, Any]
) -> ResponseFormat | None:
    """Read what a request says beside items and tools; the response format, if any."""
    response_format = None
    for key, value in settings.items():
        if value is None or key in {"input", "output", "instructions", "tools"}:
            continue
        if key == "reasoning":
            prompt.read_reasoning(value, options)
        elif key == "text":
            options[key] = value
            response_format = _read_text(fields(value, (key,)), losses)
        elif key in RESPONSES_OPTIONS:
            options[key] = value
        elif key in _ELSEWHERE:
            losses.add((key,), value, "Refers to something outside the request")
        elif value not in ([], {}):
            losses.add((key,), value, "Neither a Harmony setting nor a known sampling option")
    return response_format


def _read_text(given: Mapping[str, Any], losses: Losses) -> ResponseFormat | None:
    losses.add_unknown(given, ("format",), ("text",), "Harmony has no equivalent")
    value = given.get("format")
    return None if value is None else read_response_format(value, ("text", "format"), losses)
