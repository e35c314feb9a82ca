import { describe, expect, it } from 'vitest';
import { githubAnnotations } from '../../src/report/github.ts';
import { visible } from '../../src/report/visible.ts';
import {
  CHECK,
  EXAMPLE_BOARDS,
  exampleResults,
  findingAbout,
  itHoldsForNames,
  resultWith,
} from './small-results.ts';

interface Command {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

/** Reads workflow commands as the runner does: split at the first `::` behind the properties, unescape each part. */
function readCommands(text: string): Command[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const match = /^::([a-z]+) (.*?)::(.*)$/.exec(line);
      if (match === null) throw new Error(`no command: ${line}`);
      const properties = Object.fromEntries(
        match[2]!.split(',').map((property) => {
          const at = property.indexOf('=');
          const value = property
            .slice(at + 1)
            .replaceAll('%3A', ':')
            .replaceAll('%2C', ',');
          return [property.slice(0, at), unescapeData(value)];
        }),
      );
      return { command: match[1]!, properties, message: unescapeData(match[3]!) };
    });
}

describe('GitHub annotations', () => {
  it('are one command for each finding, notes as notices, with the line of a log and the evidence behind the message', () => {
    expect(githubAnnotations(CHECK)).toBe(
      [
        '::warning file=board.dtb,title=dma-client-unlinked::7000.mmc -> dma: dmas in 7000.mmc makes no device link',
        '::warning file=board.dtb,title=dma-client-unlinked::8000.serial -> dma: dmas in 8000.serial makes no device link%0A' +
          '&{/soc/8000.serial} { };%0A8000.serial',
        '::notice file=board.dtb,title=supplier-disabled::osc -> /dsi: clocks in /osc names a supplier that is disabled',
        '::error file=logs/second.dmesg,line=42,title=callback-failed::7000.mmc: suspend returned -16 (EBUSY)',
        '',
      ].join('\n'),
    );
  });

  it('are nothing where there are no findings', () => {
    expect(githubAnnotations(resultWith([]))).toBe('');
  });

  it('escape what separates properties and lines', () => {
    const finding = findingAbout('x', {
      subject: '50% of ::error::',
      place: { input: 'C:\\boards,old\\a%20b.dtb' },
      evidence: [],
    });
    expect(githubAnnotations(resultWith([finding]))).toBe(
      '::warning file=C%3A\\boards%2Cold\\a%2520b.dtb,title=dma-client-unlinked::' +
        '50%25 of ::error::: dmas in x makes no device link\n',
    );
  });

  it('name no file for a board from standard input', () => {
    const [command] = readCommands(
      githubAnnotations(resultWith([findingAbout('x', { place: { input: '-' } })])),
    );
    expect(command!.properties).toEqual({ title: 'dma-client-unlinked' });
  });
});

describe('GitHub annotations of any names', () => {
  const holds = (name: string) => {
    const finding = findingAbout(name);
    const result = resultWith([finding, { ...findingAbout('y'), severity: 'note' }]);
    const commands = readCommands(githubAnnotations(result));
    expect(commands).toHaveLength(2);
    expect(commands.find(({ command }) => command === 'warning')).toEqual({
      command: 'warning',
      properties: { file: visible(finding.place.input), title: finding.rule },
      message: [`${finding.subject}: ${finding.message}`, ...finding.evidence].map(visible).join('\n'),
    });
  };

  itHoldsForNames('keep to one line and give back', holds);
});

it.each(EXAMPLE_BOARDS)('every finding of %s is one annotation', (name) => {
  const { check } = exampleResults(name);
  expect(check.findings.length).toBeGreaterThan(5);
  const commands = readCommands(githubAnnotations(check));
  expect(commands.map(({ properties }) => properties.title)).toEqual(check.findings.map(({ rule }) => rule));
});
