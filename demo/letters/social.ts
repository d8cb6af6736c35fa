import { type Letter, service } from './letter.ts';
import { escapeHtml, page } from './page.ts';

const perch = service('Perch', 'notify@perch-social.example');
const ridge = service('Ridgeline', 'no-reply@ridgeline-climbs.example');
const linkage = service('Linkage', 'updates@linkage-work.example');
const photo = service('Fieldpost Photos', 'hello@fieldpost.example');

const NEWS: [who: typeof perch, day: number, time: string, subject: string, text: string][] = [
  [
    perch,
    -29,
    '12:14',
    'Nia Pritchard mentioned you',
    '"@robin will know: is it a cormorant or a very sad duck?"',
  ],
  [
    perch,
    -27,
    '20:33',
    'You have 3 new followers',
    'One of them is a lighthouse. A real one, run by volunteers.',
  ],
  [
    linkage,
    -26,
    '09:05',
    'Tobias Lindqvist is celebrating 6 years at Lanternworks',
    'Say congratulations, or bring cake, which is better.',
  ],
  [
    ridge,
    -25,
    '21:40',
    'Yusuf logged a climb with you',
    'Seal Slab, 5c, 28 m. Conditions: "damp but optimistic".',
  ],
  [
    perch,
    -23,
    '07:58',
    'Your post got 41 likes',
    '"Today I explained tides to a four-year-old and he explained them back, better."',
  ],
  [
    photo,
    -22,
    '18:00',
    'Memories: two years ago on the mole',
    'Six photos from a windy day. In one of them your hat is leaving.',
  ],
  [
    linkage,
    -21,
    '08:45',
    'You appeared in 9 searches this week',
    'People who searched: harbour authorities, a recruiter, and your mother.',
  ],
  [perch, -20, '22:11', 'George Tan replied to your post', '"That is a sad duck."'],
  [
    ridge,
    -18,
    '17:25',
    'Nia beat your time to the bench',
    'Lay-by to bench, 11 min 04 s. You: 11 min 40 s. The bench is unmoved.',
  ],
  [
    perch,
    -17,
    '13:37',
    'Trending in Wexcombe: #benches',
    '212 people talk about the bench survey. Feelings run high near the slipway.',
  ],
  [
    linkage,
    -16,
    '10:12',
    'Priya Raman endorsed you for Patience',
    'You have 14 endorsements for Patience and 2 for Slides.',
  ],
  [
    photo,
    -15,
    '18:00',
    'Juno added 23 photos to "Worms"',
    'The shared album "Worms" now has 61 photos of worms.',
  ],
  [
    perch,
    -13,
    '19:49',
    'Bram de Wit shared your photo',
    '"This is how you bend a bracket. Seal not pictured."',
  ],
  [
    ridge,
    -12,
    '20:15',
    'New route near you: The Kindness of Gulls',
    '6a, two bolts, one nest. Please avoid until the nest is empty.',
  ],
  [
    linkage,
    -10,
    '09:30',
    'A message from a recruiter is waiting',
    '"Hi Robin, I came across your profile and was impressed by your experience with [SKILL]."',
  ],
  [
    perch,
    -9,
    '08:22',
    'Ropewalk Singers invited you to an event',
    'Come and sing the difficult page. Thursday, upper hall.',
  ],
  [
    photo,
    -8,
    '18:00',
    'Your week in pictures',
    'Mostly soup. One rope. A remarkable sunset over the fish quay.',
  ],
  [ridge, -7, '19:05', 'Yusuf tagged you in a photo', '"Proof that Robin can smile on the crux."'],
  [
    perch,
    -6,
    '21:30',
    'Poll closed: how should we name the seal?',
    'Winner: Bracket (58 %). Second: Sir Leans-a-lot.',
  ],
  [
    linkage,
    -5,
    '08:50',
    'Callum Reid accepted your invitation',
    'You now know 312 people and remember most of them.',
  ],
  [perch, -4, '23:02', 'Nia Pritchard posted for the first time in a while', '"I DID THE CRACK."'],
  [
    ridge,
    -3,
    '18:40',
    'Weekly summary: 2 climbs, 1 fall, 340 m',
    'The fall was small and elegant, says Nia, who was holding the rope.',
  ],
  [
    photo,
    -1,
    '18:00',
    'Sam added you to "Summer, maybe?"',
    'Eleven pictures of cottages with suspiciously blue sea.',
  ],
  [perch, 0, '07:44', 'Dominic Hale wants to follow you', '"It is your brother. Let me in."'],
];

const COLORS: Record<string, string> = {
  [perch.address]: '#0077b6',
  [ridge.address]: '#6a4c93',
  [linkage.address]: '#0a66a0',
  [photo.address]: '#d68c45',
};

export const social = (): Letter[] =>
  NEWS.map(([from, day, time, subject, text]) => {
    const domain = from.address.split('@')[1];
    return {
      from,
      day,
      time,
      subject,
      text: `${text}\n\nOpen ${from.name}: https://${domain}/n/${-day}${time.replace(':', '')}\n\nTo hear less from us: https://${domain}/settings/mail`,
      html: page({
        brand: from.name,
        color: COLORS[from.address] ?? '#333333',
        preheader: text,
        heading: subject,
        blocks: [{ html: `<p>${escapeHtml(text)}</p>` }],
        button: { text: `Open ${from.name}`, url: `https://${domain}/n/${-day}${time.replace(':', '')}` },
        footer: `Too much? <a href="https://${domain}/settings/mail">Mail settings</a>.`,
      }),
      headers: [['Auto-Submitted', 'auto-generated']],
      read: day < -9,
    };
  });
