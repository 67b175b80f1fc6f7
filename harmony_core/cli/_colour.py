"""Colours of a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from harmony_core.cli._output import Output


def add_colour_option(parser: ArgumentParser, what: str) -> None:
    """Add whether to colour something."""
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help=f"whether to colour the {what} (default: on a terminal, unless the variable "
        "NO_COLOR is set; anywhere if FORCE_COLOR is)",
    )


def wants_colour(choice: str, output: Output) -> bool:
    """Follow the option, then no-color.org, then what the output is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return output.is_terminal and os.environ.get("TERM") != "dumb"


def painted(text: str, colour: str | None) -> str:
    """Colour a text.

    Args:
        text: The text.
        colour: Codes of ANSI's SGR, such as ``"1;31"``; ``None`` to leave the text as it is.
    """
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and text else text
