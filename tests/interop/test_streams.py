"""Tokens -> chunks and events: those that the openai package reads, adding up to the whole."""

from __future__ import annotations

import pickle
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter
from support.chat_requests import completions
from support.streams import any_tokens

from harmony_core import (
    Finish,
    HarmonyEncoding,
    InspectPolicy,
    Role,
    StreamableParser,
    load_harmony_encoding,
)
from harmony_core.interop import StreamError
from harmony_core.interop.chat_completions import ChatCompletionStream, from_completion
from harmony_core.interop.responses import ResponseStream, from_messages

if TYPE_CHECKING:
    from harmony_core import Message

EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
CALLS = (
    "<|channel|>analysis<|message|>Think. 😀<|end|>"
    "<|start|>assistant<|channel|>commentary<|message|>I look.<|end|>"
    "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>"
    '{"a":1}<|call|>'
)
ANSWER = (
    "<|channel|>analysis<|message|>Hm.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Yes.<|return|>"
)


@cache
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def tokens_of(text: str) -> list[int]:
    return encoding().encode(text, allowed_special="all")


def parsed(tokens: list[int]) -> list[Message]:
    return encoding().parse_messages_from_completion_tokens(tokens, Role.ASSISTANT)


def told(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that a client makes of chunks."""
    message: dict[str, Any] = {"role": "assistant"}
    for chunk in chunks:
        for choice in chunk["choices"]:
            for key, value in choice["delta"].items():
                if key == "tool_calls":
                    for call in value:
                        _add_call(message.setdefault(key, []), call)
                elif key != "role":
                    message[key] = message.get(key, "") + value
    return message


def _add_call(calls: list[dict[str, Any]], delta: dict[str, Any]) -> None:
    assert delta["index"] in {len(calls) - 1, len(calls)}
    if delta["index"] == len(calls):
        calls.append({key: value for key, value in delta.items() if key != "index"})
        calls[-1]["function"] = dict(delta["function"])
    else:
        assert set(delta) == {"index", "function"}
        calls[-1]["function"]["arguments"] += delta["function"]["arguments"]


def cut(tokens: list[int], places: list[int]) -> list[list[int]]:
    """Pieces of ``tokens``, which end at the places, or are single tokens if there are none."""
    if not places:
        return [[token] for token in tokens]
    ends = sorted({place % (len(tokens) + 1) for place in places} | {len(tokens)})
    return [tokens[start:end] for start, end in zip([0, *ends], ends, strict=False)]


places = st.lists(st.integers(0, 1000), max_size=4)


class TestChatCompletions:
    @given(completions, places, st.sampled_from([None, "stop", "length"]))
    def test_chunks_add_up_to_the_message(
        self, text: str, places: list[int], reason: str | None
    ) -> None:
        stream = ChatCompletionStream(encoding())
        tokens = tokens_of(text)
        chunks = [chunk for piece in cut(tokens, places) for chunk in stream.process(piece)]
        chunks += stream.finish(reason)
        answer = from_completion(parsed(tokens), finish_reason=reason)
        expected = {**answer.message, "content": answer.message["content"] or ""}
        assert told(chunks) == expected
        assert stream.messages == parsed(tokens)
        reasons = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
        assert reasons == [None] * (len(reasons) - 1) + [answer.finish_reason]
        for chunk in chunks:
            ChatCompletionChunk.model_validate(chunk)

    def test_a_call(self) -> None:
        stream = ChatCompletionStream(
            encoding(),
            id="x",
            model="m",
            created=7,
            prompt_tokens=10,
            new_id=lambda p, n: f"{p}!{n}",
        )
        tokens = tokens_of(CALLS)
        chunks = stream.process(tokens) + stream.finish()
        assert {(c["id"], c["model"], c["created"]) for c in chunks} == {("x", "m", 7)}
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
        assert deltas[0] == {"role": "assistant", "content": ""}
        assert deltas[1:4] == [{"reasoning": "Think"}, {"reasoning": "."}, {"reasoning": " 😀"}]
        [begun] = [d["tool_calls"][0] for d in deltas if "id" in str(d)]
        assert begun == {
            "index": 0,
            "id": "call!2",
            "type": "function",
            "function": {"name": "f", "arguments": ""},
        }
        assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"
        assert chunks[-1]["choices"] == []
        assert chunks[-1]["usage"] == {
            "prompt_tokens": 10,
            "completion_tokens": len(tokens),
            "total_tokens": 10 + len(tokens),
            "completion_tokens_details": {"reasoning_tokens": len(tokens_of("Think. 😀"))},
        }

    def test_a_chunk_as_soon_as_there_is_text(self) -> None:
        stream = ChatCompletionStream(encoding())
        counts = [len(stream.process(token)) for token in tokens_of(ANSWER)]
        # the role; the header of three tokens; "Hm", "."; <|end|> and six; "Yes", "."; <|return|>
        assert counts == [1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0]

    @pytest.mark.parametrize("field", ["reasoning_content", None])
    def test_where_reasoning_goes(self, field: str | None) -> None:
        stream = ChatCompletionStream(encoding(), reasoning_field=field)
        message = told(stream.process(tokens_of(ANSWER)) + stream.finish())
        answer = from_completion(parsed(tokens_of(ANSWER)), reasoning_field=field)
        assert message == answer.message
        thoughts = {key: value for key, value in message.items() if "reasoning" in key}
        assert thoughts == ({} if field is None else {field: "Hm."})

    @pytest.mark.parametrize(
        ("text", "reason", "finish_reason"),
        [
            (ANSWER, None, "stop"),
            (ANSWER, "stop", "stop"),
            (ANSWER.removesuffix("<|return|>"), None, "stop"),  # servers leave the stop token out
            (ANSWER, "content_filter", "content_filter"),
            (CALLS, None, "tool_calls"),
            (CALLS, "stop", "tool_calls"),
            (CALLS.removesuffix("}<|call|>"), "length", "length"),
            ("<|channel|>analysis<|message|>Hm", None, "length"),
            ("<|channel|>analysis<|message|>Hm", "stop", "stop"),
            ("<|channel|>final<|message|>a<|end|><|start|>assistant<|channel|>", None, "length"),
            ("<|channel|>final", "stop", "stop"),
            ("", None, "length"),
        ],
    )
    def test_finish_reason(self, text: str, reason: str | None, finish_reason: str) -> None:
        stream = ChatCompletionStream(encoding())
        stream.process(tokens_of(text))
        assert stream.finish(reason)[-1]["choices"][0]["finish_reason"] == finish_reason

    def test_a_header_that_is_cut_off_is_told(self) -> None:
        stream = ChatCompletionStream(encoding())
        stream.process(tokens_of("<|channel|>final"))
        stream.finish("length")
        [loss] = stream.losses
        assert (loss.path, loss.value) == ((0,), "<|channel|>final")

    def test_what_is_not_the_assistants_is_left_out_and_told(self) -> None:
        text = "<|channel|>final<|message|>a<|end|><|start|>user<|message|>b<|end|>"
        stream = ChatCompletionStream(encoding())
        chunks = stream.process(tokens_of(text)) + stream.finish()
        answer = from_completion(parsed(tokens_of(text)))
        assert told(chunks)["content"] == answer.message["content"] == "a"
        for losses in (stream.losses, answer.losses):
            assert [(loss.path, loss.value["content"][0]["text"]) for loss in losses] == [
                ((1,), "b")
            ]

    def test_a_header_that_a_stop_token_ends(self) -> None:
        """As the lenient parser has it, it is a message all the same."""
        parser = StreamableParser(encoding(), Role.ASSISTANT, strict=False)
        stream = ChatCompletionStream(encoding(), parser=parser)
        chunks = stream.process(tokens_of("<|channel|>final Hi<|return|>")) + stream.finish()
        assert told(chunks)["content"] == "Hi"


class TestResponses:
    @given(completions, places, st.sampled_from([None, "stop", "length"]))
    def test_events_add_up_to_the_output(
        self, text: str, places: list[int], reason: str | None
    ) -> None:
        stream = ResponseStream(encoding(), prompt_tokens=5)
        tokens = tokens_of(text)
        events = [event for piece in cut(tokens, places) for event in stream.process(piece)]
        events += stream.finish(reason)
        check_order(events)
        response = events[-1]["response"]
        cut_off = reason is None and response["status"] == "incomplete"
        whole = from_messages(parsed(tokens), finish_reason="length" if cut_off else reason)
        assert [*response["output"]] == _but_status_of_ended(whole.items, response["output"])
        assert response["usage"]["output_tokens"] == len(tokens)
        for event in events:
            EVENTS.validate_python(event)

    def test_the_events_of_a_completion(self) -> None:
        stream = ResponseStream(encoding(), response={"id": "resp_1", "model": "m"})
        events = stream.process(tokens_of(CALLS)) + stream.finish()
        names = [event["type"].removeprefix("response.") for event in events]
        text = (
            ["output_item.added", "content_part.added"],
            ["content_part.done", "output_item.done"],
        )
        call = "function_call_arguments"
        assert names == [
            "created",
            "in_progress",
            *text[0],
            *["reasoning_text.delta"] * 3,
            "reasoning_text.done",
            *text[1],
            *text[0],
            *["output_text.delta"] * 3,
            "output_text.done",
            *text[1],
            "output_item.added",
            *[f"{call}.delta"] * 5,
            f"{call}.done",
            "output_item.done",
            "completed",
        ]
        response = events[-1]["response"]
        assert (response["id"], response["model"]) == ("resp_1", "m")
        assert [item["type"] for item in response["output"]] == [
            "reasoning",
            "message",
            "function_call",
        ]
        assert response["output"][1]["phase"] == "commentary"
        assert "usage" not in response

    @pytest.mark.parametrize(
        ("text", "reason", "status", "why"),
        [
            (ANSWER, None, "completed", None),
            (CALLS, "stop", "completed", None),
            (ANSWER.removesuffix("<|return|>"), None, "completed", None),
            (ANSWER.removesuffix(".<|return|>"), "length", "incomplete", "max_output_tokens"),
            (ANSWER, "content_filter", "incomplete", "content_filter"),
            ("<|channel|>analysis<|message|>Hm", None, "incomplete", "max_output_tokens"),
            ("<|channel|>final", None, "incomplete", "max_output_tokens"),
            ("<|channel|>final", "stop", "completed", None),
        ],
    )
    def test_status(self, text: str, reason: str | None, status: str, why: str | None) -> None:
        stream = ResponseStream(encoding())
        stream.process(tokens_of(text))
        last = stream.finish(reason)[-1]
        assert last["type"] == f"response.{status}"
        assert last["response"]["status"] == status
        assert (last["response"]["incomplete_details"] or {}).get("reason") == why
        cut_off = not text.endswith(("|>", "final"))
        if cut_off and status == "incomplete":
            assert last["response"]["output"][-1]["status"] == "incomplete"

    def test_a_failure_keeps_what_was_read(self) -> None:
        stream = ResponseStream(encoding())
        stream.process(tokens_of(ANSWER)[:-2])
        [failed] = stream.fail("The engine died.")
        EVENTS.validate_python(failed)
        assert failed["type"] == "response.failed"
        response = failed["response"]
        assert response["error"] == {"code": "server_error", "message": "The engine died."}
        thought, answer = response["output"]
        assert (thought["status"], answer["status"]) == ("completed", "incomplete")
        assert answer["content"][0]["text"] == "Yes"

    def test_what_is_not_the_assistants_is_left_out_and_told(self) -> None:
        text = "<|channel|>final<|message|>a<|end|><|start|>user<|message|>b<|end|>"
        stream = ResponseStream(encoding())
        events = stream.process(tokens_of(text)) + stream.finish()
        assert len(events[-1]["response"]["output"]) == 1
        assert [(loss.path, loss.value["role"]) for loss in stream.losses] == [((1,), "user")]


def _but_status_of_ended(
    items: list[dict[str, Any]], streamed: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The items, if the last was ended by its stop token before the engine was stopped."""
    if items and streamed and streamed[-1]["status"] == "completed":
        return [*items[:-1], {**items[-1], "status": "completed"}]
    return items


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """An item but for its ids, which go by the places of all messages, and for how it ended."""
    return {k: v for k, v in item.items() if k not in {"id", "call_id", "status"}}


def check_order(events: list[dict[str, Any]]) -> None:
    """Items begin and end one after the other, their events in between, deltas adding up."""
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    done: list[dict[str, Any]] = []
    text = ""
    for event in events[2:-1]:
        assert event["output_index"] == len(done)
        if event["type"] == "response.output_item.added":
            opened, text = event["item"], ""
            assert opened["status"] == "in_progress"
        elif event["type"] == "response.output_item.done":
            assert event["item"]["id"] == opened["id"]
            done.append(event["item"])
        else:
            assert event["item_id"] == opened["id"]
            if event["type"].endswith(".delta"):
                text += event["delta"]
            elif event["type"] == "response.content_part.done":
                assert event["part"]["text"] == text
            elif event["type"].endswith(".done"):
                assert text in (event.get("text"), event.get("arguments"), event.get("input"))
    assert events[-1]["response"]["output"] == done


@pytest.mark.parametrize("make", [ChatCompletionStream, ResponseStream])
class TestFaults:
    def test_what_was_read_before_the_fault_is_told(self, make: Any) -> None:
        tokens = tokens_of(ANSWER + "odd" + "<|start|>assistant<|channel|>final<|message|>No.")
        stream = make(encoding())
        with pytest.raises(StreamError, match="Unexpected token") as caught:
            stream.process(tokens)
        error = caught.value
        at = len(tokens_of(ANSWER))
        assert (error.kind, error.token_index) == ("unexpected-token", at)
        assert error.messages == stream.messages == parsed(tokens_of(ANSWER))
        assert error.rest == tokens[at + 1 :]
        whole = make(encoding())
        assert error.emitted == whole.process(tokens_of(ANSWER))
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert (str(again), vars(again)) == (str(error), vars(error))
        # and it goes on
        events = stream.process(error.rest) + stream.finish()
        assert "No" in str(events)

    @given(stream=st.data())
    def test_any_tokens_at_all(self, make: Any, stream: st.DataObject) -> None:
        """Whatever comes, nothing but a StreamError is raised, and every message is told."""
        tokens = stream.draw(any_tokens())
        reader = make(encoding())
        while tokens:
            try:
                reader.process(tokens)
                break
            except StreamError as error:
                tokens = error.rest
        last = reader.finish()[-1]
        if make is ChatCompletionStream:
            ChatCompletionChunk.model_validate(last)
        else:
            EVENTS.validate_python(last)
            assistant = [m for m in reader.messages if m.author.role is Role.ASSISTANT]
            assert len(last["response"]["output"]) == len(assistant)

    # The same cases each time: what was sent before a header was seen as one stays sent, and
    # which words those are has no end.
    @settings(derandomize=True)
    @given(tokens=any_tokens())
    def test_an_inspector_refuses_nothing(self, make: Any, tokens: list[int]) -> None:
        """Every message is told as the inspection has it, and no call that is not sound."""
        inspector = encoding().inspector(Role.ASSISTANT)
        stream = make(encoding(), parser=inspector)
        events = [event for token in tokens for event in stream.process(token)]
        events += stream.finish()
        items = inspector.finish().items
        sound = [item.message for item in items if not item.withheld]
        withheld = [loss for loss in stream.losses if loss.reason.startswith("Withheld")]
        assert len(withheld) == len(items) - len(sound)
        if make is ChatCompletionStream:
            expected = from_completion(sound).message
            message = told(events)
            for sent, found in (
                (message["content"], expected["content"]),
                (message.get("reasoning"), expected.get("reasoning")),
            ):
                # A role that turns out to begin a header has been sent by then.
                assert (sent or "").replace("assistant", "") == (found or "").replace(
                    "assistant", ""
                )
            assert [c["function"] for c in message.get("tool_calls", [])] == [
                c["function"] for c in expected.get("tool_calls", [])
            ]
        else:
            check_order(events)
            written = from_messages(m for m in sound if m.author.role is Role.ASSISTANT).items
            assert [plain(item) for item in events[-1]["response"]["output"]] == [
                plain(item) for item in written
            ]

    def test_an_unsound_call_is_withheld(self, make: Any) -> None:
        """Recipient and channel are glued together: it can be read, but nobody should run it."""
        text = "<|channel|>commentaryto=functions.f <|constrain|>json<|message|>{}<|call|>"
        stream = make(encoding(), parser=encoding().inspector(Role.ASSISTANT))
        events = stream.process(tokens_of(text)) + stream.finish("stop")
        assert "functions.f" not in str(events)
        assert "arguments" not in str(events)
        [loss] = stream.losses
        assert loss.value["recipient"] == "functions.f"
        assert "glued-recipient" in loss.reason

    @pytest.mark.parametrize(
        ("finish", "policy", "told"),
        [
            (None, None, False),
            ("length", None, False),
            (None, InspectPolicy(missing_call_is_call=True), True),
            ("stop", None, True),
            (Finish("stop", 200012), None, True),
        ],
    )
    def test_a_call_without_its_stop_token(
        self, make: Any, finish: str | Finish | None, policy: InspectPolicy | None, told: bool
    ) -> None:
        """Servers leave it out, and so say it beside the tokens."""
        stream = make(encoding(), parser=encoding().inspector(Role.ASSISTANT, policy))
        events = stream.process(tokens_of(CALLS.removesuffix("<|call|>"))) + stream.finish(finish)
        last = events[-1]
        if make is ChatCompletionStream:
            calls = last["choices"][0]["finish_reason"] == "tool_calls"
        else:
            calls = last["response"]["output"][-1]["type"] == "function_call"
        assert (calls, len(stream.losses)) == (told, 0 if told else 1)

    def test_what_is_no_token(self, make: Any) -> None:
        with pytest.raises(TypeError):
            make(encoding()).process(["x"])

    def test_nothing_at_all(self, make: Any) -> None:
        events = make(encoding()).finish("stop")
        assert len(events) == (2 if make is ChatCompletionStream else 3)
