// Small things that every page needs and the theme does not do.

(() => {
  "use strict";
  // A region that scrolls sideways must be reachable by keyboard, one that does not must not be.
  const scrollers = ".dlbook-equation, div.highlight pre, .dlbook-table, .cell_output .output pre";
  const sync = (entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  };

  // What the theme and docutils leave for assistive technology to stumble over.
  function repair() {
    // A button or fold that shows a text is called by that text.
    for (const named of document.querySelectorAll(".search-button-field[aria-label], details > summary[aria-label]")) {
      if (named.textContent.trim()) named.removeAttribute("aria-label");
    }
    // The arrows of the navigation say what they unfold.
    for (const arrow of document.querySelectorAll("nav details > summary:not([aria-label])")) {
      const chapter = arrow.closest("li")?.querySelector("a")?.textContent.trim();
      arrow.setAttribute("aria-label", `Sections of ${chapter}`);
    }
    // A list inside a list belongs to the item before it.
    for (const list of document.querySelectorAll("ul > ul")) list.previousElementSibling?.append(list);
    // A list of citations does not consist of list items.
    for (const list of document.querySelectorAll(".citation-list[role=list]")) list.removeAttribute("role");
  }

  document.addEventListener("DOMContentLoaded", () => {
    repair();
    const observer = new ResizeObserver(sync);
    document.querySelectorAll(scrollers).forEach((element) => observer.observe(element));
  });
})();
