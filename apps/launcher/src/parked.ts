import type { DeadLetterList, ParkedAggregateList, ParkedMessageList, RedriveView } from '@ballast/contracts/parked';
import { Api, ApiProblem } from './api.js';
import { printTable } from './print-table.js';

const CONSUMERS = ['orders', 'ledger', 'audit'];
/** Calls of one redrive; each handles messages for up to five seconds. */
const REDRIVE_CALLS_MAX = 1_000;

const USAGE = `npm run parked -- <command>

  list                                        what is parked, and the dead letters, of every service
  show    <service> <subject>                 the parked messages of one aggregate, as JSON
  redrive <service> <subject>                 handle them again, in order
  drop    <service> <subject> <message id> <reason>
                                              give one message up for good
  redrive-letters <service>                   handle the dead letters again, in order
  drop-letter     <service> <topic> <sequence number> <reason>
                                              remove one dead letter for good

services: ${CONSUMERS.join(', ')}
GATEWAY_URL, BALLAST_USERNAME and BALLAST_PASSWORD say where and who; without them: the platform started here, its admin.`;

/** The words of a command are not as they must be; the message says how. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs one command of the tool for parked messages; resolves with the process's exit code. */
export async function runParked(words: readonly string[], signIn: () => Promise<Api>): Promise<number> {
  try {
    const [command = '', ...rest] = words;
    const run = COMMANDS[command];
    if (run === undefined)
      throw new UsageError(command === '' ? 'a command is needed' : `there is no command ${command}`);
    requireWords(run, command, rest);
    return await run.execute(await signIn(), rest);
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
    else if (error instanceof ApiProblem) console.error(error.message);
    else throw error;
    return 1;
  }
}

interface Command {
  readonly words: readonly string[];
  execute(api: Api, words: readonly string[]): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  list: { words: [], execute: (api) => list(api) },
  show: {
    words: ['service', 'subject'],
    execute: async (api, [service, subject]) => {
      const { items } = await api.get<ParkedMessageList>(`/v1/admin/parked/${service}/${subject}`);
      console.log(JSON.stringify(items, undefined, 2));
      return 0;
    },
  },
  redrive: {
    words: ['service', 'subject'],
    execute: (api, [service, subject]) => redrive(api, `/v1/admin/parked/${service}/${subject}/redrive`),
  },
  drop: {
    words: ['service', 'subject', 'message id', 'reason'],
    execute: async (api, [service, subject, messageId, reason]) => {
      const path = `/v1/admin/parked/${service}/${subject}/drop`;
      const { body } = await api.post<RedriveView>(path, { messageId, reason });
      console.log(`dropped; ${body.left} left`);
      return 0;
    },
  },
  'redrive-letters': {
    words: ['service'],
    execute: (api, [service]) => redrive(api, `/v1/admin/dead-letters/${service}/redrive`),
  },
  'drop-letter': {
    words: ['service', 'topic', 'sequence number', 'reason'],
    execute: async (api, [service, topic, sequenceNumber, reason]) => {
      await api.post<RedriveView>(`/v1/admin/dead-letters/${service}/drop`, { topic, sequenceNumber, reason });
      console.log('dropped');
      return 0;
    },
  },
};

function requireWords({ words }: Command, command: string, given: readonly string[]): void {
  if (given.length !== words.length) throw new UsageError(`${command} needs: ${words.join(', ') || 'nothing more'}`);
  if (words[0] === 'service' && !CONSUMERS.includes(given[0] ?? '')) {
    throw new UsageError(`${given[0]} is none of the services ${CONSUMERS.join(', ')}`);
  }
}

async function list(api: Api): Promise<number> {
  const all = await Promise.all(
    CONSUMERS.map(async (service) => ({
      service,
      parked: (await api.get<ParkedAggregateList>(`/v1/admin/parked/${service}`)).items,
      letters: (await api.get<DeadLetterList>(`/v1/admin/dead-letters/${service}`)).items,
    })),
  );
  const parked = all.flatMap(({ service, parked: of }) =>
    of.map(({ subject, messages, since, reason }) => ({ service, subject, messages: String(messages), since, reason })),
  );
  const letters = all.flatMap(({ service, letters: of }) =>
    of.map(({ topic, sequenceNumber, messageId, reason }) => ({ service, topic, sequenceNumber, messageId, reason })),
  );
  if (parked.length > 0) printTable('Parked', parked);
  if (letters.length > 0) printTable('Dead letters', letters);
  if (parked.length + letters.length === 0) console.log('nothing is parked, and there are no dead letters');
  return 0;
}

/** Goes on until nothing is left or nothing more moves. */
async function redrive(api: Api, path: string): Promise<number> {
  let redriven = 0;
  for (let call = 0; call < REDRIVE_CALLS_MAX; call += 1) {
    const { body } = await api.post<RedriveView>(path, {});
    redriven += body.redriven;
    if (body.left > 0 && body.redriven > 0 && body.stopped === undefined) continue;
    const why = body.stopped === undefined ? '' : ` (${body.stopped})`;
    console.log(`${redriven} handled; ${body.left} left${why}`);
    return body.left === 0 ? 0 : 1;
  }
  return 1;
}
