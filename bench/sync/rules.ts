const NO_MATCH = Array.from(
  { length: 20 },
  (_, n) => `[[rules]]
name = "Nobody ${n}"
when = { any = [{ sender_domain = "nobody-${n}.example" }, { subject_contains = "Nothing of the sort ${n}" }] }
then = "archive"
`,
).join('\n');

/** Twenty-two rules; of the made-up mail the last two match every seventh: half of that is labelled, half archived. */
export const SOME_RULES = `${NO_MATCH}
[[rules]]
name = "Receipts"
when = { sender_domain = "books.example" }
then = { type = "apply_label", label = "Receipts" }

[[rules]]
name = "Offers"
when = { sender_domain = "bikes.example" }
then = "archive"
`;

/** Every letter leaves the inbox. */
export const ARCHIVE_LETTERS = `${NO_MATCH}
[[rules]]
name = "Letters"
when = { subject_contains = "Letter" }
then = "archive"
`;
