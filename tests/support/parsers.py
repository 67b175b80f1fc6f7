"""Our parser and the reference's side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core import HarmonyEncoding, Role, StreamableParser

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import openai_harmony

    AnyParser = StreamableParser | openai_harmony.StreamableParser

PROPERTIES = (
    "current_content",
    "current_role",
    "current_content_type",
    "current_channel",
    "current_recipient",
    "last_content_delta",
    "tokens",
    "state_data",
)


class Encodings(NamedTuple):
    reference: ModuleType
    theirs: openai_harmony.HarmonyEncoding
    ours: HarmonyEncoding

    def their_role(self, role: str | None) -> openai_harmony.Role | None:
        return None if role is None else self.reference.Role(role)

    def our_role(self, role: str | None) -> Role | None:
        return None if role is None else Role(role)


class Pair:
    """Our parser and the reference's, fed the same."""

    def __init__(self, encodings: Encodings, role: str | None, *, strict: bool = True) -> None:
        self.ours = StreamableParser(encodings.ours, encodings.our_role(role), strict=strict)
        self.theirs = encodings.reference.StreamableParser(
            encodings.theirs, encodings.their_role(role), strict=strict
        )

    def process(self, token: object) -> None:
        self._same(lambda parser: parser.process(token))

    def process_eos(self) -> None:
        self._same(lambda parser: parser.process_eos())

    def _same(self, step: Callable[[Any], Any]) -> None:
        assert outcome(step, self.ours) == outcome(step, self.theirs)
        assert properties(self.ours) == properties(self.theirs)


def outcome(step: Callable[[Any], Any], argument: object) -> tuple[str, str] | None:
    try:
        step(argument)
    except (RuntimeError, TypeError, OverflowError) as error:
        kind = "HarmonyError" if isinstance(error, RuntimeError) else type(error).__name__
        return kind, str(error)
    return None


def properties(parser: AnyParser) -> dict[str, Any]:
    found = {name: getattr(parser, name) for name in PROPERTIES}
    found["state"] = parser.state.value
    found["messages"] = [message.to_dict() for message in parser.messages]
    return found


def parsed(
    encoding: Any,
    tokens: list[int],
    role: Any,
    *,
    strict: bool,
) -> list[Any] | str:
    try:
        messages = encoding.parse_messages_from_completion_tokens(tokens, role, strict=strict)
    except RuntimeError as error:
        return str(error)
    return [message.to_dict() for message in messages]
