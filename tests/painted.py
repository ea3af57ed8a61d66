"""What a browser paints: which texts are too faint."""

FAINT = """
(() => {
  const light = c => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const glow = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const read = c => { const [r, g, b, a = 1] = c.match(/[0-9.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], under) => [r, g, b].map((v, k) => a * v + (1 - a) * under[k]);
  const faint = [];
  for (const e of document.querySelectorAll('body *:not(svg, svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!e.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    let opacity = 1, grounds = [];
    for (let p = e; p; p = p.parentElement) {
      opacity *= Number(getComputedStyle(p).opacity);
      grounds.push(read(getComputedStyle(p).backgroundColor));
      if (grounds.at(-1)[3] === 1) break;
    }
    const ground = grounds.reduceRight((under, c) => over(c, under), [255, 255, 255]);
    const [r, g, b, a] = read(getComputedStyle(e).color);
    const [one, other] = [glow(over([r, g, b, a * opacity], ground)), glow(ground)].sort((x, y) => y - x);
    const contrast = (one + 0.05) / (other + 0.05);
    const words = e.textContent.trim().slice(0, 40);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${e.className} ${words}`);
  }
  return faint;
})()
"""
"""Texts whose contrast with what is behind them is below 4.5 to 1, as painted: transparency counts."""
