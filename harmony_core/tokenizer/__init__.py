"""Text to tokens and back, for the encodings of the ``tiktoken`` family."""

from harmony_core.tokenizer._backends import BackendError, BackendName
from harmony_core.tokenizer._loading import load_tokenizer
from harmony_core.tokenizer._special import SPECIAL_FORM
from harmony_core.tokenizer._tokenizer import Tokenizer

__all__ = ["SPECIAL_FORM", "BackendError", "BackendName", "Tokenizer", "load_tokenizer"]
