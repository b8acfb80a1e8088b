// Puts the frame with open needs or offers where the script stands. No cookie is set, nothing of the page is read.
(() => {
  const script = document.currentScript;
  const { title, height, ...wanted } = script.dataset;
  const frame = document.createElement("iframe");
  frame.src = `${new URL(script.src).origin}/widget/?${new URLSearchParams(wanted)}`;
  frame.title = title || "Pontis";
  frame.width = "100%";
  frame.height = height || "480";
  frame.loading = "lazy";
  script.after(frame);
})();
