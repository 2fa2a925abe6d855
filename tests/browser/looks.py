"""What can be measured of how a report looks: what overflows, what is hard to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

CONTRAST = 4.5  # of text against its ground, as WCAG's level AA asks

_OVERFLOWING = """root => {
  const edge = root.getBoundingClientRect().right + 1;
  const scrolls = node => ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
  const inside = node => {
    for (let at = node.parentElement; at && at !== root; at = at.parentElement)
      if (scrolls(at)) return true;
    return false;
  };
  const beyond = [...root.querySelectorAll("*")].filter(
    node => node.checkVisibility() && !inside(node)
      && (node.getBoundingClientRect().right > edge
        || (!scrolls(node) && node.scrollWidth > root.clientWidth + 1)));
  return beyond.map(node => node.outerHTML.slice(0, 200));
}"""
_FAINT = """(root, least) => {
  const parsed = text => {
    const found = text.match(/[\\d.]+/g);
    return found ? found.map(Number) : [0, 0, 0, 0];
  };
  const over = (colour, ground, opacity) => {
    const alpha = (colour[3] ?? 1) * opacity;
    return [0, 1, 2].map(at => colour[at] * alpha + ground[at] * (1 - alpha));
  };
  const light = colour => {
    const [r, g, b] = colour.map(c => c / 255).map(
      c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = node => {
    let ground = [255, 255, 255], opacity = 1;
    const above = [];
    for (let at = node; at; at = at.parentElement) above.unshift(getComputedStyle(at));
    for (const style of above) {
      opacity *= Number(style.opacity);
      ground = over(parsed(style.backgroundColor), ground, opacity);
    }
    const own = above.at(-1), drawn = node instanceof SVGElement ? own.fill : own.color;
    const [low, high] = [light(over(parsed(drawn), ground, opacity)), light(ground)].sort(
      (a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const speaks = node => node.tagName !== "metadata" && [...node.childNodes].some(
    child => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const told = [...root.querySelectorAll("*")].filter(
    node => node.checkVisibility() && speaks(node));
  const words = told.map(node => [contrast(node), node.textContent.trim().slice(0, 60)]);
  return {count: told.length, faint: words.filter(([ratio]) => !(ratio >= least)).map(String)};
}"""


@dataclass(frozen=True)
class Contrast:
    """How many elements with text were looked at, and those that are hard to read."""

    count: int
    faint: list[str]


def overflowing(root: Locator) -> list[str]:
    """Elements that reach beyond the right edge of `root`; what scrolls by itself may."""
    found: list[str] = root.evaluate(_OVERFLOWING)
    return found


def contrast(root: Locator) -> Contrast:
    """Every visible text below `root` against what is painted behind it."""
    return Contrast(**root.evaluate(_FAINT, CONTRAST))


def open_all(root: Locator) -> None:
    """Open all that opens."""
    root.evaluate("root => root.querySelectorAll('details').forEach(node => { node.open = true })")
