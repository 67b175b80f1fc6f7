"""Tokens of a completion -> events of the Responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core.chat import Author, Message, Role, TextContent
from harmony_core.errors import ParseError
from harmony_core.format.finish import Finish
from harmony_core.interop._calls import Kind
from harmony_core.interop._converted import NewId, numbered
from harmony_core.interop._responses_writer import ItemWriter, incomplete_reason, output_text
from harmony_core.interop._stream import Begun, StreamError, Text, TokenReader, Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harmony_core.format.diagnosis.inspect import Inspector
    from harmony_core.format.parse import Encoding, StreamableParser
    from harmony_core.interop._losses import Loss
    from harmony_core.interop._stream import Ended, Event

__all__ = ["ResponseStream"]

# The fields of a response that the API requires, and their values if nothing else is said.
_RESPONSE: dict[str, Any] = {
    "id": "resp_0",
    "object": "response",
    "created_at": 0,
    "model": "gpt-oss",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "temperature": None,
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
}


class ResponseStream:
    """Makes events of the Responses API of a completion's tokens, as they come.

    The output of the last event's response is the items that ``from_messages`` makes of all the
    tokens.

    Args:
        encoding: The encoding of the tokens.
        response: Fields of the response that the events carry, such as ``id``, ``model`` and
            ``created_at``.
        prompt_tokens: The length of the prompt. If given, the last response has the ``usage``.
        new_id: As for ``from_messages``.
        parser: As for ``ChatCompletionStream``.
    """

    def __init__(
        self,
        encoding: Encoding,
        *,
        response: Mapping[str, Any] | None = None,
        prompt_tokens: int | None = None,
        new_id: NewId = numbered,
        parser: StreamableParser | Inspector | None = None,
    ) -> None:
        self._reader = TokenReader(encoding, parser)
        self._writer = ItemWriter({}, new_id)
        self._skeletons = ItemWriter({}, new_id)  # writes items without their content
        self._response = {**_RESPONSE, **(response or {})}
        self._prompt_tokens = prompt_tokens
        self._item: _OpenItem | None = None
        self._last: Kind | None = None
        self._finish_reason: str | None = None
        self._sequence = 0
        self._opened = False

    @property
    def messages(self) -> list[Message]:
        """Every message completed so far."""
        return self._reader.messages

    @property
    def losses(self) -> list[Loss]:
        """What of the output is in no event so far; paths begin with a message's index."""
        return self._writer.losses.all()

    def process(self, tokens: int | Iterable[int]) -> list[dict[str, Any]]:
        """Read one token or several.

        Returns:
            The events they make; none if they only go into a header.

        Raises:
            StreamError: A token does not follow the format.
            TypeError: A token is not an integer.
        """
        events = self._open()
        given = iter((tokens,) if isinstance(tokens, int) else tokens)
        try:
            for token in given:
                for event in self._reader.feed(token):
                    events += self._tell(event)
        except ParseError as error:
            rest = list(given)
            raise StreamError(error, emitted=events, messages=self.messages, rest=rest) from error
        return events

    def finish(self, reason: str | Finish | None = None) -> list[dict[str, Any]]:
        """End the completion.

        Args:
            reason: As for ``ChatCompletionStream.finish``.

        Returns:
            The last events: what is left of the last item, and ``response.completed`` or
            ``response.incomplete``.
        """
        events = self._open()
        finish = reason if isinstance(reason, Finish) else Finish(reason)
        header = self._reader.unfinished_header
        if header is not None:
            path = (len(self.messages),)
            self._writer.losses.add(path, header, "The output ends inside a message header")
        try:
            left = list(self._reader.finish(finish))
        except ParseError:
            left = []  # it ends within a header, of which the losses tell
        cut_off = header is not None or self._last_kind(left) not in {Kind.TEXT, Kind.CALL}
        self._finish_reason = "length" if finish.reason is None and cut_off else finish.reason
        for event in left:
            events += self._tell(event, last=True)
        incomplete = self._finish_reason not in {None, "stop", "tool_calls"}
        if not incomplete:
            return [*events, self._end("completed")]
        why = incomplete_reason(self._finish_reason)
        details = None if why is None else {"reason": why}
        return [*events, self._end("incomplete", incomplete_details=details)]

    def fail(self, message: str, code: str = "server_error") -> list[dict[str, Any]]:
        """End the completion with an error.

        Args:
            message: What went wrong.
            code: The API's code for it.

        Returns:
            The last event, ``response.failed``, whose output has what was read, the last item
            incomplete if it was.
        """
        events = self._open()
        if self._item is not None:
            partial = self._item.message()
            self._writer.items.append(
                {**self._writer.output(self._item.index, partial), "status": "incomplete"}
            )
            self._item = None
        return [*events, self._end("failed", error={"code": code, "message": message})]

    def _open(self) -> list[dict[str, Any]]:
        if self._opened:
            return []
        self._opened = True
        return [
            self._event(f"response.{name}", response=self._snapshot("in_progress"))
            for name in ("created", "in_progress")
        ]

    def _end(self, status: str, **fields: object) -> dict[str, Any]:
        response = {**self._snapshot(status), **fields}
        if self._prompt_tokens is not None:
            response["usage"] = self._usage(self._prompt_tokens)
        return self._event(f"response.{status}", response=response)

    def _snapshot(self, status: str) -> dict[str, Any]:
        return {**self._response, "status": status, "output": [dict(i) for i in self._writer.items]}

    def _last_kind(self, left: Sequence[Event]) -> Kind | None:
        """What the last message of the output is for; ``None`` if it is withheld."""
        kind = self._last if self._item is None else self._item.kind
        for event in left:
            if isinstance(event, Begun) and event.kind is not Kind.FOREIGN:
                kind = event.kind
            elif isinstance(event, Withheld):
                kind = None
        return kind

    def _tell(self, event: Event, *, last: bool = False) -> list[dict[str, Any]]:
        if isinstance(event, Begun):
            return self._begin(event)
        if isinstance(event, Text):
            return [] if self._item is None else self._delta(self._item, event.text)
        if isinstance(event, Withheld):
            self._last = None
            self._writer.losses.add((event.index,), event.message.to_dict(), event.reason)
            return []
        return self._complete(event, last=last)

    def _begin(self, begun: Begun) -> list[dict[str, Any]]:
        if begun.kind is Kind.FOREIGN:
            self._item = None
            return []
        item = _OpenItem(begun)
        skeleton = self._skeletons.output(begun.index, item.message())
        item.id = skeleton["id"]
        item.name = skeleton.get("name")
        self._item = item
        skeleton["status"] = "in_progress"
        events = []
        if item.part is None:
            events.append(self._item_event("added", skeleton))
        else:
            skeleton["content"] = []
            events.append(self._item_event("added", skeleton))
            events.append(self._part_event("added", item, ""))
        return events

    def _delta(self, item: _OpenItem, text: str) -> list[dict[str, Any]]:
        item.texts.append(text)
        return [self._content_event("delta", item, {"delta": text})]

    def _complete(self, ended: Ended, *, last: bool) -> list[dict[str, Any]]:
        item, self._item = self._item, None
        index, message = ended.index, ended.message
        if item is None:
            role = message.author.role.value
            reason = f"Not the assistant's: the author is {role}"
            self._writer.losses.add((index,), message.to_dict(), reason)
            return []
        self._last = item.kind
        written = self._writer.output(index, message)
        if last and self._finish_reason not in {None, "stop", "tool_calls"}:
            written["status"] = "incomplete"
        text = "".join(item.texts)
        whole = {item.whole: text} if item.name is None else {item.whole: text, "name": item.name}
        events = [self._content_event("done", item, whole)]
        if item.part is not None:
            events.append(self._part_event("done", item, text))
        events.append(self._item_event("done", written))
        self._writer.items.append(written)
        return events

    def _content_event(
        self, step: str, item: _OpenItem, fields: Mapping[str, Any]
    ) -> dict[str, Any]:
        logprobs: dict[str, object] = {"logprobs": []} if item.kind is Kind.TEXT else {}
        index = {} if item.part is None else {"content_index": 0}
        return self._event(
            f"response.{item.content}.{step}",
            item_id=item.id,
            output_index=len(self._writer.items),
            **index,
            **fields,
            **logprobs,
        )

    def _part_event(self, step: str, item: _OpenItem, text: str) -> dict[str, Any]:
        output = item.kind is Kind.TEXT
        part = output_text(text) if output else {"type": "reasoning_text", "text": text}
        return self._event(
            f"response.content_part.{step}",
            item_id=item.id,
            output_index=len(self._writer.items),
            content_index=0,
            part=part,
        )

    def _item_event(self, step: str, item: dict[str, Any]) -> dict[str, Any]:
        index = len(self._writer.items)
        return self._event(f"response.output_item.{step}", output_index=index, item=dict(item))

    def _event(self, kind: str, **fields: object) -> dict[str, Any]:
        event = {"type": kind, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        return event

    def _usage(self, prompt: int) -> dict[str, Any]:
        completion = self._reader.tokens
        return {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": completion,
            "output_tokens_details": {"reasoning_tokens": self._reader.reasoning_tokens},
            "total_tokens": prompt + completion,
        }


class _OpenItem:
    """The item that is being written."""

    def __init__(self, begun: Begun) -> None:
        self.index = begun.index
        self.kind = begun.kind
        self.id = ""
        self.name: str | None = None
        self.texts: list[str] = []
        self._channel = begun.channel
        self._recipient = begun.recipient
        # What the events of its content are called, and the key of the whole in the last one.
        if begun.kind is Kind.CALL:
            custom = begun.recipient == "python"
            self.part = None
            self.content = "custom_tool_call_input" if custom else "function_call_arguments"
            self.whole = "input" if custom else "arguments"
        else:
            self.part = "output_text" if begun.kind is Kind.TEXT else "reasoning_text"
            self.content = self.part
            self.whole = "text"

    def message(self) -> Message:
        """What has been read of its message."""
        return Message(
            author=Author(role=Role.ASSISTANT),
            content=[TextContent(text="".join(self.texts))],
            channel=self._channel,
            recipient=self._recipient,
        )
