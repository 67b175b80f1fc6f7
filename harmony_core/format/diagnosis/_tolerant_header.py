"""Any header -> its fields, and what is wrong with it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from harmony_core.format.diagnosis._header_fields import Fields, HeaderReading
from harmony_core.format.diagnosis._words import Vocabulary, lex_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.chat import Role
    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis.inspection import InspectPolicy
    from harmony_core.tokenizer import Tokenizer

__all__ = ["HeaderReader", "HeaderReading", "header_reader"]


class HeaderReader:
    """Reads headers by a policy, and remembers those that come often.

    Args:
        tokenizer: Decodes the tokens.
        markers: The formatting tokens.
        channels: The channels there are.
        tools: The recipients there are; ``None`` to accept any.
    """

    _LONGEST_KEPT = 32
    _MOST_KEPT = 1024

    def __init__(
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        channels: frozenset[str],
        tools: frozenset[str] | None,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._vocabulary = Vocabulary(channels)
        self._tools = tools
        self._kept: dict[tuple[Role | None, bool, tuple[int, ...]], HeaderReading] = {}

    def read(self, tokens: Sequence[int], role: Role | None, *, is_open: bool) -> HeaderReading:
        """Read a header.

        Args:
            tokens: The tokens between ``<|start|>`` and what ended the header.
            role: The role, if the header need not name it.
            is_open: Whether the header never reached ``<|message|>``: what is no field of it
                is content.
        """
        if len(tokens) > self._LONGEST_KEPT:
            return self._read(tokens, role, is_open=is_open)
        key = (role, is_open, tuple(tokens))
        reading = self._kept.get(key)
        if reading is None:
            reading = self._read(tokens, role, is_open=is_open)
            if len(self._kept) < self._MOST_KEPT:
                self._kept[key] = reading
        return reading

    def _read(self, tokens: Sequence[int], role: Role | None, *, is_open: bool) -> HeaderReading:
        lexed = lex_header(
            tokens,
            self._tokenizer,
            self._markers,
            self._vocabulary,
            states_role=role is None,
            is_open=is_open,
        )
        return Fields(lexed, role, self._vocabulary.channels, self._tools, is_open=is_open).read()


def header_reader(tokenizer: Tokenizer, markers: Markers, policy: InspectPolicy) -> HeaderReader:
    """Find the reader for a policy; the same one again, with what it remembers."""
    tools = None if policy.tools is None else frozenset(policy.tools)
    return _reader(tokenizer, markers, frozenset(policy.channels), tools)


_reader = lru_cache(maxsize=16)(HeaderReader)
