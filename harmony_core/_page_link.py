"""Links that open the page on some content, in the form that ``web/links.js`` reads and writes.

``#MODE=1.DATA``: the mode's id, the version of the form, and the mode's shared state as JSON,
compressed by zlib, in URL-safe base64 without padding. zlib's checksum tells a damaged link.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["INSPECT_FRAGMENT", "inspect_link"]

INSPECT_FRAGMENT = "#inspect=1."


def inspect_link(page: str, tokens: Iterable[int]) -> str:
    """The address that opens the page's Inspect on an output.

    Args:
        page: The page's address; a fragment of its own is left out.
        tokens: The output.
    """
    ids = ", ".join(map(str, tokens))
    state = json.dumps({"source": f"[{ids}]"}).encode()
    data = base64.urlsafe_b64encode(zlib.compress(state, 9)).rstrip(b"=").decode()
    return f"{page.partition('#')[0]}{INSPECT_FRAGMENT}{data}"
