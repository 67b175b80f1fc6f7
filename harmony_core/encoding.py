"""HarmonyEncoding: the facade over tokenizer, renderer and parser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harmony_core.format import parse, render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from harmony_core.chat import Conversation, Message, Role
    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["HarmonyEncoding", "RenderConversationConfig", "RenderOptions"]


@dataclass(kw_only=True, slots=True)
class RenderConversationConfig:
    """How to render a conversation.

    Attributes:
        auto_drop_analysis: Leave out the analysis messages before the first final one, once
            the assistant's last message is a final one.
    """

    auto_drop_analysis: bool = True


@dataclass(kw_only=True, slots=True)
class RenderOptions:
    """How to render a single message.

    Attributes:
        conversation_has_function_tools: Say in a system message where calls of functions go.
    """

    conversation_has_function_tools: bool = False


@dataclass(frozen=True, kw_only=True)
class HarmonyEncoding:
    """Conversations and text to tokens, and back.

    Attributes:
        name: The encoding's name.
        tokenizer: Text to tokens and back.
        markers: The formatting tokens.
        n_ctx: The longest context, in tokens.
        max_message_tokens: The longest message, in tokens.
    """

    name: str
    tokenizer: Tokenizer
    markers: Markers
    n_ctx: int
    max_message_tokens: int

    @property
    def tokenizer_name(self) -> str:
        """The tokenizer's name."""
        return self.tokenizer.name

    @property
    def special_tokens_set(self) -> set[str]:
        """The texts of all special tokens."""
        return set(self.tokenizer.special_tokens)

    def render(self, message: Message, render_options: RenderOptions | None = None) -> list[int]:
        """Render a single message.

        Args:
            message: The message.
            render_options: ``RenderOptions()`` if ``None``.

        Raises:
            RenderError: The message cannot be rendered.
        """
        options = render_options or RenderOptions()
        return render.render_message(
            message,
            self.tokenizer,
            self.markers,
            conversation_has_function_tools=options.conversation_has_function_tools,
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
            ParseError: The tokens do not follow the format.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        return parse.parse_messages(self, tokens, role, strict=strict)

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
        """Encode text, taking special tokens in it for plain text."""
        return self.tokenizer.encode_ordinary(text)

    def decode(self, tokens: Iterable[int], errors: str = "replace") -> str:
        """Decode tokens to text; see ``Tokenizer.decode``."""
        return self.tokenizer.decode(tokens, errors)

    def decode_utf8(self, tokens: Iterable[int]) -> str:
        """Decode tokens to text, accepting nothing but UTF-8; see ``Tokenizer.decode_utf8``."""
        return self.tokenizer.decode_utf8(tokens)

    def decode_bytes(self, tokens: Iterable[int]) -> bytes:
        """Decode tokens to the bytes they stand for."""
        return self.tokenizer.decode_bytes(tokens)

    def is_special_token(self, token: int) -> bool:
        """Tell whether a token id is a special token's."""
        return self.tokenizer.is_special_token(token)

    def stop_tokens(self) -> list[int]:
        """The tokens that end a message, in ascending order."""
        return sorted(self.markers.stop_tokens)

    def stop_tokens_for_assistant_actions(self) -> list[int]:
        """The tokens that end the assistant's turn, in ascending order."""
        return sorted(self.markers.stop_tokens_for_assistant_actions)
