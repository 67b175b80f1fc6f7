"""What people paste and servers answer -> token outputs.

``read_outputs`` reads every output in a source; see ``docs/input.md`` for what is recognised.
"""

from harmony_core.input.faults import AlreadyParsedError, TokenInputError
from harmony_core.input.outputs import Left, Output, Outputs
from harmony_core.input.read import read_outputs

__all__ = ["AlreadyParsedError", "Left", "Output", "Outputs", "TokenInputError", "read_outputs"]
