#!/usr/bin/env node
/** The command line: finds the verb, hands it the world outside, turns errors into one line and an exit status. */
import { nodeIo } from './node-io.ts';
import { runCli } from './run.ts';

process.exitCode = await runCli(process.argv.slice(2), nodeIo());
