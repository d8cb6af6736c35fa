import type { Untrusted } from '#mail/untrusted.ts';

/** Something to tell a person. */
export interface Telling {
  userId: string;
  /** What it is about: with the channel, this tells two tellings apart. */
  subject: { type: string; id: string };
  title: string;
  /** Plain text; it may quote mail. */
  text: Untrusted<string>;
}

/** One way to talk to a person. */
export interface ChannelKind {
  /** As it stands in the settings. */
  name: string;
  /** For people. */
  title: string;
  /**
   * Tells it, and answers with the id that it has there, so that it can be changed later. May run twice for one telling.
   * Throws `transient` when trying again may help.
   */
  tell(telling: Telling): Promise<{ remoteId: string }>;
}

/** One way to talk to a person: list it in `kinds/catalog.ts`. */
export const defineChannel = (kind: ChannelKind): ChannelKind => kind;
