"""What is measured on a page as it is shown: axe-core's findings, and contrast."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
AA = 4.5
# Relative luminance and contrast ratio as in WCAG 2.2; the background is the nearest opaque one.
CONTRAST = """element => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const style = getComputedStyle(element);
  const text = luminance(channels(element instanceof SVGElement ? style.fill : style.color));
  let behind = element, colour;
  do {
    colour = channels(getComputedStyle(behind).backgroundColor);
    behind = behind.parentElement;
  } while (behind && colour.length === 4 && colour[3] === 0);
  const back = luminance(colour);
  return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
}"""
_EVERY_TEXT = f"""([within, least]) => {{
  const contrast = {CONTRAST};
  const said = node => [...node.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim());
  return [...document.querySelectorAll(`${{within}} *`)]
    .filter(node => said(node) && node.checkVisibility({{opacityProperty: true}}))
    .filter(node => !node.closest(':disabled, [inert]') && contrast(node) < least)
    .map(node => [contrast(node), `${{node.tagName}}.${{node.getAttribute('class')}}`, node.textContent.trim()]);
}}"""


def findings(page: Page) -> list[str]:
    """Return axe's serious and critical findings: rule, what it is, where."""
    page.evaluate(AXE)
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in violations
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def poor_contrast(page: Page, within: str) -> list[tuple[float, str, str]]:
    """Return every text that is shown within a selector at less than 4.5 : 1; what cannot be used does not count."""
    found: list[tuple[float, str, str]] = page.evaluate(_EVERY_TEXT, [within, AA])
    return found
