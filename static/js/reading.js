// Counts down the time to read before a confirmation. The server keeps the true time; without this file it simply answers "not yet".
for (const form of document.querySelectorAll("form[data-reading-seconds]")) {
  const button = form.querySelector("button[type=submit]");
  const words = form.querySelector(".reading-left");
  const readyAt = performance.now() + Number(form.dataset.readingSeconds) * 1000;

  const secondsLeft = () => Math.max(0, Math.ceil((readyAt - performance.now()) / 1000));

  const show = () => {
    const left = secondsLeft();
    if (left === 0) {
      clearInterval(ticking);
      words.setAttribute("role", "status");
      button.removeAttribute("aria-disabled");
      words.textContent = form.dataset.ready;
      return;
    }
    button.setAttribute("aria-disabled", "true");
    words.textContent = form.dataset.waiting.replace("{seconds}", String(left));
  };

  form.addEventListener("submit", (event) => {
    if (secondsLeft() > 0) {
      event.preventDefault();
    }
  });
  // A number that changes every second is not read aloud; the last sentence is.
  words.setAttribute("role", "timer");
  const ticking = setInterval(show, 250);
  show();
}
