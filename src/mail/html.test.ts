import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlToText } from './html.ts';

describe('what a person sees is kept, and laid out', () => {
  test.each([
    ['blocks stand on their own lines', '<div>one</div><div>two</div>three', 'one\ntwo\nthree'],
    ['paragraphs are a blank line apart', '<p>one</p><p>two', 'one\n\ntwo'],
    ['breaks never pile up', 'one<br><br><br><br>two', 'one\n\ntwo'],
    ['inline elements join words without a gap', 'un<b>bel</b>ievable', 'unbelievable'],
    [
      'cells are side by side, rows below each other',
      '<table><tr><td>Tea<td>3.00<tr><td>Milk<td>1.20</table>',
      'Tea  3.00\nMilk  1.20',
    ],
    ['lists are marked', '<ul><li>one<li>two</ul><ol><li>x<li>y</ol>', '- one\n- two\n\n1. x\n2. y'],
    ['links are their text', 'see <a href="https://x.example/?id=1">the offer</a>.', 'see the offer.'],
    ['entities and odd spaces are read', 'caf&eacute;&nbsp;&amp;&#x20;bar', 'café & bar'],
    ['preformatted text keeps its lines', '<pre>a  b\n  c</pre>', 'a  b\n  c'],
    ['an image says its alternative text', '<img alt="Acme">now', 'Acme now'],
    [
      'quoted mail is marked',
      'new<blockquote type="cite">old<br>mail</blockquote>more',
      'new\n\n> old\n> mail\n\nmore',
    ],
    ['an indented block is not quoted mail', '<blockquote>in</blockquote>', 'in'],
    ['white on black is seen', '<td bgcolor="#000"><span style="color:#fff">hello</span></td>', 'hello'],
    [
      'white on a class that sets a background is seen',
      '<style>.x{background:#123456}</style><div class=x><p style="color:white">hello',
      'hello',
    ],
    [
      'zero font size on a row is undone by the cell',
      '<td style="font-size:0"><p style="font-size:14px">hello',
      'hello',
    ],
    ['a hidden paragraph ends where the next one starts', '<p style="display:none">no<p>yes', 'yes'],
    ['a hidden span ends with its parent', '<div><span hidden>no</div>yes', 'yes'],
    ['hidden formatting ends at its end tag, across blocks', '<b hidden>no<div></b>yes</div>', 'yes'],
    ['text after an unclosed head is seen', '<head><title>no</title><div>yes</div>', 'yes'],
  ])('%s', (_, html, text) => {
    expect(htmlToText(html)).toBe(text);
  });
});

describe('what nobody sees is dropped', () => {
  test.each([
    '<span style="display:none">x</span>',
    '<span style="DISPLAY : none !important">x</span>',
    '<span style="displ\\61y:none">x</span>',
    '<span style="display:/**/none">x</span>',
    '<span hidden>x</span>',
    '<span style="visibility:hidden">x</span>',
    '<span style="opacity:0">x</span>',
    '<span style="font-size:0">x</span>',
    '<span style="font-size:1px">x</span>',
    '<span style="font:0/0 a">x</span>',
    '<div style="max-height:0;overflow:hidden">x</div>',
    '<div style="height:0px;width:0px;overflow:hidden"><p>x</p></div>',
    '<div style="position:absolute;left:-9999px">x</div>',
    '<div style="text-indent:-5000px">x</div>',
    '<div style="clip-path:inset(100%)">x</div>',
    '<span style="color:#fff">x</span>',
    '<span style="color:#fefefe">x</span>',
    '<font color="white">x</font>',
    '<td style="background-color:#000000"><span style="color:rgb(0,0,0)">x</span></td>',
    '<style>.pre{display:none}</style><div class="a pre">x</div>',
    '<style>#p, .q { font-size:0 }</style><div id=p>x</div>',
    '<!-- x -->',
    '<!--[if mso]><p>x</p><![endif]-->',
    '<script>x</script><style>x</style><title>x</title><template>x</template>',
    '<textarea>x</textarea><select><option>x</select>',
    '<svg><text>x</text></svg>',
    `<img alt="${'x'.repeat(201)}">`,
    '<img width=1 height=1 alt="x">',
    '\u{e0078}\u{e0079}&zwnj;&#8203;',
    '<b><div style="display:none">a</b>x</div>',
    '<div style="display:none"><table><tr><td></div>x</td></tr></table></div>',
  ])('%s', (hidden) => {
    expect(htmlToText(`seen ${hidden}`)).toBe('seen');
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '<div>',
    '</div>',
    '<p>',
    '<td>',
    '</td>',
    '<table>',
    '</table>',
    '<b>',
    '</b>',
    '<li>',
    '<ol>',
  ),
  fc.constantFrom(
    '<br>',
    '<!--',
    '-->',
    '<style>',
    '</style>',
    '<blockquote type=cite>',
    '</blockquote>',
    '&amp',
    '<',
  ),
  fc.constantFrom(
    '<span hidden>',
    '</span>',
    '<pre>',
    '</pre>',
    '<font color=white>',
    '</font>',
    '<svg>',
    '<![CDATA[',
  ),
  fc.string({ maxLength: 8 }),
);
const page = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('any page gives text within the limit, without piles of blank lines', () => {
  fc.assert(
    fc.property(page, fc.integer({ min: 0, max: 50 }), (html, max) => {
      expect(htmlToText(html, max).length).toBeLessThanOrEqual(max);
      if (!/pre/.test(html)) expect(htmlToText(html)).not.toMatch(/\n\n\n/);
    }),
    { numRuns: 1_000 },
  );
});

test('words of visible elements come out in order and are never glued', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('div', 'p', 'td', 'li', 'h1'), word), { maxLength: 10 }),
      (words) => {
        const html = words.map(([tag, text]) => `<${tag}>${text}</${tag}>`).join('');
        const seen = htmlToText(html)
          .split(/[\s-]+/)
          .filter((w) => w !== '');
        expect(seen).toEqual(words.map(([, text]) => text));
      },
    ),
  );
});

test.each([
  ['nested blocks', '<div>'.repeat(100_000)],
  ['nested formatting', '<b>'.repeat(100_000) + '</b>'.repeat(100_000)],
  ['crossed formatting', '<b><div>'.repeat(100_000) + '</b>'.repeat(100_000)],
  ['end tags of nothing', `<table><td>${'<i>'.repeat(500)}${'</div></x>'.repeat(100_000)}`],
  ['open brackets', '<'.repeat(500_000)],
  ['open comments', '<!--'.repeat(100_000)],
  ['attributes', `<a ${'style=x '.repeat(100_000)}>`],
  ['style rules', `<style>${'@media{.a{'.repeat(50_000)}</style>`],
  ['cells', `<table><tr>${'<td>'.repeat(100_000)}`],
])('hostile input is read in linear time: %s', (_, html) => {
  // A quadratic reader takes minutes here, and is stopped by the test's own time limit.
  expect(typeof htmlToText(html)).toBe('string');
});
