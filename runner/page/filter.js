"use strict";
(function () {
  var form = document.getElementById("filter");
  if (!form) { return; }
  var bar = form.parentNode;
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-is]"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("[data-group]"));
  var out = form.querySelector("output");
  function lower(text) { return (text || "").toLowerCase(); }
  items.forEach(function (item) { item.words = lower(item.textContent); });
  function apply() {
    var text = lower(form.elements.text.value).trim();
    var profile = form.elements.profile.value;
    var on = {};
    Array.prototype.forEach.call(form.querySelectorAll("input[type=checkbox]"), function (box) { on[box.value] = box.checked; });
    var shown = 0;
    items.forEach(function (item) {
      var is = item.getAttribute("data-is").split(" ");
      var fits = is.some(function (one) { return on[one] !== false; }) &&
        (profile === "" || item.getAttribute("data-profile") === profile) &&
        (text === "" || item.words.indexOf(text) >= 0);
      item.hidden = !fits;
      if (fits) { shown += 1; }
    });
    groups.forEach(function (group) { group.hidden = !group.querySelector("[data-is]:not([hidden])"); });
    out.value = shown + " of " + items.length + " shown";
  }
  function place() {
    var sticks = getComputedStyle(bar).position === "sticky";
    var rule = document.documentElement.style;
    rule.setProperty("--bar", sticks ? bar.offsetHeight + "px" : "0px");
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("resize", place);
  place();
  apply();
})();
