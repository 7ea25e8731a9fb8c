// Comfort only: the hall is a form that works without it.
"use strict";
// The time that is left of a reservation; its end stands beside it as a time of day.
for (const place of document.querySelectorAll("[data-until]")) {
  const end = Date.parse(place.dataset.until);
  const shown = place.querySelector(".figure");
  const show = () => {
    const left = Math.max(0, Math.floor((end - Date.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) setTimeout(show, 1000);
  };
  if (end > Date.now()) {
    place.hidden = false;
    show();
  }
}
// A hall wider than the screen opens at its middle, where the best seats are.
for (const box of document.querySelectorAll(".house .scroll")) {
  box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
}
// Arrows walk the seats as they stand in the hall.
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  const step = steps[event.key];
  const cell = event.target.closest?.(".hall td");
  if (!step || !cell) return;
  event.preventDefault();
  const rows = [...cell.closest("table").rows];
  let [column, line] = [cell.cellIndex, rows.indexOf(cell.parentElement)];
  do {
    [column, line] = [column + step[0], line + step[1]];
    const next = rows[line]?.cells[column];
    if (!next || column < 1) return;
    const box = next.querySelector("input");
    if (box) return box.focus();
  } while (true);
});
