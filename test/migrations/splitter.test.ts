import { databases } from '@som3d/server/testing';
import { describe, expect, test } from 'vitest';

describe('the statements of a dump', () => {
  test.each([
    ['are cut at semicolons', 'select 1;select 2 ;\n;;\nselect 3;', ['select 1', 'select 2', 'select 3']],
    ['keep semicolons in strings', `a 'x;\\';''y' ";\\";""" \`b;\\\`;c;`, [`a 'x;\\';''y' ";\\";""" \`b;\\\``, 'c']],
    [
      'keep a backslash before the end of a string',
      String.raw`a '\\';b '\\\';';c;`,
      [String.raw`a '\\'`, String.raw`b '\\\';'`, 'c'],
    ],
    ['do not begin with comments', '-- a; b\n# c;\n/* d; */ e;--\nf;', ['e', 'f']],
    ['keep comments inside', "a -- it's; b\n# \"\n/* ' ; */ c;", ["a -- it's; b\n# \"\n/* ' ; */ c"]],
    ['do not take two dashes of a formula for a comment', 'a 1--1;b;', ['a 1--1', 'b']],
    ['keep line ends in strings', "a '1\n-- 2\nDELIMITER ;;\r\n3';b;", ["a '1\n-- 2\nDELIMITER ;;\r\n3'", 'b']],
    ['keep conditional comments', '/*!40101 SET x=1 */;/*M!100616 y */;', ['/*!40101 SET x=1 */', '/*M!100616 y */']],
    ['are not cut in a conditional comment', '/*!50003 a; b /* c; */ d; */;e;', ['/*!50003 a; b /* c; */ d; */', 'e']],
    ['end at the delimiter', 'DELIMITER ;;\na; b;;\ndelimiter $$\r\nc;; d$$ DELIMITER ;\ne;', ['a; b', 'c;; d', 'e']],
    ['end at a quoted delimiter', "DELIMITER '//'\na / b; c//\nDELIMITER ;\n", ['a / b; c']],
    ['may hold the word', 'delimiters;a delimiter b;c;', ['delimiters', 'a delimiter b', 'c']],
    ['may be on lines that end as on Windows', 'a;\r\nb\r\n;\r\n-- c\r\n', ['a', 'b']],
    ['may be none', '-- nothing\n/* at all; */\n', []],
  ])('%s, wherever a chunk ends', (_name, dump, expected) => {
    const bytes = Buffer.from(dump);
    const whole = split([bytes]) as databases.Statement[];
    expect(whole.map(({ text }) => text)).toEqual(expected);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(split([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
    }
    expect(split([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  test('have the line and the end of the dump’s own bytes', () => {
    const dump = "\n-- ñ\nfirst;\n/* two\nlines */\nsecond 'a\n\nb';third\n;";
    const found = split([...Buffer.from(dump)].map((byte) => Buffer.from([byte])));
    expect(found).toEqual([
      { line: 3, end: 13, text: 'first' },
      { line: 6, end: 44, text: "second 'a\n\nb'" },
      { line: 8, end: 51, text: 'third' },
    ]);
  });

  test('keep bytes that are no text', () => {
    const bytes = Buffer.from([...Buffer.from("x '"), 0xff, 0x00, 0xe9, 0xc3, ...Buffer.from("';")]);
    const [statement] = split([bytes]) as databases.Statement[];
    expect(Buffer.from(statement?.text ?? '', 'latin1')).toEqual(bytes.subarray(0, -1));
  });

  test.each([
    ["a;\nb 'c;", 'line 2', 'inside the statement'],
    ['a;\ninsert b values (1),\n(2)', 'line 2', 'inside the statement'],
    ['a;\n/* b;\n', 'line 2', 'inside a comment'],
    ['DELIMITER ;;\na;;\n', 'line 2', 'DELIMITER'],
    ['DELIMITER \na;', 'line 1', 'DELIMITER'],
  ])('are refused when they are cut off: %j', (dump, line, what) => {
    const failure = split([Buffer.from(dump)]);
    expect(failure).toBeInstanceOf(databases.DumpError);
    expect((failure as databases.DumpError).message).toMatch(new RegExp(`^${line}: .*${what}`));
  });

  test('are refused from a length on, before they have come to their end', () => {
    const splitter = new databases.StatementSplitter(2 ** 20);
    const values = Buffer.alloc(2 ** 19, 'x');
    const push = (chunk: Buffer): databases.Statement[] => [...splitter.push(chunk)];
    expect(push(Buffer.from("a;\nb 'and so on"))).toHaveLength(1);
    expect(push(values)).toEqual([]);
    expect(() => push(values)).toThrow('line 2: the statement that starts here is longer than 1 MiB');
  });
});

/** The statements, or the error that they end with. */
function split(chunks: readonly Buffer[]): databases.Statement[] | databases.DumpError {
  const splitter = new databases.StatementSplitter(2 ** 20);
  try {
    return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()];
  } catch (error) {
    if (error instanceof databases.DumpError) return error;
    throw error;
  }
}
