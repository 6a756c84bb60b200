// The menu of narrow screens opens by its address (#menu), so that it needs no script. With script, Escape closes it,
// and the keyboard is back at what opened it.

export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || location.hash !== "#menu") return;
    location.replace("#");
    document.querySelector(".menu-open")?.focus();
  });
}
