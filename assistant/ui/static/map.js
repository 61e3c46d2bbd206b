// Body of the map's js_on_load: element, trigger and watch are Gradio's.
// Draws the passages, names the one under the pointer, opens the one that is clicked.

const RADIUS = 3.5, REACH = 14, EDGE = 14;
let map = null; // { documents, headings, points, grain }
let context = null, canvas = null, tip = null;
let places = []; // [x, y] in CSS pixels, by point
let chosen = null, hovered = null;

const isDark = () => Boolean(element.closest(".dark")) || document.documentElement.classList.contains("dark");
// Neighbours in the list of documents are far apart on the wheel of colours.
const colour = (number) => `hsl(${Math.round((number * 137.508 + 205) % 360)} ${isDark() ? "60% 66%" : "55% 38%"})`;

const draw = () => {
  if (!map || !canvas.isConnected) return;
  const { width, height } = canvas.getBoundingClientRect();
  if (!width || !height) return;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  const side = Math.min(width, height) - 2 * EDGE;
  places = map.points.map(([, , , x, y]) => [
    (width - side) / 2 + (x / map.grain) * side,
    (height - side) / 2 + (1 - y / map.grain) * side,
  ]);
  const radius = map.points.length > 1500 ? RADIUS - 1 : map.points.length > 200 ? RADIUS : RADIUS + 1.5;
  const dot = (index, size) => {
    context.beginPath();
    context.arc(places[index][0], places[index][1], size, 0, 2 * Math.PI);
    context.fill();
  };
  for (const lit of chosen === null ? [true] : [false, true]) { // those of the chosen document lie on top
    map.points.forEach(([, number], index) => {
      if (chosen !== null && (number === chosen) !== lit) return;
      context.globalAlpha = lit ? 0.85 : 0.12;
      context.fillStyle = colour(number);
      dot(index, lit && chosen !== null ? radius + 1 : radius);
    });
  }
  context.globalAlpha = 1;
  if (hovered !== null) {
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(places[hovered][0], places[hovered][1], radius + 4, 0, 2 * Math.PI);
    context.stroke();
  }
};

const nearest = (event) => {
  const box = canvas.getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top;
  let best = null, least = REACH * REACH;
  places.forEach(([left, top], index) => {
    if (chosen !== null && map.points[index][1] !== chosen) return;
    const far = (left - x) ** 2 + (top - y) ** 2;
    if (far < least) [best, least] = [index, far];
  });
  return best;
};

const name = (index) => {
  const [, number, heading, , , page] = map.points[index];
  return [map.documents[number], map.headings[heading], page ? `page ${page}` : ""].filter(Boolean).join(" · ");
};

const hover = (index) => {
  if (index === hovered) return;
  hovered = index;
  canvas.style.cursor = index === null ? "" : "pointer";
  tip.hidden = index === null;
  if (index !== null) {
    tip.textContent = name(index);
    const [x, y] = places[index];
    const left = Math.min(Math.max(x - tip.offsetWidth / 2, 0), canvas.clientWidth - tip.offsetWidth);
    tip.style.left = `${left}px`;
    tip.style.top = `${y > tip.offsetHeight + 18 ? y - tip.offsetHeight - 12 : y + 14}px`;
  }
  draw();
};

const choose = (number) => {
  chosen = number;
  for (const button of element.querySelectorAll("[data-document]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.document) === number));
  }
  hover(null);
  draw();
};

const colourList = () => {
  for (const button of element.querySelectorAll("[data-document]")) {
    button.querySelector(".fn-dot").style.background = colour(Number(button.dataset.document));
  }
};

const sizes = new ResizeObserver(draw);
watch("value", () => {
  const found = element.querySelector("canvas[data-map]");
  sizes.disconnect();
  [map, canvas, hovered, chosen] = [null, found, null, null];
  if (!found) return;
  map = JSON.parse(found.dataset.map);
  tip = element.querySelector(".fn-tip");
  context = canvas.getContext("2d");
  canvas.addEventListener("mousemove", (event) => hover(nearest(event)));
  canvas.addEventListener("mouseleave", () => hover(null));
  canvas.addEventListener("click", (event) => {
    const index = nearest(event);
    if (index !== null) trigger('passage', { passage: map.points[index][0] });
  });
  sizes.observe(canvas);
  colourList();
  draw();
});
const themes = new MutationObserver(() => {
  if (!map) return;
  colourList();
  draw();
});
for (const each of [document.documentElement, document.body]) {
  themes.observe(each, { attributes: true, attributeFilter: ["class"] });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-document]");
  if (!button) return;
  const number = Number(button.dataset.document);
  choose(number === chosen ? null : number);
  trigger('document', { first: chosen === null ? -1 : Number(button.dataset.first) });
});
