/** Whether bytes may be a packed snapshot: gzip, or a tar archive. A device-tree blob is neither. */
export function looksPacked(bytes: Uint8Array): boolean {
  return isGzip(bytes) || new TextDecoder('latin1').decode(bytes.subarray(257, 262)) === 'ustar';
}

/** Whether bytes are gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
