// One member of a consumer group on demarche:events: loses nothing, buries what cannot be handled.
// The rules are those of docs/consuming.md. npm ci && node consumer.js redis://localhost:6390 app-1
import { Redis } from "ioredis";

const STREAM = "demarche:events", GROUP = "example", ATTEMPTS = 5, COUNT = 10, BLOCK = 500;
const IDLE = 60_000; // milliseconds: longer than COUNT calls of your handler take
const [URL, NAME] = process.argv.slice(2); // the name stays the same after a restart

const redis = new Redis(URL, { maxRetriesPerRequest: null });
let running = true;
let beginAgain = true; // an answer that was lost with the connection left entries in our hands
redis.on("ready", () => { beginAgain = true; });
redis.on("error", (error) => console.error(error.message)); // ioredis goes on trying
process.on("SIGTERM", () => { running = false; });

// Your work. It may see a message twice: store where `revision` is higher than what you have.
function handle(event) {
  console.log(event.id, event.revision);
}

async function deliver([id, pairs], deliveries) {
  if (!pairs) return redis.xack(STREAM, GROUP, id); // trimmed while it was pending
  try {
    if (deliveries > ATTEMPTS) throw new Error("it was never finished");
    handle(JSON.parse(pairs[pairs.indexOf("data") + 1]).data);
  } catch (error) {
    if (deliveries >= ATTEMPTS) await bury(id, pairs, error.message);
    return; // else it stays pending, and comes again after IDLE
  }
  await redis.xack(STREAM, GROUP, id);
}

async function redelivered(entry) {
  const [pending] = await redis.xpending(STREAM, GROUP, entry[0], entry[0], 1);
  await deliver(entry, pending ? pending[3] : 1);
}

async function bury(id, pairs, reason) {
  const why = ["dead-reason", reason, "dead-entry", id, "dead-consumer", NAME];
  await redis.multi().xadd(`${STREAM}:dead:${GROUP}`, "*", ...pairs, ...why)
    .xack(STREAM, GROUP, id).exec();
}

async function read(after, count, ...block) {
  const answer = await redis.xreadgroup(
    "GROUP", GROUP, NAME, "COUNT", count, ...block, "STREAMS", STREAM, after);
  return answer ? answer[0][1] : [];
}

async function own() { // one by one: what waits behind a bad message must not count as tried
  for (let after = "0", entries; (entries = await read(after, 1)).length; after = entries[0][0])
    await redelivered(entries[0]);
}

async function abandoned() {
  for (let cursor = "0-0", entries; running;) {
    [cursor, entries] = await redis.xautoclaim(STREAM, GROUP, NAME, IDLE, cursor, "COUNT", 1);
    for (const entry of entries) await redelivered(entry);
    if (cursor === "0-0") return;
  }
}

for (let claimAt = 0; running;) {
  try {
    if (beginAgain) { beginAgain = false; await own(); }
    if (Date.now() >= claimAt) { await abandoned(); claimAt = Date.now() + IDLE / 2; }
    for (const entry of await read(">", COUNT, "BLOCK", BLOCK)) await deliver(entry, 1);
  } catch (error) {
    if (!error.message.startsWith("NOGROUP")) throw error;
    await redis.xgroup("CREATE", STREAM, GROUP, "0", "MKSTREAM").catch(() => {});
    beginAgain = true;
  }
}
redis.disconnect();
