"""A conversation as training samples: for the page, each turn's size and one sample's tokens."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from harmony_core.bridge._render import at_path, cannot_render, read_chat
from harmony_core.bridge._wire import encoding, fault_of, token_stream
from harmony_core.chat import Conversation, Role
from harmony_core.errors import ChatError, RenderError, TrainingError
from harmony_core.format.render import is_final_of_assistant

if TYPE_CHECKING:
    from harmony_core.bridge import protocol
    from harmony_core.bridge.shapes import RenderedMessage, TrainingTurn
    from harmony_core.chat import Message
    from harmony_core.format.training import TrainingSample


def training_samples(params: protocol.TrainingParams) -> protocol.TrainingValue:
    """Make a training sample of each turn, and describe one of them.

    Raises:
        RequestFault: The text is no conversation, has unknown fields, or cannot be rendered.
    """
    conversation = read_chat(Conversation, params.conversation)
    messages = conversation.messages
    learnt = params.learn_messages
    failed: list[TrainingError] = []
    try:
        samples = encoding().split_turns(
            conversation,
            params.learn,
            params,
            weights=None if learnt is None else [None if learn else 0.0 for learn in learnt],
            max_tokens=params.max_tokens,
            on_error=failed.append,
        )
    except RenderError as error:
        raise cannot_render(error) from error
    except ChatError as error:
        raise at_path(error) from error
    turns = [*map(_turn_of_sample, samples), *map(_turn_of_error, failed)]
    turns.sort(key=lambda turn: turn["turn"])
    last = turns[-1]["turn"] if turns else 0
    wanted = last if params.turn is None else min(params.turn, last)
    sample = next((each for each in samples if each.turn == wanted), None)
    shown = [] if sample is None else _messages(sample)
    seen = {message["index"] for message in shown}
    ordinals = {message["index"]: ordinal for ordinal, message in enumerate(shown)}
    return {
        "turns": turns,
        "turn": wanted,
        "tokens": token_stream(
            [] if sample is None else sample.tokens,
            ()
            if sample is None
            else (
                span._replace(message=None if span.message is None else ordinals[span.message])
                for span in sample.spans
            ),
        ),
        "loss_mask": bytes([] if sample is None else sample.loss_mask),
        "messages": shown,
        "left_out": [index for index in range(max(seen, default=-1)) if index not in seen],
        "unused": _unused(messages),
    }


def _messages(sample: TrainingSample) -> list[RenderedMessage]:
    """Which tokens each message of a sample became."""
    found: list[RenderedMessage] = []
    for index, group in groupby(sample.spans, key=lambda span: span.message):
        spans = [*group]
        if index is not None:
            found.append({"index": index, "start": spans[0].start, "stop": spans[-1].stop})
    return found


def _turn_of_sample(sample: TrainingSample) -> TrainingTurn:
    targets = sum(sample.loss_mask)
    return {
        "turn": sample.turn,
        "tokens": len(sample.tokens),
        "targets": targets,
        "fault": None,
    }


def _turn_of_error(error: TrainingError) -> TrainingTurn:
    return {"turn": error.turn, "tokens": 0, "targets": 0, "fault": fault_of(error)}


def _unused(messages: list[Message]) -> int:
    """How many messages follow the last turn, and so are in no sample."""
    for count, message in enumerate(reversed(messages)):
        if is_final_of_assistant(message):
            return count
        if message.author.role == Role.ASSISTANT:
            return 0
    return 0
