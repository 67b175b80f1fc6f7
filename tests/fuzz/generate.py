"""Cases for the fuzzer: each made from a seeded generator alone, and plain JSON throughout.

These are hypothesis's strategies once more, in a form that is thirty times as fast and gives
the same case for the same seed on every machine.
"""

from __future__ import annotations

import struct
from random import Random
from typing import TYPE_CHECKING, Any

from support import strategies, streams, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Case = dict[str, Any]

# Ranges of code points that the split pattern tells apart, or that are awkward to encode.
_RANGES = (
    *((0x20, 0x7F), (0x20, 0x7F), (0x20, 0x7F), (0, 0x20), (0x80, 0x250), (0x300, 0x370)),
    *((0x370, 0x530), (0x590, 0x700), (0x900, 0xE80), (0x2000, 0x2070), (0x2E80, 0xA000)),
    *((0xAC00, 0xD7A4), (0xE000, 0xE100), (0xFE00, 0x10000), (0x10000, 0x11000)),
    *((0x1D400, 0x1D800), (0x1F000, 0x1FB00), (0x20000, 0x20100), (0xE0000, 0xE01F0)),
    (0, 0x110000),
)
_WORDS = (
    *("the", "The", "THE", " of", "don't", "I'LL", "x=1", "123456", "3.14", "foo_bar()", "    "),
    *("\n\n", "\r\n", "//", "...", "naïve", "über", "日本語", "안녕", "שלום", "नमस्ते", "👩‍🚀", "é"),
)


def text(rng: Random, longest: int = 40) -> str:
    """Text of one kind or of several, without surrogates."""
    how = rng.randrange(6)
    size = rng.randrange(longest)
    if how == 0:
        return "".join(rng.choices(texts.FRAGMENTS, k=size))
    if how == 1:
        return "".join(rng.choices(_WORDS, k=size))
    if how == 2:
        return "".join([_character(rng) for _ in range(size)])
    if how == 3:
        word: str = rng.choice((*_WORDS, *texts.FRAGMENTS))
        return word * rng.choice((1, 2, 3, 7, 40, 150))
    if how == 4:
        return " ".join(
            ["".join(rng.choices("aeiourstnldcb", k=rng.randrange(9))) for _ in "12345"]
        )
    return "".join([text(rng, 8) for _ in range(rng.randrange(5))])


def _character(rng: Random) -> str:
    code_point = rng.randrange(*rng.choice(_RANGES))
    return "\ufffd" if code_point in texts.SURROGATES else chr(code_point)


def _one_of(rng: Random, usual: Sequence[Any], *, free: float = 0.2) -> Any:
    return text(rng, 8) if rng.random() < free else rng.choice(usual)


def _some(rng: Random, make: Callable[[Random], Any], most: int = 3) -> list[Any]:
    return [make(rng) for _ in range(rng.randrange(most + 1))]


def _given(rng: Random, fields: dict[str, Callable[[Random], Any]]) -> dict[str, Any]:
    """Some of the fields, in the order given."""
    return {name: make(rng) for name, make in fields.items() if rng.random() < 0.6}


# Text and tokens.

_SPECIAL = (
    *strategies.SPECIAL_TEXTS,
    "<|return|>",
    "<|call|>",
    "<|endoftext|>",
    "<|reserved_200000|>",
)


def encode(rng: Random) -> Case:
    """A text with or without special tokens, and what to do with them."""
    found = text(rng)
    while rng.random() < 0.3:
        cut = rng.randrange(len(found) + 1)
        insert = rng.choice((*_SPECIAL, "<|", "|>", "<|nope|>", "\ud83d", "\ude00"))
        found = found[:cut] + insert + found[cut:]
    return {
        "text": found,
        "allowed": rng.choice(("all", [], rng.sample(_SPECIAL, 2))),
        "disallowed": rng.choice(("all", [], [], rng.sample(_SPECIAL, 2))),
    }


def decode(rng: Random) -> Case:
    """Tokens of all kinds, seldom one that is none."""
    tokens: list[int] = []
    for _ in range(rng.randrange(8)):
        tokens += _piece(rng, unknown=0.02)
    return {"tokens": tokens}


def _piece(rng: Random, unknown: float) -> Sequence[int]:
    how = rng.random()
    if how < unknown:
        return [rng.choice((201_088, 300_000, 2**32 - 1, 199_998, 200_015))]
    if how < 0.3:
        return streams.encoded(rng.choice(streams.TEXTS))
    if how < 0.5:
        return [rng.choice(streams.partial_tokens())]
    if how < 0.7:
        return [streams.byte_token(rng.choice(streams.AWKWARD_BYTES))]
    return [rng.randrange(201_088)]


# Messages.


def _content_text(rng: Random) -> Case:
    return {"type": "text", "text": text(rng)}


def _system(rng: Random) -> Case:
    fields = {
        "model_identity": lambda r: r.choice((None, text(r))),
        "reasoning_effort": lambda r: r.choice((None, "Low", "Medium", "High")),
        "conversation_start_date": text,
        "knowledge_cutoff": lambda r: r.choice((None, text(r, 8))),
        "channel_config": lambda r: {
            "valid_channels": _some(r, lambda x: _one_of(x, strategies.CHANNELS)),
            "channel_required": r.random() < 0.5,
        },
        "tools": _tools,
    }
    return {"type": "system_content", **_given(rng, fields)}


def _developer(rng: Random) -> Case:
    return {"type": "developer_content", **_given(rng, {"instructions": text, "tools": _tools})}


def _tools(rng: Random) -> Case:
    return {_one_of(rng, ["functions", "n"]): _namespace(rng) for _ in range(rng.randrange(3))}


def _namespace(rng: Random) -> Case:
    return {
        "name": _one_of(rng, ["functions", "n"]),
        "description": rng.choice((None, text(rng, 8))),
        "tools": _some(rng, _tool, 2),
    }


def _tool(rng: Random) -> Case:
    found = {"name": _one_of(rng, ["f", "g"]), "description": text(rng, 8)}
    if rng.random() < 0.7:
        found["parameters"] = _object(rng, rng.randrange(3))
    return found


def message(rng: Random) -> Case:
    """A message that can mostly be rendered."""
    role = rng.choice(strategies.ROLES)
    own = {"system": _system, "developer": _developer}.get(role, _content_text)
    content = rng.choice((own, own, own, _system, _content_text))
    found: Case = {"role": role}
    found["content"] = text(rng) if rng.random() < 0.4 else _some(rng, content, 2)
    if rng.random() < (0.9 if role == "tool" else 0.15):
        found["name"] = _one_of(rng, ["functions.f", "alice", "browser"])
    channel_types = ["json", "<|constrain|>json", "<|constrain|>", "code", " <|constrain|>x", ""]
    fields = {
        "channel": lambda r: r.choice((None, _one_of(r, strategies.CHANNELS))),
        "recipient": lambda r: r.choice((None, _one_of(r, ["all", "functions.f", "python"]))),
        "content_type": lambda r: r.choice((None, _one_of(r, channel_types))),
    }
    return {**found, **_given(rng, fields)}


def lone_message(rng: Random) -> Case:
    """A message and the option of rendering it."""
    return {"message": message(rng), "function_tools": rng.random() < 0.5}


def conversation(rng: Random) -> Case:
    """A conversation of any messages, or of many short turns."""
    turns = rng.random() < 0.5
    messages = _some(rng, _turn, 9) if turns else _some(rng, message, 3)
    return {"messages": messages, "drop": rng.random() < 0.7}


def _turn(rng: Random) -> Case:
    found = {"role": rng.choice(("user", "assistant", "assistant")), "content": text(rng, 4)}
    fields = {"channel": lambda r: r.choice(strategies.CHANNELS), "recipient": lambda _: "all"}
    return {**found, **_given(rng, fields)}


# Schemas.

_KINDS = ("object", "string", "number", "integer", "boolean", "array", "null", "whatever")


def _json(rng: Random, depth: int = 2) -> Any:
    scalars = (
        lambda: text(rng, 6),
        lambda: text(rng, 3),
        lambda: rng.choice((None, True, False)),
        lambda: rng.randrange(-(1 << 66), 1 << 66) >> rng.randrange(66),
        lambda: rng.randrange(-(10**30), 10**30),
        lambda: _float(rng),
        lambda: round(rng.uniform(-1000, 1000), rng.randrange(6)),
    )
    structures = (
        lambda: [_json(rng, depth - 1) for _ in range(rng.randrange(3))],
        lambda: {text(rng, 4): _json(rng, depth - 1) for _ in range(rng.randrange(3))},
    )
    make: Callable[[], Any] = rng.choice(scalars + structures if depth else scalars)
    return make()


def _float(rng: Random) -> float:
    """Any finite double, each bit pattern as likely."""
    while True:
        found: float = struct.unpack("<d", rng.randbytes(8))[0]
        if found - found == 0:  # neither infinite nor not a number
            return found


def _object(rng: Random, depth: int) -> Case:
    found = _typed(rng, depth, "object")
    if rng.random() < 0.8:
        names = [_one_of(rng, ["a", "b", "c d"]) for _ in range(rng.randrange(4))]
        found["properties"] = {name: _schema(rng, depth) for name in names}
    return found


def _schema(rng: Random, depth: int) -> Any:
    if rng.random() < 0.03:
        return _json(rng)
    kind = rng.choice(_KINDS)
    return _object(rng, depth - 1) if kind == "object" and depth else _typed(rng, depth, kind)


def _typed(rng: Random, depth: int, kind: str) -> Case:
    fields: dict[str, Callable[[Random], Any]] = {
        "description": lambda r: text(r, 6),
        "title": lambda r: text(r, 4),
        "default": _json,
        "enum": lambda r: _some(r, lambda x: x.choice((text(x, 4), _json(x, 0)))),
        "nullable": lambda r: r.random() < 0.5,
        "examples": lambda r: _some(r, lambda x: x.choice((text(x, 4), _json(x, 0)))),
        "required": lambda r: r.choices(["a", "b", "c d"], k=2),
    }
    if depth:
        fields["items"] = lambda r: _schema(r, depth - 1)
        fields["oneOf"] = lambda r: _some(r, lambda x: _schema(x, depth - 1))
    members = [
        ("type", rng.choices(_KINDS, k=2) if rng.random() < 0.1 else kind),
        *((name, make(rng)) for name, make in fields.items() if rng.random() < 0.2),
    ]
    rng.shuffle(members)
    found = dict(members)
    if rng.random() < 0.05:
        found[rng.choice([*found])] = _json(rng)
    return found


def schema(rng: Random) -> Case:
    """The schema of one tool."""
    return {"schema": _object(rng, 3)}


# Streams.


def header(rng: Random) -> Case:
    """A header of anything, and a message around it."""
    pieces = [*rng.choices((*streams.FRAGMENTS, *streams.HEADERS), k=rng.randrange(1, 6))]
    if rng.random() < 0.3:
        pieces.insert(rng.randrange(len(pieces)), text(rng, 5))
    tokens = [token for piece in pieces for token in streams.encoded(piece)]
    whole = [*streams.encoded("<|start|>"), *tokens, *streams.encoded("<|message|>x<|end|>")]
    role = rng.choice((None, None, *streams.ROLES))
    return {
        "tokens": whole if role is None else whole[1:],
        "role": role,
        "strict": rng.random() < 0.5,
    }


def _message_tokens(rng: Random) -> list[int]:
    tokens = [*streams.encoded(f"<|start|>{rng.choice(streams.HEADERS)}<|message|>")]
    for _ in range(rng.randrange(6)):
        tokens += _piece(rng, unknown=0.01)
    return [*tokens, *streams.encoded(rng.choice(streams.STOPS))]


def stream(rng: Random) -> Case:
    """A stream that is valid, or broken in one way or another."""
    tokens = [token for _ in range(rng.randrange(4)) for token in _message_tokens(rng)]
    how = rng.randrange(6)
    cut = rng.randrange(len(tokens) + 1)
    if how == 0:
        tokens = tokens[:cut]
    elif how == 1:
        del tokens[cut : cut + rng.randrange(4)]
    elif how == 2:
        fragment = streams.encoded(rng.choice(streams.FRAGMENTS))
        tokens[cut:cut] = [*fragment, *_piece(rng, unknown=0.1)]
    elif how == 3 and rng.random() < 0.3:
        rng.shuffle(tokens)
    role = rng.choice((None, None, *streams.ROLES))
    if role is not None and rng.random() < 0.8:
        tokens = tokens[rng.randrange(1, 3) :]
    eos = rng.randrange(len(tokens) + 1) if rng.random() < 0.2 else None
    return {"tokens": tokens, "role": role, "strict": rng.random() < 0.5, "eos": eos}


KINDS: dict[str, Callable[[Random], Case]] = {
    "encode": encode,
    "decode": decode,
    "message": lone_message,
    "conversation": conversation,
    "schema": schema,
    "header": header,
    "stream": stream,
    "completion": stream,
}


def case(seed: int, number: int) -> tuple[str, Case]:
    """Make one case of a run; the others are not needed for it."""
    rng = Random(f"{seed} {number}")  # noqa: S311 - reproducible is the point
    kind = rng.choice([*KINDS])
    return kind, KINDS[kind](rng)
