"""One case on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from support.parsers import outcome, properties

import harmony_core
from harmony_core import ChatError, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.generate import Case


class Side(NamedTuple):
    """An implementation: its module and its encoding."""

    module: Any
    encoding: Any


class Difference(NamedTuple):
    """What the two sides made of a case."""

    ours: object
    theirs: object


def our_side() -> Side:
    """This package, encoding with nothing but Python: tiktoken is one of the oracles."""
    return Side(harmony_core, load_harmony_encoding("HarmonyGptOss", backend="python"))


class Checker:
    """Runs cases.

    Args:
        reference: The reference's side.
        tiktoken: A tiktoken encoding of the same vocabulary.
    """

    def __init__(self, reference: Side, tiktoken: Any) -> None:
        self._ours = our_side()
        self._theirs = reference
        self._tiktoken = tiktoken

    def check(self, kind: str, case: Case) -> Difference | None:
        """Run one case; ``None`` if all agree."""
        run = _RUNS[kind]
        ours, theirs = run(self._ours, case), run(self._theirs, case)
        if ours != theirs:
            return Difference(ours, theirs)
        return self._check_tokens(case["text"]) if kind == "encode" else None

    def _check_tokens(self, text: str) -> Difference | None:
        ours = self._ours.encoding.encode_ordinary(text)
        theirs = self._tiktoken.encode_ordinary(text)
        return None if ours == theirs else Difference(ours, theirs)


def _encode(side: Side, case: Case) -> object:
    def many(value: Any) -> Any:
        return value if value == "all" else set(value)

    return _result(
        lambda: side.encoding.encode(
            case["text"],
            allowed_special=many(case["allowed"]),
            disallowed_special=many(case["disallowed"]),
        )
    )


def _decode(side: Side, case: Case) -> object:
    tokens, encoding = case["tokens"], side.encoding
    return (
        _result(lambda: encoding.decode_utf8(tokens)),
        _result(lambda: encoding.decode(tokens)),
        [encoding.is_special_token(token) for token in tokens],
    )


def _message(side: Side, case: Case) -> object:
    def render() -> object:
        message = side.module.Message.from_dict(case["message"])
        options = side.module.RenderOptions(conversation_has_function_tools=case["function_tools"])
        return message.to_json(), side.encoding.render(message, options)

    return _result(render)


def _conversation(side: Side, case: Case) -> object:
    module, encoding = side
    messages = [module.Message.from_dict(message) for message in case["messages"]]
    whole = module.Conversation.from_messages(messages)
    config = module.RenderConversationConfig(auto_drop_analysis=case["drop"])
    return (
        whole.to_json(),
        _result(lambda: encoding.render_conversation(whole, config)),
        _result(lambda: encoding.render_conversation_for_training(whole, config)),
        _result(
            lambda: encoding.render_conversation_for_completion(
                whole, module.Role.ASSISTANT, config
            )
        ),
    )


def _schema(side: Side, case: Case) -> object:
    tool = {"name": "f", "description": "", "parameters": case["schema"]}
    content = {"type": "developer_content", "tools": {"n": {"name": "n", "tools": [tool]}}}
    message = side.module.Message.from_dict({"role": "developer", "content": [content]})
    # As text, a difference can be read.
    return _result(lambda: side.encoding.decode(side.encoding.render(message)))


def _completion(side: Side, case: Case) -> object:
    role = None if case["role"] is None else side.module.Role(case["role"])

    def parse() -> object:
        found = side.encoding.parse_messages_from_completion_tokens(
            case["tokens"], role, strict=case["strict"]
        )
        return [message.to_dict() for message in found]

    return _result(parse)


def _stream(side: Side, case: Case) -> object:
    """Every property after every token, and after the end."""
    role = None if case["role"] is None else side.module.Role(case["role"])
    parser = side.module.StreamableParser(side.encoding, role, strict=case["strict"])
    seen: list[Any] = [properties(parser)]
    for index, token in enumerate(case["tokens"]):
        if index == case["eos"]:
            seen.append((outcome(lambda p: p.process_eos(), parser), properties(parser)))
        failed = outcome(lambda p, token=token: p.process(token), parser)  # type: ignore[misc]
        seen.append((failed, properties(parser)))
    seen.append((outcome(lambda p: p.process_eos(), parser), properties(parser)))
    return seen


_RUNS: dict[str, Callable[[Side, Case], object]] = {
    "encode": _encode,
    "decode": _decode,
    "message": _message,
    "conversation": _conversation,
    "schema": _schema,
    "header": _completion,
    "completion": _completion,
    "stream": _stream,
}


def _result(call: Callable[[], object]) -> object:
    """What a call gives; the error's text; or "refused" for data that the model does not take."""
    try:
        return call()
    except ChatError:
        return "refused"
    except RuntimeError as error:
        return str(error)
    except ValueError:
        return "refused"
