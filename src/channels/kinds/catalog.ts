import type { ChannelKind } from '#channels/define.ts';
import { web } from './web.ts';

/** Every channel that there is. Settings may name others, which come to nothing until they are listed here. */
export const CHANNELS: readonly ChannelKind[] = [web];

export const findChannel = (name: string): ChannelKind | undefined =>
  CHANNELS.find((channel) => channel.name === name);
