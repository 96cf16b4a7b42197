#!/usr/bin/env bash
# dicom-parser reads past elements with a 64-bit VR (UV, SV, OV) as if their length field had 16 bits.
#
# Version: dicom-parser 1.8.21, Node 20.
# Expected: an element of VR UV in an explicit VR data set is read with its 32-bit length (DICOM PS3.5, table 7.1-1),
#   and the element behind it is found.
# Seen: the element gets length 0, the parser goes on in the middle of it, invents an element (0008,0000) and throws
#   "attempt to read past end of buffer". The Patient ID behind it is not found.
# Why it matters: File Offset in Container (0008,040C), File Length in Container (0008,040D) and Extended Offset Table
#   (7FE0,0001) have these VRs.
# Output seen:
#   UV: length 0; patient: absent; invented: x00080000; error: dicomParser.readFixedString: attempt to read past end of buffer
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --save-exact dicom-parser@1.8.21 >/dev/null
cat >try.cjs <<'JS'
const { parseDicom } = require('dicom-parser');

/** One explicit VR little endian element. Long VRs have two reserved bytes and a 32-bit length. */
function element(group, number, vr, value) {
  const long = ['OB', 'OW', 'UN', 'SQ', 'UV', 'SV', 'OV'].includes(vr);
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}
const text = (value) => Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, 'latin1');
const offset = Buffer.alloc(8);
offset.writeBigUInt64LE(1_048_576n);

const syntax = element(2, 0x10, 'UI', text('1.2.840.10008.1.2.1'));
const length = Buffer.alloc(4);
length.writeUInt32LE(syntax.length);
const file = Buffer.concat([
  Buffer.alloc(128),
  Buffer.from('DICM'),
  element(2, 0, 'UL', length),
  syntax,
  element(8, 0x60, 'CS', text('CT')),
  element(8, 0x040c, 'UV', offset),
  element(0x10, 0x20, 'LO', text('PHANTOM1')),
]);

function parse() {
  try {
    return { dataSet: parseDicom(file), error: 'none' };
  } catch ({ dataSet, exception }) {
    return { dataSet, error: exception };
  }
}
const { dataSet, error } = parse();
const written = new Set(['x00020000', 'x00020010', 'x00080060', 'x0008040c', 'x00100020']);
const invented = Object.keys(dataSet.elements).filter((tag) => !written.has(tag));
console.log(
  `UV: length ${dataSet.elements.x0008040c?.length}; patient: ${dataSet.elements.x00100020 ? 'present' : 'absent'}; ` +
    `invented: ${invented.join(' ') || 'none'}; error: ${error}`,
);
JS
seen=$(node try.cjs)
echo "$seen"
expected='UV: length 0; patient: absent; invented: x00080000; error: dicomParser.readFixedString: attempt to read past end of buffer'
[[ $seen == "$expected" ]] || { echo "changed; it was: $expected" >&2; exit 1; }
