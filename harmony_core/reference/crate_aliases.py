"""Names of the crate ``harmony-protocol`` for what ``openai-harmony`` names otherwise.

Each class here adds them to one public class: a member of an enumeration as a call, and a
parser's messages as ``into_messages``.
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
        """``Role.USER``."""
        return cls["USER"]

    @classmethod
    def assistant(cls: type[E]) -> E:
        """``Role.ASSISTANT``."""
        return cls["ASSISTANT"]

    @classmethod
    def system(cls: type[E]) -> E:
        """``Role.SYSTEM``."""
        return cls["SYSTEM"]

    @classmethod
    def developer(cls: type[E]) -> E:
        """``Role.DEVELOPER``."""
        return cls["DEVELOPER"]

    @classmethod
    def tool(cls: type[E]) -> E:
        """``Role.TOOL``."""
        return cls["TOOL"]


class ReasoningEffortAliases(str, Enum):
    """Gives ``ReasoningEffort`` its members as calls."""

    @classmethod
    def low(cls: type[E]) -> E:
        """``ReasoningEffort.LOW``."""
        return cls["LOW"]

    @classmethod
    def medium(cls: type[E]) -> E:
        """``ReasoningEffort.MEDIUM``."""
        return cls["MEDIUM"]

    @classmethod
    def high(cls: type[E]) -> E:
        """``ReasoningEffort.HIGH``."""
        return cls["HIGH"]


class HarmonyEncodingNameAliases(str, Enum):
    """Gives ``HarmonyEncodingName`` its members as calls."""

    @classmethod
    def harmony_gpt_oss(cls: type[E]) -> E:
        """``HarmonyEncodingName.HARMONY_GPT_OSS``."""
        return cls["HARMONY_GPT_OSS"]


class StreamableParserAliases:
    """Gives ``StreamableParser`` the crate's way to take the messages."""

    def into_messages(self: _HasMessages[M]) -> list[M]:
        """``messages``; the parser can still be used."""
        return self.messages
