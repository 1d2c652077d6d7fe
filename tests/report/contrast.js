// What is shown with less contrast than 4.5 to 1, as WCAG 2 counts it.
const channel = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
const light = (colour) => {
  const [red, green, blue] = parts(colour).map(channel);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const isClear = (colour) => colour === 'transparent' || parts(colour)[3] === 0;
const groundOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const ground = getComputedStyle(at).backgroundColor;
    if (!isClear(ground)) return ground;
  }
  return 'rgb(255, 255, 255)';
};
const ratio = (one, other) => {
  const [dark, bright] = [light(one), light(other)].sort((left, right) => left - right);
  return (bright + 0.05) / (dark + 0.05);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const poor = new Set();
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('script, style, button:disabled')) continue;
  const style = getComputedStyle(element);
  const colour = element instanceof SVGElement ? style.fill : style.color;
  const found = ratio(colour, groundOf(element));
  if (found < 4.5) poor.add(`${element.tagName}.${element.getAttribute('class') ?? ''} ${colour} on ${groundOf(element)}: ${found.toFixed(2)}`);
}
return [...poor];
