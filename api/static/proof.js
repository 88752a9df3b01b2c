"use strict";
// The picture of a proof is moved and enlarged by hand; without this script it is scrolled, and enlarged by its box.
const picture = document.querySelector(".picture img");
const buttons = document.getElementById("zoom");
if (picture && buttons && window.Panzoom) {
  const moved = Panzoom(picture, { maxScale: 8, minScale: 0.5, canvas: true });
  const act = { in: moved.zoomIn, out: moved.zoomOut, reset: moved.reset };
  picture.parentElement.addEventListener("wheel", (event) => event.ctrlKey && moved.zoomWithWheel(event));
  buttons.hidden = false;
  buttons.addEventListener("click", (event) => act[event.target.dataset.zoom]?.());
  picture.parentElement.addEventListener("keydown", (event) => {
    const name = { "+": "in", "-": "out", 0: "reset" }[event.key];
    if (name) act[name]();
  });
}
