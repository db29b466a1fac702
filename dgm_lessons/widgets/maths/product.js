// Matrix products for small networks: four rows at once in WebAssembly's vectors of four numbers, or, where
// a page may have none, in plain JavaScript. Both are the one function
//   multiply(out, a, b, rows, inner, columns, down, along)
//   out[r, j] = sum over k of a[r, k] b[k, j],   a[r, k] at r down + k along (so `a` may be transposed)
// for `rows` and `columns` that are multiples of 4.

export function plainMultiply(out, a, b, rows, inner, columns, down, along) {
  for (let r = 0; r < rows; r += 2) {
    for (let j = 0; j < columns; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0, p = r * down, o = j; k < inner; k++, p += along, o += columns) {
        const s = a[p];
        const t = a[p + down];
        const b0 = b[o];
        const b1 = b[o + 1];
        const b2 = b[o + 2];
        const b3 = b[o + 3];
        s0 += s * b0;
        s1 += s * b1;
        s2 += s * b2;
        s3 += s * b3;
        t0 += t * b0;
        t1 += t * b1;
        t2 += t * b2;
        t3 += t * b3;
      }
      let o = r * columns + j;
      out[o] = s0;
      out[o + 1] = s1;
      out[o + 2] = s2;
      out[o + 3] = s3;
      o += columns;
      out[o] = t0;
      out[o + 1] = t1;
      out[o + 2] = t2;
      out[o + 3] = t3;
    }
  }
}

// The same for addresses and strides in bytes, as a WebAssembly module that imports a memory: in words
//   repeat for each four rows: j = 0
//     repeat for each four columns: p = a, q = b + j, k = inner, sums 0
//       repeat: v = four numbers at q; sum i += v times the number at p + i down; p += along; q += columns; k -= 1
//       the sums go to out + j and the three rows below; j += 16
//     a += 4 down; out += 4 columns; rows -= 4
export function moduleBytes() {
  const [OUT, A, B, ROWS, INNER, COLUMNS, DOWN, ALONG, J, K, P, Q, T, V, SUM] = Array.from({ length: 15 }, (_, i) => i);
  const [I32, V128] = [0x7f, 0x7b];
  const get = (i) => [0x20, i];
  const set = (i, ...value) => [...value.flat(), 0x21, i];
  const plus = (i, ...value) => set(i, get(i), ...value, [0x6a]);
  const minus = (i, n) => set(i, get(i), [0x41, n, 0x6b]);
  const repeat = (...body) => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b]; // while its last value is not 0
  const [load, splat, store] = [0x00, 0x09, 0x0b].map((code) => [0xfd, code, 2, 0]);
  const [times, sum] = [0xe6, 0xe4].map((code) => [0xfd, code, 1]);
  const nothing = [0xfd, 0x0c, ...Array(16).fill(0)];
  const four = (make) => [0, 1, 2, 3].flatMap((i) => [...make(SUM + i), ...(i < 3 ? make.next : [])]);
  const addUp = (s) => set(s, get(s), get(V), get(T), splat, times, sum);
  addUp.next = plus(T, get(DOWN));
  const putDown = (s) => [...get(T), ...get(s), ...store];
  putDown.next = plus(T, get(COLUMNS));
  const clear = (s) => set(s, nothing);
  clear.next = [];
  const body = repeat(
    set(J, [0x41, 0]),
    repeat(
      set(P, get(A)), set(Q, get(B), get(J), [0x6a]), set(K, get(INNER)), four(clear),
      repeat(set(V, get(Q), load), set(T, get(P)), four(addUp), plus(P, get(ALONG)), plus(Q, get(COLUMNS)), minus(K, 1), get(K)),
      set(T, get(OUT), get(J), [0x6a]), four(putDown), plus(J, [0x41, 16]), get(J), get(COLUMNS), [0x49]),
    plus(A, get(DOWN), [0x41, 2, 0x74]), plus(OUT, get(COLUMNS), [0x41, 2, 0x74]), minus(ROWS, 4), get(ROWS));
  const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >> 7)]);
  const sized = (bytes) => [...leb(bytes.length), ...bytes];
  const code = sized([2, 5, I32, 5, V128, ...body, 0x0b]);
  const sections = [[1, [1, 0x60, 8, ...Array(8).fill(I32), 0]], [2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 1]], [3, [1, 0]], [7, [1, 1, 0x66, 0, 0]],
    [10, [1, ...code]]];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, bytes]) => [id, ...sized(bytes)])]);
}

// Room for `numbers` numbers: table(count) takes a Float32Array from it, and multiply works on such tables.
export function makeMachine(numbers) {
  let [buffer, multiply] = [null, plainMultiply];
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(numbers / 16384) });
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { m: { m: memory } }).exports;
    buffer = memory.buffer;
    multiply = (out, a, b, rows, inner, columns, down, along) =>
      f(out.byteOffset, a.byteOffset, b.byteOffset, rows, inner, 4 * columns, 4 * down, 4 * along);
  } catch {
    buffer = new ArrayBuffer(4 * numbers); // an old browser, or a page that allows no WebAssembly
  }
  let used = 0;
  const table = (count) => new Float32Array(buffer, 4 * (used += count) - 4 * count, count);
  return { table, multiply };
}
