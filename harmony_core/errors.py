"""The errors of this package: one base class, and a child for each kind of fault.

An error's text says what was found and, where it helps, what to do. Attributes carry the place
of the fault, so that a program need not parse the text.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class HarmonyError(RuntimeError):
    """Base of the errors this package raises for bad input.

    It is a ``RuntimeError``, as the reference's is. Errors can be pickled with their
    attributes, so they can cross processes.

    Attributes:
        kind: A stable name for the kind of error, for programs to test.
    """

    kind: str = "error"

    def __reduce__(self) -> tuple[object, ...]:
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class SpecialTokenError(HarmonyError, ValueError):
    """Text holds a special token that the caller did not allow.

    Attributes:
        kind: ``"special-token"``.
        token: The special token's text.
        position: Where it starts in the text, in characters.
    """

    kind = "special-token"

    def __init__(self, message: str, *, token: str, position: int) -> None:
        super().__init__(message)
        self.token = token
        self.position = position


class DecodeError(HarmonyError):
    """A token id is not in the vocabulary, or the bytes of the tokens are not UTF-8.

    Attributes:
        kind: ``"unknown-token"`` or ``"not-utf8"``.
        token: The unknown token id, or ``None`` if the fault is in the bytes.
        index: The token's index in the sequence, or the offset of the faulty byte.
    """

    def __init__(self, message: str, *, token: int | None, index: int) -> None:
        super().__init__(message)
        self.kind = "not-utf8" if token is None else "unknown-token"
        self.token = token
        self.index = index


class VocabularyError(HarmonyError):
    """A vocabulary could not be read, or is not the published one.

    Attributes:
        kind: ``"vocabulary"``.
    """

    kind = "vocabulary"


class ChatError(HarmonyError, ValueError):
    """A message or conversation is not what the chat model allows.

    Attributes:
        kind: ``"invalid-chat"``.
        path: Where in the data the fault is, outermost first, such as
            ``("messages", 2, "content")``. Empty if it is the whole value.
    """

    kind = "invalid-chat"

    def __init__(self, message: str, *, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


class InvalidJsonError(ChatError):
    """A text that should hold a message or a conversation is not JSON.

    Attributes:
        kind: ``"invalid-json"``.
        reason: What is wrong, without the place.
        position: The offset of the fault in characters; ``None`` if the text is JSON that
            Python cannot read, such as one nested too deeply.
    """

    kind = "invalid-json"

    def __init__(self, message: str, *, reason: str, position: int | None) -> None:
        super().__init__(message)
        self.reason = reason
        self.position = position


class UnknownFieldError(ChatError):
    """Data read with ``strict=True`` has a key that the chat model does not know.

    Attributes:
        kind: ``"unknown-field"``.
        path: As for ``ChatError``; it ends with the key.
        suggestion: The key that was probably meant, or ``None``.
    """

    kind = "unknown-field"

    def __init__(self, *, path: tuple[str | int, ...], suggestion: str | None) -> None:
        hint = f"; did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"Unknown field `{path[-1]}`{hint}", path=path)
        self.suggestion = suggestion


class UnknownFieldWarning(UserWarning):
    """The chat model ignored a key that it does not know."""


class RenderError(HarmonyError):
    """A message cannot be rendered.

    Attributes:
        kind: ``"cannot-render"``.
        message_index: Index of the message in its conversation, or ``None`` if it
            was rendered alone.
    """

    kind = "cannot-render"

    def __init__(self, message: str, *, message_index: int | None = None) -> None:
        super().__init__(message)
        self.message_index = message_index


class ParseError(HarmonyError):
    """Tokens do not follow the format.

    Attributes:
        kind: A stable name for the kind of fault, such as ``"unexpected-token"``.
        token_index: Index of the token the parser stopped at; the number of tokens
            seen, if the stream ended too early.
        token: That token, or ``None`` at the end of the stream.
        state: The parser's state before the fault: ``"ExpectStart"``, ``"Header"``
            or ``"Content"``.
        messages: The ``Message`` objects completed before the fault, if a whole completion was
            parsed. A ``StreamableParser`` has them itself, and leaves this empty.
    """

    messages: Sequence[Any] = ()  # of ``Message``, which this module may not import

    def __init__(
        self, message: str, *, kind: str, token_index: int, token: int | None, state: str
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.token_index = token_index
        self.token = token
        self.state = state


class TrainingError(HarmonyError):
    """A turn of a conversation gives no training sample.

    Attributes:
        kind: ``"no-target"`` or ``"too-long"``.
        turn: Which turn of the assistant's, counted from 0.
        message_index: Index of the turn's first message.
    """

    def __init__(self, message: str, *, kind: str, turn: int, message_index: int) -> None:
        super().__init__(message)
        self.kind = kind
        self.turn = turn
        self.message_index = message_index


class ExtensionError(HarmonyError):
    """A prompt and what was sampled after it cannot soundly begin the next prompt.

    Attributes:
        kind: Why: ``"nothing-sampled"``, ``"malformed"``, ``"open-header"``,
            ``"tokens-after-stop"``, ``"other-role"``, ``"turn-returned"``,
            ``"analysis-dropped"``, ``"nothing-new"``, ``"assistant-message"`` or
            ``"tools-declared"``.
        token_index: Where the reason lies, in the prompt and the completion taken together;
            ``None`` if it lies in a new message.
        message_index: Index of the new message that is the reason, or ``None``.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        token_index: int | None = None,
        message_index: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.token_index = token_index
        self.message_index = message_index
