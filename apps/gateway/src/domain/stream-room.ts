import { PROFILE_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import { SYMBOL_PATTERN } from '@ballast/contracts/orders';
import { SEQUENCED_TOPICS } from '@ballast/contracts/streams';
import type { StreamCursors, StreamRoom } from '@ballast/contracts/stream-protocol';

const WRONG_AFTER = '`after` must be the last sequence of each topic';

/** Reads what a client wants to hear; a text says what is wrong with it. Unknown fields are wrong. */
export function roomIn(value: unknown): StreamRoom | string {
  if (!isRecord(value)) return 'must be an object with a `room`';
  switch (value['room']) {
    case 'user':
      return userRoomIn(value);
    case 'profile':
      return profileRoomIn(value);
    case 'symbol':
      return symbolRoomIn(value);
    case 'quotes':
      return quotesRoomIn(value);
    default:
      return '`room` must be user, profile, symbol or quotes';
  }
}

/** The name under which a client leaves a room again: what it subscribed to, without where it began. */
export function roomKeyOf(room: StreamRoom): string {
  switch (room.room) {
    case 'user':
      return `user:${room.userId ?? ''}`;
    case 'profile':
      return `profile:${room.profileId}`;
    case 'symbol':
      return `symbol:${room.profileId}:${room.symbol}`;
    case 'quotes':
      return `quotes:${room.symbol}`;
  }
}

function userRoomIn({ room: _room, userId, after, ...rest }: Record<string, unknown>): StreamRoom | string {
  if (userId !== undefined && !isText(userId, USER_ID_PATTERN)) return '`userId` must be the id of a user';
  if (after !== undefined && !isCursors(after)) return WRONG_AFTER;
  const named = userId === undefined ? {} : { userId };
  return unknownIn(rest) ?? { room: 'user', ...named, ...(after === undefined ? {} : { after }) };
}

function profileRoomIn({ room: _room, profileId, after, ...rest }: Record<string, unknown>): StreamRoom | string {
  if (!isText(profileId, PROFILE_ID_PATTERN)) return '`profileId` must be the id of a profile';
  if (after !== undefined && !isCursors(after)) return WRONG_AFTER;
  return unknownIn(rest) ?? { room: 'profile', profileId, ...(after === undefined ? {} : { after }) };
}

function symbolRoomIn({ room: _room, profileId, symbol, ...rest }: Record<string, unknown>): StreamRoom | string {
  if (!isText(profileId, PROFILE_ID_PATTERN)) return '`profileId` must be the id of a profile';
  if (!isText(symbol, SYMBOL_PATTERN)) return '`symbol` must be a symbol';
  return unknownIn(rest) ?? { room: 'symbol', profileId, symbol };
}

function quotesRoomIn({ room: _room, symbol, ...rest }: Record<string, unknown>): StreamRoom | string {
  if (!isText(symbol, SYMBOL_PATTERN)) return '`symbol` must be a symbol';
  return unknownIn(rest) ?? { room: 'quotes', symbol };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

/** All topics must be there: one that is left out would silently begin somewhere else. */
function isCursors(value: unknown): value is StreamCursors {
  if (!isRecord(value) || Object.keys(value).length !== SEQUENCED_TOPICS.length) return false;
  return SEQUENCED_TOPICS.every((topic) => Number.isSafeInteger(value[topic]) && Number(value[topic]) >= 0);
}

function unknownIn(rest: object): string | undefined {
  const [name] = Object.keys(rest);
  return name === undefined ? undefined : `\`${name.slice(0, 40)}\` is not known`;
}
