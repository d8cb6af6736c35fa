// Runs before the first paint, so that a chosen theme never flashes. Without a choice the system's theme holds.
(() => {
  try {
    const theme = localStorage.getItem('ashford.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be blocked; the system's theme is right then.
  }
})();
