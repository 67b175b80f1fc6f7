"""Why there is no output in a source: one function for each reason, each with what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harmony_core.input.engines import REQUESTS
from harmony_core.input.faults import AlreadyParsedError, TokenInputError
from harmony_core.input.json_text import MOST_LEVELS, JsonFault, read_json
from harmony_core.input.text import what_else

if TYPE_CHECKING:
    from harmony_core.input.outputs import Left

__all__ = ["no_output_in_line", "nothing_found", "refuse_binary", "refuse_json", "refuse_other"]

_OBJECT_START = re.compile(r"\s*(?:\[\s*)?\{\s*(?:\"[^\"\n]*\"\s*:|$)|\s*\[\s*\[\s*\[\s*\[")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WANTED = (
    "An output was looked for: a list of token ids, text with special tokens, or an engine's "
    "answer that holds either."
)


def nothing_found(left: list[Left], source: str) -> TokenInputError:
    """Say why there is no output, by what was left."""
    stop = len(source)
    parsed = [each for each in left if each.kind == "already-parsed"]
    if parsed:
        return _already_parsed(parsed, stop)
    errors = [each for each in left if each.kind == "server-error"]
    if errors:
        return TokenInputError(
            f"There is no output: {errors[0].message}.",
            kind="server-error",
            start=0,
            stop=stop,
            hint="Look into the server's log, or correct the request.",
        )
    given = [each for each in left if each.kind in ("prompt", "request")]
    if given:
        place = given[0].path or "the whole source"
        return TokenInputError(
            f"There is only what the model was given ({place}), and no output. {_WANTED}",
            kind="prompt-only",
            start=0,
            stop=stop,
            hint="Paste the answer. To inspect a prompt, paste its list of ids or its text alone.",
        )
    return TokenInputError(
        f"There is no output in this. {_WANTED}",
        kind="no-output",
        start=0,
        stop=stop,
        hint='Paste the list or the text itself, or an object with a field such as "token_ids".',
    )


def no_output_in_line(text: str) -> TokenInputError:
    """Say that a line of a log is neither an output nor a message of a log."""
    what = "Neither JSON nor an output" if text.lstrip()[:1] in ("{", "[") else "No output"
    return TokenInputError(
        f"{what} in this line of a log.",
        kind="not-json" if text.lstrip()[:1] in ("{", "[") else "no-output",
        start=0,
        stop=len(text),
        hint="Correct the line or leave it out; to take each line for text, use --lines.",
    )


def _already_parsed(parsed: list[Left], stop: int) -> AlreadyParsedError:
    engine = parsed[0].engine
    which = next((name for name in REQUESTS if engine.startswith(name)), None)
    ordered = {which: REQUESTS[which]} if which else {}
    ordered.update(REQUESTS)
    shown = ordered if which is None else {which: ordered[which]}
    asks = "\n".join(f"  {name}: {request}" for name, request in shown.items())
    named = f" ({engine})" if engine else ""
    place = parsed[0].path or "the whole answer"
    more = f" (and {len(parsed) - 1} more)" if len(parsed) > 1 else ""
    return AlreadyParsedError(
        f"This answer{named} holds only what the server has parsed, without the tokens: "
        f"{place} is {parsed[0].message.partition(':')[0]}{more}.",
        start=0,
        stop=stop,
        hint=f"Ask for what the model really wrote:\n{asks}",
        requests=ordered,
    )


def refuse_json(text: str) -> None:
    """Say what is wrong with what plainly is to be JSON."""
    if _OBJECT_START.match(text) is None:
        return
    try:
        read_json(text)
    except JsonFault as fault:
        position = min(fault.position, len(text) - 1)
        if fault.too_deep:
            kind, message = "too-deep", f"This JSON is nested more than {MOST_LEVELS} levels deep."
            hint = "Paste the part that holds the output."
        elif fault.cut:
            kind = "truncated"
            message = f"This JSON is cut off at character {position}: {fault}."
            hint = "Paste the whole object, or only the list of ids or the text in it."
        else:
            kind, message = "not-json", f"Invalid JSON at character {position}: {fault}."
            hint = "Correct it, or paste only the list of ids or the text in it."
        raise TokenInputError(
            message, kind=kind, start=position, stop=position + 1, hint=hint
        ) from fault


def refuse_binary(text: str) -> None:
    """Refuse text with control characters that no text has.

    Raises:
        TokenInputError: It has one.
    """
    found = _CONTROL.search(text)
    if found is None:
        return
    raise TokenInputError(
        f"This looks like binary data: it holds the control character U+{ord(found.group()):04X}.",
        kind="binary",
        start=found.start(),
        stop=found.end(),
        hint="Paste the ids as numbers or the decoded text, or read it as Harmony text anyway.",
    )


def refuse_other(text: str) -> None:
    """Refuse what is recognised, and no output.

    Raises:
        TokenInputError: It is an HTML page, a stack trace or a log.
    """
    other = what_else(text)
    if other is not None:
        raise TokenInputError(
            other.message, kind=other.kind, start=other.start, stop=other.stop, hint=other.hint
        )
