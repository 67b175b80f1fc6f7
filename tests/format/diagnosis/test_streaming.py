"""The inspector token by token: it says what the strict parser says, and what else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import streams
from support.diagnosis import Case, read_cases
from support.mutations import WellFormed, encoded, encoding, well_formed

from harmony_core import HarmonyError, Inspector, InspectPolicy, Role, StreamableParser, StreamState
from harmony_core.format.diagnosis._machine import Machine

if TYPE_CHECKING:
    from harmony_core.format.diagnosis._events import Event

ASSISTANT = Role.ASSISTANT
CASES = read_cases()
PROPERTIES = sorted(
    name
    for name in dir(StreamableParser)
    if isinstance(getattr(StreamableParser, name), property) and name[0] != "_"
)


def ids() -> st.SearchStrategy[list[int]]:
    special = st.sampled_from([token for _, token in encoding().markers.tokens()])
    anything = special | st.integers(0, 201_100) | st.integers(-5, 5)
    return st.lists(anything, max_size=40) | streams.any_tokens()


def test_it_has_all_that_the_parser_has() -> None:
    public = {name for name in dir(StreamableParser) if name[0] != "_"}
    assert public <= set(dir(Inspector))
    assert len(PROPERTIES) >= 10


@settings(max_examples=150, deadline=None)
@given(stream=well_formed())
def test_after_each_token_of_a_sound_stream_it_says_what_the_parser_says(
    stream: WellFormed,
) -> None:
    parser = StreamableParser(encoding(), stream.role)
    inspector = encoding().inspector(stream.role, InspectPolicy(completion=False))
    for token in stream.tokens:
        parser.process(token)
        assert inspector.process(token) is inspector
        for name in PROPERTIES:
            assert getattr(inspector, name) == getattr(parser, name), name
        assert inspector.new_diagnostics == []
    parser.process_eos() if stream.tokens else None
    assert inspector.process_eos().into_messages() == parser.messages


@settings(max_examples=200, deadline=None)
@given(tokens=ids(), role=st.none() | st.sampled_from(list(Role)))
def test_no_token_makes_it_raise_whatever_is_asked(tokens: list[int], role: Role | None) -> None:
    inspector = encoding().inspector(role)
    names = [*PROPERTIES, "items", "new_items", "diagnostics", "new_diagnostics", "header_so_far"]
    items = []
    for token in tokens:
        inspector.process(token)
        for name in names:
            getattr(inspector, name)
        items += inspector.new_items
        assert repr(inspector)
    whole = encoding().inspect(tokens, role)
    assert inspector.finish() == whole
    assert items + inspector.new_items == whole.items


@settings(max_examples=100, deadline=None)
@given(tokens=ids(), cuts=st.lists(st.integers(0, 6), max_size=20))
def test_the_content_is_the_same_however_the_tokens_come(
    tokens: list[int], cuts: list[int]
) -> None:
    one, other = encoding().inspector(ASSISTANT), encoding().inspector(ASSISTANT)
    at = 0
    for cut in cuts:
        for token in tokens[at : at + cut]:
            one.process(token)
        other.feed(tokens[at : at + cut])
        at += cut
        assert other.current_content == one.current_content
        assert other.state is one.state


@settings(max_examples=100, deadline=None)
@given(content=streams.contents(), look=st.booleans())
def test_the_deltas_make_the_content(content: list[int], look: bool) -> None:
    content = [token for token in content if not encoding().is_special_token(token)]
    inspector = encoding().inspector(ASSISTANT)
    inspector.feed(encoded("<|channel|>final<|message|>"))
    shown = ""
    for token in content:
        delta = inspector.process(token).last_content_delta
        assert delta is None or delta
        shown += delta or ""
        if look:
            assert inspector.current_content == shown
    assert inspector.current_content == shown
    (item,) = inspector.process(200002).new_items
    assert item.message.content[0].to_dict()["text"].startswith(shown)


def test_a_channel_in_a_content_is_held_back_until_it_is_known_what_it_is() -> None:
    inspector = encoding().inspector(ASSISTANT)
    inspector.feed(encoded("<|channel|>final<|message|>Write"))
    (marker,) = encoded("<|channel|>")
    assert inspector.process(marker).last_content_delta is None
    (word,) = encoded(" here")
    assert inspector.process(word).last_content_delta is None
    inspector.process(encoded("<|constrain|>")[0])
    assert inspector.state is StreamState.HEADER  # so a header it was
    assert [found.code for found in inspector.new_diagnostics] == ["missing-end", "missing-start"]

    inspector = encoding().inspector(ASSISTANT)
    inspector.feed(encoded("<|channel|>final<|message|>Write<|channel|> here"))
    inspector.process(encoded("<|reserved_200013|>")[0])
    assert inspector.last_content_delta == "<|channel|> here<|reserved_200013|>"
    assert inspector.current_content == "Write<|channel|> here<|reserved_200013|>"


def test_the_header_is_known_while_it_is_read() -> None:
    inspector = encoding().inspector(ASSISTANT)
    seen = []
    for token in encoded("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"):
        header = inspector.process(token).header_so_far
        seen.append((header and header.channel, header and header.recipient))
    assert seen[0] == (None, None)
    assert seen[2] == ("commentary", None)
    assert seen[-1] == ("commentary", "functions.f")
    assert inspector.process(encoded("<|end|>")[0]).header_so_far is None


def test_a_problem_is_told_with_the_token_that_brings_it() -> None:
    inspector = encoding().inspector(ASSISTANT)
    tokens = encoded("<|channel|>final<|message|>Yes<|reserved_200013|>.<|return|><|return|>")
    told = [[found.code for found in inspector.process(token).new_diagnostics] for token in tokens]
    assert told == [[], [], [], [], ["special-token-in-content"], [], [], ["doubled-stop"]]
    assert "2 diagnostics" in repr(inspector)


def test_a_finished_stream_takes_no_more_tokens() -> None:
    inspector = encoding().inspector(ASSISTANT).process_eos()
    with pytest.raises(HarmonyError, match="finished"):
        inspector.process(1)
    with pytest.raises(TypeError):
        encoding().inspector().process("x")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "repeated", ["<|channel|>", "a", "<|start|>", "<|message|>", "<|end|>", " to=", "<|channel|>x"]
)
def test_each_token_takes_constant_time_whatever_is_asked(repeated: str) -> None:
    """A step that is not would take minutes."""
    for role in (None, ASSISTANT):
        for head in ("", "<|start|>user<|message|>"):
            inspector = encoding().inspector(role).feed(encoded(head))
            for token in encoded(repeated) * 20_000:
                inspector.process(token)
                _ = inspector.last_content_delta, inspector.state, inspector.header_so_far
                _ = inspector.new_diagnostics, inspector.new_items


# The table of moves.


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_each_move_leads_where_the_table_says(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def move(machine: Machine, event: Event, at: int) -> None:
        state = machine.state
        machine.state = machine.TABLE[state][event].handler(machine, event, at)
        made.append((state, event, machine.state))

    monkeypatch.setattr(Machine, "move", move)
    case.inspect()
    assert all(after in Machine.TABLE[state][event].next_states for state, event, after in made)


def test_the_table_says_nothing_that_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = set()

    def move(machine: Machine, event: Event, at: int) -> None:
        state = machine.state
        machine.state = machine.TABLE[state][event].handler(machine, event, at)
        made.add((state, event, machine.state))

    monkeypatch.setattr(Machine, "move", move)
    pieces = [*(encoded(text) for text, _ in encoding().markers.tokens()), encoded("final x")]
    pieces += [encoded("<|endoftext|>"), encoded("<|reserved_200013|>")]
    for role in (None, ASSISTANT):
        for head in ("", "<|start|>user<|message|>Hi"):
            for first in pieces:
                for second in pieces:
                    for third in ([], *pieces):
                        encoding().inspect([*encoded(head), *first, *second, *third], role)
    declared = {
        (state, event, after)
        for state, moves in Machine.TABLE.items()
        for event, move in moves.items()
        for after in move.next_states
    }
    assert declared - made == set()
    assert made - declared == set()
