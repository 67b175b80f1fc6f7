"""Well-formed streams with one thing wrong: the rest of them is read as before."""

from __future__ import annotations

import re

import pytest
from support.mutations import (
    BASES,
    WellFormed,
    check_nothing_is_lost,
    encoding,
    mutations,
    piece_of,
)

from harmony_core import InspectPolicy


@pytest.mark.parametrize("base", BASES, ids=["conversation", "completion"])
@pytest.mark.parametrize("policy", [None, InspectPolicy(missing_call_is_call=True)])
def test_messages_that_are_not_touched_come_back_unchanged(
    base: WellFormed, policy: InspectPolicy | None
) -> None:
    whole = encoding().inspect(base.tokens, base.role, policy).messages
    for mutation in mutations(base):
        inspection = encoding().inspect(mutation.tokens, base.role, policy)
        check_nothing_is_lost(inspection)
        found = iter(inspection.messages)
        for ordinal, message in enumerate(whole):
            if ordinal not in mutation.touched:
                assert message in found, f"{mutation.name}: message {ordinal} is lost"


@pytest.mark.parametrize("base", BASES, ids=["conversation", "completion"])
def test_a_call_goes_only_to_whom_the_stream_plainly_names(base: WellFormed) -> None:
    for mutation in mutations(base):
        text = b"".join(map(piece_of, mutation.tokens)).decode("utf-8", "replace")
        for call in encoding().inspect(mutation.tokens, base.role).tool_calls():
            named = rf" ?to={re.escape(str(call.recipient))}(?![\w.-])"
            assert re.search(named, text), mutation.name


@pytest.mark.parametrize("base", BASES, ids=["conversation", "completion"])
def test_any_cut_of_a_damaged_stream_gives_the_same(base: WellFormed) -> None:
    for ordinal, mutation in enumerate(mutations(base)):
        if ordinal % 7:
            continue
        inspector = encoding().inspector(base.role)
        for token in mutation.tokens:
            inspector.feed([token])
        assert inspector.finish() == encoding().inspect(mutation.tokens, base.role)
