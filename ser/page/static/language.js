// Gradio names some of its controls in English only, and what is still empty without a role, which
// no screen reader may name; and the switch keeps what else is asked for in the address.
(() => {
  const names = CONTROLS[document.documentElement.lang];
  const others = Object.keys(names).filter((name) => names[name] !== name);
  const mend = () => {
    others.forEach((name) =>
      document.querySelectorAll(`[aria-label="${name}"]`).forEach((control) => {
        control.ariaLabel = names[name];
      }),
    );
    document.querySelectorAll(".empty[aria-label]:not([role])").forEach((empty) => {
      empty.role = "img";
    });
  };
  new MutationObserver(mend).observe(document, { childList: true, subtree: true });

  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a.language");
    if (!link) return;
    const to = new URL(link.href);
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name !== "lang") to.searchParams.set(name, value);
    });
    link.href = to;
  });
})();
