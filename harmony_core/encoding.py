"""``HarmonyEncoding``, the facade over tokenizer, renderer and parser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from harmony_core import _coercion
from harmony_core._model import Model, field_names, model
from harmony_core.chat import Role
from harmony_core.errors import ChatError
from harmony_core.format import prefixes, render, training
from harmony_core.format._tools_section import SchemaNotation
from harmony_core.format.parse_whole import parse_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from harmony_core.chat import Conversation, Message
    from harmony_core.errors import TrainingError
    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis.inspect import Inspector
    from harmony_core.format.diagnosis.inspection import Inspection, InspectPolicy
    from harmony_core.format.finish import Finish
    from harmony_core.format.spans import Span
    from harmony_core.format.training import TrainingSample, Weights
    from harmony_core.tokenizer import Tokenizer

__all__ = ["HarmonyEncoding", "RenderConversationConfig", "RenderOptions"]


_DROPPINGS: tuple[render.Dropping, ...] = get_args(render.Dropping)
_NOTATIONS: tuple[SchemaNotation, ...] = get_args(SchemaNotation)

_Options = TypeVar("_Options", "RenderConversationConfig", "RenderOptions")


@model
@dataclass(kw_only=True, slots=True)
class RenderConversationConfig(Model):
    """How to render a conversation. ``drop`` and ``schema`` are not in the reference.

    Attributes:
        auto_drop_analysis: Leave out analysis messages that the model no longer needs.
        drop: Which those are. ``"before-first-final"``, as in the reference: those before the
            first final message, once the assistant's last message is a final one.
            ``"finished-turns"``, as the format's guide has it: those of every turn that the
            assistant has ended with a final message; the turn that ends a conversation
            rendered for training is still to be learnt, and keeps its own.
        schema: How the tools' JSON Schemas are written. ``"reference"``: as the reference
            does, which loses what it does not know. ``"full"``: with ``$ref``, ``anyOf``,
            ``allOf``, ``const``, values that are no strings, maps and tuples.

    Raises:
        ChatError: A field is of the wrong type, or not one of its texts.
    """

    auto_drop_analysis: bool = True
    drop: render.Dropping = "before-first-final"
    schema: SchemaNotation = "reference"

    def __post_init__(self) -> None:
        self.auto_drop_analysis = _coercion.boolean(self.auto_drop_analysis, "auto_drop_analysis")
        self.drop = _coercion.choice(_DROPPINGS, self.drop, "drop")
        self.schema = _coercion.choice(_NOTATIONS, self.schema, "schema")


@model
@dataclass(kw_only=True, slots=True)
class RenderOptions(Model):
    """How to render a single message. ``schema`` is not in the reference.

    Attributes:
        conversation_has_function_tools: Say in a system message where calls of functions go.
        schema: As in ``RenderConversationConfig``.

    Raises:
        ChatError: A field is of the wrong type, or not one of its texts.
    """

    conversation_has_function_tools: bool = False
    schema: SchemaNotation = "reference"

    def __post_init__(self) -> None:
        self.conversation_has_function_tools = _coercion.boolean(
            self.conversation_has_function_tools, "conversation_has_function_tools"
        )
        self.schema = _coercion.choice(_NOTATIONS, self.schema, "schema")


class HarmonyEncoding:
    """Conversations and text to tokens, and back; ``load_harmony_encoding`` makes one.

    It can be pickled: unpickling loads it again, or finds it if it is loaded already.

    Attributes:
        tokenizer: Text to tokens and back.
        markers: The formatting tokens.
        n_ctx: The longest context, in tokens.
        max_message_tokens: The longest message, in tokens.
    """

    def __init__(  # noqa: PLR0913 - what an encoding consists of
        self,
        *,
        name: str,
        tokenizer: Tokenizer,
        markers: Markers,
        n_ctx: int,
        max_message_tokens: int,
        loader: tuple[Callable[..., HarmonyEncoding], tuple[object, ...]],
    ) -> None:
        """Put an encoding together.

        Args:
            name: The encoding's name.
            tokenizer: As in the attributes, like the rest.
            markers: The formatting tokens.
            n_ctx: The longest context, in tokens.
            max_message_tokens: The longest message, in tokens.
            loader: A function and its arguments that give this encoding in any process.
        """
        self._name = name
        self.tokenizer = tokenizer
        self.markers = markers
        self.n_ctx = n_ctx
        self.max_message_tokens = max_message_tokens
        self._loader = loader

    def __repr__(self) -> str:
        return f"HarmonyEncoding(name={self.name!r})"

    def __reduce__(self) -> tuple[Callable[..., HarmonyEncoding], tuple[object, ...]]:
        return self._loader

    @property
    def name(self) -> str:
        """The encoding's name."""
        return self._name

    @property
    def tokenizer_name(self) -> str:
        """The tokenizer's name."""
        return self.tokenizer.name

    @cached_property
    def special_tokens_set(self) -> set[str]:
        """The texts of all special tokens; the same set each time."""
        return set(self.tokenizer.special_tokens)

    def render_conversation_for_completion(
        self,
        conversation: Conversation,
        next_turn_role: Role,
        config: RenderConversationConfig | None = None,
    ) -> list[int]:
        """Render a conversation as a prompt: its messages, and the start of the next one.

        Args:
            conversation: The conversation.
            next_turn_role: The role of the message that the model is to write.
            config: ``RenderConversationConfig()`` if ``None``.

        Raises:
            RenderError: A message cannot be rendered.
            ChatError: A field has a value of the wrong type.
        """
        return self.render_ranges(conversation, config, next_turn_role=next_turn_role)[0]

    def render_conversation(
        self, conversation: Conversation, config: RenderConversationConfig | None = None
    ) -> list[int]:
        """Render a conversation's messages.

        Args and errors are those of ``render_conversation_for_completion``.
        """
        return self.render_ranges(conversation, config)[0]

    def render_conversation_for_training(
        self, conversation: Conversation, config: RenderConversationConfig | None = None
    ) -> list[int]:
        """Render a conversation for a model to learn from.

        If the last message is the assistant's final one, it ends with ``<|return|>``. Args
        and errors are those of ``render_conversation_for_completion``.
        """
        return self.render_ranges(conversation, config, training=True)[0]

    def render_for_training(
        self,
        conversation: Conversation,
        learn: Collection[str | None] = training.CHANNELS,
        config: RenderConversationConfig | None = None,
        *,
        weights: Weights | None = None,
        max_tokens: int | None = None,
    ) -> TrainingSample:
        """Render a conversation for a model to learn its last turn, and tell the targets.

        A token is a target if and only if the model would have sampled it: see
        ``docs/training.md``.

        Args:
            conversation: The conversation. Its last turn is what follows the assistant's last
                final message, other than one that ends the conversation.
            learn: The channels to learn; ``None`` stands for messages without one.
            config: ``RenderConversationConfig(drop="finished-turns")`` if ``None``: the
                reference would leave out the very analysis that is to be learnt.
            weights: How much each target counts: by channel, where 1 stands for those not
                named, or a sequence with an entry for each message, where ``None`` stands
                for 1. What counts 0 is no target.
            max_tokens: The longest sample allowed.

        Raises:
            TrainingError: No token is a target, or there are more tokens than allowed.
            RenderError: A message cannot be rendered.
            ChatError: A message holds a value that it may not, a channel is unknown, or the
                weights do not fit.
        """
        return training.render_turn(
            conversation,
            self,
            _options(config, RenderConversationConfig, drop="finished-turns"),
            learn=learn,
            weights=weights,
            max_tokens=max_tokens,
        )

    def split_turns(  # noqa: PLR0913 - what is to be learnt, and how it is rendered
        self,
        conversation: Conversation,
        learn: Collection[str | None] = training.CHANNELS,
        config: RenderConversationConfig | None = None,
        *,
        weights: Weights | None = None,
        max_tokens: int | None = None,
        on_error: Callable[[TrainingError], object] | None = None,
    ) -> list[TrainingSample]:
        """Make a training sample of each of the assistant's turns.

        One sample for all turns would teach what is never sampled: once a turn is finished,
        its analysis is left out of what the model sees.

        Args:
            conversation: The conversation.
            learn: As for ``render_for_training``.
            config: As for ``render_for_training``.
            weights: As for ``render_for_training``.
            max_tokens: As for ``render_for_training``.
            on_error: Called with the error of each turn that gives no sample, which is then
                left out; raised if ``None``.

        Returns:
            For each turn, what ``render_for_training`` makes of the conversation up to its
            end. What follows the last turn, such as a user's thanks, is in no sample.

        Raises:
            TrainingError: A turn gives no sample and ``on_error`` is ``None``, or the
                assistant says nothing.
            RenderError: A message cannot be rendered.
            ChatError: As for ``render_for_training``.
        """
        return training.split_turns(
            conversation,
            self,
            _options(config, RenderConversationConfig, drop="finished-turns"),
            learn=learn,
            weights=weights,
            max_tokens=max_tokens,
            on_error=on_error,
        )

    def extend(  # noqa: PLR0913 - the parts of the next prompt, and how to render the new ones
        self,
        prompt: Sequence[int],
        completion: Sequence[int],
        new_messages: Iterable[Message],
        next_role: Role = Role.ASSISTANT,
        config: RenderConversationConfig | None = None,
        *,
        finished_turn: prefixes.FinishedTurn = "refuse",
    ) -> list[int]:
        """Make the next prompt without rendering anew what was sampled.

        Args:
            prompt: The tokens that were given.
            completion: The tokens that were sampled. Its last message gets a stop token if it
                was cut off.
            new_messages: What has come since, such as the results of tools.
            next_role: The role of the message that the model is to write next.
            config: ``RenderConversationConfig(drop="finished-turns")`` if ``None``.
            finished_turn: What to do if the completion finished its turn, so that a prompt
                rendered anew would have other tokens: ``"refuse"``, or ``"keep"`` those that
                were sampled all the same.

        Returns:
            Token ids that begin with ``prompt`` and ``completion``.

        Raises:
            ExtensionError: They cannot soundly begin the next prompt; the error's kind tells
                why.
            RenderError: A new message cannot be rendered.
            ChatError: A new message holds a value that it may not.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        return prefixes.extend(
            prompt,
            completion,
            new_messages,
            self,
            _options(config, RenderConversationConfig, drop="finished-turns"),
            next_role=next_role,
            finished_turn=finished_turn,
        )

    def prefix_breaks(
        self, conversation: Conversation, config: RenderConversationConfig | None = None
    ) -> list[prefixes.PrefixBreak]:
        """Find where a conversation's prompts do not begin with what was given and sampled.

        Args:
            conversation: The conversation.
            config: How ``render_conversation_for_completion`` renders the prompts.

        Returns:
            What changes and why, in the order of the prompts. If there is nothing, every
            prompt begins with the one before it and what was sampled after that.

        Raises:
            ChatError: It is not a conversation.
        """
        settings = _options(config, RenderConversationConfig)
        return prefixes.prefix_breaks(conversation, self, settings)

    def render_ranges(
        self,
        conversation: Conversation,
        config: RenderConversationConfig | None = None,
        *,
        next_turn_role: Role | None = None,
        training: bool = False,
    ) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Render a conversation and say which tokens each message became.

        Args:
            conversation: The conversation.
            config: ``RenderConversationConfig()`` if ``None``.
            next_turn_role: As for ``render_conversation_for_completion``, unless ``None``.
            training: Whether to render as ``render_conversation_for_training`` does.

        Returns:
            The tokens, and for each message rendered its index in the conversation and the
            start and stop of its tokens.

        Raises:
            RenderError: A message cannot be rendered.
            ChatError: A field has a value of the wrong type.
        """
        settings = _options(config, RenderConversationConfig)
        return render.render_ranges(
            conversation,
            self.tokenizer,
            self.markers,
            auto_drop_analysis=settings.auto_drop_analysis,
            drop=settings.drop,
            schema=settings.schema,
            next_turn_role=next_turn_role,
            training=training,
        )

    def rendered_spans(
        self,
        conversation: Conversation,
        tokens: Sequence[int],
        ranges: Sequence[tuple[int, int, int]],
    ) -> list[Span]:
        """Label the tokens of a rendered conversation.

        Args:
            conversation: The conversation that was rendered.
            tokens: What ``render_ranges`` made of it.
            ranges: Which tokens it said were whose.

        Returns:
            Spans from the first token to the last. A span's message is an index into
            ``ranges``, or ``None`` for the message to be completed.
        """
        return render.rendered_spans(conversation, tokens, ranges, self.tokenizer, self.markers)

    def render(self, message: Message, render_options: RenderOptions | None = None) -> list[int]:
        """Render a single message.

        Args:
            message: The message.
            render_options: ``RenderOptions()`` if ``None``.

        Raises:
            RenderError: The message cannot be rendered.
        """
        options = _options(render_options, RenderOptions)
        return render.render_message(
            message,
            self.tokenizer,
            self.markers,
            conversation_has_function_tools=options.conversation_has_function_tools,
            schema=options.schema,
        )

    def parse_messages_from_completion_tokens(
        self, tokens: Iterable[int], role: Role | None = None, *, strict: bool = True
    ) -> list[Message]:
        """Read the messages of a whole completion.

        Args:
            tokens: Token ids.
            role: The role of the first message, if the tokens begin within its header, as a
                completion's do; ``None`` if they begin with ``<|start|>``.
            strict: Whether a stop token within a header is header text. If not, it ends the
                message.

        Raises:
            ParseError: The tokens do not follow the format. Its ``messages`` are those before
                the fault.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        return parse_messages(self, tokens, role, strict=strict)

    def inspect(
        self,
        tokens: Iterable[int],
        role: Role | str | None = None,
        policy: InspectPolicy | None = None,
        *,
        finish: Finish | None = None,
    ) -> Inspection:
        """Read any tokens, and report what is wrong with them.

        Args:
            tokens: Any integers.
            role: As for ``parse_messages_from_completion_tokens``; its value will do.
            policy: What to accept and recover; ``InspectPolicy()`` if ``None``.
            finish: What the server said about the end of the output, if it left the stop
                token out of it.

        Returns:
            Every message that could be recovered, and a diagnostic for every fault. For
            tokens without fault, the messages are those of
            ``parse_messages_from_completion_tokens``, and there are no diagnostics.

        Raises:
            TypeError: A token is not an integer, or ``tokens`` is text.
        """
        if isinstance(tokens, (str, bytes)):
            raise TypeError("inspect reads token ids; inspect_text reads Harmony text")
        return self.inspector(role, policy).feed(tokens).finish(finish)

    def inspect_text(
        self,
        text: str,
        role: Role | str | None = None,
        policy: InspectPolicy | None = None,
        *,
        finish: Finish | None = None,
    ) -> Inspection:
        """Inspect Harmony text, in which special tokens are written out.

        Args:
            text: Any text.
            role: As for ``inspect``.
            policy: As for ``inspect``.
            finish: As for ``inspect``.

        Returns:
            The inspection of the text's tokens, which are its ``tokens``.
        """
        tokens = self.tokenizer.encode(text, allowed_special="all")
        return self.inspect(tokens, role, policy, finish=finish)

    def inspector(
        self, role: Role | str | None = None, policy: InspectPolicy | None = None
    ) -> Inspector:
        """Start inspecting a stream that arrives in pieces.

        Args:
            role: As for ``inspect``.
            policy: As for ``inspect``.
        """
        # Imported when first asked for, see ``harmony_core/__init__.py``.
        from harmony_core.format.diagnosis.inspect import Inspector  # noqa: PLC0415

        return Inspector(self.tokenizer, self.markers, role, policy)

    def encode(
        self,
        text: str,
        *,
        allowed_special: Literal["all"] | Collection[str] = frozenset(),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[int]:
        """Encode text; see ``Tokenizer.encode``."""
        return self.tokenizer.encode(
            text, allowed_special=allowed_special, disallowed_special=disallowed_special
        )

    def encode_ordinary(self, text: str) -> list[int]:
        """Encode text; special tokens written in it are plain text."""
        return self.tokenizer.encode_ordinary(text)

    def decode(self, tokens: Iterable[int], errors: str = "replace") -> str:
        """Decode tokens to text; see ``Tokenizer.decode``."""
        return self.tokenizer.decode(tokens, errors)

    def decode_utf8(self, tokens: Iterable[int]) -> str:
        """Decode tokens to text, and refuse invalid UTF-8; see ``Tokenizer.decode_utf8``."""
        return self.tokenizer.decode_utf8(tokens)

    def decode_bytes(self, tokens: Iterable[int]) -> bytes:
        """Decode tokens to the bytes they stand for."""
        return self.tokenizer.decode_bytes(tokens)

    def is_special_token(self, token: int) -> bool:
        """Whether a token id is a special token."""
        return self.tokenizer.is_special_token(token)

    def stop_tokens(self) -> list[int]:
        """The tokens that end a message, in ascending order."""
        return sorted(self.markers.stop_tokens)

    def stop_tokens_for_assistant_actions(self) -> list[int]:
        """The tokens that end the assistant's turn, in ascending order."""
        return sorted(self.markers.stop_tokens_for_assistant_actions)


def _options(
    given: object,
    kind: type[_Options],
    **defaults: Any,  # noqa: ANN401 - the fields of ``kind``
) -> _Options:
    """The options given, or the defaults. Any object with the reference's attribute will do."""
    if isinstance(given, kind):
        return given
    if given is None:
        return kind(**defaults)
    theirs, *_ = field_names(kind)  # the other options are our own
    if not hasattr(given, theirs):
        found = type(given).__name__
        raise ChatError(f"expected {kind.__name__} or None, found {found}")
    return kind(**{**defaults, theirs: getattr(given, theirs)})
