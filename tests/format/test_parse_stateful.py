"""The parser as a machine: any token, the end or a fault at any time, against the reference."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.parsers import Encodings, Pair
from support.streams import FRAGMENTS, HEADERS, MARKERS, ROLES, STOPS, awkward, encoded, texts

from harmony_core import load_harmony_encoding

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony


class ParserMachine(RuleBasedStateMachine):
    """After every step, outcome and all properties are compared."""

    def __init__(self, encodings: Encodings) -> None:
        super().__init__()
        self.encodings = encodings
        self.pair: Pair | None = None

    @initialize(role=st.none() | st.sampled_from(ROLES), strict=st.booleans())
    def begin(self, role: str | None, strict: bool) -> None:
        self.pair = Pair(self.encodings, role, strict=strict)

    def feed(self, *tokens: object) -> None:
        assert self.pair is not None
        for token in tokens:
            self.pair.process(token)

    def stands_in(self, state: str) -> bool:
        return self.pair is not None and self.pair.ours.state.value == state

    @rule(text=st.sampled_from(MARKERS))
    def marker(self, text: str) -> None:
        self.feed(*encoded(text))

    @rule(text=st.sampled_from(FRAGMENTS))
    def fragment(self, text: str) -> None:
        self.feed(*encoded(text))

    @rule(tokens=texts() | awkward())
    def content(self, tokens: tuple[int, ...]) -> None:
        self.feed(*tokens)

    @rule(token=st.integers(0, 201_087))
    def any_token(self, token: int) -> None:
        self.feed(token)

    @rule(token=st.sampled_from([-1, 2**32, 2**64, None, "1", 1.0]))
    def no_token(self, token: object) -> None:
        self.feed(token)

    @rule()
    def end_of_stream(self) -> None:
        assert self.pair is not None
        self.pair.process_eos()

    @precondition(lambda self: self.stands_in("ExpectStart"))
    @rule(header=st.sampled_from(HEADERS))
    def whole_header(self, header: str) -> None:
        self.feed(*encoded(f"<|start|>{header}<|message|>"))

    @precondition(lambda self: self.stands_in("Header"))
    @rule(text=st.sampled_from(["<|message|>", *STOPS]))
    def end_of_header(self, text: str) -> None:
        self.feed(*encoded(text))

    @precondition(lambda self: self.stands_in("Content"))
    @rule(tokens=st.lists(texts() | awkward(), max_size=5), stop=st.sampled_from(STOPS))
    def rest_of_message(self, tokens: list[tuple[int, ...]], stop: str) -> None:
        self.feed(*(token for piece in tokens for token in piece), *encoded(stop))


@pytest.fixture(scope="module")
def encodings(
    reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding
) -> Encodings:
    return Encodings(reference, reference_encoding, load_harmony_encoding("HarmonyGptOss"))


def test_the_machine_runs_as_the_reference_does(encodings: Encodings) -> None:
    run_state_machine_as_test(
        partial(ParserMachine, encodings),  # type: ignore[arg-type] # it is called, nothing else
        settings=settings(
            max_examples=150,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
