"""What the page asks for a pasted output: messages, what is wrong, the strict parser's verdicts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from harmony_core.bridge._wire import (
    MOST_LISTED,
    Answer,
    InputFault,
    Mark,
    encoding,
    fault_of,
    flat_marks,
    place_in,
    token_stream,
)
from harmony_core.chat import Role
from harmony_core.errors import ParseError
from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.diagnosis.fixes import Fixer
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.input.token_input import Kind, TokenInputError, read_token_input

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format.diagnosis.inspection import Diagnostic, InspectedMessage, Inspection

# So many messages of a verdict are shown that are not the recovered ones.
_MOST_DIFFERENCES = 20


def inspect(
    *,
    source: str,
    reading: Kind | Literal["auto"],
    role: str | None,
    missing_call_is_call: bool,
    recover_stripped_markers: bool,
) -> Answer:
    """Read a pasted output; parameters and value are ``InspectParams`` and ``InspectValue``.

    Raises:
        InputFault: The source is not what it was to be read as.
    """
    harmony = encoding()
    try:
        found = read_token_input(source, harmony.tokenizer, kind=reading)
    except TokenInputError as error:
        place = place_in(source, error.start, error.stop)
        raise InputFault(error.kind, str(error), error.hint, place=place) from error
    first = None if role is None else Role(role)
    policy = InspectPolicy(
        missing_call_is_call=missing_call_is_call,
        recover_stripped_markers=recover_stripped_markers,
    )
    inspection = harmony.inspect(found.tokens, first, policy)
    fixer = Fixer(inspection, harmony, first)
    listed = inspection.diagnostics[:MOST_LISTED]
    core = inspection.to_dict(tokens=False, most_diagnostics=MOST_LISTED)
    value = {
        **core,
        "recognised": found.kind,
        "form": found.form,
        "diagnostics": [
            {**problem, "fix": _fix(fixer, diagnostic)}
            for problem, diagnostic in zip(core["diagnostics"], listed, strict=True)
        ],
        "codes": _codes(inspection.items, listed),
        "verdicts": _verdicts(inspection, first),
    }
    marks = flat_marks(
        Mark(problem.start, problem.stop, problem.severity.value, index)
        for index, problem in enumerate(inspection.diagnostics)
    )
    stream = token_stream(found.tokens, inspection.spans)
    return Answer(value, {"tokens": {**stream, "marks": marks}})


def _codes(
    items: Iterable[InspectedMessage], listed: Iterable[Diagnostic]
) -> dict[str, dict[str, object]]:
    """Explain the codes of guesses and diagnostics."""
    names = {code for item in items for code in item.guesses} | {found.code for found in listed}
    return {name: asdict(CODES[name]) for name in names}


def _fix(fixer: Fixer, problem: Diagnostic) -> dict[str, object] | None:
    edit = fixer.fix(problem)
    return edit and {**edit._asdict(), "text": encoding().decode(edit.tokens)}


def _verdicts(inspection: Inspection, role: Role | None) -> dict[str, object]:
    """What the reference's parser makes of the tokens, strict and not."""
    strict = _read_strictly(inspection, role, strict=True)
    lenient = strict
    if _has_stop_in_header(inspection.tokens, *strict):
        lenient = _read_strictly(inspection, role, strict=False)
    recovered = inspection.messages
    return {
        "strict": _verdict(*strict, recovered),
        "lenient": _verdict(*lenient, recovered),
    }


def _read_strictly(
    inspection: Inspection, role: Role | None, *, strict: bool
) -> tuple[list[Message], ParseError | None]:
    """All messages, or those before a fault, and the fault."""
    try:
        messages = encoding().parse_messages_from_completion_tokens(
            inspection.tokens, role, strict=strict
        )
    except ParseError as fault:
        return list(fault.messages), fault
    return messages, None


def _has_stop_in_header(
    tokens: list[int], messages: list[Message], fault: ParseError | None
) -> bool:
    """Whether the strict parser took a stop token for text: where the other one differs."""
    stops = encoding().markers.stop_tokens
    read = tokens if fault is None or fault.token_index is None else tokens[: fault.token_index]
    is_open = fault is None and bool(tokens) and tokens[-1] not in stops
    complete = len(messages) - is_open
    return sum(token in stops for token in read) != complete


def _verdict(
    messages: list[Message], fault: ParseError | None, recovered: list[Message]
) -> dict[str, object]:
    """A verdict as ``Verdict``."""
    differing = [
        index
        for index, message in enumerate(messages)
        if index >= len(recovered) or message != recovered[index]
    ]
    return {
        "messages": len(messages),
        "fault": None if fault is None else fault_of(fault).fault,
        "differing": len(differing),
        "differences": [
            {"index": index, "message": messages[index].to_dict()}
            for index in differing[:_MOST_DIFFERENCES]
        ],
    }
