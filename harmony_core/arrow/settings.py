"""What to do with a batch: plain values, which cross processes and are written into plans."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from harmony_core.chat import Role
from harmony_core.errors import HarmonyError
from harmony_core.format._tools_section import SchemaNotation
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.format.render import Dropping
from harmony_core.format.training import CHANNELS
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.encoding import HarmonyEncoding

__all__ = ["InspectSettings", "RenderSettings", "Settings", "SettingsError"]

Api: TypeAlias = Literal["harmony", "any"]
Mode: TypeAlias = Literal["training", "completion", "conversation"]
Turns: TypeAlias = Literal["last", "all"]
Unknown: TypeAlias = Literal["refuse", "ignore"]
SourceKind: TypeAlias = Literal["auto", "tokens", "text"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "api": get_args(Api),
    "mode": get_args(Mode),
    "turns": get_args(Turns),
    "drop": get_args(Dropping),
    "schema": get_args(SchemaNotation),
    "unknown": get_args(Unknown),
    "kind": get_args(SourceKind),
    "next_role": tuple(role.value for role in Role),
    "role": ("auto", "none", *(role.value for role in Role)),
}
_POLICY = InspectPolicy()
_ENCODING = HarmonyEncodingName.HARMONY_GPT_OSS.value

S = TypeVar("S", bound="Settings")


class SettingsError(HarmonyError, ValueError):
    """The settings are wrong, or do not fit the batch: not a fault of any one row.

    Attributes:
        kind: ``"settings"``.
    """

    kind = "settings"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What both kinds of settings have.

    Attributes:
        column: The column to read.
        field: If the column holds JSON objects: the field of theirs to read; ``None`` for all
            of it.
        prefix: What the names of the columns that are added begin with.
        encoding: The encoding's name.
    """

    column: str
    field: str | None = None
    prefix: str = ""
    encoding: str = _ENCODING

    def __post_init__(self) -> None:
        """Refuse what is none of the choices."""
        for name, choices in _CHOICES.items():
            value = getattr(self, name, None)
            if value is not None and value not in choices:
                raise SettingsError(f"{name} is one of {', '.join(choices)}; found {value!r}")

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}

    @classmethod
    def from_dict(cls: type[S], data: Mapping[str, Any]) -> S:  # noqa: PYI019 - Self is 3.11
        """Read what ``to_dict`` made.

        Raises:
            SettingsError: A setting is unknown, missing or wrong.
        """
        values: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in data.items()
        }
        try:
            return cls(**values)
        except TypeError as error:
            raise SettingsError(str(error)) from error

    def load_encoding(self) -> HarmonyEncoding:
        """The encoding; a process loads it once."""
        return load_harmony_encoding(self.encoding)


@dataclass(frozen=True, kw_only=True)
class RenderSettings(Settings):
    """How to render a column of conversations.

    Attributes:
        column: As for ``Settings``: JSON as text, structs, or lists of structs.
        field: As for ``Settings``.
        prefix: As for ``Settings``.
        encoding: As for ``Settings``.
        api: ``"harmony"`` for conversations of Harmony; ``"any"`` also reads those of Chat
            Completions and Responses, as ``harmony_core.interop.to_conversation`` does.
        mode: ``"training"`` for samples with a loss mask, ``"completion"`` for prompts,
            ``"conversation"`` for the messages alone.
        turns: For training: ``"last"`` for a sample of the last turn, ``"all"`` for a row for
            each turn.
        learn: For training: the channels to learn.
        weights: For training: how much targets count, by channel.
        max_tokens: The most tokens a row may have.
        auto_drop_analysis: As for ``RenderConversationConfig``.
        drop: As for ``RenderConversationConfig``; ``None`` for what the encoding's methods do:
            ``"finished-turns"`` for training, else the reference's rule.
        schema: As for ``RenderConversationConfig``.
        next_role: For prompts: who writes the next message.
        unknown: Whether a row with a field that rendering would ignore is at fault.
    """

    column: str = "messages"
    api: Api = "harmony"
    mode: Mode = "training"
    turns: Turns = "last"
    learn: tuple[str | None, ...] = CHANNELS
    weights: Mapping[str | None, float] | None = None
    max_tokens: int | None = None
    auto_drop_analysis: bool = True
    drop: Dropping | None = None
    schema: SchemaNotation = "reference"
    next_role: str = Role.ASSISTANT.value
    unknown: Unknown = "refuse"


@dataclass(frozen=True, kw_only=True)
class InspectSettings(Settings):
    """How to inspect a column of outputs.

    Attributes:
        column: As for ``Settings``: token ids, Harmony text, or answers of engines as JSON.
        field: As for ``Settings``.
        prefix: As for ``Settings``.
        encoding: As for ``Settings``.
        kind: What text holds: ``"auto"`` to find out.
        role: The role of the first message, if outputs begin within its header; ``"none"`` if
            they begin with ``<|start|>``; ``"auto"`` to go by whether one does, and else take
            the assistant's.
        missing_call_is_call: As for ``InspectPolicy``.
        recover_stripped_markers: As for ``InspectPolicy``.
        channels: As for ``InspectPolicy``.
        tools: As for ``InspectPolicy``.
    """

    column: str = "output"
    kind: SourceKind = "auto"
    role: str = "auto"
    missing_call_is_call: bool = _POLICY.missing_call_is_call
    recover_stripped_markers: bool = _POLICY.recover_stripped_markers
    channels: tuple[str, ...] = tuple(_POLICY.channels)
    tools: tuple[str, ...] | None = None
