"""Many threads on one encoding: the results are those of one thread."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from harmony_core import (
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    Message,
    ParseError,
    Role,
    StreamableParser,
    SystemContent,
    ToolDescription,
    load_harmony_encoding,
    registry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

N_THREADS = 8
N_ROUNDS = 12
# Different in every thread and round, so that caches fill while others read them.
TEXT = "Naïve {0} — 日本語 {0}x{0} 👩‍🚀 qz{0}kj <|start|> def f_{0}(): return {0}\n\n"


def work(encoding: HarmonyEncoding, seed: int) -> list[Any]:
    """Everything that an encoding does, on data of its own."""
    text = TEXT.format(seed * 7919)
    conversation = Conversation.from_messages(
        [
            Message.from_role_and_content(
                Role.SYSTEM, SystemContent.new().with_model_identity(text).with_browser_tool()
            ),
            Message.from_role_and_content(
                Role.DEVELOPER,
                DeveloperContent.new().with_function_tools(
                    [ToolDescription.new(f"f{seed}", text, {"properties": {text: {}}})]
                ),
            ),
            Message.from_role_and_content(Role.ASSISTANT, text).with_channel(f"c{seed}"),
            Message.from_role_and_content(Role.ASSISTANT, text).with_channel("final"),
        ]
    )
    tokens = encoding.render_conversation(conversation)
    return [
        encoding.encode(text, allowed_special="all"),
        encoding.encode(text, disallowed_special=()),
        encoding.decode_utf8(tokens),
        tokens,
        encoding.render_conversation_for_completion(conversation, Role.ASSISTANT),
        encoding.parse_messages_from_completion_tokens(tokens),
        streamed(encoding, tokens[: len(tokens) - seed % 50]),
        streamed(encoding, tokens[seed % 5 :]),
    ]


def streamed(encoding: HarmonyEncoding, tokens: list[int]) -> list[Any]:
    parser = StreamableParser(encoding, None)
    seen: list[Any] = []
    try:
        for token in tokens:
            parser.process(token)
            seen.append((parser.state, parser.last_content_delta, parser.current_channel))
        seen.append(parser.process_eos().messages)
    except ParseError as error:
        seen.append((str(error), error.token_index))
    return seen


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(task: Callable[[int], object]) -> list[object]:
    """Run a task in all threads, which begin together."""
    barrier = Barrier(N_THREADS)

    def run(thread: int) -> object:
        barrier.wait()
        return task(thread)

    with ThreadPoolExecutor(N_THREADS) as pool:
        return list(pool.map(run, range(N_THREADS)))


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("same", [True, False], ids=["same data", "other data"])
def test_threads_give_the_results_of_one(same: bool) -> None:
    registry._build.cache_clear()  # a new encoding, whose caches are empty
    encoding = load_harmony_encoding("HarmonyGptOss")

    def seeds(thread: int) -> range:
        return range(
            0 if same else thread * N_ROUNDS, (0 if same else thread * N_ROUNDS) + N_ROUNDS
        )

    def task(thread: int) -> list[Any]:
        return [work(encoding, seed) for seed in seeds(thread)]

    results = at_once(task)
    assert results == [task(thread) for thread in range(N_THREADS)]
