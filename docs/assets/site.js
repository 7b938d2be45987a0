// Wide tables scroll: let the keyboard reach them, as it reaches code. And tell navigations apart by name.
function label() {
  document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])").forEach((table, number) => {
    table.tabIndex = 0;
    table.setAttribute("role", "group");
    table.setAttribute("aria-label", `Table ${number + 1}`);
  });
  document.querySelectorAll("nav.md-code__nav:not([aria-label])").forEach((nav) => {
    nav.setAttribute("aria-label", `Actions of ${nav.closest("[id]")?.id ?? "code"}`);
  });
}

new MutationObserver(label).observe(document.documentElement, { childList: true, subtree: true });
label();
