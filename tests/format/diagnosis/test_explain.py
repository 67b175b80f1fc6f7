"""Any code is explained, and so is every error of the strict parser, by the codes behind it."""

from __future__ import annotations

import pytest
from support.diagnosis import Case, read_cases
from support.mutations import encoding

from harmony_core import ParseError
from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.diagnosis.explain import explain, similar_codes

CASES = read_cases()
TOKENIZER = encoding().tokenizer


@pytest.mark.parametrize("name", CODES)
def test_a_code_is_explained_by_its_entry(name: str) -> None:
    explanation = explain(f" {name}\n")
    assert explanation is not None
    assert explanation.codes == (CODES[name],)
    assert explanation.summary == CODES[name].looks


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (
            "Unexpected token 12606 while expecting start token 200006",
            "missing-start",
            "'comment'",
        ),
        ("Unexpected token 200012 while expecting start token 200006", "doubled-stop", "<|call|>"),
        ("Unexpected token 200005 while expecting start token 200006", "missing-start", "lost"),
        ("Unexpected token 13225 while expecting start token 200006", "missing-header", "'Hello'"),
        ("Unexpected token 4294967295 while expecting start token 200006", "missing-header", ""),
        (
            'unexpected tokens remaining in message header: Some("to=functions.web-browsing")',
            "doubled-recipient",
            "twice",
        ),
        (
            'unexpected tokens remaining in message header: ["<|constrain|>response"]',
            "doubled-content-type",
            "content type",
        ),
        ("Unknown role: <|start|>assistant", "doubled-start", "twice"),
        ("Unknown role: assistantassistant", "glued-role", "glued"),
        ("Unknown role: functions.f", "tool-without-recipient", "tool"),
        ("Unknown role: bash", "unknown-role", "'bash'"),
        ("error parsing tool call: raw='ls', err=invalid character", "arguments-not-json", "call"),
    ],
)
def test_an_error_is_explained_wherever_it_is_in_a_line(error: str, code: str, says: str) -> None:
    line = (
        f"(APIServer pid=1) ERROR 08-06 [serving_chat.py:1001] openai_harmony.HarmonyError: {error}"
    )
    explanation = explain(line, TOKENIZER)
    assert explanation is not None
    assert explanation.codes[0].name == code
    assert says in explanation.summary
    assert explain(error) is not None  # without a tokenizer too


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_every_error_of_the_strict_parser_is_explained(case: Case) -> None:
    message = "Unknown role: nobody"  # if there is none
    try:
        encoding().parse_messages_from_completion_tokens(case.tokens, case.role)
    except ParseError as error:
        message = str(error)
    except OverflowError:  # a negative id
        pass
    assert explain(message, TOKENIZER)


def test_what_is_neither_is_not_explained() -> None:
    assert explain("all is well") is None
    assert similar_codes("missing-starts")[0] == "missing-start"
    assert similar_codes("x" * 1_000_000) == []
