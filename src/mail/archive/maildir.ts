import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ARCHIVE_DEPTH } from '#config/limits.ts';
import type { Flag } from '#mail/message.ts';
import { type Instant, toInstant } from '#std/time.ts';
import type { ArchivedState } from './state-headers.ts';

/** A message file, with what its place and name say of it. */
export interface MailFile extends ArchivedState {
  path: string;
  sizeBytes: number;
  /** When it was delivered, where the name tells. */
  date: Instant | null;
}

/** Whether the folder is a Maildir (https://cr.yp.to/proto/maildir.html). */
export const isMaildir = async (path: string): Promise<boolean> => {
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((e) => e.isDirectory())
    .map((e) => e.name);
  return names.includes('cur') || (names.includes('new') && names.includes('tmp'));
};

/** Every message file of a Maildir and its subfolders (`.Folder.Sub`, or `Folder/Sub`), in the order of their names. */
export const listMaildir = async (root: string): Promise<MailFile[]> => {
  const files: MailFile[] = [];
  const walk = async (folder: string, names: readonly string[]): Promise<void> => {
    const entries = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory());
    const subfolders = entries.map((e) => e.name).sort();
    const label = folderLabels(names);
    for (const part of ['cur', 'new']) {
      if (subfolders.includes(part)) await addFiles(files, join(folder, part), label);
    }
    if (names.length >= ARCHIVE_DEPTH) return;
    for (const name of subfolders) {
      if (name === 'cur' || name === 'new' || name === 'tmp') continue;
      const parts = name.startsWith('.') ? name.slice(1).split('.') : [name];
      await walk(join(folder, name), [...names, ...parts]);
    }
  };
  await walk(root, []);
  return files;
};

const addFiles = async (files: MailFile[], folder: string, labels: string[]): Promise<void> => {
  const names = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isFile()).map((e) => e.name);
  for (const name of names.sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const { size } = await stat(path);
    files.push({ path, sizeBytes: size, date: dateOf(name), ...stateOf(name, labels) });
  }
};

/** `1204680122.27c448.host:2,FS`: the second of delivery, and after `:2,` the flags. */
const dateOf = (name: string): Instant | null => {
  const seconds = /^(\d{8,11})\./.exec(basename(name))?.[1];
  return seconds === undefined ? null : toInstant(Number(seconds) * 1000);
};

// A colon can't stand in a file name everywhere; programs for such systems write ! or ; instead.
const INFO = /[:!;]2,([A-Za-z]*)$/;

const stateOf = (name: string, labels: string[]): ArchivedState => {
  const info = INFO.exec(name)?.[1] ?? '';
  const flags: Flag[] = [];
  if (info.includes('S')) flags.push('seen');
  if (info.includes('F')) flags.push('flagged');
  if (info.includes('R')) flags.push('answered');
  if (info.includes('T')) return { labels: ['Trash'], flags };
  return { labels: info.includes('D') ? ['Drafts'] : labels, flags };
};

const KNOWN: Record<string, string[]> = {
  inbox: ['Inbox'],
  sent: ['Sent'],
  'sent items': ['Sent'],
  'sent mail': ['Sent'],
  'sent messages': ['Sent'],
  drafts: ['Drafts'],
  trash: ['Trash'],
  'deleted items': ['Trash'],
  'deleted messages': ['Trash'],
  spam: ['Spam'],
  junk: ['Spam'],
  'junk e-mail': ['Spam'],
  archive: [],
  archives: [],
};

/** The labels of a folder: none in it means archived. */
const folderLabels = (names: readonly string[]): string[] => {
  const below = names[0]?.toLowerCase() === 'inbox' && names.length > 1 ? names.slice(1) : names;
  if (below.length === 0) return ['Inbox'];
  const name = below.join('/');
  const key = name.toLowerCase();
  return Object.hasOwn(KNOWN, key) ? (KNOWN[key] ?? []) : [name];
};
