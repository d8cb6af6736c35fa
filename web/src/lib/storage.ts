/** Small choices of this browser. Storage may be blocked, so reading falls back and writing may do nothing. */
export const readChoice = (key: string): string | null => {
  try {
    return localStorage.getItem(`ashford.${key}`);
  } catch {
    return null;
  }
};

export const keepChoice = (key: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(`ashford.${key}`);
    else localStorage.setItem(`ashford.${key}`, value);
  } catch {
    // The choice then lasts until the page is closed.
  }
};
