// A server of another make, with one person: Fedify, which Ghost and Hollo are built on. It takes JSON-LD and
// signatures by their word.
//
//   node peer.mjs ADDRESS     prints its origin; then POST /do/VERB with JSON does what `verbs` says, until it is ended

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import * as fedify from "@fedify/fedify";

const { Accept, Activity, Create, Follow, Join, Like, Mention, Note, Person, PUBLIC_COLLECTION } = fedify;
const NAME = "alice";
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const heard = [];
const notes = new Map();
const asked = new Map();
const followers = new Map();
let keys;

const server = createServer(serve);
await new Promise((listening) => server.listen(0, process.argv[2], listening));
const origin = `http://${process.argv[2]}:${server.address().port}`;

// The newer context for proofs is not on board of this release, and nothing is fetched in tests: the older says the same.
const bundled = fedify.getDocumentLoader();
const federation = fedify.createFederation({
  kv: new fedify.MemoryKvStore(),
  allowPrivateAddress: true,
  origin,
  contextLoaderFactory: () => (url) => bundled(url.replace("data-integrity/v2", "data-integrity/v1")),
});
federation
  .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
    if (identifier !== NAME) return null;
    const pairs = await context.getActorKeyPairs(NAME);
    return new Person({
      id: context.getActorUri(NAME),
      preferredUsername: NAME,
      name: "Alice",
      inbox: context.getInboxUri(NAME),
      followers: context.getFollowersUri(NAME),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher(async (_, identifier) => {
    if (identifier !== NAME) return [];
    keys ??= [await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]), await fedify.generateCryptoKeyPair("Ed25519")];
    return keys;
  });
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setObjectDispatcher(Note, "/notes/{id}", (_, { id }) => notes.get(id) ?? null);
federation.setObjectDispatcher(Follow, "/follows/{id}", (_, { id }) => asked.get(id) ?? null);
federation.setObjectDispatcher(Join, "/joins/{id}", (_, { id }) => asked.get(id) ?? null);
federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => ({ identifier: NAME }))
  .on(Activity, async (context, activity) => {
    const loader = await context.getDocumentLoader({ identifier: NAME });
    const object = await activity.getObject({ documentLoader: loader });
    heard.push({ type: activity.constructor.name, actor: activity.actorId.href, ...told(object) });
    if (activity instanceof Follow) {
      const follower = await activity.getActor({ documentLoader: loader });
      followers.set(follower.id.href, follower);
      await send(context, follower, new Accept({ id: made("accepts"), actor: activity.objectId, object: activity }));
    }
  })
  .onError((_, error) => void heard.push({ error: String(error) }));

const made = (kind, id = randomUUID()) => new URL(`${origin}/${kind}/${id}`);
const told = (found) => ({ object: found?.constructor.name, id: found?.id?.href, name: found?.name?.toString() });
const send = (context, to, activity) => context.sendActivity({ identifier: NAME }, to, activity);

const verbs = {
  heard: () => heard,
  meet: async (_, look, { what }) => told(await look(what)),
  follow: async (context, look, { whom }) => ask(context, await look(whom), Follow, "follows"),
  like: async (context, look, { what }) => {
    const liked = await look(what);
    const like = new Like({ id: made("likes"), actor: context.getActorUri(NAME), object: liked.id });
    await send(context, await look(liked.attributionId.href), like);
  },
  join: async (context, look, { what }) => {
    const event = await look(what);
    await ask(context, await look(event.attributionId.href), Join, "joins", event);
  },
  say: async (context, look, { content, to, answers }) => {
    const readers = await Promise.all(to.map(look));
    const [id, author] = [randomUUID(), context.getActorUri(NAME)];
    const addressed = { to: PUBLIC_COLLECTION, ccs: readers.map((reader) => reader.id) };
    const note = new Note({
      id: made("notes", id),
      attribution: author,
      content,
      replyTarget: answers && new URL(answers),
      tags: readers.map((reader) => new Mention({ href: reader.id, name: `@${reader.preferredUsername}` })),
      ...addressed,
    });
    notes.set(id, note);
    await send(context, readers, new Create({ id: made("creates"), actor: author, object: note, ...addressed }));
    return note.id.href;
  },
};

/** Something that is answered later, so that it can be read under its id until then. */
async function ask(context, to, Kind, path, about = to) {
  const id = randomUUID();
  asked.set(id, new Kind({ id: made(path, id), actor: context.getActorUri(NAME), object: about.id }));
  await send(context, to, asked.get(id));
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [url, body] = [new URL(request.url, origin), Buffer.concat(chunks)];
  const verb = verbs[url.pathname.replace("/do/", "")];
  try {
    if (verb) {
      const context = federation.createContext(new URL(origin));
      const documentLoader = await context.getDocumentLoader({ identifier: NAME });
      const look = (what) => context.lookupObject(what, { documentLoader });
      response.end(JSON.stringify((await verb(context, look, JSON.parse(body))) ?? null));
    } else {
      const hasBody = !["GET", "HEAD"].includes(request.method);
      const asked = new Request(url, { method: request.method, headers: request.headers, body: hasBody ? body : null });
      const answer = await federation.fetch(asked, { contextData: undefined });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    }
  } catch (error) {
    response.writeHead(500).end(error.stack);
  }
}

console.log(origin);
