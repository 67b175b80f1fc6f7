"""What the page asks for a pasted output: messages, what is wrong, what openai-harmony does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harmony_core.bridge._wire import (
    MOST_LISTED,
    RequestFault,
    encoding,
    fault_of,
    place_in,
    token_stream,
)
from harmony_core.format.diagnosis.codes import CODES, Severity
from harmony_core.format.finish import Finish
from harmony_core.format.reference_results import reference_results
from harmony_core.input import Output, Outputs, TokenInputError, read_outputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.bridge import protocol
    from harmony_core.bridge.shapes import (
        Edit,
        ReferenceResult,
        ReferenceResults,
        WireLeft,
        WireOutput,
    )
    from harmony_core.chat import Message, Role
    from harmony_core.format import reference_results as results
    from harmony_core.format.diagnosis.inspection import Diagnostic, InspectedMessage, Inspection
    from harmony_core.format.wire import WireCode
    from harmony_core.input import Left

# So many messages that differ from the recovered ones are listed.
_MOST_DIFFERENCES = 20
# So many tokens of the outputs beside the chosen one are inspected.
_MOST_TOKENS = 20_000


def inspect(params: protocol.InspectParams) -> protocol.InspectValue:
    """Inspect a pasted output or token ids.

    Raises:
        RequestFault: The source is not what it was to be read as.
    """
    found = _read(params)
    chosen = _choose(found.outputs, params.output)
    inspection = _inspection(chosen, params)
    return {
        **inspect_value(inspection, params.role, chosen),
        "output": params.output,
        "outputs": _wire_outputs(found.outputs, inspection, params),
        "outputs_total": len(found.outputs),
        "left": [_wire_left(left) for left in found.left[:MOST_LISTED]],
    }


def _inspection(output: Output, params: protocol.InspectParams) -> Inspection:
    finish = read_finish(params) or (output.finish if any(output.finish) else None)
    return encoding().inspect(output.tokens, params.role, params, finish=finish)


def _wire_outputs(
    outputs: list[Output], chosen: Inspection, params: protocol.InspectParams
) -> list[WireOutput]:
    """Describe outputs, and count the problems of the first ones."""
    budget = _MOST_TOKENS
    listed: list[WireOutput] = []
    for number, output in enumerate(outputs[:MOST_LISTED]):
        if number == params.output:
            listed.append(_wire_output(output, chosen))
            continue
        budget -= len(output.tokens)
        inspection = _inspection(output, params) if budget >= 0 else None
        listed.append(_wire_output(output, inspection))
    return listed


def _choose(outputs: list[Output], number: int) -> Output:
    if not outputs and not number:
        return Output([], "text", "", "", "nothing")
    if 0 <= number < len(outputs):
        return outputs[number]
    raise RequestFault(
        "bad-argument",
        f"There is no output {number}: the source holds {len(outputs)}.",
        "Outputs count from 0.",
        path=("output",),
    )


def _wire_output(output: Output, inspection: Inspection | None) -> WireOutput:
    return {
        "title": output.title,
        "kind": output.kind,
        "engine": output.engine,
        "path": output.path,
        "form": output.form,
        "tokens": len(output.tokens),
        "prompt_tokens": None if output.prompt is None else len(output.prompt),
        "finish_reason": output.finish.reason,
        "stop_token": output.finish.stop_token,
        "counts": None if inspection is None else _counts(inspection),
    }


def _counts(inspection: Inspection) -> dict[str, int]:
    counts = Counter(found.severity for found in inspection.diagnostics)
    return {severity.value: counts[severity] for severity in Severity}


def _wire_left(left: Left) -> WireLeft:
    return {
        "kind": left.kind,
        "path": left.path,
        "message": left.message,
        "hint": left.hint,
        "is_fault": left.is_fault,
    }


def read_finish(params: protocol.InspectParams | protocol.FinishParams) -> Finish | None:
    """What the server said about the end, if anything."""
    if params.finish_reason is None and params.stop_token is None:
        return None
    return Finish(params.finish_reason, params.stop_token)


def inspect_value(
    inspection: Inspection, role: Role | None, source: Output
) -> protocol.InspectionValue:
    """Describe an inspection.

    Args:
        inspection: The inspection.
        role: The role that was given for the first message.
        source: What was inspected.
    """
    listed = inspection.diagnostics[:MOST_LISTED]
    form = inspection.to_dict(tokens=False, most_diagnostics=MOST_LISTED)
    return {
        "version": form["version"],
        "ok": form["ok"],
        "messages": form["messages"],
        "counts": form["counts"],
        "diagnostics": [
            {**diagnostic, "fix": _fix(inspection, problem)}
            for diagnostic, problem in zip(form["diagnostics"], listed, strict=True)
        ],
        "tokens": token_stream(
            inspection.tokens,
            inspection.spans,
            (
                (problem.start, problem.stop, problem.severity.value)
                for problem in inspection.diagnostics
            ),
        ),
        "recognised": source.kind,
        "form": source.form,
        "codes": _codes(inspection.items, listed),
        "reference_results": _reference_results(inspection, role),
    }


def _read(params: protocol.InspectParams) -> Outputs:
    source, kind = params.source, params.source_kind
    if not isinstance(source, str):
        if kind == "text":
            raise RequestFault(
                "bad-argument",
                'source_kind is "text", but the source is token ids.',
                'Leave source_kind out, or make it "tokens".',
                path=("source_kind",),
            )
        return Outputs([Output(source, "tokens", "", "", "token ids")], [])
    try:
        return read_outputs(source, encoding().tokenizer, kind=kind)
    except TokenInputError as error:
        place = place_in(source, error.start, error.stop)
        raise RequestFault(error.kind, str(error), error.hint, place=place) from error


def _codes(items: Iterable[InspectedMessage], listed: Iterable[Diagnostic]) -> dict[str, WireCode]:
    """Explain the codes of guesses and diagnostics."""
    names = {code for item in items for code in item.guesses} | {found.code for found in listed}
    return {name: CODES[name].to_dict() for name in names}


def _fix(inspection: Inspection, problem: Diagnostic) -> Edit | None:
    edit = inspection.fix(problem)
    if edit is None:
        return None
    return {
        "start": edit.start,
        "stop": edit.stop,
        "tokens": list(edit.tokens),
        "text": encoding().decode(edit.tokens),
    }


def _reference_results(inspection: Inspection, role: Role | None) -> ReferenceResults:
    recovered = inspection.messages
    strict, non_strict = reference_results(encoding(), inspection.tokens, role)
    return {
        "strict": _reference_result(strict, recovered),
        "non_strict": _reference_result(non_strict, recovered),
    }


def _reference_result(result: results.ReferenceResult, recovered: list[Message]) -> ReferenceResult:
    messages, error = result
    differing = [
        index
        for index, message in enumerate(messages)
        if index >= len(recovered) or message != recovered[index]
    ]
    return {
        "messages": len(messages),
        "fault": None if error is None else fault_of(error),
        "differing": len(differing),
        "differences": [
            {"index": index, "message": messages[index].to_dict()}
            for index in differing[:_MOST_DIFFERENCES]
        ],
    }
