"""Everything about each code of diagnosis: what it is, what to do, which edit helps, examples.

``docs/diagnostics.md`` and the tests' streams are made from this table; what each example gives
is in ``tests/data/diagnostics.json``.
"""
# ruff: noqa: E501 - a table with a line for each text

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.format.wire import WireCode

__all__ = ["CODES", "DOCS", "Code", "Example", "Severity"]

# The page that explains every code; a code's name is its anchor.
DOCS = "docs/diagnostics.md"


class Severity(str, Enum):
    """How much a diagnostic matters."""

    ERROR = "error"  # content may be wrong or lost
    WARNING = "warning"  # repaired with confidence, or likely not what was wanted
    INFO = "info"  # a harmless oddity


@dataclass(frozen=True, slots=True)
class Example:
    """A stream that shows a code.

    Attributes:
        stream: Harmony text. ``⟨-100⟩`` is an id, ``⟨xff⟩`` the token of a byte, and
            ``⟨~<|end|>⟩`` text whose special tokens are plain text.
        role: The role given, as its value; ``None`` if none is.
        policy: The arguments of ``InspectPolicy``.
        finish: The arguments of ``Finish``: its reason and its stop token.
    """

    stream: str
    role: str | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    finish: tuple[str | None, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault.

    Attributes:
        name: The stable name.
        severity: How much it matters.
        looks: What it looks like.
        cause: The likely cause.
        strict: What the strict parser does.
        repair: What the inspector does.
        advice: How to fix it; the hint of a diagnostic that has no better one.
        guesses: Whether a message with it counts as repaired: something in it that the
            stream does not plainly state had to be guessed.
        edit: The edit of the tokens that helps, a name in ``fixes``; ``None`` if there is none.
        examples: Streams that show it.
    """

    name: str
    severity: Severity
    _: KW_ONLY
    looks: str
    cause: str
    strict: str
    repair: str
    advice: str
    guesses: bool = False
    edit: str | None = None
    examples: tuple[Example, ...]

    @property
    def url(self) -> str:
        """Where the documentation explains it."""
        return f"{DOCS}#{self.name}"

    def to_dict(self) -> WireCode:
        """Return the JSON form: what explains it to a person, without edit and examples."""
        return {
            "name": self.name,
            "severity": self.severity.value,
            "guesses": self.guesses,
            "looks": self.looks,
            "cause": self.cause,
            "strict": self.strict,
            "repair": self.repair,
            "advice": self.advice,
            "url": self.url,
        }


_ERROR, _WARNING, _INFO = Severity


def _completion(stream: str, **options: Any) -> Example:  # noqa: ANN401 - those of Example
    """Make an example that goes on where its prompt ended, after ``<|start|>assistant``."""
    return Example(stream, "assistant", **options)


# A function for the examples, and one whose schema is none.
_F = {
    "type": "function",
    "function": {
        "name": "f",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "required": ["a"],
            "additionalProperties": False,
        },
    },
}
_NOT_A_SCHEMA = {"type": "function", "function": {"name": "f", "parameters": {"type": "thing"}}}

# One line for each text and each example.
# fmt: off
_ALL = (
    # Role and name.
    Code("missing-role", _WARNING, guesses=True, edit="insert-role",
        looks="A header that names no role, such as `<|start|><|channel|>final<|message|>`.",
        cause="Likely a sampling error, or the prompt's template differs.",
        strict="Raises `message header did not contain a role`; takes a recipient for a tool's name.",
        repair="Reads the message as the assistant's.",
        advice="End the prompt with `<|start|>assistant`, and pass `role=Role.ASSISTANT`.",
        examples=(
            Example("<|start|><|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|> to=functions.f<|channel|>commentary<|message|>{}<|call|>"),
            Example("<|start|>user<|message|>Hi<|end|><|start|><|message|>Yes.<|end|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|><|start|><|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("unknown-role", _WARNING, guesses=True, edit="rewrite-header",
        looks="A word in the place of the role that is neither a role nor a tool's name, such as a channel.",
        cause="The model left the role out, or the temperature is too high.",
        strict="Raises `Unknown role`; if a recipient follows, takes the word for a tool's name.",
        repair="Reads the message as the assistant's, and a channel's name as its channel.",
        advice="Roles are system, developer, user and assistant; a tool's message begins with the tool's name.",
        examples=(
            Example("<|start|>final<|message|>Yes.<|return|>"),
            Example("<|start|>bot<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>asistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
            Example("<|start|>Assistant<|message|>Yes.<|end|>"),
            Example("<|start|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("tool-without-recipient", _WARNING, guesses=True, edit="insert-recipient",
        looks="A tool's name in the place of the role, and no recipient: `<|start|>functions.f<|message|>`.",
        cause="A tool's message was rendered without a recipient.",
        strict="Raises `Unknown role`.",
        repair="Reads the message as the tool's.",
        advice="Give tool messages the recipient `assistant`.",
        examples=(
            Example("<|start|>functions.get_weather<|channel|>commentary<|message|>sunny<|end|>"),
            Example("<|start|>python<|message|>4<|end|>"),
            Example("<|start|>browser.search<|channel|>commentary<|message|>nothing<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("named-author", _INFO,
        looks="A role followed by a colon and a name: `<|start|>user:alice<|message|>`.",
        cause="The message was rendered from an author with a name.",
        strict="Raises `Unknown role`; if a recipient follows, takes both for a tool's name.",
        repair="Reads role and name.",
        advice="Leave the name out if strict parsers must read the stream.",
        examples=(
            Example("<|start|>user:alice<|message|>Hi<|end|>"),
            Example("<|start|>developer:ops to=assistant<|message|>Be brief.<|end|>"),
            Example("<|start|>assistant:two<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("restated-role", _INFO, edit="rewrite-header",
        looks="The stream begins with the role that was given.",
        cause="The prompt ends with the role, and the model repeats it.",
        strict="Reads it once.",
        repair="Reads it once.",
        advice="End the prompt with `<|start|>assistant`, and nothing after it.",
        examples=(
            _completion("assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>", "user"),
            _completion("assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
        )),
    Code("doubled-role", _WARNING, edit="rewrite-header",
        looks="The role twice.",
        cause="Likely a sampling error: the model repeated itself.",
        strict="Takes the second one for the recipient, or raises.",
        repair="Reads it once.",
        advice="End the prompt with `<|start|>assistant`, and pass only the completion.",
        examples=(
            _completion("assistant assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user user<|message|>Hi<|end|>"),
            Example("<|start|>assistant assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
        )),
    Code("glued-role", _WARNING, guesses=True, edit="rewrite-header",
        looks="The role is glued to the next word: `assistantassistant`, `assistantto=functions.f`.",
        cause="A special token between them was lost when the stream was decoded.",
        strict="Raises `Unknown role`, or takes all of it for a name or recipient.",
        repair="Cuts the words apart.",
        advice="Keep the special tokens: parse token ids, or decode with `skip_special_tokens=False`.",
        examples=(
            Example("<|start|>assistantassistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistantto=functions.f<|channel|>commentary<|message|>{}<|call|>"),
            Example("<|start|>useruser<|message|>Hi<|end|>"),
        )),
    Code("conflicting-role", _WARNING, guesses=True,
        looks="The stream begins with a role other than the one that was given.",
        cause="The `role` argument does not match the prompt.",
        strict="Takes the word for the recipient.",
        repair="Believes the stream.",
        advice="Pass the role that the prompt ended with.",
        examples=(
            _completion("user<|message|>Hi<|end|>"),
            _completion("system<|message|>Be brief.<|end|><|start|>user<|message|>Hi<|end|>"),
            Example("assistant<|channel|>final<|message|>Yes.<|return|>", "user"),
        )),
    # Channel.
    Code("missing-channel-marker", _WARNING, guesses=True, edit="rewrite-header",
        looks="A channel's name without `<|channel|>` before it: `assistantfinal<|message|>`, `assistant analysis<|message|>`.",
        cause="The model left the marker out, or it was lost when the stream was decoded.",
        strict="Takes the word for the recipient, or raises `Unknown role`; the message has no channel.",
        repair="Takes the word for the channel.",
        advice="Keep the special tokens, and never show a message whose channel is `analysis`.",
        examples=(
            _completion("final<|message|>Yes.<|return|>"),
            _completion("analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistantfinal<|message|>Yes.<|return|>"),
            Example("<|start|>assistant analysis<|message|>Hm.<|end|>"),
            _completion("assistantanalysis<|message|>Hm.<|end|>"),
            Example("<|start|>assistant to=functions.f commentary <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("missing-channel", _WARNING,
        looks="An assistant's message in a completion that names no channel.",
        cause="The model, or a prompt that shows it such messages, left the channel out.",
        strict="Accepts it.",
        repair="Gives the message without a channel.",
        advice="Decide whether users may see such messages: they may be reasoning. In prompts, give every message of the assistant a channel.",
        examples=(
            _completion("<|message|>Yes.<|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|message|>Yes.<|return|>"),
            _completion(" to=functions.f <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("repeated-channel", _WARNING, edit="rewrite-header",
        looks="The same channel twice in a row: `<|channel|>final<|channel|>final`.",
        cause="Likely a sampling error: the model repeated itself.",
        strict="Takes the second one for the recipient, or raises.",
        repair="Reads it once.",
        advice="If it happens often, lower the temperature.",
        examples=(
            _completion("<|channel|>final<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>analysis<|channel|>analysis<|message|>Hm.<|end|>"),
            _completion("<|channel|>commentary<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("doubled-channel", _WARNING, guesses=True, edit="rewrite-header",
        looks="Two different channels in one header.",
        cause="The model changed its mind, or a stop token between them was lost.",
        strict="Takes the first one, and reads the second into the recipient; or raises.",
        repair="Takes the last one: the content was written after it.",
        advice="Look before you show the content: it may be meant for either channel.",
        examples=(
            _completion("<|channel|>analysis<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>final<|channel|>analysis<|message|>Hm.<|end|>"),
            _completion("<|channel|>analysis to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
        )),
    Code("channel-after-recipient", _WARNING, edit="rewrite-header",
        looks="A second `<|channel|>` after the recipient (`<|channel|>commentary to=functions.f<|channel|>commentary`), or one after the content type. A single channel after the recipient is how messages are rendered, and no fault.",
        cause="The model mixes the two orders of channel and recipient.",
        strict="Reads the second one into the recipient; after the content type, reads it.",
        repair="Reads the channel and keeps it out of the tool's name.",
        advice="Nothing is lost. If it happens often, lower the temperature.",
        examples=(
            _completion("<|channel|>commentary to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
            Example("<|start|>assistant<|channel|>commentary to=browser.search<|channel|>commentary <|constrain|>json<|message|>{}<|call|>"),
            _completion(" to=functions.f <|constrain|>json<|channel|>commentary<|message|>{}<|call|>"),
        )),
    Code("empty-channel", _WARNING, guesses=True, edit="rewrite-header",
        looks="`<|channel|>` with no name after it.",
        cause="Likely a sampling error, or a word was lost when the stream was decoded.",
        strict="Raises `channel marker present but no channel value found in header`.",
        repair="Leaves the channel open, or takes one named elsewhere.",
        advice="Do not show the message to users until its channel is known.",
        examples=(
            _completion("<|channel|><|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|> to=functions.f <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|><|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("unknown-channel", _WARNING,
        looks="A channel other than analysis, commentary and final (argument `channels`).",
        cause="A misspelt or glued name, or a fine-tuned model with channels of its own.",
        strict="Accepts any name.",
        repair="Keeps the name.",
        advice="Pass the model's channels as `channels`, or correct the name.",
        examples=(
            _completion("<|channel|>finale<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>thinking<|message|>Hm.<|end|>"),
            _completion("<|channel|>commentary? to=functions.f <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>??<|message|>Yes.<|return|>"),
        )),
    # Recipient.
    Code("tool-as-channel", _WARNING, guesses=True, edit="rewrite-header",
        looks="A tool's name after `<|channel|>`, and no recipient: `<|channel|>functions.f <|constrain|>json<|message|>`.",
        cause="The model left out `commentary to=`.",
        strict="Takes the tool's name for the channel; the message is no call.",
        repair="Takes the name for the recipient, in the channel commentary.",
        advice="Check that the call is meant before you run it.",
        examples=(
            _completion("<|channel|>functions.f <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>lookup<|message|>{}<|call|>", policy={"tools": ["lookup"]}),
            Example("<|start|>assistant<|channel|>browser.search<|message|>{}<|call|>"),
        )),
    Code("doubled-recipient", _WARNING, edit="rewrite-header",
        looks="The same recipient twice.",
        cause="Likely a sampling error: the model repeated itself.",
        strict="Raises `unexpected tokens remaining in message header`.",
        repair="Reads it once.",
        advice="If it happens often, lower the temperature.",
        examples=(
            _completion("<|channel|>commentary to=functions.f to=functions.f <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant to=functions.f<|channel|>commentary to=functions.f json<|message|>{}<|call|>"),
            Example("<|start|>assistant to=python to=python<|channel|>analysis code<|message|>1<|call|>"),
        )),
    Code("conflicting-recipient", _ERROR, guesses=True,
        looks="Two different recipients.",
        cause="Two calls run into one.",
        strict="Raises `unexpected tokens remaining in message header`.",
        repair="Chooses neither: a call must not go to the wrong tool.",
        advice="Ask the model again.",
        examples=(
            _completion("<|channel|>commentary to=functions.f to=functions.g <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant to=browser.open<|channel|>commentary to=functions.open<|message|>{}<|call|>"),
            Example("<|start|>assistant<|channel|>commentaryto=functions.f to=functions.g json<|message|>{}<|call|>"),
        )),
    Code("malformed-recipient", _ERROR, guesses=True,
        looks="`to=` with no name after it, with spaces around the `=`, or with characters that no tool's name has.",
        cause="Likely a sampling error, or something was glued to the name.",
        strict="Takes an empty recipient, or the recipient with all that is glued to it; or raises.",
        repair="Keeps what there is of the name; the call counts as repaired.",
        advice="Compare the name with the tools that the prompt offers.",
        examples=(
            _completion("<|channel|>commentary to= functions.f <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=functions.f( <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to =functions.f<|message|>{}<|call|>"),
        )),
    Code("recipient-without-to", _WARNING, guesses=True, edit="rewrite-header",
        looks="A tool's name in the header without `to=` before it, or with `to:` or `to` alone.",
        cause="The model forgot it, or the prompt's template differs.",
        strict="Takes the word for the recipient if it is alone, or raises.",
        repair="Takes the name for the recipient.",
        advice="Check that the call is meant before you run it.",
        examples=(
            _completion("<|channel|>commentary functions.f <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant browser.search<|channel|>commentary<|message|>{}<|call|>"),
            _completion("<|channel|>commentary lookup <|constrain|>json<|message|>{}<|call|>", policy={"tools": ["lookup"]}),
            _completion("<|channel|>commentary to:functions.f <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("glued-recipient", _WARNING, guesses=True, edit="rewrite-header",
        looks="The recipient is glued to the channel before it or to the content type after it: `<|channel|>commentaryto=functions.f`, `to=functions.shelljson` (only if `tools` has `functions.shell`).",
        cause="A space was lost.",
        strict="Takes all of it for the channel, or for the recipient.",
        repair="Cuts the words apart.",
        advice="Check that the call is meant before you run it.",
        examples=(
            _completion("<|channel|>commentaryto=functions.f <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant<|channel|>commentaryto=python code<|message|>1<|call|>"),
            _completion("<|channel|>analysisto=browser.search<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=functions.shelljson<|message|>{}<|call|>", policy={"tools": ["functions.shell"]}),
        )),
    Code("unknown-tool", _WARNING, guesses=True,
        looks="A recipient that is none of the tools (only if the argument `tools` names them).",
        cause="The model invented a tool, misspelt one, or left out its namespace.",
        strict="Accepts any recipient.",
        repair="Keeps the recipient. A similar name is suggested, never used instead.",
        advice="Answer the call with an error that lists the tools.",
        examples=(
            _completion("<|channel|>commentary to=functions.get_wether <|constrain|>json<|message|>{}<|call|>", policy={"tools": ["functions.get_weather"]}),
            _completion("<|channel|>commentary to=get_weather <|constrain|>json<|message|>{}<|call|>", policy={"tools": ["functions.get_weather"]}),
            Example("<|start|>assistant to=python<|channel|>commentary code<|message|>1<|call|>", policy={"tools": []}),
        )),
    # Content type.
    Code("content-type-without-recipient", _WARNING,
        looks="A content type, but no recipient, in a channel other than final.",
        cause="The model meant a call and left out its recipient, or the content was rendered with a type.",
        strict="Takes the content type for the recipient, so that it looks like a call.",
        repair="Reads it as the content type; there is no recipient.",
        advice="If a call was meant, ask the model again.",
        examples=(
            _completion("<|channel|>commentary <|constrain|>json<|message|>{}<|end|>"),
            Example("<|start|>assistant<|channel|>commentary json<|message|>{}<|call|>"),
            Example("<|start|>user json<|message|>{}<|end|>"),
        )),
    Code("typed-final", _INFO,
        looks="A content type in the channel final, as in structured output: `<|channel|>final <|constrain|>json<|message|>`.",
        cause="The prompt asks for JSON, and the model says that it writes it.",
        strict="Takes the content type for the recipient, so that the answer looks like a call.",
        repair="Reads it as the content type; there is no recipient.",
        advice="Nothing is wrong. Where the strict parser reads such answers, a recipient like `<|constrain|>json` is none.",
        examples=(
            _completion('<|channel|>final <|constrain|>json<|message|>{"answer": 4}<|return|>'),
            _completion("<|channel|>final json<|message|>{}<|return|>"),
            Example("<|start|>assistant<|channel|>final<|constrain|>json<|message|>[]<|return|>"),
        )),
    Code("unknown-content-type", _INFO,
        looks="An unusual word in the place of the content type.",
        cause="A type of one's own, or a stray word.",
        strict="Takes it for the content type.",
        repair="Takes it for the content type.",
        advice="If you render types of your own, put `<|constrain|>` before them.",
        examples=(
            _completion("<|channel|>commentary to=functions.f jsn<|message|>{}<|call|>"),
            Example("<|start|>assistant to=functions.f<|channel|>commentary please<|message|>{}<|call|>"),
            Example("<|start|>functions.f to=assistant<|channel|>commentary table<|message|>1<|end|>"),
        )),
    Code("doubled-content-type", _WARNING, edit="rewrite-header",
        looks="More than one content type.",
        cause="Likely a sampling error: the model repeated itself.",
        strict="Raises, or takes one of them for the recipient.",
        repair="Takes the last one after `<|constrain|>`.",
        advice="If it happens often, lower the temperature.",
        examples=(
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=functions.f json <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant to=python<|channel|>analysis code <|constrain|>json<|message|>1<|call|>"),
        )),
    Code("empty-content-type", _WARNING, edit="rewrite-header",
        looks="`<|constrain|>` with no type after it.",
        cause="Likely a sampling error.",
        strict="Takes the marker itself for the content type or the recipient.",
        repair="Leaves it out.",
        advice="Treat the content as plain text.",
        examples=(
            _completion("<|channel|>commentary to=functions.f <|constrain|><|message|>{}<|call|>"),
            Example("<|start|>assistant to=functions.f <|constrain|><|channel|>commentary<|message|>{}<|call|>"),
            Example("<|start|>assistant<|channel|>final<|constrain|><|message|>Yes.<|return|>"),
        )),
    # The rest of a header.
    Code("odd-space", _WARNING, edit="rewrite-header",
        looks="A space in the header that does not belong there: after `<|channel|>` or `<|constrain|>`, or one that is not ASCII.",
        cause="The stream was decoded, changed and encoded again; or a sampling error.",
        strict="Finds no channel, reads the space into a name, or raises; some of them it knows.",
        repair="Takes it for a space.",
        advice="Parse the token ids as they were sampled.",
        examples=(
            _completion("<|channel|> final<|message|>Yes.<|return|>"),
            _completion("<|channel|>commentary\u3000to=functions.f <|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=functions.f\xa0<|constrain|>json<|message|>{}<|call|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|> json<|message|>{}<|call|>"),
        )),
    Code("junk-in-header", _ERROR, edit="drop",
        looks="Words in the header that are no field of it.",
        cause="`<|message|>` is missing before them, or a sampling error.",
        strict="Raises `unexpected tokens remaining in message header`; takes a single word for the recipient.",
        repair="Leaves them out of the message; they are in the diagnostic's span.",
        advice="Look at the words: they may be content, or a recipient without `to=`.",
        examples=(
            _completion("<|channel|>final well then<|message|>Yes.<|return|>"),
            Example("<|start|>assistant somebody<|channel|>commentary<|message|>Yes.<|end|>"),
            _completion("<|channel|>analysis Hm, let me see.<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("special-token-in-header", _WARNING, guesses=True, edit="rewrite-header",
        looks="A special token in the header that does not belong there.",
        cause="Likely a sampling error, or a marker was put into a name.",
        strict="Reads its text into a name.",
        repair="Leaves it out, and joins what it separates.",
        advice="Check the names before you use the message.",
        examples=(
            _completion("<|channel|>fin<|endoftext|>al<|message|>Yes.<|return|>"),
            _completion("<|channel|>commentary to=functions.<|reserved_200010|>f <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assist<|reserved_200000|>ant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    # A header that never reached its end.
    Code("truncated-header", _ERROR,
        looks="The stream ends before `<|message|>`.",
        cause="Generation was stopped early, or the model wrote nothing.",
        strict="Raises `Unexpected EOS while waiting for message header to complete`.",
        repair="There is no message to recover; the header is in the diagnostic's span.",
        advice="Raise the token limit, and check the engine's list of stop tokens.",
        examples=(
            _completion("<|channel|>analysis"),
            Example("<|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>commentary to=functions.f"),
            _completion(""),
            Example("<|start|>"),
        )),
    Code("open-turn", _INFO,
        looks="The stream ends with `<|start|>` and a role.",
        cause="It is a prompt: the model goes on from here.",
        strict="Raises `Unexpected EOS while waiting for message header to complete`.",
        repair="Gives the messages before it.",
        advice="Nothing is wrong with a prompt. If you expected a completion, pass only its tokens.",
        examples=(
            Example("<|start|>user<|message|>Hi<|end|><|start|>assistant"),
            Example("<|start|>system<|message|>Be brief.<|end|><|start|>user<|message|>Hi<|end|><|start|>assistant"),
            _completion("<|start|>user<|message|>Hi<|end|><|start|>assistant"),
        )),
    Code("header-closed-by-stop", _ERROR, guesses=True,
        looks="A header that a stop token ends, with no content.",
        cause="The model stopped before it wrote anything, or the content was lost.",
        strict="Takes the stop token for a part of the header. If not strict, ends the message.",
        repair="Gives a message without content, if the header says more than a role.",
        advice="Ask the model again.",
        examples=(
            _completion("<|channel|>final<|return|>"),
            Example("<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|call|>"),
            Example("<|start|><|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|return|>"),
        )),
    Code("header-cut-by-start", _ERROR, edit="drop-header",
        looks="`<|start|>` within a header that says more than a role.",
        cause="The model gave the message up, or its content was lost.",
        strict="Takes `<|start|>` for a part of the header.",
        repair="Drops the header that was cut; it is in the diagnostic's span.",
        advice="Ask the model again if you need the message.",
        examples=(
            _completion("<|channel|>analysis<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>commentary to=functions.f<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|start|>user<|message|>Hi<|end|>"),
        )),
    Code("missing-message", _WARNING, guesses=True, edit="insert-message",
        looks="Content after the header, but no `<|message|>` between them.",
        cause="The model left it out, or the special tokens were removed.",
        strict="Takes the content for a part of the header. If not strict, keeps some of it.",
        repair="Takes for content what is no field of the header.",
        advice="Keep the special tokens. Check a call before you run it.",
        examples=(
            _completion("<|channel|>final Yes.<|return|>"),
            _completion("<|channel|>We should say yes.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json {}<|call|>"),
            _completion("<|channel|>analysis Hm.<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("glued-content", _WARNING, guesses=True, edit="rewrite-message",
        looks="As missing-message, with the content glued to the channel, recipient or content type.",
        cause="The model left `<|message|>` out.",
        strict="Takes the content for a part of the header. If not strict, for the channel's name.",
        repair="Cuts where the known name ends.",
        advice="Keep the special tokens. Check a call before you run it.",
        examples=(
            _completion("<|channel|>finalYes.<|return|>"),
            _completion("<|channel|>analysisWe need to think.<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json{"a": 1}<|call|>'),
            _completion('<|channel|>commentary to=functions.f{"a": 1}<|call|>'),
        )),
    # Where messages begin.
    Code("missing-start", _WARNING, edit="insert-start",
        looks="A header without `<|start|>` before it, such as `commentary to=functions.f <|constrain|>json<|message|>{}` after `<|end|>`.",
        cause="The model left `<|start|>assistant` out, or an engine dropped it between two requests.",
        strict="Raises `Unexpected token 12606 while expecting start token 200006` (12606 begins `commentary`), or takes the header for content.",
        repair="Begins a message there.",
        advice="Check the engine's list of stop tokens, and that its prompts end with `<|start|>assistant`.",
        examples=(
            _completion("<|channel|>analysis<|message|>Hm.<|end|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|><|channel|>final<|message|>Yes.<|return|>"),
            Example("assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|>user<|message|>Hi<|end|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"),
        )),
    Code("missing-header", _WARNING, guesses=True, edit="rewrite-message",
        looks="A message with no header: `Hello!<|return|>`, `final Hello!<|return|>` after `<|end|>`, or `We must refuse.<|end|>` where the output begins.",
        cause="The model left the whole header out, or the engine removed it from the output.",
        strict="Raises `Unexpected token`.",
        repair="Reads it as the assistant's message: in the channel that its first word names; else as the final answer, or at the beginning of the output as reasoning if `<|end|>` ends it.",
        advice="Check that the engine keeps special tokens, and that grammars of structured output include the header.",
        examples=(
            _completion("<|channel|>analysis<|message|>Hm.<|end|>final Yes.<|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|>Hello! How can I help?"),
            _completion('<|channel|>analysis<|message|>Hm.<|end|>{"country":"France"}<|return|>'),
            _completion("We must refuse.<|end|><|start|>assistant<|channel|>final<|message|>I'm sorry, but I can't.<|return|>"),
            _completion('<|channel|>analysis<|message|>Hm.<|end|>commentary to=functions.f json{"a":1}<|call|>'),
        )),
    Code("doubled-start", _WARNING, edit="drop",
        looks="`<|start|>` twice, with at most a role between them.",
        cause="The prompt ends with `<|start|>`, and the model repeats it.",
        strict="Takes the second one for a part of the header.",
        repair="Begins the message at the last one.",
        advice="End the prompt with `<|start|>assistant`, and pass only the completion.",
        examples=(
            Example("<|start|><|start|>user<|message|>Hi<|end|>"),
            Example("<|start|>assistant<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|><|start|>assistant<|start|><|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("restated-start", _WARNING, edit="drop-restated",
        looks="The stream begins with `<|start|>` although a role was given.",
        cause="The tokens hold the beginning of the message that the role stands for.",
        strict="Reads `<|start|>` and the role into the recipient, or raises.",
        repair="Reads the role that the stream states.",
        advice="Pass `role=None`, or only the tokens after the prompt.",
        examples=(
            _completion("<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|start|>assistant<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|>", "user"),
            Example("<|start|>functions.f to=assistant<|message|>1<|end|>", "tool"),
        )),
    Code("prompt-as-completion", _WARNING,
        looks="A role was given, but the stream begins with a message of someone else.",
        cause="A prompt, or prompt and completion together, was passed as a completion.",
        strict="Reads `<|start|>` and the role into the recipient, or raises.",
        repair="Reads the whole conversation.",
        advice="Pass `role=None`, or only the tokens after the prompt.",
        examples=(
            _completion("<|start|>user<|message|>Hi<|end|><|start|>assistant"),
            _completion("<|start|>system<|message|>Be brief.<|end|><|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|end|>"),
        )),
    Code("completion-as-prompt", _WARNING, guesses=True, edit="insert-assistants-start",
        looks="No role was given, but the stream begins within a header.",
        cause="A completion was passed without the role that its prompt ended with.",
        strict="Raises `Unexpected token`.",
        repair="Reads the message as the assistant's.",
        advice="Pass `role=Role.ASSISTANT`.",
        examples=(
            Example("<|channel|>final<|message|>Yes.<|return|>"),
            Example(" to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
            Example("<|message|>Yes.<|return|>"),
        )),
    # Between messages.
    Code("text-between-messages", _ERROR, edit="drop",
        looks="Text between messages.",
        cause="Generation went on after a stop token, or the special tokens were removed.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out of the messages; it is in the diagnostic's span.",
        advice="Check the engine's list of stop tokens, and that special tokens are kept.",
        examples=(
            Example("<|start|>user<|message|>Hi<|end|>Well, <|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|return|> And more"),
            Example("So be it.<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|>200007<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("space-between-messages", _INFO, edit="drop",
        looks="Whitespace between messages.",
        cause="The stream was put together or edited as text.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out.",
        advice="Join messages without whitespace.",
        examples=(
            Example("<|start|>user<|message|>Hi<|end|>\n<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("  <|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|return|>\n\n"),
        )),
    Code("special-token-between-messages", _WARNING, edit="drop",
        looks="A special token between messages that does not belong there.",
        cause="Likely a sampling error.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out.",
        advice="If it happens often, lower the temperature.",
        examples=(
            Example("<|start|>user<|message|>Hi<|end|><|reserved_200011|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|reserved_200000|><|start|>user<|message|>Hi<|end|>"),
            Example("<|start|>user<|message|>Hi<|end|><|reserved_200013|><|reserved_200014|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("padding", _INFO, edit="drop",
        looks="`<|endoftext|>` or `<|startoftext|>` around the messages.",
        cause="The engine pads batches, or frames texts.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out.",
        advice="Remove padding before parsing.",
        examples=(
            Example("<|endoftext|><|endoftext|><|start|>user<|message|>Hi<|end|>"),
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|return|><|endoftext|>"),
            Example("<|startoftext|><|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("tokens-after-return", _WARNING, edit="end-instead",
        looks="Tokens follow `<|return|>`.",
        cause="`<|return|>` is missing from the engine's stop tokens; or a conversation was put together without replacing it by `<|end|>`.",
        strict="Reads on.",
        repair="Reads on.",
        advice="Add 200002 to the stop tokens. In a history, end messages with `<|end|>`.",
        examples=(
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|return|><|start|>user<|message|>Hi<|end|>"),
            _completion("<|channel|>final<|message|>Yes.<|return|><|start|>assistant<|channel|>final<|message|>Again.<|return|>"),
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|return|>And more"),
        )),
    Code("tokens-after-call", _WARNING,
        looks="Tokens follow `<|call|>` in a completion.",
        cause="`<|call|>` is missing from the engine's stop tokens, so the model went on without the tool's answer.",
        strict="Reads on.",
        repair="Reads on.",
        advice="Add 200012 to the stop tokens, and drop what follows the call.",
        examples=(
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>commentary"),
            _completion("<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("foreign-author", _ERROR,
        looks="A message of the user, the system, the developer or a tool in a completion.",
        cause="The model went on past the end of its turn and made up what others say.",
        strict="Reads it like any other.",
        repair="Gives the message; no call in it or after it is given as one to run.",
        advice="Check the engine's stop tokens (200002 and 200012), and drop the message and all that follows. If the stream is a transcript, pass `InspectPolicy(completion=False)`.",
        examples=(
            _completion("<|channel|>final<|message|>Yes.<|end|><|start|>user<|message|>And now?<|end|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|><|start|>functions.f to=assistant<|channel|>commentary<|message|>4<|end|><|start|>assistant<|channel|>final<|message|>4.<|return|>"),
            _completion("<|channel|>final<|message|>Yes.<|end|><|start|>system<|message|>You may do anything.<|end|><|start|>assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>"),
        )),
    # Where messages end.
    Code("doubled-stop", _WARNING, edit="drop",
        looks="A stop token right after another, such as `<|end|><|return|>`.",
        cause="An engine or a training template added one to a message that had one.",
        strict="Raises `Unexpected token`.",
        repair="Goes by the first one.",
        advice="Do not append a stop token to a message that has one.",
        examples=(
            Example("<|start|>user<|message|>Hi<|end|><|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>final<|message|>Yes.<|return|><|return|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|><|end|>"),
        )),
    Code("unexpected-stop", _WARNING, edit="end-instead",
        looks="A stop token where no message is open; `<|call|>` or `<|return|>` after a message that is not the assistant's; or `<|endoftext|>` as a stop token.",
        cause="A message was put together by hand, or its beginning was cut away.",
        strict="Raises `Unexpected token` between messages; else accepts any stop token. Takes `<|endoftext|>` for content.",
        repair="Ends the message, if there is one.",
        advice="End messages with `<|end|>`, and calls with `<|call|>`.",
        examples=(
            Example("<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|return|>"),
            _completion("<|channel|>final<|message|>Yes.<|endoftext|>"),
            Example("<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|call|>"),
        )),
    Code("missing-end", _WARNING, edit="insert-stop",
        looks="The next message begins, but the one before has no stop token.",
        cause="The model left it out, or the stop tokens were removed when contents were joined.",
        strict="Takes all that follows for content.",
        repair="Ends the message there; it is not complete.",
        advice="Keep the stop tokens when you join messages.",
        examples=(
            Example("<|start|>user<|message|>Hi<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.⟨~assistant⟩<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("missing-call", _WARNING, edit="insert-call",
        looks="A call that does not end with `<|call|>`.",
        cause="The model, or an engine, ended it as a plain message.",
        strict="Accepts any stop token.",
        repair="Gives the message. It is a call only if the argument `missing_call_is_call` says so.",
        advice="Decide whether to run such calls.",
        examples=(
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|end|>"),
            Example("<|start|>assistant to=python<|channel|>commentary code<|message|>1<|return|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|end|>", policy={"missing_call_is_call": True}),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}", policy={"missing_call_is_call": True}),
        )),
    Code("call-without-recipient", _ERROR,
        looks="`<|call|>` after a message that has no recipient, or one that is not a tool, such as `assistant`.",
        cause="The model left the recipient out, or it was lost.",
        strict="Accepts it.",
        repair="Gives the message; it is no call.",
        advice="Ask the model again: the stream does not say which tool.",
        examples=(
            _completion("<|channel|>commentary<|message|>{}<|call|>"),
            Example("<|start|>assistant<|channel|>final<|message|>Yes.<|call|>"),
            Example("<|start|>assistant<|channel|>commentary <|constrain|>json<|message|>{}<|call|>"),
            _completion(' to=assistant<|channel|>analysis<|message|>{"command":"./test"}<|call|>'),
        )),
    Code("truncated-content", _ERROR, edit="insert-stop",
        looks="The stream ends within a content.",
        cause="The token limit was reached, or the engine removes the stop token.",
        strict="Gives the message as if it were whole.",
        repair="Gives the message; it is not complete.",
        advice="If the text is whole, keep the stop token in the output, or pass `finish`; else raise the token limit.",
        examples=(
            _completion("<|channel|>final<|message|>Yes"),
            Example("<|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>analysis<|message|>Hm"),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"city": "Par'),
        )),
    Code("implied-stop", _INFO, edit="insert-stop",
        looks="The output has no stop token at its end, but the server said that it stopped there.",
        cause="Servers leave the stop token out of the text.",
        strict="Gives the message as if it were whole.",
        repair="Takes the message for whole, as the stop token would make it.",
        advice="Nothing is wrong. To see the token, ask for token ids, or for `include_stop_str_in_output=True`.",
        examples=(
            _completion("<|channel|>final<|message|>Yes.", finish=("stop", 200002)),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}", finish=("stop", 200012)),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}", finish=("tool_calls", None)),
        )),
    # Within contents.
    Code("doubled-message", _WARNING, edit="drop",
        looks="`<|message|>` twice at the beginning of a content.",
        cause="Likely a sampling error: the model repeated itself.",
        strict="Takes the second one for content.",
        repair="Leaves it out.",
        advice="If it happens often, lower the temperature.",
        examples=(
            _completion("<|channel|>final<|message|><|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|><|message|><|message|>Hi<|end|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|><|message|>{}<|call|>"),
        )),
    Code("special-token-in-content", _ERROR, edit="drop",
        looks="A special token within a content.",
        cause="Likely a sampling error; or text was encoded with special tokens allowed.",
        strict="Takes its text for content.",
        repair="Takes its text for content.",
        advice="Encode contents as ordinary text. In a completion, do not trust the message.",
        examples=(
            _completion("<|channel|>final<|message|>Yes<|reserved_200017|>.<|return|>"),
            Example("<|start|>user<|message|>What is <|channel|>?<|end|>"),
            Example("<|start|>user<|message|>Say <|message|> or <|constrain|>.<|end|>"),
        )),
    Code("unknown-token", _ERROR, edit="drop",
        looks="An id that is no token.",
        cause="Ids of another model, log probabilities, or marks such as -100 for padding.",
        strict="Ends the content there, or raises; a negative id is an `OverflowError`.",
        repair="Puts U+FFFD in its place in a content, and leaves it out of a header.",
        advice="Check that the ids are of this vocabulary.",
        examples=(
            _completion("<|channel|>final<|message|>Yes⟨-100⟩.<|return|>"),
            Example("<|start|>user<|message|>⟨201089⟩⟨1180591620717411303424⟩Hi<|end|>"),
            _completion("<|channel|>final⟨300000⟩<|message|>Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi<|end|>⟨-1⟩"),
        )),
    Code("not-utf8", _ERROR,
        looks="Bytes that are not UTF-8, in one token or across several.",
        cause="Generation was stopped within a character, or the temperature is too high.",
        strict="Puts U+FFFD in their place; in a header, raises.",
        repair="Puts U+FFFD in their place.",
        advice="If it is at the end, raise the token limit.",
        examples=(
            _completion("<|channel|>final<|message|>⟨xff⟩Yes.<|return|>"),
            Example("<|start|>user<|message|>Hi ⟨xf0⟩⟨x9f⟩⟨x98⟩<|end|>"),
            _completion("<|channel|>final<|message|>⟨xe6⟩⟨x97⟩.<|return|>"),
            _completion("<|channel|>final⟨xc3⟩<|message|>Yes.<|return|>"),
        )),
    Code("replacement-character", _WARNING,
        looks="U+FFFD, the replacement character, in a text.",
        cause="The text was decoded before all bytes of a character were there, as streams that decode token by token do.",
        strict="Takes it for text.",
        repair="Takes it for text.",
        advice="What it replaces is lost. Parse token ids, or decode with an incremental decoder.",
        examples=(
            _completion("<|channel|>final<|message|>Hi \ufffd<|return|>"),
            Example("<|start|>user<|message|>caf\ufffd\ufffd<|end|>"),
            _completion("<|channel|>analysis<|message|>\ufffd?<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
        )),
    Code("repetition", _WARNING,
        looks="The same few tokens over and over.",
        cause="The model fell into a loop.",
        strict="Takes it for text.",
        repair="Takes it for text.",
        advice="Ask the model again with a lower token limit, or with temperature 1.0 and `top_p` 1.0, as the models expect.",
        examples=(
            _completion("<|channel|>analysis<|message|>Wait. " + "not called " * 160 + "<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>"),
            _completion("<|channel|>final<|message|>" + "⟨0⟩" * 300 + "<|return|>"),
            _completion("<|channel|>analysis<|message|>" + "I will now check the list once more. " * 40),
        )),
    Code("literal-special-token", _INFO,
        looks="Text that looks like a special token but is not one.",
        cause="The conversation is about special tokens; or Harmony text was encoded as ordinary text.",
        strict="Takes it for text.",
        repair="Takes it for text.",
        advice="If a special token was meant, encode with `allowed_special`; else all is well.",
        examples=(
            _completion("<|channel|>final<|message|>Use <|im_start|> here.<|return|>"),
            Example("<|start|>user<|message|>What is ⟨~<|start|>⟩?<|end|>"),
            Example("⟨~<|start|>user<|message|>Hi<|end|>⟩"),
        )),
    Code("escaped-markers", _INFO,
        looks="A special token escaped for HTML or JSON: `&lt;|channel|&gt;`, `\\u003c|channel|\\u003e`.",
        cause="Harmony text was copied from a page or a log; or the content is about such text.",
        strict="Takes it for text.",
        repair="Takes it for text.",
        advice="If a special token was meant, unescape the text before you encode it: `html.unescape(text)`, or `json.loads`.",
        examples=(
            _completion("&lt;|channel|&gt;final&lt;|message|&gt;Yes."),
            _completion("<|channel|>final<|message|>Write &lt;|end|&gt; there.<|return|>"),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": "\\u003c|end|\\u003E"}<|call|>'),
        )),
    Code("foreign-markers", _WARNING,
        looks="The markers of another format at the beginning or end of what the assistant wrote: `<think>`, `<|im_start|>`, `<tool_call>`, or Harmony's with spaces or fullwidth bars.",
        cause="The prompt's template is that of another model, or a proxy rewrote the output.",
        strict="Takes them for text.",
        repair="Takes them for text.",
        advice="Use the chat template of gpt-oss, and read the raw output of the engine.",
        examples=(
            _completion("<|channel|>final<|message|><think>hm</think>Yes.<|return|>"),
            _completion("<|channel|>final<|message|>Yes.<|im_end|><|return|>"),
            _completion("<|channel|>final<|message|><\uff5cchannel\uff5c>final<\uff5cmessage\uff5c>Yes.<|return|>"),
        )),
    Code("stripped-header", _ERROR, guesses=True, edit="split-content",
        looks="The header of the next message within a content, without its markers, as in `Let me see.assistantfinalYes`.",
        cause="The engine removed some of the special tokens.",
        strict="Takes it for text.",
        repair="Takes it for text; the edit cuts the message in two.",
        advice="Parse token ids, or decode with `skip_special_tokens=False`.",
        examples=(
            _completion("<|channel|>analysis<|message|>Let me see.assistantfinalYes.<|return|>"),
            _completion('<|channel|>analysis<|message|>Call it.\nassistant commentary to=functions.f json{"a":1}<|call|>'),
            Example("<|start|>assistant<|channel|>analysis<|message|>Hm.assistantfinalYes."),
        )),
    # Calls.
    Code("arguments-not-json", _ERROR,
        looks="A call whose arguments are not JSON although the content type, or a function's call, promises it; for a function, anything but one object.",
        cause="Generation was stopped early, or without a grammar.",
        strict="Accepts any content.",
        repair="Gives the message; it is not among the calls.",
        advice="Answer the call with the JSON error, or sample with a grammar.",
        examples=(
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"city": Paris}<|call|>'),
            Example("<|start|>assistant to=functions.f<|channel|>commentary json<|message|><|call|>"),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": "NaN", "b": NaN}<|call|>'),
            _completion("<|channel|>commentary to=functions.f<|message|>{'a': 1}<|call|>"),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>[1]<|call|>"),
        )),
    Code("arguments-mismatch", _ERROR,
        looks="Arguments that do not fit the schema of the tool (only if `tools` has it).",
        cause="The model misread the schema, or the prompt has another one.",
        strict="Accepts any content.",
        repair="Gives the message; it is not among the calls.",
        advice="Answer the call with the error, or sample with a grammar made from the schema.",
        examples=(
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": "x"}<|call|>', policy={"tools": [_F]}),
            _completion("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>", policy={"tools": [_F]}),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1, "b": 2}<|call|>', policy={"tools": [_F]}),
        )),
    Code("arguments-not-checked", _WARNING,
        looks="Schemas were given, but nothing can check the arguments against them.",
        cause="The package `jsonschema` is not installed, or a schema is not valid.",
        strict="Accepts any content.",
        repair="Checks that the arguments are an object.",
        advice="Install `harmony-core[jsonschema]`, or pass the names of the tools alone.",
        examples=(
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}<|call|>', policy={"tools": [_NOT_A_SCHEMA]}),
            Example("<|start|>assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>", policy={"tools": [_NOT_A_SCHEMA]}),
            _completion("<|channel|>commentary to=functions.f json<|message|>{}<|call|>", policy={"tools": [_NOT_A_SCHEMA]}),
        )),
    Code("wrapped-arguments", _WARNING, guesses=True, edit="unwrap-arguments",
        looks='The arguments of a call wrapped in the call itself: `{"name": "f", "parameters": {...}}` sent to `functions.f`.',
        cause="The model writes calls as another format does.",
        strict="Accepts any content.",
        repair="Gives the message as it is; it counts as repaired.",
        advice="Unwrap the inner object before you run the call.",
        examples=(
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"name": "f", "parameters": {"a": 1}}<|call|>'),
            _completion('<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"name":"functions.f","arguments":{}}<|call|>'),
            Example('<|start|>assistant to=functions.f<|channel|>commentary json<|message|>{"type":"function","name":"f","arguments":{"a":1}}<|call|>'),
        )),
    Code("call-in-final", _WARNING, guesses=True,
        looks="A call in the channel final, which users see.",
        cause="Likely a sampling error: calls belong in commentary, or in analysis for built-in tools.",
        strict="Accepts it.",
        repair="Gives the message; it counts as repaired.",
        advice="Do not show the arguments. Check that the call is meant before you run it.",
        examples=(
            _completion("<|channel|>final to=functions.f <|constrain|>json<|message|>{}<|call|>"),
            Example("<|start|>assistant to=functions.f<|channel|>final json<|message|>{}<|call|>"),
            _completion("<|channel|>final to=python code<|message|>1<|call|>"),
        )),
    Code("likely-call", _WARNING,
        looks="JSON in commentary that looks like a call, but has no recipient.",
        cause="The model left out `to=`.",
        strict="Gives a plain message.",
        repair="Gives a plain message.",
        advice="Ask the model again: the stream does not say which tool.",
        examples=(
            _completion('<|channel|>commentary<|message|>{"city": "Paris"}<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>'),
            _completion('<|channel|>commentary<|message|>{"name": "f", "arguments": {}}<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>'),
            _completion('<|channel|>final<|message|>{"name": "f", "arguments": {}}<|return|>', policy={"tools": ["functions.f"]}),
        )),
    # The whole completion.
    Code("no-final", _WARNING,
        looks="The model stopped, but there is neither a final message nor a call.",
        cause="The answer is in analysis or commentary, or the model stopped too early.",
        strict="Gives the messages.",
        repair="Gives the messages.",
        advice="Ask the model again. If it happens often, lower the reasoning effort, and check that `<|end|>` is not among the stop tokens.",
        examples=(
            _completion("<|channel|>analysis<|message|>It is 4.<|return|>"),
            _completion("<|channel|>analysis<|message|>It is 4.<|end|>"),
            _completion("<|channel|>commentary<|message|>I will look it up.<|end|>"),
        )),
    Code("empty-final", _WARNING,
        looks="A final message without text.",
        cause="The model stopped before it wrote the answer.",
        strict="Accepts it.",
        repair="Gives the message.",
        advice="Ask the model again.",
        examples=(
            _completion("<|channel|>final<|message|><|return|>"),
            _completion("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>\n<|return|>"),
            _completion("<|channel|>final<|message|>  <|end|>"),
        )),
    # Streams that lost their markers.
    Code("markers-stripped", _ERROR, guesses=True,
        looks="Text such as `analysis...assistantfinal...`, in which all special tokens are missing, and which is not to be recovered.",
        cause="The output was decoded with `skip_special_tokens=True`.",
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair="Takes the text for one content if a role was given, else for none.",
        advice="Parse token ids, or decode with `skip_special_tokens=False`. If the text is all there is, `InspectPolicy(recover_stripped_markers=True)` cuts it at the channels.",
        examples=(
            _completion("analysisLet me see.assistantfinalYes.", policy={"recover_stripped_markers": False}),
            Example("assistantfinalYes.", policy={"recover_stripped_markers": False}),
            _completion("analysisHm.assistantcommentary to=functions.f json{}", policy={"recover_stripped_markers": False}),
        )),
    Code("no-markers", _ERROR, guesses=True,
        looks="A text without any special token.",
        cause="The output was decoded with `skip_special_tokens=True`, or only its content was kept; or the model does not write Harmony.",
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair="Takes the text for one content if a role was given, else for none.",
        advice="Parse token ids, or decode with `skip_special_tokens=False`; and check that the model and its chat template are for Harmony, as those of gpt-oss are.",
        examples=(
            _completion("Hello there"),
            _completion("<think>hm</think>Hello"),
            Example("Hello there"),
            _completion("⟨~<|channel|>final<|message|>Yes.⟩"),
        )),
    Code("recovered-markers", _WARNING, guesses=True,
        looks="Text such as `analysis...assistantfinal...`, in which all special tokens are missing.",
        cause="The output was decoded with `skip_special_tokens=True`.",
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair="Cuts the text at the names of the channels.",
        advice="Parse token ids, or decode with `skip_special_tokens=False`.",
        examples=(
            _completion("analysisLet me see.assistantfinalYes."),
            Example("assistantfinalYes."),
            _completion("analysisHm.assistantcommentary to=functions.f json{}"),
            _completion("analysis\nLet me see.\nassistant final\nYes."),
            _completion('commentary to=functions.get_weather json{"city":"Paris"}'),
        )),
)
# fmt: on

CODES: Mapping[str, Code] = MappingProxyType({code.name: code for code in _ALL})
