const of = (name: string): string => `https://www.googleapis.com/auth/${name}`;

export const FULL = 'https://mail.google.com/';
export const MODIFY = of('gmail.modify');
export const READONLY = of('gmail.readonly');
export const METADATA = of('gmail.metadata');
export const COMPOSE = of('gmail.compose');
export const SEND = of('gmail.send');
export const INSERT = of('gmail.insert');
export const LABELS = of('gmail.labels');
export const SETTINGS = of('gmail.settings.basic');
export const PUBSUB = of('pubsub');
export const CLOUD = of('cloud-platform');

/** Scopes by what a method does, as the reference lists them. */
export const READS = [FULL, MODIFY, READONLY, METADATA] as const;
export const READS_CONTENT = [FULL, MODIFY, READONLY] as const;
export const CHANGES = [FULL, MODIFY] as const;
export const DELETES = [FULL] as const;
export const SENDS = [FULL, MODIFY, COMPOSE, SEND] as const;
export const INSERTS = [FULL, MODIFY, INSERT] as const;
export const READS_DRAFTS = [FULL, MODIFY, COMPOSE, READONLY] as const;
export const DRAFTS = [FULL, MODIFY, COMPOSE] as const;
export const READS_LABELS = [FULL, MODIFY, READONLY, METADATA, LABELS] as const;
export const CHANGES_LABELS = [FULL, MODIFY, LABELS] as const;
export const PROFILE = [FULL, MODIFY, COMPOSE, READONLY, METADATA] as const;
export const SEND_AS = [SETTINGS, FULL, MODIFY, READONLY] as const;
