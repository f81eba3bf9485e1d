/** 32-bit floats, little-endian, scaled to length 1. */
export function toBytes(vector: readonly number[]): Buffer {
  const length = Math.hypot(...vector) || 1;
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [n, value] of vector.entries()) bytes.writeFloatLE(value / length, n * 4);
  return bytes;
}

/** The numbers of stored bytes. */
export function fromBytes(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(bytes.byteLength / 4);
  for (let n = 0; n < numbers.length; n++) numbers[n] = view.getFloat32(n * 4, true);
  return numbers;
}
