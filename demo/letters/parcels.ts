import { dayName } from './dates.ts';
import { type Letter, service } from './letter.ts';
import { escapeHtml, page } from './page.ts';

const hopper = service('Parcelhopper', 'track@parcelhopper.example');
const post = service('Royal Gannet Post', 'no-reply@gannet-post.example');
const vans = service('Two Vans Delivery', 'updates@two-vans.example');

type Notice = [who: typeof hopper, day: number, time: string, subject: string, text: string, code: string];

const NOTICES: Notice[] = [
  [
    hopper,
    -27,
    '19:02',
    'Your hinges are on their way',
    'Bolt & Daughters have given us a small, heavy parcel. We expect to bring it to you in two days.',
    'PH8841120',
  ],
  [
    hopper,
    -26,
    '07:31',
    'Out for delivery today: PH8841120',
    'Your driver is Wendell. He is 14 stops away and listens to opera.',
    'PH8841120',
  ],
  [
    hopper,
    -26,
    '13:47',
    'Delivered: PH8841120, left with a neighbour',
    'Left with: number 9. Wendell says the dog is charming.',
    'PH8841120',
  ],
  [
    post,
    -24,
    '16:20',
    'We have your parcel from Dog-Eared Books',
    'It will arrive within three working days. Books travel slowly and think a lot.',
    'GP 2201 774',
  ],
  [
    post,
    -22,
    '11:08',
    'Delivered to your letter box',
    'Two books, one letter box, no damage to either.',
    'GP 2201 774',
  ],
  [
    vans,
    -20,
    '17:15',
    'Tomorrow between 09:10 and 10:10',
    'The Wooden Whale: one tugboat, one wheel. Not at home? Choose a neighbour or a safe place.',
    'TV-60177',
  ],
  [
    vans,
    -19,
    '09:52',
    'Your tugboat has docked',
    'Handed to: "small person with a cape". A photograph of the doorstep is kept for seven days.',
    'TV-60177',
  ],
  [
    hopper,
    -16,
    '20:10',
    'A spirit level is coming to you',
    'We were asked to keep it flat. We will do our best.',
    'PH8850317',
  ],
  [
    hopper,
    -15,
    '18:22',
    'Sorry, we missed you',
    `Nobody answered at 18:20. We will try again on ${dayName(-14)}; or collect it from the Ropewalk newsagent from noon.`,
    'PH8850317',
  ],
  [
    hopper,
    -14,
    '12:41',
    'Ready for collection until the end of the week',
    'Newsagent, 31 Ropewalk. Bring the code below or a convincing face.',
    'PH8850317',
  ],
  [
    post,
    -12,
    '15:33',
    'Customs: a parcel for you from Japan',
    'A charge of £6.20 applies before delivery. Pay at the post office counter or at your door; we never ask for card details by mail.',
    'GP 2209 031',
  ],
  [post, -10, '10:15', 'Your parcel from Japan was delivered', 'Signed for by: S. Okafor.', 'GP 2209 031'],
  [
    vans,
    -9,
    '16:44',
    'Delay: your marble run is on the wrong van',
    'There are two vans. It is on the other one. We expect it tomorrow.',
    'TV-60421',
  ],
  [
    vans,
    -8,
    '14:09',
    'Delivered: marble run, right van',
    'Thank you for your patience. The driver has been told which van is which.',
    'TV-60421',
  ],
  [
    hopper,
    -7,
    '19:30',
    'Heavy item: fender ring, 11 kg',
    'Please make sure that somebody who lifts things is at home.',
    'PH8861904',
  ],
  [
    hopper,
    -6,
    '11:12',
    'Fender ring delivered to Wexcombe Harbour office',
    'Signed for by: L. Pike, "finally".',
    'PH8861904',
  ],
  [
    post,
    -4,
    '16:02',
    'Posted to you: one thin envelope, tracked',
    'Sender: Passport Office. Arrives in two working days.',
    'GP 2213 560',
  ],
  [
    post,
    -2,
    '09:26',
    'Your tracked envelope was delivered',
    'Posted through the door at 09:24.',
    'GP 2213 560',
  ],
  [
    vans,
    -1,
    '17:05',
    'Arriving tomorrow: two yellow diggers',
    'Between 15:00 and 16:00. They differ in yellow.',
    'TV-60688',
  ],
  [
    vans,
    0,
    '15:21',
    'Delivered: two yellow diggers',
    'Handed to: "same small person, new cape".',
    'TV-60688',
  ],
];

const notice = ([from, day, time, subject, text, code]: Notice): Letter => ({
  from,
  day,
  time,
  subject,
  text: `Hello Robin,\n\n${text}\n\nTracking number: ${code}\n\n${from.name}`,
  html: page({
    brand: from.name,
    color: from === hopper ? '#e76f51' : from === post ? '#9b2226' : '#264653',
    preheader: text,
    heading: subject,
    blocks: [{ html: `<p>${escapeHtml(text)}</p><p>Tracking number: <b>${code}</b></p>` }],
    button: {
      text: 'Follow your parcel',
      url: `https://${from.address.split('@')[1]}/t/${code.replaceAll(' ', '')}`,
    },
    footer: 'You receive this because a sender gave us your address for this delivery.',
  }),
  headers: [['Auto-Submitted', 'auto-generated']],
  read: day < -7,
});

export const parcels = (): Letter[] => NOTICES.map(notice);
