import { posix, win32 } from 'node:path';

/** What decides where things are kept on this machine. */
export interface Place {
  env: Readonly<Record<string, string | undefined>>;
  homeDir: string;
  platform: string;
}

const pathOf = (platform: string) => (platform === 'win32' ? win32 : posix);

const folder = (place: Place, names: { xdg: string; xdgFallback: string[]; windows: string }): string => {
  const path = pathOf(place.platform);
  // XDG Base Directory Specification: a value that is not absolute is ignored.
  const xdg = place.env[names.xdg];
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'ashford');
  if (place.platform === 'darwin')
    return path.join(place.homeDir, 'Library', 'Application Support', 'Ashford');
  if (place.platform === 'win32') {
    return path.join(place.env[names.windows] ?? path.join(place.homeDir, 'AppData', 'Local'), 'Ashford');
  }
  return path.join(place.homeDir, ...names.xdgFallback, 'ashford');
};

/** Where the platform keeps the data of programs. */
export const dataFolder = (place: Place): string =>
  folder(place, { xdg: 'XDG_DATA_HOME', xdgFallback: ['.local', 'share'], windows: 'LOCALAPPDATA' });

/** Where the platform keeps the settings of programs. */
export const configFolder = (place: Place): string =>
  folder(place, { xdg: 'XDG_CONFIG_HOME', xdgFallback: ['.config'], windows: 'APPDATA' });

/** Where the key of stored credentials is kept: never the folder of the data, whose copies it would be part of. */
export const keyFolder = (place: Place): string =>
  place.platform === 'darwin' && configFolder(place) === dataFolder(place)
    ? pathOf(place.platform).join(place.homeDir, 'Library', 'Preferences', 'Ashford')
    : configFolder(place);

/** `~` becomes the home folder, and what is relative starts at `base`. URLs and `:memory:` stay as they are. */
export const absolutePath = (text: string, base: string, place: Place): string => {
  if (text.includes('://') || text === ':memory:') return text;
  const path = pathOf(place.platform);
  if (text === '~') return place.homeDir;
  if (/^~[/\\]/.test(text)) return path.join(place.homeDir, text.slice(2));
  return path.resolve(base, text);
};

export const joinPath = (place: Place, ...parts: string[]): string => pathOf(place.platform).join(...parts);

export const folderOf = (place: Place, file: string): string => pathOf(place.platform).dirname(file);
