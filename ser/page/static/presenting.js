// Presentation mode: full screen and enlarged. The button and Alt+P toggle it, Esc ends it, too.
(() => {
  const WIDTH = 1180, HEIGHT = 740; // px that the page needs in this mode, see presenting.css
  const root = document.documentElement;
  const presenting = () => "presenting" in root.dataset;
  // The browser reports an exit later than it resolves it: the next report is of the page's own.
  let exiting = false, exited = Promise.resolve();

  const fit = () => {
    const zoom = presenting() ? Math.max(1, Math.min(innerWidth / WIDTH, innerHeight / HEIGHT)) : 1;
    root.style.setProperty("--zoom", zoom.toFixed(3));
  };

  const show = (on) => {
    if (on === presenting()) return;
    if (on) root.dataset.presenting = "";
    else delete root.dataset.presenting;
    document.querySelector("#present").setAttribute("aria-pressed", on);
    fit();
    scrollTo(0, 0);
    dispatchEvent(new Event("resize")); // so that the figures take their new width
  };

  const toggle = () => {
    const on = !presenting();
    show(on);
    // If the browser or an embedding page forbids full screen, the page is enlarged all the same.
    if (on) exited.then(() => root.requestFullscreen?.()).catch(() => {});
    else if (document.fullscreenElement) {
      exiting = true;
      exited = document.exitFullscreen().catch(() => { exiting = false; });
    }
  };

  addEventListener("resize", fit);
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && !exiting) show(false);
    exiting = false;
  });
  document.addEventListener("click", ({ target }) => target.closest("#present") && toggle());
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyP") {
      event.preventDefault();
      toggle();
    } else if (event.key === "Escape" && presenting()) {
      toggle();
    }
  });
})();
