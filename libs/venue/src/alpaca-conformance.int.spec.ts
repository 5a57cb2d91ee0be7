import { venueConformance } from './testing/venue-conformance.js';

venueConformance("Alpaca's adapter", {
  open: (bench, adapter) => Promise.resolve(bench.alpaca(adapter)),
  streamFault: { kind: 'drop-stream' },
  lacks: {
    'market-if-touched orders': 'Alpaca has no such type',
    'gtd orders': 'Alpaca has no such time in force',
    'extended hours': 'not sent by the adapter',
  },
});
