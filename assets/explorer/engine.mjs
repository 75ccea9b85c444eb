// The engine: onnxruntime-web, loaded once per page at the first free interaction, and one model per explorer.
//
// Level "basic" of its optimisations is a must: above it, it computes A.T @ v of a vector v wrongly, silently.

/** @typedef {import("./types").Payload} Payload @typedef {import("./types").Feed} Feed */

const ROOT = new URL("../ort/", import.meta.url);
const OPTIONS = { executionProviders: ["wasm"], graphOptimizationLevel: "basic" };
const ARRAYS = { float32: Float32Array, int64: BigInt64Array, bool: Uint8Array };
/** @type {Promise<any>} */
let starting;
/** @type {Set<(text: string) => void>} */
const listeners = new Set();

/** @param {string} text */
const tell = (text) => listeners.forEach((listener) => listener(text));
/** @param {number} size */
const megabytes = (size) => (size / 1e6).toFixed(1);

/** Fetch a file and tell how far it is. @param {URL} url @returns {Promise<Uint8Array>} */
async function fetchTold(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname} was not found`);
  const total = answer.headers.get("content-encoding") ? 0 : +answer.headers.get("content-length");
  const chunks = [];
  let loaded = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    tell(`Loading the engine: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} MB`);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function start() {
  if (typeof WebAssembly === "undefined") throw new Error("this browser has no WebAssembly");
  tell("Loading the engine");
  const [ort, binary] = await Promise.all([
    import(new URL("ort.wasm.min.mjs", ROOT).href),
    fetchTold(new URL("ort-wasm-simd-threaded.wasm", ROOT)),
  ]);
  ort.env.wasm.numThreads = 1; // more need headers that static hosts cannot send, and gain nothing here
  ort.env.wasm.wasmPaths = ROOT.href;
  ort.env.wasm.wasmBinary = binary;
  return ort;
}

/**
 * Open a model; the engine is loaded before, if it is not there yet.
 * @param {URL} url @param {Payload} payload @param {(text: string) => void} listener hears how far it is
 * @returns {Promise<(feeds: Feed[]) => Promise<import("./types").Outputs>>}
 */
export async function open(url, payload, listener) {
  listeners.add(listener);
  try {
    const [ort, model] = await Promise.all([starting ??= start(), fetchTold(url)]);
    tell("Starting the engine");
    const session = await ort.InferenceSession.create(model, OPTIONS);
    return inTurn((feeds) => run(ort, session, payload, feeds));
  } finally {
    listener("");
    listeners.delete(listener);
  }
}

/** One call after the other: a session cannot run twice at a time. @template A, B @param {(a: A) => Promise<B>} work */
function inTurn(work) {
  /** @type {Promise<any>} */
  let last = Promise.resolve();
  return (/** @type {A} */ argument) => {
    const result = last.then(() => work(argument));
    last = result.catch(() => {});
    return result;
  };
}

/** @param {any} ort @param {any} session @param {Payload} payload @param {Feed[]} feeds */
async function run(ort, session, payload, feeds) {
  const tensors = Object.fromEntries(feeds.map(({ name, dtype, shape, data }) => [name, new ort.Tensor(dtype, data, shape)]));
  const found = await session.run(tensors);
  return Object.fromEntries(payload.outputs.map(({ name, shape, result = name }) => [name, { shape, data: found[result].data }]));
}

/** @param {"float32"|"int64"|"bool"} dtype @param {Iterable<number>} numbers */
export function typed(dtype, numbers) {
  if (dtype === "int64") return BigInt64Array.from(numbers, (value) => BigInt(Math.round(value)));
  return ARRAYS[dtype].from(numbers);
}
