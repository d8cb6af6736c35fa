const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Properties that set how text looks, and none that could fetch, cover the page, or leave their place. */
const PROPERTIES = set(
  'color background-color background font font-family font-size font-style font-variant font-weight line-height letter-spacing word-spacing text-align text-decoration text-indent text-transform white-space word-break overflow-wrap word-wrap vertical-align direction unicode-bidi display visibility opacity float clear width height min-width min-height max-width max-height padding padding-top padding-right padding-bottom padding-left margin margin-top margin-right margin-bottom margin-left border border-top border-right border-bottom border-left border-color border-style border-width border-top-color border-top-style border-top-width border-right-color border-right-style border-right-width border-bottom-color border-bottom-style border-bottom-width border-left-color border-left-style border-left-width border-radius border-collapse border-spacing table-layout caption-side empty-cells list-style list-style-type box-sizing overflow overflow-x overflow-y',
);

/** Letters, numbers, colours, quoted names and commas; of functions only those that make colours. */
const VALUE = /^[\w\s#%.,!'"/+-]*$/;
const COLOUR = /^(?:rgba?|hsla?)\([\d\s.,%/deg+-]*\)$/;

const isSafeValue = (value: string): boolean => {
  if (VALUE.test(value)) return true;
  // Function by function, so that `1px solid rgb(0, 0, 0)` passes and anything unknown does not.
  return value.split(/(?<=\))\s*/).every((part) => {
    const open = part.indexOf('(');
    if (open === -1) return VALUE.test(part);
    const start = part.slice(0, open).search(/[a-z]+$/i);
    return start !== -1 && VALUE.test(part.slice(0, start)) && COLOUR.test(part.slice(start).toLowerCase());
  });
};

/** The declarations of a `style` attribute that only set how text looks. '' when none does. */
export const safeStyle = (style: string): string => {
  const kept: string[] = [];
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon === -1) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (value === '' || !PROPERTIES.has(property) || !isSafeValue(value)) continue;
    // A negative margin moves a thing over its neighbours.
    if (property.startsWith('margin') && value.includes('-')) continue;
    kept.push(`${property}:${value}`);
  }
  return kept.join(';');
};
