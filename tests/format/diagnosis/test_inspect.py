"""The inspector: the strict parser on well-formed streams, and no surprises on any other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule
from support import streams
from support.mutations import (
    WellFormed,
    check_nothing_is_lost,
    encoded,
    encoding,
    well_formed,
)

from harmony_core import (
    HarmonyError,
    Inspection,
    InspectionError,
    InspectPolicy,
    Role,
    Severity,
)
from harmony_core.format.diagnosis.inspect import Inspector

ASSISTANT = Role.ASSISTANT
POLICIES = st.sampled_from(
    [
        None,
        InspectPolicy(missing_call_is_call=True),
        InspectPolicy(completion=False),
        InspectPolicy(channels=(), tools=["functions.x"]),
        InspectPolicy(recover_stripped_markers=False, completion=True),
    ]
)


def roles() -> st.SearchStrategy[Role | None]:
    return st.none() | st.sampled_from(list(Role))


def any_ids() -> st.SearchStrategy[list[int]]:
    special = st.sampled_from([token for _, token in encoding().markers.tokens()])
    ids = special | st.integers(0, 201_100) | st.integers(199_998, 201_088) | st.integers()
    return st.lists(ids, max_size=40) | streams.any_tokens()


# Well-formed streams.


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(stream=well_formed())
def test_a_well_formed_stream_gives_the_strict_parsers_messages(stream: WellFormed) -> None:
    inspection = encoding().inspect(stream.tokens, stream.role, InspectPolicy(completion=False))
    strict = encoding().parse_messages_from_completion_tokens(stream.tokens, stream.role)
    assert inspection.messages == strict
    assert inspection.diagnostics == []
    assert all(item.complete and not item.repaired for item in inspection.items)
    assert [item.stop for item in inspection.items] == stream.ends
    assert inspection.ok
    inspection.raise_for_errors()
    check_nothing_is_lost(inspection)


@settings(max_examples=150, deadline=None)
@given(stream=well_formed())
def test_every_call_of_a_well_formed_stream_is_one(stream: WellFormed) -> None:
    inspection = encoding().inspect(stream.tokens, stream.role, InspectPolicy(completion=False))
    calls = [
        message
        for message in inspection.messages
        if message.author.role is ASSISTANT and message.recipient is not None
    ]
    assert inspection.tool_calls() == inspection.tool_calls(include_repaired=True) == calls


@settings(max_examples=150, deadline=None)
@given(content=streams.contents())
def test_bytes_that_are_no_text_are_replaced_as_by_the_strict_parser(content: list[int]) -> None:
    content = [token for token in content if token < 199_998]  # neither special nor unknown
    tokens = [*encoded("<|start|>user<|message|>"), *content, *encoded("<|end|>")]
    strict = encoding().parse_messages_from_completion_tokens(tokens)
    assert encoding().inspect(tokens).messages == strict


# Any tokens at all.


@settings(max_examples=400, deadline=None)
@given(tokens=any_ids(), role=roles(), policy=POLICIES)
def test_no_token_makes_it_raise_and_nothing_is_lost(
    tokens: list[int], role: Role | None, policy: InspectPolicy | None
) -> None:
    inspection = encoding().inspect(tokens, role, policy)
    check_nothing_is_lost(inspection)
    assert inspection.diagnostics == sorted(
        inspection.diagnostics, key=lambda found: (found.start, found.stop)
    )
    assert len(inspection.tool_calls()) <= len(inspection.tool_calls(include_repaired=True))
    serious = [d for d in inspection.diagnostics if d.severity is not Severity.INFO]
    assert inspection.ok == (not serious)


@settings(max_examples=200, deadline=None)
@given(tokens=any_ids(), role=roles())
def test_without_a_diagnostic_the_strict_parser_agrees(
    tokens: list[int], role: Role | None
) -> None:
    inspection = encoding().inspect(tokens, role)
    if not inspection.diagnostics:
        strict = encoding().parse_messages_from_completion_tokens(tokens, role)
        assert inspection.messages == strict


@settings(max_examples=200, deadline=None)
@given(text=st.text() | st.lists(st.sampled_from(streams.FRAGMENTS)).map("".join), role=roles())
def test_any_text_can_be_inspected(text: str, role: Role | None) -> None:
    inspection = encoding().inspect_text(text, role)
    assert inspection.tokens == encoding().encode(text, allowed_special="all")
    check_nothing_is_lost(inspection)


@settings(max_examples=200, deadline=None)
@given(tokens=any_ids(), role=roles())
def test_no_repaired_or_faulty_call_is_given_unasked(tokens: list[int], role: Role | None) -> None:
    inspection = encoding().inspect(tokens, role)
    for item in inspection.items:
        if item.runnable:
            assert item.complete
            assert not item.repaired
            own = [d for d in inspection.diagnostics if item.start <= d.start < item.stop]
            assert all(found.severity is not Severity.ERROR for found in own)
    assert inspection.tool_calls() == [i.message for i in inspection.items if i.runnable]


# Streams in pieces.


class Cuts(RuleBasedStateMachine):
    """Feed a stream in pieces; at the end it is as if it had come whole."""

    fed = Bundle("fed")

    def __init__(self) -> None:
        super().__init__()
        self.role: Role | None = None
        self.policy: InspectPolicy | None = None
        self.tokens: list[int] = []
        self.inspector = Inspector(encoding().tokenizer, encoding().markers)

    @rule(role=roles(), policy=POLICIES)
    def begin_anew(self, role: Role | None, policy: InspectPolicy | None) -> None:
        self.check()
        self.role, self.policy, self.tokens = role, policy, []
        self.inspector = encoding().inspector(role, policy)

    @rule(target=fed, tokens=any_ids())
    def feed(self, tokens: list[int]) -> list[int]:
        self.tokens += tokens
        self.inspector.feed(tokens)
        return tokens

    @rule(tokens=fed)
    def feed_one_by_one(self, tokens: list[int]) -> None:
        for token in tokens:
            self.tokens.append(token)
            self.inspector.feed(iter([token]))

    @rule(stream=well_formed())
    def feed_messages(self, stream: WellFormed) -> None:
        self.feed(stream.tokens)

    def check(self) -> None:
        whole = encoding().inspect(self.tokens, self.role, self.policy)
        assert_same(self.inspector.finish(), whole)

    def teardown(self) -> None:
        self.check()


def assert_same(one: Inspection, other: Inspection) -> None:
    assert one == other
    assert one.spans == other.spans


TestCuts = Cuts.TestCase
TestCuts.settings = settings(max_examples=60, stateful_step_count=8, deadline=None)


@settings(max_examples=100, deadline=None)
@given(tokens=any_ids(), role=roles(), at=st.integers(0, 40))
def test_two_pieces_are_as_good_as_one(tokens: list[int], role: Role | None, at: int) -> None:
    pieces = encoding().inspector(role).feed(tokens[:at]).feed(tokens[at:])
    assert_same(pieces.finish(), encoding().inspect(tokens, role))


def test_a_finished_stream_takes_no_more() -> None:
    inspector = encoding().inspector(ASSISTANT)
    first = inspector.finish()
    assert inspector.finish() is first
    with pytest.raises(HarmonyError, match="finished"):
        inspector.feed([1])


def test_what_is_no_integer_is_refused_whole() -> None:
    inspector = encoding().inspector()
    with pytest.raises(TypeError):
        inspector.feed([200006, "x"])  # type: ignore[list-item]
    assert inspector.finish().tokens == []


# Failing closed.


def test_errors_and_warnings_are_raised_with_their_place() -> None:
    inspection = encoding().inspect_text("<|channel|>final<|message|>Yes", ASSISTANT)
    assert not inspection.ok
    with pytest.raises(InspectionError, match=r"^truncated-content at token 4: ") as caught:
        inspection.raise_for_errors()
    assert caught.value.diagnostics == inspection.diagnostics
    assert isinstance(caught.value, HarmonyError)


def test_an_info_is_no_failure() -> None:
    inspection = encoding().inspect_text("<|start|>user<|message|>Hi<|end|>\n")
    assert [found.severity for found in inspection.diagnostics] == [Severity.INFO]
    inspection.raise_for_errors()


def test_a_suggested_recipient_is_a_hint_and_no_call() -> None:
    text = "<|channel|>commentary get_weather <|constrain|>json<|message|>{}<|call|>"
    inspection = encoding().inspect_text(text, ASSISTANT)
    assert inspection.tool_calls(include_repaired=True) == []
    assert any("'get_weather'" in found.hint for found in inspection.diagnostics)


def test_a_misspelt_tool_is_suggested_and_not_replaced() -> None:
    text = "<|channel|>commentary to=functions.get_wether<|message|>{}<|call|>"
    policy = InspectPolicy(tools=["functions.get_weather"])
    inspection = encoding().inspect_text(text, ASSISTANT, policy)
    assert inspection.tool_calls() == []
    (repaired,) = inspection.tool_calls(include_repaired=True)
    assert repaired.recipient == "functions.get_wether"
    assert "functions.get_weather" in inspection.diagnostics[0].hint


def test_a_tool_may_be_named_without_the_namespace_of_functions() -> None:
    text = "<|channel|>commentary to=functions.get_weather<|message|>{}<|call|>"
    (call,) = (
        encoding().inspect_text(text, ASSISTANT, InspectPolicy(tools={"get_weather"})).tool_calls()
    )
    assert call.recipient == "functions.get_weather"
    assert (
        encoding().inspect_text(text, ASSISTANT, InspectPolicy(tools={"weather"})).tool_calls()
        == []
    )


@pytest.mark.parametrize("name", ["channels", "tools"])
def test_a_policy_takes_no_single_string(name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name} is a collection of .*: pass \['final'\]"):
        InspectPolicy(**{name: "final"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stream", "role"),
    [
        ("analysis<|message|>Hm.<|end|>", ASSISTANT),
        ("assistantanalysis<|message|>Hm.<|end|>", ASSISTANT),
        ("analysis<|message|>Hm.<|end|>", None),
        ("<|start|>analysis<|message|>Hm.<|end|>", None),
        ("<|start|>assistantanalysis<|message|>Hm.<|end|>", None),
        ("<|start|>assistant analysis<|message|>Hm.<|end|>", None),
        ("<|start|>user<|message|>Hi<|end|>analysis<|message|>Hm.<|end|>", None),
    ],
)
def test_reasoning_without_its_marker_is_still_reasoning(stream: str, role: Role | None) -> None:
    item = encoding().inspect_text(stream, role).items[-1]
    assert (item.message.channel, item.repaired) == ("analysis", True)


def test_a_word_before_a_named_channel_is_no_channel() -> None:
    text = "<|start|>assistant final<|channel|>analysis<|message|>Hm.<|end|>"
    (message,) = encoding().inspect_text(text).messages
    assert message.channel == "analysis"


@pytest.mark.parametrize("role", [None, ASSISTANT])
@pytest.mark.parametrize(
    "text", ["Hello", "<think>hm</think>Hello", "analysisHm.assistantfinalYes."]
)
def test_a_stream_without_special_tokens_has_one_fault(text: str, role: Role | None) -> None:
    diagnostics = encoding().inspect_text(text, role).diagnostics
    (found,) = [found for found in diagnostics if found.code != "foreign-markers"]
    assert "skip_special_tokens=False" in found.hint


@pytest.mark.parametrize("end", ["<|end|>", "<|return|>", "<|start|>user<|message|>Hi<|end|>", ""])
def test_a_missing_call_is_a_call_if_the_caller_says_so(end: str) -> None:
    text = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}" + end
    assert encoding().inspect_text(text, ASSISTANT).tool_calls() == []
    policy = InspectPolicy(missing_call_is_call=True)
    (call,) = encoding().inspect_text(text, ASSISTANT, policy).tool_calls()
    assert call.recipient == "functions.f"


def test_a_call_that_was_cut_off_is_never_a_call() -> None:
    text = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a'
    policy = InspectPolicy(missing_call_is_call=True)
    assert encoding().inspect_text(text, ASSISTANT, policy).tool_calls() == []


# Hostile streams: a quadratic step would take minutes.


@pytest.mark.parametrize(
    "repeated",
    [
        "<|start|>",
        "<|channel|>",
        "<|message|>",
        "<|constrain|>",
        "<|end|>",
        "<|start|>assistant",
        "<|channel|>final",
        "<|start|><|message|>",
        "<|message|><|channel|>",
        "<|endoftext|>",
        "<|reserved_200013|>",
        "assistant",
        " to=",
        "<|",
    ],
)
def test_a_long_repetition_is_read_in_linear_time(repeated: str) -> None:
    tokens = encoded(repeated) * 20_000
    for role in (None, ASSISTANT):
        for head in ([], encoded("<|start|>user<|message|>")):
            assert encoding().inspect(head + tokens, role).tokens == head + tokens


@pytest.mark.parametrize("head", ["", "<|start|>", "<|start|>user<|message|>"])
def test_a_long_run_of_bytes_and_unknown_ids_is_read_in_linear_time(head: str) -> None:
    tokens = [*encoded(head), *([-1, 128, 255, 300_000] * 20_000)]
    inspection = encoding().inspect(tokens)
    check_nothing_is_lost(inspection)


def test_arguments_that_are_no_json_are_told_at_their_token() -> None:
    text = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>"
    for arguments, at in {
        '{"é": 日}': "日",
        '{"a": -Infinity}': "-",
        '["NaN", NaN]': "Na",
    }.items():
        tokens = encoded(text + arguments + "<|call|>")
        (found,) = encoding().inspect(tokens, ASSISTANT).diagnostics
        assert found.code == "arguments-not-json"
        assert encoding().decode(tokens[found.start : found.stop]).strip() == at


@pytest.mark.parametrize("arguments", ["[" * 100_000, "1" * 10_000, "1e99999", '"' * 9])
def test_no_arguments_make_it_raise(arguments: str) -> None:
    text = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>"
    encoding().inspect_text(text + arguments + "<|call|>", ASSISTANT)
