"""Measures one package on one job, in whatever Python runs it: CPython or Pyodide.

A job is a JSON object: ``task`` names what to do, ``package`` what to measure, and the other
fields are the task's own. Every measurement comes out as a row, a JSON object: the
``operation``, the ``seconds`` each repeat took, how many ``bytes``, ``characters`` and
``tokens`` it worked on, and a ``digest`` of its result, the same for every package that gets
the same result. Run as a program, it reads a job and writes a row a line.

The packages share their interface where it matters here; ``open_encoding`` is the rest.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
from array import array
from hashlib import sha256
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = dict[str, Any]

# Belongs to loading: one piece of it is no token, so that all tables are built.
FIRST = "Hello, Xyzzyland!"


def rows(job: str) -> Iterator[str]:
    """Do a job.

    Args:
        job: JSON, see above.

    Yields:
        Rows as JSON, each as soon as it is measured.
    """
    fields = json.loads(job)
    tasks: dict[str, Callable[..., Iterator[Row]]]
    tasks = {"encode": encode, "chat": chat, "lengths": lengths, "calls": calls}
    task = tasks[fields.pop("task")]
    return (json.dumps(row) for row in task(**fields))


def encode(package: str, text: str, repeats: int) -> Iterator[Row]:
    """Encode a text for the first time and again, and decode its tokens."""
    loading, encoding = _loaded(package)
    yield loading
    size = _size_of(text)
    cold, tokens = _timed(lambda: encoding.encode(text, disallowed_special=()))
    size["tokens"] = len(tokens)
    digest = token_digest(tokens)
    yield {"operation": "encode, cold", "seconds": [cold], "digest": digest, **size}
    seconds, tokens = _repeated(repeats, lambda: encoding.encode(text, disallowed_special=()))
    yield {"operation": "encode, warm", "seconds": seconds, "digest": token_digest(tokens), **size}
    decode = encoding.decode if package == "tiktoken" else encoding.decode_utf8
    seconds, decoded = _repeated(repeats, lambda: decode(tokens))
    yield {"operation": "decode", "seconds": seconds, "digest": text_digest(decoded), **size}


def chat(package: str, conversation: str, repeats: int) -> Iterator[Row]:
    """Render a conversation, given as JSON, and parse its tokens whole and one by one."""
    loading, encoding = _loaded(package)
    yield loading
    module = import_module(package)
    messages = module.Conversation.from_json(conversation)
    config = module.RenderConversationConfig(auto_drop_analysis=False)

    def render() -> list[int]:
        rendered: list[int] = encoding.render_conversation(messages, config)
        return rendered

    def parse() -> list[Any]:
        parsed: list[Any] = encoding.parse_messages_from_completion_tokens(tokens)
        return parsed

    cold, tokens = _timed(render)
    digest = token_digest(tokens)
    size = {**_size_of(encoding.decode_utf8(tokens)), "tokens": len(tokens)}
    yield {"operation": "render, cold", "seconds": [cold], "digest": digest, **size}
    seconds, tokens = _repeated(repeats, render)
    yield {"operation": "render, warm", "seconds": seconds, "digest": token_digest(tokens), **size}
    seconds, parsed = _repeated(repeats, parse)
    digest = text_digest("\n".join(message.to_json() for message in parsed))
    yield {"operation": "parse", "seconds": seconds, "digest": digest, **size}
    seconds, deltas = _repeated(repeats, lambda: _stream(module, encoding, tokens))
    digest = text_digest("\n".join(deltas))
    yield {"operation": "stream", "seconds": seconds, "digest": digest, **size}


def lengths(package: str, texts: list[str]) -> Iterator[Row]:
    """Encode texts of growing length, each for the first time."""
    loading, encoding = _loaded(package)
    yield loading
    for text in texts:
        seconds, tokens = _timed(lambda: encoding.encode(text, disallowed_special=()))  # noqa: B023 - called at once
        size = {**_size_of(text), "tokens": len(tokens)}
        yield {
            "operation": str(len(text)),
            "seconds": [seconds],
            "digest": token_digest(tokens),
            **size,
        }


def calls(package: str, repeats: int) -> Iterator[Row]:
    """Make small calls, each many times in a row; the seconds are those of one call."""
    from small_calls import seconds_a_call, small_calls  # noqa: PLC0415 - not sent to a browser

    loading, encoding = _loaded(package)
    yield loading
    for name, call in small_calls(package, encoding).items():
        digest = text_digest(_shown(call()))
        yield {"operation": name, "seconds": seconds_a_call(call, repeats), "digest": digest}


def _shown(value: Any) -> str:  # noqa: ANN401 - what a call gives
    """The same text for the same value of every package."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, list):
        return "\n".join(map(_shown, value))
    return str(sorted(value) if isinstance(value, (set, dict)) else value)


def open_encoding(package: str) -> Any:  # noqa: ANN401 - a class of the package
    """Load the encoding of the gpt-oss models.

    Args:
        package: ``"harmony_core"``, ``"openai_harmony"`` or ``"tiktoken"``.

    Returns:
        The package's own encoding.
    """
    module = import_module(package)
    if package == "tiktoken":
        return module.get_encoding("o200k_harmony")
    name = module.HarmonyEncodingName.HARMONY_GPT_OSS
    if package == "harmony_core":
        # It would go over to tiktoken, which is here; pure Python is what is measured.
        return module.load_harmony_encoding(name, backend="python")
    return module.load_harmony_encoding(name)


def _loaded(package: str) -> tuple[Row, Any]:
    started = perf_counter()
    encoding = open_encoding(package)
    encoding.encode(FIRST)
    seconds = perf_counter() - started
    python = platform.python_version()
    return {"operation": "load", "seconds": [seconds], "python": python}, encoding


def token_digest(tokens: list[int]) -> str:
    """Hash tokens as 32 bit integers, little endian."""
    integers = array("I", tokens)
    if sys.byteorder == "big":
        integers.byteswap()
    return sha256(integers.tobytes()).hexdigest()


def text_digest(text: str) -> str:
    """Hash a text's UTF-8."""
    return sha256(text.encode()).hexdigest()


def _stream(module: Any, encoding: Any, tokens: list[int]) -> list[str]:  # noqa: ANN401 - a package
    parser = module.StreamableParser(encoding, None)
    deltas = []
    for token in tokens:
        parser.process(token)
        delta = parser.last_content_delta
        if delta:
            deltas.append(delta)
    parser.process_eos()
    return deltas


def _size_of(text: str) -> Row:
    return {"characters": len(text), "bytes": len(text.encode())}


def _repeated(repeats: int, action: Callable[[], Any]) -> tuple[list[float], Any]:
    runs = [_timed(action) for _ in range(repeats)]
    return [seconds for seconds, _ in runs], runs[-1][1]


def _timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Do it once, without a garbage collection in between."""
    collecting = gc.isenabled()
    gc.disable()
    started = perf_counter()
    result = action()
    seconds = perf_counter() - started
    if collecting:
        gc.enable()
    return seconds, result


if __name__ == "__main__":
    for line in rows(sys.stdin.read()):
        print(line, flush=True)
