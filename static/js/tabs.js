// Turns a list of links to the parts of a page into tabs, with the keys that people know. Without this file the links jump to their parts, which all stand one under the other.
for (const list of document.querySelectorAll("nav[data-tabs]")) {
  const tabs = [...list.querySelectorAll("a[href^='#']")];
  const panelOf = (tab) => document.getElementById(tab.hash.slice(1));

  const choose = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      panelOf(tab).hidden = !isChosen;
    }
  };

  const named = () => tabs.find((tab) => tab.hash === location.hash) ?? tabs[0];

  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const panel = panelOf(tab);
    tab.id = `tab-${panel.id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
  }
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab === null) {
      return;
    }
    event.preventDefault();
    history.replaceState(null, "", tab.hash);
    choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const here = tabs.indexOf(document.activeElement);
    const steps = {
      ArrowLeft: here - 1,
      ArrowRight: here + 1,
      Home: 0,
      End: tabs.length - 1,
      " ": here,
    };
    if (here < 0 || !(event.key in steps)) {
      return;
    }
    event.preventDefault();
    const next = tabs.at(steps[event.key] % tabs.length);
    next.focus();
    history.replaceState(null, "", next.hash);
    choose(next);
  });
  addEventListener("hashchange", () => choose(named()));
  choose(named());
}
