"""JSON values -> outputs, by the table of engines, then by the names of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.format.finish import Finish
from harmony_core.input.engines import FINISH_REASONS, NO_FINISH, SHAPES, SIGNS, Shape
from harmony_core.input.faults import TokenInputError
from harmony_core.input.json_text import JsonFault, read_json
from harmony_core.input.notations import check_ids
from harmony_core.input.outputs import Left, Output
from harmony_core.input.paths import at, every, exists, join
from harmony_core.input.text import has_marker, looks_stripped
from harmony_core.input.values import (
    TOKEN_ID,
    gathered,
    holds_ids,
    is_numbers,
    pieces_of,
    tensors,
    trimmed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harmony_core.input.outputs import Kind
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Extractor"]

# Fields that hold an output's ids, or its text, in answers of no known shape; most telling first.
_ID_FIELDS = (
    *("output_token_ids", "generated_token_ids", "output_ids", "generated_ids", "token_ids"),
    *("tokens", "ids", "sequences"),
)
_TEXT_FIELDS = (
    *(
        "generated_text",
        "output_text",
        "completion",
        "raw_output",
        "raw_completion",
        "model_output",
    ),
    *("output", "response", "completions", "outputs", "responses", "generation", "answer", "raw"),
    *("text", "content"),
)
# Fields that hold what the model was given.
_PROMPT_FIELDS = frozenset(
    (
        *("prompt", "prompts", "prompt_token_ids", "prompt_ids", "prompt_text", "prefix"),
        *("input", "inputs", "input_ids", "input_messages", "messages", "history", "context"),
        *("request", "raw_request", "request_body", "kwargs"),
        *("instructions", "system", "system_prompt", "tools"),
    )
)
_CONVERSATIONS = frozenset(("messages", "generated_text", "completion", "conversation"))
_PADDING = "<|endoftext|>"
# JSON strings within JSON: so many levels are looked into.
_MOST_NESTED = 3


class _Place(NamedTuple):
    """Where a value is, and what is known of it."""

    path: str
    engine: str
    line: int | None
    record: object
    finish: Finish = Finish()
    prompt: list[int] | None = None

    def within(self, path: str) -> _Place:
        """A place inside of this one."""
        return self._replace(path=join(self.path, path))


class Extractor:
    """Collects the outputs of JSON values.

    Attributes:
        outputs: The outputs so far.
        left: What was left so far.
        faults: What made an output unreadable, by the index of its entry in ``left``.
    """

    def __init__(self, tokenizer: Tokenizer, source: str, *, check: bool = True) -> None:
        """Begin.

        Args:
            tokenizer: Says which ids exist, and turns text into tokens.
            source: Where faulty numbers are looked up.
            check: Whether an id must be in the vocabulary.
        """
        self.outputs: list[Output] = []
        self.left: list[Left] = []
        self.faults: list[TokenInputError] = []
        self._tokenizer = tokenizer
        self._source = source
        self._check = check

    def add(self, value: object, *, path: str = "", line: int | None = None) -> None:
        """Collect the outputs of a JSON value.

        Args:
            value: The value; not nested more deeply than ``read_json`` allows.
            path: Where in the source it is.
            line: The line it begins on, if the source is read by lines.
        """
        self._visit(value, _Place(path, "", line, value), "", 0)

    # What is no known engine's is searched by the names of fields.

    def _visit(self, value: object, place: _Place, name: str, nested: int) -> None:
        if isinstance(value, dict):
            self._visit_object(value, place, nested)
        elif isinstance(value, list):
            self._visit_list(value, place, name, nested)
        elif isinstance(value, str):
            self._visit_text(value, place, name, nested)

    def _visit_object(self, value: Mapping[str, Any], place: _Place, nested: int) -> None:
        value = tensors(value) or value
        shape = next((shape for shape in SHAPES if _fits(value, shape)), None)
        if shape is not None:
            self._extract(shape, value, place)
            return
        if self._leave_error(value, place):
            return
        ids = next((name for name in _ID_FIELDS if holds_ids(value.get(name))), None)
        texts = [name for name in _TEXT_FIELDS if _is_output_text(value.get(name))]
        for name, inner in value.items():
            here = place.within(name)
            if name in _CONVERSATIONS and self._visit_conversation(inner, here):
                continue
            if name in _PROMPT_FIELDS:
                self._leave_prompt(inner, here)
            elif isinstance(inner, str) and ((ids and name in _TEXT_FIELDS) or name in texts[1:]):
                continue  # the same output once more
            elif ids is None or name == ids or not holds_ids(inner):
                self._visit(inner, here, name, nested)

    def _visit_list(self, value: list[Any], place: _Place, name: str, nested: int) -> None:
        if is_numbers(value):
            if name in _ID_FIELDS or name == "" or self._has_marker_id(value):
                self._add_ids(value, place)
            return
        if value and all(isinstance(item, str) for item in value) and self._is_pieces(value):
            self._add_pieces(value, place)
            return
        if not name and self._visit_conversation(value, place):
            return
        for index, item in enumerate(value):
            here = place._replace(path=f"{place.path}[{index}]")
            if name == "" and place.record is value:
                here = here._replace(record=item)
            self._visit(item, here, name, nested)

    def _visit_text(self, text: str, place: _Place, name: str, nested: int) -> None:
        if self._visit_nested(text, place, name, nested):
            return
        if has_marker(text) or (name in _TEXT_FIELDS and looks_stripped(text)):
            self._add_text(text, place)

    def _visit_nested(self, text: str, place: _Place, name: str, nested: int) -> bool:
        """Look for outputs in a string that is JSON itself; whether there are any."""
        if nested >= _MOST_NESTED or text[:100].lstrip()[:1] not in ("{", "["):
            return False
        try:
            value = read_json(text)
        except JsonFault:
            return False
        before = len(self.outputs), len(self.left)
        inner = place._replace(path=place.path + " (JSON in a string)")
        self._visit(value, inner, name, nested + 1)
        if len(self.outputs) > before[0]:
            return True
        del self.left[before[1] :]  # a call's arguments or the like: not an answer
        return False

    def _visit_conversation(self, value: Any, place: _Place) -> bool:  # noqa: ANN401 - any JSON value
        """Take the assistant's last message of a list, if it is raw; whether it is such a list."""
        if not _is_conversation(value):
            return False
        index, last = len(value) - 1, value[-1]
        text = last.get("content")
        if last.get("role") == "assistant" and isinstance(text, str) and _is_output_text(text):
            here = place._replace(path=f"{place.path}[{index}].content")
            self._add_text(text, here)
            rest = "messages before the last" if index else ""
        else:
            rest = "a conversation in messages"
        if rest:
            self._leave("request", place, f"{rest}: given to the model, or parsed already")
        return True

    # A known shape.

    def _extract(self, shape: Shape, answer: Mapping[str, Any], place: _Place) -> None:
        place = place._replace(engine=_engine(shape, answer))
        before = len(self.outputs), len(self.left)
        for each in shape.each:
            for path, item in every(answer, each):
                self._extract_one(shape, answer, item, place.within(path))
        if (len(self.outputs), len(self.left)) == before and not self._leave_error(answer, place):
            self._leave("other", place, f"a {place.engine} without any output")
        for name in _PROMPT_FIELDS & answer.keys():
            self._leave_prompt(answer[name], place.within(name))

    def _extract_one(
        self, shape: Shape, answer: Mapping[str, Any], item: Mapping[str, Any], place: _Place
    ) -> None:
        """Collect one output: its ids if they are there, else its tokens' texts, else its text."""
        place = place._replace(
            finish=self._finish(shape, answer, item), prompt=_ids_at(shape.prompt, item, answer)
        )
        for path in shape.ids:
            value = at(item, path)
            if holds_ids(value):
                here = place.within(path)
                rows = trimmed(value, at(answer, shape.lengths) if shape.lengths else None)
                if shape.tail and is_numbers(rows):
                    count = at(item, shape.tail)
                    cut = max(len(rows) - count, 0) if isinstance(count, int) else 0
                    here, rows = here._replace(prompt=rows[:cut]), rows[cut:]
                self._add_rows(rows, here)
                return
        for path in shape.pieces:
            pieces = pieces_of(at(item, path))
            if pieces and self._is_pieces(pieces):
                self._add_pieces(pieces, place.within(path))
                return
        self._extract_text(shape, item, place)

    def _extract_text(self, shape: Shape, item: Mapping[str, Any], place: _Place) -> None:
        found = [
            (path, gathered(at(item, path)) if "[*]" in path else at(item, path))
            for path in shape.text
        ]
        texts = [(path, text) for path, text in found if isinstance(text, str)]
        raw = [(path, text) for path, text in texts if _is_output_text(text)]
        if raw or (texts and not shape.parses):
            path, text = raw[0] if raw else texts[0]
            here = place.within(path)
            if not self._visit_nested(text, here, "", 0):
                self._add_text(text, here)
            return
        for path, value in found:
            if isinstance(value, list):  # a conversation, or texts of a batch
                here = place.within(path)
                if not self._visit_conversation(value, here):
                    for index, text in enumerate(value):
                        if isinstance(text, str):
                            self._add_text(text, here.within(f"[{index}]"))
                return
        if shape.parses:
            self._leave_parsed(item, place)

    def _leave_parsed(self, item: Mapping[str, Any], place: _Place) -> None:
        if at(item, "message.refusal"):
            what = "a refusal"
        elif at(item, "message.tool_calls") or item.get("type") == "function_call":
            what = "a tool call"
        else:
            what = "a message"
        reason = place.finish.reason
        end = f" (it ended by {reason!r})" if reason else ""
        message = f"{what} that the server parsed: its tokens are not in this answer{end}"
        self._leave("already-parsed", place, message)

    def _finish(self, shape: Shape, answer: Mapping[str, Any], item: Mapping[str, Any]) -> Finish:
        reason = _first(shape.finish, item, answer)
        said = "" if reason is None or isinstance(reason, dict) else str(reason)
        said = "" if said.lower() in NO_FINISH else FINISH_REASONS.get(said.lower(), said)
        token = _first(shape.stop, item, answer)
        if isinstance(token, str):
            token = self._tokenizer.special_tokens.get(token)
        if not isinstance(token, int):
            # vLLM names no token if it was the model's own end: <|return|>.
            is_vllm = said == "stop" and "stop_reason" in item and item["stop_reason"] is None
            token = self._tokenizer.special_tokens.get("<|return|>") if is_vllm else None
        return Finish(said or None, token)

    # What is found.

    def _add_rows(self, rows: list[Any], place: _Place) -> None:
        """Add each list of ids in lists of lists."""
        if is_numbers(rows) or not rows:
            self._add_ids(rows, place)
            return
        for index, row in enumerate(rows):
            if isinstance(row, list):
                self._add_rows(row, place.within(f"[{index}]"))

    def _add_ids(self, ids: list[Any], place: _Place) -> None:
        try:
            if self._check or not all(type(each) is int for each in ids):
                check_ids(ids, self._source, self._tokenizer)
        except TokenInputError as fault:
            self.faults.append(fault)
            self._leave("unreadable", place, str(fault), fault.hint)
            return
        self._add(ids, "tokens", "token ids", place)

    def _add_text(self, text: str, place: _Place) -> None:
        tokens = self._tokenizer.encode(text, allowed_special="all")
        self._add(tokens, "text", "text", place)

    def _add_pieces(self, pieces: Sequence[str | bytes], place: _Place) -> None:
        numbered = [TOKEN_ID.fullmatch(each) if isinstance(each, str) else None for each in pieces]
        if all(numbered):
            self._add_ids([int(each[1]) for each in numbered if each], place)
        else:
            self._add(self._encode_pieces(pieces), "text", "the texts of tokens", place)

    def _encode_pieces(self, pieces: Sequence[str | bytes]) -> list[int]:
        """Encode token by token, so that they come back as they were where that is possible."""
        special = self._tokenizer.special_tokens
        tokens: list[int] = []
        waiting: list[bytes] = []
        for piece in pieces:
            data = piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
            token = special.get(data.decode("utf-8", "replace"))
            if token is None:
                waiting.append(data)
            else:
                tokens += [*self._encode_run(waiting), token]
                waiting = []
        return tokens + self._encode_run(waiting)

    def _encode_run(self, run: list[bytes]) -> list[int]:
        encode = self._tokenizer.encode_ordinary
        try:
            single = [encode(piece.decode()) for piece in run]
        except UnicodeDecodeError:  # a character in several tokens
            return encode(b"".join(run).decode("utf-8", "replace"))
        if all(len(each) == 1 for each in single):
            return [each[0] for each in single]
        return encode(b"".join(run).decode("utf-8", "replace"))

    def _add(self, tokens: list[int], kind: Kind, what: str, place: _Place) -> None:
        if place.engine:
            form = f"{place.engine}: {what}"
        else:
            form = f"{what} in JSON" if place.path else f"a JSON list of {what}"
        self.outputs.append(
            Output(
                tokens=tokens,
                kind=kind,
                engine=place.engine,
                path=place.path,
                form=form,
                finish=place.finish,
                prompt=place.prompt,
                line=place.line,
                record=place.record,
            )
        )

    # What is left.

    def _leave(self, kind: str, place: _Place, message: str, hint: str = "") -> None:
        self.left.append(Left(kind, place.path, message, hint, place.line, place.engine))

    def _leave_prompt(self, value: object, place: _Place) -> None:
        if value not in (None, [], "", {}):
            self._leave("prompt", place, "what the model was given")

    def _leave_error(self, value: Mapping[str, Any], place: _Place) -> bool:
        """Leave a server's error; whether it is one."""
        error = value.get("error")
        if not error and value.get("object") == "error":
            error = value.get("message")
        if not error and set(value) <= {"detail", "status", "title", "type"}:
            error = value.get("detail")
        if isinstance(error, dict):
            error = error.get("message") or error
        if not error:
            return False
        text = " ".join(str(error).split())
        shown = text if len(text) < 300 else text[:299] + "…"  # noqa: PLR2004 - a line or two
        self._leave("server-error", place, f"the server answered with an error: {shown}")
        return True

    def _has_marker_id(self, ids: list[Any]) -> bool:
        markers = {
            self._tokenizer.special_tokens.get(name) for name in ("<|channel|>", "<|message|>")
        }
        return bool(markers.intersection(each for each in ids if type(each) is int))

    def _is_pieces(self, pieces: Sequence[str | bytes]) -> bool:
        """Whether these are the texts of tokens, special ones among them."""
        special = self._tokenizer.special_tokens
        texts = [
            each if isinstance(each, str) else each.decode("utf-8", "replace") for each in pieces
        ]
        return any(text in special for text in texts) or all(map(TOKEN_ID.fullmatch, texts))


def _engine(shape: Shape, answer: Mapping[str, Any]) -> str:
    """The engine's name; OpenAI-style answers show by their extras whose they are."""
    if shape.engine not in ("completion", "chat completion"):
        return shape.engine
    for path, engine in SIGNS:
        if exists(answer, path):
            return f"{engine} {shape.engine}"
    return shape.engine


def _fits(value: Mapping[str, Any], shape: Shape) -> bool:
    return any(
        all(_has(value, need) for need in alternative.split()) for alternative in shape.needs
    )


def _has(value: Mapping[str, Any], need: str) -> bool:
    path, _, wanted = need.partition("=")
    if wanted:
        return str(at(value, path)) == wanted
    return exists(value, path)


def _first(paths: tuple[str, ...], item: Mapping[str, Any], answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    for holder in (item, answer):
        for path in paths:
            value = at(holder, path)
            if value is not None:
                return value
    return None


def _ids_at(
    paths: tuple[str, ...], item: Mapping[str, Any], answer: Mapping[str, Any]
) -> list[int] | None:
    value = _first(paths, item, answer)
    return value if is_numbers(value) and all(type(each) is int for each in value) else None


def _is_output_text(value: object) -> bool:
    return isinstance(value, str) and (has_marker(value) or looks_stripped(value))


def _is_conversation(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(each, dict) and "role" in each for each in value)
    )
