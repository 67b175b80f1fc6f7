"""Tokens of a completion -> chunks of Chat Completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core.errors import ParseError
from harmony_core.format.finish import Finish
from harmony_core.interop._calls import Kind, tool_name
from harmony_core.interop._chat_writer import finish_reason_of
from harmony_core.interop._converted import NewId, numbered
from harmony_core.interop._losses import Loss, Losses
from harmony_core.interop._stream import Begun, Ended, StreamError, Text, TokenReader, Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format.diagnosis.inspect import Inspector
    from harmony_core.format.parse import Encoding, StreamableParser
    from harmony_core.interop._stream import Event

__all__ = ["ChatCompletionStream"]


class ChatCompletionStream:
    """Makes chunks of Chat Completions of a completion's tokens, as they come.

    Concatenated, the chunks are the message that ``from_completion`` makes of all the tokens.

    Args:
        encoding: The encoding of the tokens.
        id: The completion's id, in every chunk.
        model: The model's name, in every chunk.
        created: The Unix time in every chunk.
        index: The choice's index, in every chunk.
        prompt_tokens: The length of the prompt. If given, the last chunk has the ``usage``, and
            no choices.
        new_id: As for ``from_completion``.
        reasoning_field: As for ``from_completion``.
        parser: What reads the tokens: a strict ``StreamableParser`` if ``None``. With an
            ``Inspector`` no output is refused; calls come whole, and none that is unsound.
    """

    def __init__(  # noqa: PLR0913 - what a chunk repeats
        self,
        encoding: Encoding,
        *,
        id: str = "chatcmpl-0",  # noqa: A002 - the API's word
        model: str = "gpt-oss",
        created: int = 0,
        index: int = 0,
        prompt_tokens: int | None = None,
        new_id: NewId = numbered,
        reasoning_field: str | None = "reasoning",
        parser: StreamableParser | Inspector | None = None,
    ) -> None:
        self._reader = TokenReader(encoding, parser)
        self._envelope = {
            "id": id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._index = index
        self._prompt_tokens = prompt_tokens
        self._new_id = new_id
        self._reasoning_field = reasoning_field
        self._losses = Losses()
        self._begun: Begun | None = None
        self._last: Kind | None = None
        self._seen: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self._opened = False

    @property
    def messages(self) -> list[Message]:
        """Every message completed so far."""
        return self._reader.messages

    @property
    def losses(self) -> list[Loss]:
        """What of the output is in no chunk so far; paths begin with a message's index."""
        return self._losses.all()

    def process(self, tokens: int | Iterable[int]) -> list[dict[str, Any]]:
        """Read one token or several.

        Returns:
            The chunks they make; none if they only go into a header.

        Raises:
            StreamError: A token does not follow the format.
            TypeError: A token is not an integer.
        """
        chunks = self._open()
        given = iter((tokens,) if isinstance(tokens, int) else tokens)
        try:
            for token in given:
                for event in self._reader.feed(token):
                    chunks += self._tell(event)
        except ParseError as error:
            rest = list(given)
            raise StreamError(error, emitted=chunks, messages=self.messages, rest=rest) from error
        return chunks

    def finish(self, reason: str | Finish | None = None) -> list[dict[str, Any]]:
        """End the completion.

        Args:
            reason: Why the engine stopped, such as ``"stop"`` or ``"length"``, or a ``Finish``
                with the stop token, too. If ``None``, an output that ends within a header or in
                reasoning counts as cut off, and to an inspector so does a call without its
                stop token.

        Returns:
            The last chunks: what is left of the text, the finish reason, and the usage.
        """
        chunks = self._open()
        finish = reason if isinstance(reason, Finish) else Finish(reason)
        header = self._reader.unfinished_header
        try:
            for event in self._reader.finish(finish):
                chunks += self._tell(event)
        except ParseError:
            pass  # within a header, of which the losses tell
        if header is not None:
            self._losses.add(self._path(), header, "The output ends inside a message header")
            self._last = None
        finish_reason = finish_reason_of(finish.reason, self._last)
        chunks.append(self._chunk({}, finish_reason))
        if self._prompt_tokens is not None:
            chunks.append({**self._envelope, "choices": [], "usage": self._usage()})
        return chunks

    def _open(self) -> list[dict[str, Any]]:
        if self._opened:
            return []
        self._opened = True
        return [self._chunk({"role": "assistant", "content": ""})]

    def _tell(self, event: Event) -> list[dict[str, Any]]:
        if isinstance(event, Begun):
            self._begun = event
            deltas = self._begin(event)
            self._seen[event.kind] += 1
            if event.kind is not Kind.FOREIGN:
                self._last = event.kind
        elif isinstance(event, Text):
            deltas = self._text(event.text)
        else:
            deltas = []
            self._end(event)
        return [self._chunk(delta) for delta in deltas]

    def _path(self) -> tuple[int]:
        return (len(self.messages),)

    def _begin(self, begun: Begun) -> list[dict[str, Any]]:
        if begun.kind is Kind.CALL:
            call = {
                "index": self._seen[Kind.CALL],
                "id": self._new_id("call", begun.index),
                "type": "function",
                "function": {"name": tool_name(begun.recipient or ""), "arguments": ""},
            }
            return [{"tool_calls": [call]}]
        return self._text("\n") if self._seen[begun.kind] else []

    def _text(self, text: str) -> list[dict[str, Any]]:
        kind = Kind.FOREIGN if self._begun is None else self._begun.kind
        if kind is Kind.TEXT:
            return [{"content": text}]
        if kind is Kind.REASONING and self._reasoning_field is not None:
            return [{self._reasoning_field: text}]
        if kind is Kind.CALL:
            index = self._seen[Kind.CALL] - 1
            return [{"tool_calls": [{"index": index, "function": {"arguments": text}}]}]
        return []

    def _end(self, event: Ended | Withheld) -> None:
        begun, self._begun = self._begun, None
        if isinstance(event, Withheld):
            self._last = None
            self._losses.add((event.index,), event.message.to_dict(), event.reason)
        elif begun is not None and begun.kind is Kind.FOREIGN:
            role = event.message.author.role.value
            reason = f"Not the assistant's: the author is {role}"
            self._losses.add((event.index,), event.message.to_dict(), reason)

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {
            "index": self._index,
            "delta": delta,
            "logprobs": None,
            "finish_reason": finish_reason,
        }
        return {**self._envelope, "choices": [choice]}

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self._prompt_tokens or 0, self._reader.tokens
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "completion_tokens_details": {"reasoning_tokens": self._reader.reasoning_tokens},
        }
