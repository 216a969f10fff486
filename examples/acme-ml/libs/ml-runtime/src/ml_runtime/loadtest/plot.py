"""Latency against rate: as an SVG file, and in letters for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from .statistics import Step

# Of the SVG and of its margins, in user units (pixels where nothing scales it).
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50

# Colour-blind safe (Okabe and Ito), and each line has a dash of its own.
LINES = (("p50", "#0072B2", ""), ("p99", "#D55E00", "6 3"))


def svg_plot(title: str, steps: Sequence[Step], limit_ms: float, maximum: float) -> str:
    """Return an SVG of the 50th and 99th percentile over the rate; latency is logarithmic.

    Args:
        title: What was measured.
        steps: In any order.
        limit_ms: Latency limit, drawn as a horizontal line.
        maximum: Rate that was found, drawn as a vertical line; 0 for none.
    """
    ordered = sorted((step for step in steps if step.requests), key=lambda step: step.rate)
    rates = [step.rate for step in ordered] or [1.0]
    latencies = [getattr(step, name) for step in ordered for name, _, _ in LINES]
    low = _decade(min([*latencies, limit_ms]), math.floor)
    high = max(low + 1, _decade(max([*latencies, limit_ms]), math.ceil))
    top_rate = max(rates) * 1.05

    def x(rate: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * rate / top_rate

    def y(latency: float) -> float:
        share = (math.log10(max(latency, 10**low)) - low) / (high - low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        parts += [
            _line(LEFT, y(10**power), WIDTH - RIGHT, y(10**power), "#ddd"),
            _text(LEFT - 6, y(10**power) + 4, f"{10**power:g} ms", "end"),
        ]
    for tick in range(6):
        rate = top_rate * tick / 5
        parts.append(_text(x(rate), HEIGHT - BOTTOM + 18, f"{rate:.4g}", "middle"))
    parts += [
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "requests per second", "middle"),
        _line(LEFT, y(limit_ms), WIDTH - RIGHT, y(limit_ms), "#555", "2 4"),
        _text(LEFT + 6, y(limit_ms) - 6, f"limit {limit_ms:g} ms", "start"),
    ]
    if maximum > 0:
        parts += [
            _line(x(maximum), TOP, x(maximum), HEIGHT - BOTTOM, "#009E73"),
            _text(x(maximum) - 6, TOP + 12, f"maximum {maximum:.4g}/s", "end"),
        ]
    for position, (name, colour, dash) in enumerate(LINES):
        points = " ".join(f"{x(s.rate):.1f},{y(getattr(s, name)):.1f}" for s in ordered)
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>',
            *(
                f'<circle cx="{x(s.rate):.1f}" cy="{y(getattr(s, name)):.1f}" r="3" '
                f'fill="{colour}"/>'
                for s in ordered
            ),
            f'<text x="{LEFT + 6 + 50 * position}" y="{TOP + 12}" fill="{colour}">{name}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def terminal_plot(steps: Sequence[Step], limit_ms: float, width: int = 40) -> str:
    """Return one line for each rate: a bar to the 50th percentile, a dotted one to the 99th.

    The bar is logarithmic from 0.1 ms to ten times the limit; `|` stands at the limit.

    Args:
        steps: In any order.
        limit_ms: Latency limit in milliseconds.
        width: Letters of the longest bar. Default: 40.
    """
    lowest, highest = math.log10(0.1), math.log10(limit_ms * 10)

    def cells(latency: float) -> int:
        share = (math.log10(max(latency, 0.1)) - lowest) / (highest - lowest)
        return min(width, max(0, round(share * width)))

    lines = []
    for step in sorted(steps, key=lambda step: step.rate):
        p50, p99 = cells(step.p50), cells(step.p99)
        bar = list("█" * p50 + "░" * (p99 - p50) + " " * (width - max(p50, p99)))
        if bar[cells(limit_ms) - 1] == " ":
            bar[cells(limit_ms) - 1] = "|"
        lines.append(f"{step.rate:>10.5g}/s {''.join(bar)} {step.p50:.3g} / {step.p99:.3g} ms")
    return "\n".join(lines)


def _decade(value: float, rounded: Callable[[float], int]) -> int:
    return rounded(math.log10(max(value, 1e-3)))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-dasharray="{dash}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{escape(text)}</text>'
