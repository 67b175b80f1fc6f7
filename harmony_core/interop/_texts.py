"""Text of the two APIs' messages: a string, or a list of parts of which only text can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core.interop._fields import fields, items, optional_text, text
from harmony_core.interop._losses import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.chat import Message
    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["REASONING_KEYS", "message_text", "message_texts", "read_reasoning", "read_texts"]

_TEXT_TYPES = frozenset(("text", "input_text", "output_text", "summary_text", "reasoning_text"))
_KEPT = ("type", "text")
# Where servers and clients put what the model thought: vLLM and OpenRouter; DeepSeek, SGLang,
# llama.cpp and older vLLM; Hugging Face's template and Ollama.
_REASONING_KEYS = ("reasoning", "reasoning_content", "thinking")
REASONING_KEYS = (*_REASONING_KEYS, "reasoning_details")


def read_texts(content: object, path: JsonPath, losses: Losses) -> list[str]:
    """The texts of a message's content, one for each part.

    Raises:
        ChatError: It is neither text nor a list of parts.
    """
    if content is None:
        return []
    if isinstance(content, str):
        return [text(content, path)]
    texts = []
    for index, part in enumerate(items(content, path, "a string or a list of parts")):
        found = _part_text(part, (*path, index), losses)
        if found is not None:
            texts.append(found)
    return texts


def _part_text(part: object, path: JsonPath, losses: Losses) -> str | None:
    if isinstance(part, str):
        return text(part, path)
    given = fields(part, path, "a part of a message")
    kind = optional_text(given.get("type"), (*path, "type"))
    if kind == "refusal":
        losses.add(path, part, "Kept as text; Harmony cannot mark it as a refusal")
        return text(given.get("refusal"), (*path, "refusal"))
    if kind not in _TEXT_TYPES and not (kind is None and "text" in given):
        losses.add(path, part, "gpt-oss reads only text")
        return None
    losses.add_unknown(given, _KEPT, path, "Only the text of a part is kept")
    return text(given.get("text"), (*path, "text"))


def read_reasoning(message: Mapping[str, Any], path: JsonPath, losses: Losses) -> str | None:
    """What the model thought, from whichever of the usual keys has it.

    Raises:
        ChatError: It is not text.
    """
    found: str | None = None
    for key in _REASONING_KEYS:
        value = message.get(key)
        if value is None:
            continue
        thought = text(value, (*path, key))
        if not found:
            found = thought
        elif thought not in {"", found}:
            losses.add(
                (*path, key), value, "Differs from the reasoning under another key, which is used"
            )
    details = message.get("reasoning_details")
    if details is None:
        return found
    return _read_details(details, found, (*path, "reasoning_details"), losses)


def _read_details(details: object, found: str | None, path: JsonPath, losses: Losses) -> str | None:
    """OpenRouter's form: https://openrouter.ai/docs/use-cases/reasoning-tokens."""
    texts: list[str] = []
    summaries: list[str] = []
    for index, detail in enumerate(items(details, path)):
        here = (*path, index)
        given = fields(detail, here)
        kind = given.get("type")
        if kind == "reasoning.text":
            texts.append(text(given.get("text") or "", (*here, "text")))
        elif kind == "reasoning.summary":
            summaries.append(text(given.get("summary"), (*here, "summary")))
        else:
            losses.add(here, detail, "Only textual reasoning is kept")
            continue
        known = ("type", "text", "summary", "id", "index", "format")
        losses.add_unknown(given, known, here, "Only the text of reasoning is kept")
    told = "".join(texts) or "".join(summaries)
    if found and told not in {"", found}:
        losses.add(path, details, "Differs from the reasoning under another key, which is used")
    return found or told or None


def message_text(message: Message) -> str:
    """The text of a message's contents, one after the other, as it is rendered.

    Raises:
        ChatError: A content is not text.
    """
    return "".join(message_texts(message))


def message_texts(message: Message) -> list[str]:
    """The text of each of a message's contents.

    Raises:
        ChatError: A content is not text.
    """
    texts = []
    for index, content in enumerate(message.content):
        found = content.to_dict()
        if found.get("type") != "text":
            raise refusal("text", found.get("type"), ("content", index))
        texts.append(text(found["text"], ("content", index, "text")))
    return texts
