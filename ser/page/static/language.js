// Gradio labels some of its controls in English only, and labels empty boxes that have no role, which
// is invalid; both are corrected here. Language links keep the other parameters of the address.
(() => {
  const names = CONTROLS[document.documentElement.lang];
  const differing = Object.keys(names).filter((name) => names[name] !== name);
  const correct = () => {
    differing.forEach((name) =>
      document.querySelectorAll(`[aria-label="${name}"]`).forEach((control) => {
        control.ariaLabel = names[name];
      }),
    );
    document.querySelectorAll(".empty[aria-label]:not([role])").forEach((empty) => {
      empty.role = "img";
    });
  };
  new MutationObserver(correct).observe(document, { childList: true, subtree: true });

  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a.language");
    if (!link) return;
    const url = new URL(link.href);
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name !== "lang") url.searchParams.set(name, value);
    });
    link.href = url;
  });
})();
