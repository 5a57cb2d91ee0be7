import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { EVENTS } from '@ballast/contracts';
import type { EventDocument } from '@ballast/contracts/asyncapi';
import { EVENTS_PATH } from './generated-files.js';

describe('the AsyncAPI document of the events', () => {
  it('is valid by the parser of AsyncAPI, and has every event with its topic', async () => {
    const { document, diagnostics } = await new Parser().parse(readFileSync(EVENTS_PATH, 'utf8'));
    expect(diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => [message, path])).toEqual([]);
    const found = document?.channels().all() ?? [];
    const pairs = found.flatMap((channel) =>
      channel
        .messages()
        .all()
        .map((message) => [channel.address(), message.name()]),
    );
    expect(pairs.sort()).toEqual(EVENTS.map(({ topic, type }) => [topic, type]).sort());
  });

  it('is refused by the parser when an operation names a topic that is not there', async () => {
    const { channels: _gone, ...rest } = JSON.parse(readFileSync(EVENTS_PATH, 'utf8')) as EventDocument;
    const { diagnostics } = await new Parser().parse(JSON.stringify({ ...rest, channels: {} }));
    expect(diagnostics.filter(({ severity }) => severity === 0)).not.toEqual([]);
  });
});
