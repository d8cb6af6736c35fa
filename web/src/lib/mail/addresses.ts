/** What a person typed as one or several addresses, each once. */
export const addressesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,;]+/)
      .map((part) => part.replaceAll(/^<|>$/g, ''))
      .filter((part) => part.includes('@')),
  ),
];
