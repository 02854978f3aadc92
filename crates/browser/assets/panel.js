// The panel above the page. It runs in a world of its own, draws into a closed shadow tree, tells us which of its own buttons
// a person pressed, and reads nothing of the page. Called again, it brings itself up to date.
(state) => {
  const root = () => document.documentElement;

  const build = () => {
    const host = document.createElement("div");
    const shadow = host.attachShadow({ mode: "closed" });
    // constructed, so that no content security policy of the page has a say in it
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(state.style);
    shadow.adoptedStyleSheets = [sheet];

    const make = (tag, className, attributes = {}, ...children) => {
      const node = document.createElement(tag);
      if (className) node.className = className;
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      node.append(...children);
      return node;
    };
    const draw = (box, d, width) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const set = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
      set(svg, { viewBox: box, "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": width });
      set(svg, { "stroke-linecap": "round", "stroke-linejoin": "round" });
      set(path, { d });
      svg.append(path);
      return svg;
    };
    const button = (className, label) => make("button", className, { type: "button", "aria-label": label });
    const tell = (what) => globalThis.wayleaveTell?.(JSON.stringify(what));
    // only what a person does counts: a script of the page can neither reach these buttons nor press them
    const on = (node, kind, act) => node.addEventListener(kind, (event) => event.isTrusted && act(event));

    const grip = draw("0 0 8 14", "M2 2h.01M6 2h.01M2 7h.01M6 7h.01M2 12h.01M6 12h.01", "2");
    grip.setAttribute("class", "grip");
    const handle = button("handle", "Move the Wayleave panel: drag it, or use the arrow keys");
    const title = make("span", "title", {}, "Wayleave ");
    const short = make("span", "");
    title.append(short);
    handle.append(grip, title);
    const fold = button("icon fold", "");
    fold.append(draw("0 0 24 24", "m6 9 6 6 6-6", "2"));
    const hide = button("icon hide", "Hide the panel until the next page");
    hide.append(draw("0 0 24 24", "M18 6 6 18M6 6l12 12", "2"));
    hide.title = "Hide until the next page";
    const task = make("p", "task");
    const mark = { true: draw("0 0 24 24", "M20 6 9 17l-5-5", "2.5"), false: draw("0 0 24 24", "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0", "2") };
    const words = make("span", "");
    const seen = make("p", "seen", { role: "status", "aria-live": "polite" }, mark.false, words);
    const use = make("button", "button primary", { type: "button" }, "Use this account");
    const more = make("button", "button", { type: "button" }, "More time");
    const cancel = make("button", "button cancel", { type: "button" }, "Cancel");
    const note = make("p", "note", {}, "Wayleave runs as root, so this browser runs without its sandbox");
    note.hidden = state.sandboxed;
    const content = make("div", "content", {}, task, seen, make("div", "buttons", {}, use, more, cancel), note);
    const panel = make("section", "panel", { "aria-label": "Wayleave sign-in" }, make("div", "head", {}, handle, fold, hide), content);
    shadow.append(panel);

    on(use, "click", () => use.getAttribute("aria-disabled") !== "true" && tell({ pressed: "use" }));
    on(more, "click", () => tell({ pressed: "more_time" }));
    on(cancel, "click", () => tell({ pressed: "cancel" }));

    // where it is: the distance of its corner from the right and lower edge, since windows grow there
    const layout = { right: 20, bottom: 20, folded: false, ...state.layout };
    const place = () => {
      const box = panel.getBoundingClientRect();
      layout.right = Math.max(8, Math.min(layout.right, innerWidth - box.width - 8));
      layout.bottom = Math.max(8, Math.min(layout.bottom, innerHeight - box.height - 8));
      host.style.setProperty("--x", `${Math.max(0, innerWidth - box.width - layout.right)}px`);
      host.style.setProperty("--y", `${Math.max(0, innerHeight - box.height - layout.bottom)}px`);
    };
    const moved = () => {
      place();
      tell({ layout });
    };
    let from = null;
    on(handle, "pointerdown", (event) => {
      if (event.button !== 0) return;
      handle.setPointerCapture(event.pointerId);
      from = { x: event.clientX + layout.right, y: event.clientY + layout.bottom };
    });
    on(handle, "pointermove", (event) => {
      if (!from) return;
      layout.right = from.x - event.clientX;
      layout.bottom = from.y - event.clientY;
      place();
    });
    const drop = () => {
      if (from) moved();
      from = null;
    };
    on(handle, "pointerup", drop);
    on(handle, "pointercancel", drop);
    on(handle, "keydown", (event) => {
      const step = event.shiftKey ? 96 : 24;
      const way = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
      if (!way) return;
      event.preventDefault();
      layout.right += way[0];
      layout.bottom += way[1];
      moved();
    });
    const folding = () => {
      panel.classList.toggle("folded", layout.folded);
      fold.setAttribute("aria-expanded", String(!layout.folded));
      fold.setAttribute("aria-label", layout.folded ? "Show the whole panel" : "Fold the panel");
      fold.title = layout.folded ? "Show" : "Fold";
      short.textContent = layout.folded ? `· ${words.textContent}` : "";
    };
    on(fold, "click", () => {
      layout.folded = !layout.folded;
      folding();
      moved();
    });
    on(hide, "click", () => (host.hidden = true));
    addEventListener("resize", place);

    const update = (state) => {
      task.textContent = state.task;
      if (words.textContent !== state.seen) words.textContent = state.seen;
      panel.classList.toggle("usable", state.usable);
      seen.firstElementChild.replaceWith(mark[state.usable]);
      use.setAttribute("aria-disabled", String(!state.usable));
      more.hidden = !state.extendable;
      folding();
      place();
    };
    // pages that rewrite themselves must not lose it
    const put = () => {
      if (root() && host.parentNode !== root()) {
        root().append(host);
        place();
      }
    };
    new MutationObserver(put).observe(document, { childList: true });
    const watched = new MutationObserver(put);
    const watch = () => root() && watched.observe(root(), { childList: true });
    new MutationObserver(watch).observe(document, { childList: true });
    watch();
    return { put, update };
  };

  const panel = (globalThis.wayleavePanel ??= build());
  panel.put();
  panel.update(state);
}
