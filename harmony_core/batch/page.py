"""A report as one HTML file: charts in SVG, nothing loaded from anywhere, no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from harmony_core._page_link import inspect_link
from harmony_core.batch.report import explanation
from harmony_core.errors import DecodeError

if TYPE_CHECKING:
    from harmony_core.batch.report import Example, Group, Report
    from harmony_core.encoding import HarmonyEncoding

__all__ = ["report_page"]

_SHOWN = 160  # characters of an example before and after what it is about
_MOST_GROUPS = 40
_WIDTH, _BAR, _STEP, _NAME = 640, 16, 24, 190
_COLOURS = {
    "error": "#c0392b",
    "warning": "#b9770e",
    "info": "#5d7285",
    "analysis": "#7d6bb0",
    "commentary": "#2e86ab",
    "final": "#2e8b57",
}
_OTHER = "#95a5a6"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; }
th, td { vertical-align: top; }
td.number, th.number { font-variant-numeric: tabular-nums; text-align: right; }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { background: #8881; margin: .3rem 0; padding: .4rem; }
pre { overflow-wrap: anywhere; white-space: pre-wrap; }
mark { background: #e7a33e66; color: inherit; }
svg { max-width: 100%; } svg text { fill: currentColor; font-size: 12px; }
.note { color: #5d7285; }
"""


def report_page(report: Report, encoding: HarmonyEncoding, page: str | None = None) -> str:
    """Write a report as HTML.

    Args:
        report: The report.
        encoding: The encoding of the outputs.
        page: The address of the page that examples link to; no links if ``None``.
    """
    shown = dict([*report.groups.items()][:_MOST_GROUPS])
    rest = len(report.groups) - len(shown)
    parts = [
        f"<h1>Inspected outputs in {escape(report.folder)}</h1>",
        _summary(report),
        _codes_chart(report.total),
        _channels_chart(shown or {"all": report.total}),
    ]
    if shown:
        parts += [f"<h2>By {escape(str(report.by))}</h2>", _groups_table(shown)]
        if rest:
            parts.append(f'<p class="note">{rest:,} smaller groups are not shown.</p>')
    parts += ["<h2>What was found</h2>", _codes_table(report.total, encoding, page)]
    for name, group in shown.items():
        if group.codes:
            parts.append(f"<h2>{escape(str(report.by))}: {escape(name)}</h2>")
            parts.append(_codes_table(group, encoding, page))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>Inspected outputs</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _summary(report: Report) -> str:
    total = report.total
    share = f", {total.ok / total.outputs:.1%} without errors or warnings" if total.outputs else ""
    unfinished = "" if report.whole else " The run is not finished: this is what is there so far."
    return f"<p>{total.outputs:,} outputs{share}.{unfinished}</p>"


def _codes_chart(group: Group) -> str:
    bars = [
        (code, f"{count.outputs / group.outputs:.1%}", [(count.outputs, count.severity)])
        for code, count in group.sorted_codes()
    ]
    if not bars:
        return "<p>Nothing was found.</p>"
    return _chart("Share of outputs with each code", bars, group.outputs)


def _channels_chart(groups: dict[str, Group]) -> str:
    most = max((group.tokens_by_channel.total() for group in groups.values()), default=0)
    bars = [
        (
            name,
            f"{group.tokens_by_channel.total():,} tokens",
            [(count, channel) for channel, count in sorted(group.tokens_by_channel.items())],
        )
        for name, group in groups.items()
    ]
    return _chart("Tokens by channel", bars, most) + _legend(
        sorted({channel for group in groups.values() for channel in group.tokens_by_channel})
    )


def _chart(title: str, bars: list[tuple[str, str, list[tuple[int, str]]]], most: int) -> str:
    """Horizontal bars: a name, what is written behind, and pieces with their kinds."""
    room = _WIDTH - _NAME - 110
    lines = []
    for row, (name, text, pieces) in enumerate(bars):
        y, x = row * _STEP, float(_NAME)
        short = name if len(name) <= 28 else name[:27] + "…"  # noqa: PLR2004 - as many as fit
        lines.append(f'<text x="{_NAME - 8}" y="{y + 13}" text-anchor="end">{escape(short)}</text>')
        for amount, kind in pieces:
            width = room * amount / most if most else 0
            colour = _COLOURS.get(kind, _OTHER)
            lines.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}">'
                f"<title>{escape(name)}: {escape(kind)}, {amount:,}</title></rect>"
            )
            x += width
        lines.append(f'<text x="{x + 6:.1f}" y="{y + 13}">{escape(text)}</text>')
    height = len(bars) * _STEP
    return (
        f'<h2>{escape(title)}</h2>\n<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(title)}">' + "".join(lines) + "</svg>"
    )


def _legend(kinds: list[str]) -> str:
    items = []
    for kind in kinds:
        colour = _COLOURS.get(kind, _OTHER)
        items.append(f'<span style="color:{colour}">■</span> {escape(kind)}')
    return f"<p>{' &nbsp; '.join(items)}</p>"


def _groups_table(groups: dict[str, Group]) -> str:
    rows = [_head("Value", "Outputs", "Without problems", "Most frequent code")]
    for name, group in groups.items():
        codes = group.sorted_codes()
        most = f"{codes[0][0]} ({codes[0][1].outputs / group.outputs:.1%})" if codes else ""
        rows.append(
            f"<tr><td>{escape(name)}</td><td class=number>{group.outputs:,}</td>"
            f"<td class=number>{group.ok / group.outputs:.1%}</td><td>{escape(most)}</td></tr>"
        )
    return f"<table>{''.join(rows)}</table>"


def _head(first: str, second: str, third: str, last: str) -> str:
    numbers = "".join(f"<th class=number>{name}</th>" for name in (second, third))
    return f"<tr><th>{first}</th>{numbers}<th>{last}</th></tr>"


def _codes_table(group: Group, encoding: HarmonyEncoding, page: str | None) -> str:
    rows = [_head("Code", "Outputs", "Share", "Example")]
    for code, count in group.sorted_codes():
        looks, advice = explanation(code)
        about = "".join(f"<br><span class=note>{escape(text)}</span>" for text in (looks, advice))
        colour = _COLOURS.get(count.severity, _OTHER)
        rows.append(
            f'<tr><td><code style="color:{colour}">{escape(code)}</code>{about}</td>'
            f"<td class=number>{count.outputs:,}</td>"
            f"<td class=number>{count.outputs / group.outputs:.1%}</td>"
            f"<td>{_example(count.example, encoding, page)}</td></tr>"
        )
    return f"<table>{''.join(rows)}</table>"


def _example(example: Example, encoding: HarmonyEncoding, page: str | None) -> str:
    place = f"{example.file}, row {example.row}"
    lines = [f"{escape(example.message)}<br><span class=note>{escape(place)}</span>"]
    if example.tokens is not None:
        known = [token for token in example.tokens if token is not None]
        lines.append(f"<pre>{_marked(example, encoding)}</pre>")
        if page is not None and len(known) == len(example.tokens):
            link = escape(inspect_link(page, known))
            lines.append(f'<a href="{link}" rel="noreferrer">Open in Inspect</a>')
    return "".join(lines)


def _marked(example: Example, encoding: HarmonyEncoding) -> str:
    """The text around what the example is about, with that marked."""
    tokens = example.tokens or []
    before, about, after = (
        _text(tokens[part], encoding)
        for part in (
            slice(0, example.start),
            slice(example.start, example.stop),
            slice(example.stop, None),
        )
    )
    cut_before = "…" if len(before) > _SHOWN else ""
    cut_after = "…" if len(after) > _SHOWN else ""
    return (
        f"{cut_before}{escape(before[-_SHOWN:])}<mark>{escape(about[:_SHOWN])}</mark>"
        f"{escape(after[:_SHOWN])}{cut_after}"
    )


def _text(tokens: list[int], encoding: HarmonyEncoding) -> str:
    return b"".join(_bytes(token, encoding) for token in tokens).decode("utf-8", "replace")


def _bytes(token: int | None, encoding: HarmonyEncoding) -> bytes:
    try:
        return encoding.tokenizer.token_bytes(-1 if token is None else token)
    except DecodeError:
        return f"[{token}]".encode()
