"""``openai_harmony``, which is harmony_core here: see ``harmony_core.shim``."""

from harmony_core import *  # noqa: F403 - all of it, under the other name
from harmony_core import __all__ as __all__
