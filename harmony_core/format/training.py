"""Conversations -> training samples: token ids, and which of them the model is to learn.

A token is a target if and only if the model would have sampled it. Sampling begins after a
prompt, which ends with ``<|start|>assistant``, and goes on until ``<|call|>`` or
``<|return|>``. So the first header of the assistant's after anybody else's message, or after
a call, is given up to its role; all that follows is sampled: channel, recipient, content type,
content, the ``<|end|>`` of analysis and preambles, and the ``<|start|>assistant`` after it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from harmony_core.chat import Role
from harmony_core.contents import SystemContent
from harmony_core.errors import ChatError, TrainingError
from harmony_core.format._foreign import as_messages
from harmony_core.format.render import (
    is_final_of_assistant,
    message_spans,
    render_ranges,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from harmony_core.chat import Message
    from harmony_core.format.parse import Encoding
    from harmony_core.format.render import RenderConfig
    from harmony_core.format.spans import Span

__all__ = ["CHANNELS", "IGNORED_LABEL", "TrainingSample", "Weights", "render_turn", "split_turns"]

CHANNELS = ("analysis", "commentary", "final")

# What PyTorch's cross entropy, and so every trainer, takes for "no target".
IGNORED_LABEL = -100

# By channel, or one for each message of the conversation; ``None`` counts as 1.
Weights: TypeAlias = "Mapping[str | None, float] | Sequence[float | None]"


@dataclass(frozen=True, slots=True, repr=False)
class TrainingSample:
    """A conversation up to the end of a turn, as tokens to learn that turn from.

    Attributes:
        tokens: Token ids.
        loss_mask: For each token, whether it is a target. It is not shifted: the entry of a
            token is about that token, which the model predicts from those before it.
        weights: For each token, how much it counts, 0 if it is not a target; ``None`` if no
            weights were given.
        spans: What each token is there for. A span's ``message`` is an index into the
            conversation.
        turn: Which turn of the assistant this is, counted from 0.
    """

    tokens: list[int]
    loss_mask: list[bool]
    weights: list[float] | None
    spans: list[Span]
    turn: int

    def __repr__(self) -> str:
        targets = sum(self.loss_mask)
        return f"<TrainingSample of turn {self.turn}: {len(self.tokens)} tokens, {targets} targets>"

    def labels(self, ignored: int = IGNORED_LABEL) -> list[int]:
        """The tokens, with ``ignored`` in place of each that is not a target.

        Like ``loss_mask`` they are not shifted; trainers on top of ``transformers`` shift
        labels themselves.
        """
        return [
            token if target else ignored
            for token, target in zip(self.tokens, self.loss_mask, strict=True)
        ]


def render_turn(  # noqa: PLR0913 - what is to be learnt, and how it is rendered
    conversation: Iterable[Message],
    encoding: Encoding,
    config: RenderConfig,
    *,
    learn: Collection[str | None] = CHANNELS,
    weights: Weights | None = None,
    max_tokens: int | None = None,
) -> TrainingSample:
    """Render a conversation to learn its last turn: ``HarmonyEncoding.render_for_training``."""
    messages = as_messages(conversation)
    weight_of = _weights_of_messages(messages, learn, weights)
    tokens, ranges = render_ranges(
        messages,
        encoding.tokenizer,
        encoding.markers,
        auto_drop_analysis=config.auto_drop_analysis,
        drop=config.drop,
        schema=config.schema,
        training=True,
    )
    finished = _final_stops(messages[:-1])
    first, turn = ([0, *finished][-1], len(finished))
    loss_mask = [False] * len(tokens)
    by_token = None if weights is None else [0.0] * len(tokens)
    given = 1 + len(encoding.tokenizer.encode_ordinary(Role.ASSISTANT.value))
    goes_on = False  # whether the model, not a prompt, begins the message
    for index, start, stop in ranges:
        if index < first or messages[index].author.role != Role.ASSISTANT:
            goes_on = False
            continue
        begin = start if goes_on else start + given
        goes_on = tokens[stop - 1] == encoding.markers.end
        weight = weight_of[index]
        if weight:
            loss_mask[begin:stop] = [True] * (stop - begin)
            if by_token is not None:
                by_token[begin:stop] = [weight] * (stop - begin)
    if True not in loss_mask:
        raise _no_target(messages[first:], turn, first, learn)
    if max_tokens is not None and len(tokens) > max_tokens:
        raise TrainingError(
            f"Turn {turn} takes {len(tokens):,} tokens, and {max_tokens:,} are allowed; leave the"
            " turn out, or allow more: a truncated sample teaches the model to stop anywhere",
            kind="too-long",
            turn=turn,
            message_index=first,
        )
    spans: list[Span] = []
    for index, start, stop in ranges:
        spans += message_spans(
            messages[index],
            start,
            stop,
            number=index,
            tokenizer=encoding.tokenizer,
            markers=encoding.markers,
        )
    return TrainingSample(tokens, loss_mask, by_token, spans, turn)


def split_turns(  # noqa: PLR0913 - as above
    conversation: Iterable[Message],
    encoding: Encoding,
    config: RenderConfig,
    *,
    learn: Collection[str | None] = CHANNELS,
    weights: Weights | None = None,
    max_tokens: int | None = None,
    on_error: Callable[[TrainingError], object] | None = None,
) -> list[TrainingSample]:
    """Make a sample of each turn: ``HarmonyEncoding.split_turns``."""
    messages = as_messages(conversation)
    _weights_of_messages(messages, learn, weights)
    samples = []
    for stop in _turn_stops(messages) or [len(messages)]:
        by_message = weights if weights is None or isinstance(weights, Mapping) else weights[:stop]
        try:
            sample = render_turn(
                messages[:stop],
                encoding,
                config,
                learn=learn,
                weights=by_message,
                max_tokens=max_tokens,
            )
        except TrainingError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            samples.append(sample)
    return samples


def _turn_stops(messages: list[Message]) -> list[int]:
    """For each turn of the assistant, one past its last message."""
    stops = _final_stops(messages)
    rest = messages[[0, *stops][-1] :]
    if any(message.author.role == Role.ASSISTANT for message in rest):
        stops.append(len(messages))
    return stops


def _final_stops(messages: list[Message]) -> list[int]:
    """One past each message that ends a turn."""
    return [index + 1 for index, message in enumerate(messages) if is_final_of_assistant(message)]


def _weights_of_messages(
    messages: list[Message], learn: Collection[str | None], weights: Weights | None
) -> list[float]:
    """How much each message counts if it is the assistant's; 0 if it is not to be learnt."""
    if isinstance(learn, str):
        raise TypeError(f"learn is a collection of channels: pass [{learn!r}]")
    if isinstance(weights, (str, bytes)):
        raise TypeError("weights is a mapping of channels, or a sequence")
    _check_channels(learn, messages, "learn")
    by_channel: Mapping[str | None, float] = {}
    by_message: Sequence[float | None] = [None] * len(messages)
    if isinstance(weights, Mapping):
        by_channel = weights
        _check_channels(by_channel, messages, "weights")
    elif weights is not None:
        by_message = weights
        if len(by_message) != len(messages):
            raise ChatError(
                f"There are {len(by_message)} weights for {len(messages)} messages",
                path=("weights",),
            )
    for place, weight in by_channel.items() if by_channel else enumerate(by_message):
        if weight is not None and not _is_weight(weight):
            raise ChatError(
                f"A weight is a number from 0 on, found {weight!r}", path=("weights", str(place))
            )
    every = [
        by_channel.get(message.channel, 1.0) if weight is None else float(weight)
        for message, weight in zip(messages, by_message, strict=True)
    ]
    return [
        weight if message.channel in learn else 0.0
        for message, weight in zip(messages, every, strict=True)
    ]


def _is_weight(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value >= 0


def _check_channels(channels: Iterable[str | None], messages: list[Message], argument: str) -> None:
    """Refuse a channel that there is not: most likely it is misspelt."""
    unknown = [channel for channel in channels if channel not in (None, *CHANNELS)]
    if not unknown:
        return
    known = {message.channel for message in messages}
    for message in messages:
        for content in message.content:
            if isinstance(content, SystemContent) and content.channel_config is not None:
                known |= {*content.channel_config.valid_channels}
    unknown = [channel for channel in unknown if channel not in known]
    if unknown:
        raise ChatError(
            f"Unknown channel {unknown[0]!r}: neither a standard one"
            f" ({', '.join(CHANNELS)}) nor one of this conversation",
            path=(argument,),
        )


def _no_target(
    messages: list[Message], turn: int, first: int, learn: Collection[str | None]
) -> TrainingError:
    own = [message for message in messages if message.author.role == Role.ASSISTANT]
    if not messages:
        reason = "the conversation is empty"
    elif not own:
        reason = f"no message from message {first} on is by the assistant"
    else:
        found = ", ".join(sorted({message.channel or "none" for message in own}))
        wanted = ", ".join(channel or "none" for channel in learn) or "nothing"
        reason = (
            f"its messages by the assistant are on other channels ({found}) than those to learn"
            f" ({wanted}), are left out as analysis, or have weight 0"
        )
    return TrainingError(
        f"Turn {turn} has no target: {reason}", kind="no-target", turn=turn, message_index=first
    )
