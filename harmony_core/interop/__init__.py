"""Other APIs' messages <-> Harmony conversations, and a word for whatever is lost on the way.

The modules ``chat_completions`` and ``responses`` have the same functions: ``to_conversation``
reads requests, messages and answers, ``from_messages`` writes them, and a stream class makes the
API's chunks or events of a completion's tokens. ``recognise`` tells which API some JSON is of, and
``to_conversation`` here reads it whichever it is.
"""

from harmony_core.interop import chat_completions, responses
from harmony_core.interop._any import to_conversation
from harmony_core.interop._converted import Converted, MessageIds
from harmony_core.interop._losses import Loss, LossyConversionError
from harmony_core.interop._recognise import Shape, recognise
from harmony_core.interop._stream import StreamError

__all__ = [
    "Converted",
    "Loss",
    "LossyConversionError",
    "MessageIds",
    "Shape",
    "StreamError",
    "chat_completions",
    "recognise",
    "responses",
    "to_conversation",
]
