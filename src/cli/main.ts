#!/usr/bin/env node
/** The command line: finds the verb, hands it the world outside, turns errors into one line and an exit status. */
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { nodeIo } from './node-io.ts';
import { runCli } from './run.ts';

// Code is optimized later than V8 would: a run on one board ends before optimizing pays (bench/boards.ts: 1.3 times as
// fast), and a run on 206 boards has better profiles by then (1.4 times).
setFlagsFromString('--interrupt-budget=1000000');

// A thread of this program is one that reckons points of a sweep.
if (isMainThread) process.exitCode = await runCli(process.argv.slice(2), nodeIo());
else (await import('./sweep-workers.ts')).runSweepWorker();
