"""The spellings of the crate ``harmony-protocol``, beside those of ``openai-harmony``.

The crate writes a member of an enumeration as a call, and takes a parser's messages out of
it. Each class here gives one public class those names; they mean nothing of their own.
"""
# ruff: noqa: PYI019 - typing has Self from Python 3.11 on only

from __future__ import annotations

from enum import Enum
from typing import Protocol, TypeVar

E = TypeVar("E", bound=Enum)
M = TypeVar("M")


class _HasMessages(Protocol[M]):
    @property
    def messages(self) -> list[M]: ...


class RoleAliases(str, Enum):
    """Gives ``Role`` its members as calls."""

    @classmethod
    def user(cls: type[E]) -> E:
        """The crate's spelling of ``Role.USER``."""
        return cls["USER"]

    @classmethod
    def assistant(cls: type[E]) -> E:
        """The crate's spelling of ``Role.ASSISTANT``."""
        return cls["ASSISTANT"]

    @classmethod
    def system(cls: type[E]) -> E:
        """The crate's spelling of ``Role.SYSTEM``."""
        return cls["SYSTEM"]

    @classmethod
    def developer(cls: type[E]) -> E:
        """The crate's spelling of ``Role.DEVELOPER``."""
        return cls["DEVELOPER"]

    @classmethod
    def tool(cls: type[E]) -> E:
        """The crate's spelling of ``Role.TOOL``."""
        return cls["TOOL"]


class ReasoningEffortAliases(str, Enum):
    """Gives ``ReasoningEffort`` its members as calls."""

    @classmethod
    def low(cls: type[E]) -> E:
        """The crate's spelling of ``ReasoningEffort.LOW``."""
        return cls["LOW"]

    @classmethod
    def medium(cls: type[E]) -> E:
        """The crate's spelling of ``ReasoningEffort.MEDIUM``."""
        return cls["MEDIUM"]

    @classmethod
    def high(cls: type[E]) -> E:
        """The crate's spelling of ``ReasoningEffort.HIGH``."""
        return cls["HIGH"]


class HarmonyEncodingNameAliases(str, Enum):
    """Gives ``HarmonyEncodingName`` its members as calls."""

    @classmethod
    def harmony_gpt_oss(cls: type[E]) -> E:
        """The crate's spelling of ``HarmonyEncodingName.HARMONY_GPT_OSS``."""
        return cls["HARMONY_GPT_OSS"]


class StreamableParserAliases:
    """Gives ``StreamableParser`` the crate's way to take the messages."""

    def into_messages(self: _HasMessages[M]) -> list[M]:
        """The crate's spelling of ``messages``; the parser stays usable."""
        return self.messages
