// The view of an address that names no view.

import { el } from "./dom.js";

export class UnknownView {
  constructor() {
    this.title = "No such view";
    this.heading = el("h1", { tabindex: "-1" }, this.title);
    this.element = el(
      "section",
      { class: "unknown" },
      el("div", { class: "view-head" }, this.heading),
      el("p", {}, "The address of this page does not name a view. Events are in the ", el("a", { href: "#/feed" }, "feed"), "."),
    );
  }

  show() {}

  hide() {}
}
