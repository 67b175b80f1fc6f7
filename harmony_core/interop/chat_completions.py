"""Chat Completions <-> Harmony conversations.

The shapes are those of https://platform.openai.com/docs/api-reference/chat, and what vLLM, SGLang
and OpenRouter add to them. Where servers differ, the format's guide decides; docs/interop.md lists
how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from harmony_core.chat import Conversation
from harmony_core.interop._calls import JSON_ARGUMENTS, Callees
from harmony_core.interop._chat_reader import ChatReader
from harmony_core.interop._chat_stream import ChatCompletionStream
from harmony_core.interop._chat_writer import (
    ChatAnswer,
    ChatMessages,
    from_completion,
    from_messages,
)
from harmony_core.interop._converted import Converted
from harmony_core.interop._fields import fields, is_fields, items, text
from harmony_core.interop._losses import JsonPath, Losses, refusal
from harmony_core.interop._options import CHAT_OPTIONS
from harmony_core.interop._prompt import InstructionsRole, Prompt
from harmony_core.interop._response_format import read_response_format
from harmony_core.interop._tools import offered_by, read_tools

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from harmony_core.contents import SystemContent
    from harmony_core.interop._response_format import ResponseFormat

__all__ = [
    "ChatAnswer",
    "ChatCompletionStream",
    "ChatMessages",
    "from_completion",
    "from_messages",
    "to_conversation",
]

_NO_KEY = "Neither a Harmony setting nor a known sampling option"
_EXPECTED = "a Chat Completions request, response, message, or list of messages"


def to_conversation(  # noqa: PLR0913 - what a prompt can be told
    request: object,
    tools: object = None,
    *,
    system: SystemContent | Literal[False] | None = None,
    developer_role: InstructionsRole = "developer",
    date: dt.date | str | None = None,
    call_content_type: str | None = JSON_ARGUMENTS,
    keep_names: bool = False,
    strict: bool = False,
) -> Converted:
    """Make a Harmony conversation of what a client of Chat Completions sends.

    Nothing is dropped without a word: what is in the input is in the conversation, in the
    ``options``, or among the ``losses``.

    Args:
        request: A request; a list of messages; one message; a response, of which the first
            choice is read. Dictionaries, or objects of the ``openai`` package.
        tools: The tools, if the request has none.
        system: What the system message says beyond the request: ``None`` for
            ``SystemContent.new()``, ``False`` for no system message.
        developer_role: Where the instructions go, which are the text of the first message if it
            is the system's or the developer's: into the developer message, or below the
            identity in the system message.
        date: The current date to tell the model; ``None`` keeps that of ``system``.
        call_content_type: The content type of the calls of functions. vLLM writes ``"json"``.
        keep_names: Whether names of speakers go into the headers, as in ``user:ada``.
        strict: Whether a loss is an error.

    Raises:
        ChatError: The input is not what the API defines; the path tells where.
        LossyConversionError: Something has no place in Harmony, and ``strict`` is true.
    """
    losses = Losses()
    options: dict[str, Any] = {}
    prompt = Prompt(system, developer_role, date, losses)
    settings, messages = _parts(request, losses, options)
    offered = offered_by(settings, tools, losses, options)
    prompt.offer(offered, ("tools",))
    response_format = _settings(settings, prompt, losses, options)
    namespaces = offered.namespaces.keys()
    callees = Callees(offered.functions(), namespaces, prompt.built_in, call_content_type)
    reader = ChatReader(callees, losses, keep_names=keep_names)

    instructions = None
    if messages and is_fields(messages[0].value):
        first = fields(messages[0].value, messages[0].path)
        if first.get("role") in ("system", "developer"):
            instructions = reader.instructions(first, messages.pop(0).path)
    reader.messages += prompt.messages(instructions, offered, response_format)
    for message in messages:
        reader.read(message.value, message.path)
    conversation = Conversation(messages=reader.messages)
    return Converted(conversation, losses.all(strict=strict), reader.ids, options)


class _Given(NamedTuple):
    """A message and its place in the input."""

    value: Any
    path: JsonPath


def _parts(
    request: object, losses: Losses, options: dict[str, Any]
) -> tuple[Mapping[str, Any], list[_Given]]:
    """The settings of a request, and its messages."""
    if not is_fields(request):
        return {}, [_Given(m, (i,)) for i, m in enumerate(items(request, (), _EXPECTED))]
    given = fields(request, ())
    if "messages" in given:
        messages = items(given["messages"], ("messages",), "a list of messages")
        return given, [_Given(m, ("messages", i)) for i, m in enumerate(messages)]
    if "choices" in given:
        return {}, [_first_choice(given, losses, options)]
    if "role" in given:
        return {}, [_Given(given, ())]
    raise refusal(_EXPECTED, dict(given), ())


def _first_choice(response: Mapping[str, Any], losses: Losses, options: dict[str, Any]) -> _Given:
    choices = items(response["choices"], ("choices",))
    if not choices:
        raise refusal("a choice", choices, ("choices",))
    choice = dict(fields(choices[0], ("choices", 0)))
    message = choice.pop("message", None)
    if message is None:
        raise refusal("a message", None, ("choices", 0, "message"))
    for index, other in enumerate(choices[1:], 1):
        losses.add(("choices", index), other, "Only the first choice is used")
    options.update({key: value for key, value in response.items() if key != "choices"})
    options["choice"] = choice
    return _Given(message, ("choices", 0, "message"))


def _settings(
    settings: Mapping[str, Any], prompt: Prompt, losses: Losses, options: dict[str, Any]
) -> ResponseFormat | None:
    """Read what a request says beside messages and tools; the response format, if any."""
    response_format = None
    for key, value in settings.items():
        if value is None or key in {"messages", "tools", "functions"}:
            continue
        if key == "reasoning_effort":
            prompt.set_effort(value, (key,))
        elif key == "reasoning":  # OpenRouter's
            prompt.read_reasoning(value, options)
        elif key == "chat_template_kwargs":
            _template_settings(fields(value, (key,)), prompt, losses)
        elif key in CHAT_OPTIONS:
            options[key] = value
            if key == "response_format":
                response_format = read_response_format(value, (key,), losses)
        elif value not in ([], {}):
            losses.add((key,), value, _NO_KEY)
    return response_format


def _template_settings(given: Mapping[str, Any], prompt: Prompt, losses: Losses) -> None:
    """What Hugging Face's chat template of gpt-oss takes beside messages and tools."""
    path = ("chat_template_kwargs",)
    for key, value in given.items():
        here = (*path, key)
        if value is None:
            continue
        if key == "reasoning_effort":
            prompt.set_effort(value, here)
        elif key == "model_identity":
            prompt.set_identity(value, here)
        elif key == "builtin_tools":
            _offer_built_in(value, here, prompt, losses)
        else:
            losses.add(here, value, "The gpt-oss chat template does not read it")


def _offer_built_in(value: object, path: JsonPath, prompt: Prompt, losses: Losses) -> None:
    hosted = {"browser": "web_search", "python": "code_interpreter"}
    for index, item in enumerate(items(value, path)):
        name = text(item, (*path, index))
        if name in hosted:
            prompt.offer(read_tools([{"type": hosted[name]}], path, losses), path)
        else:
            losses.add(
                (*path, index), item, "gpt-oss has only the built-in tools browser and python"
            )
