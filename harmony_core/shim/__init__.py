"""``openai_harmony`` is this package, in a process that cannot be edited.

``site_packages`` holds a module of that name and the metadata of an ``openai-harmony`` that is
installed. Put in front of the search path, they are what ``import openai_harmony`` and
``importlib.metadata.version("openai-harmony")`` find, whether or not the reference is installed.

In one's own process, and in those it starts::

    >>> from harmony_core import shim
    >>> shim.install()
    >>> import openai_harmony
    >>> openai_harmony.Message.__module__
    'harmony_core.chat'
    >>> shim.uninstall()

For a program as it is::

    python -m harmony_core.shim vllm serve openai/gpt-oss-20b
    python -m harmony_core.shim -m my_module
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["environment", "install", "uninstall"]

_SITE = str(Path(__file__).parent / "site_packages")
_NAME = "openai_harmony"
_VARIABLE = "PYTHONPATH"


def install() -> None:
    """Let ``openai_harmony`` be this package, here and in processes that are started from now on.

    Their Python reads ``PYTHONPATH``, unless it was started with ``-E`` or ``-I``. Installing
    it again changes nothing.

    Raises:
        RuntimeError: The reference is imported already: parts of the program use its classes.
    """
    loaded = sys.modules.get(_NAME)
    if loaded is not None and not _is_ours(loaded):
        raise RuntimeError(
            f"openai_harmony is already imported, from {getattr(loaded, '__file__', 'elsewhere')}; "
            "call harmony_core.shim.install() before anything imports it"
        )
    if _SITE not in sys.path:
        sys.path.insert(0, _SITE)
    os.environ[_VARIABLE] = environment()[_VARIABLE]
    importlib.invalidate_caches()


def uninstall() -> None:
    """Undo ``install``. Whatever has imported a name from ``openai_harmony`` keeps it."""
    while _SITE in sys.path:
        sys.path.remove(_SITE)
    rest = _without_site(os.environ)
    if rest:
        os.environ[_VARIABLE] = os.pathsep.join(rest)
    else:
        os.environ.pop(_VARIABLE, None)
    loaded = sys.modules.get(_NAME)
    if loaded is not None and _is_ours(loaded):
        del sys.modules[_NAME]
    importlib.invalidate_caches()


def environment(variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for a process in which ``openai_harmony`` is to be this package.

    Args:
        variables: The environment it would have otherwise.

    Returns:
        A new dictionary, to be given to ``subprocess.run`` for example.
    """
    return {**variables, _VARIABLE: os.pathsep.join([_SITE, *_without_site(variables)])}


def _without_site(variables: Mapping[str, str]) -> list[str]:
    entries = variables.get(_VARIABLE, "").split(os.pathsep)
    return [entry for entry in entries if entry and entry != _SITE]


def _is_ours(module: object) -> bool:
    return str(getattr(module, "__file__", "")).startswith(_SITE)
