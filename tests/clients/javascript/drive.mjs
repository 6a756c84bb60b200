// What a person does with an app that is built on masto.js, against a live node. Prints one JSON object at the end.
//
//   node drive.mjs URL TOKEN FRIEND PICTURE     FRIEND: "@eve@host" on a second node, who posts when she is followed

import { readFile } from "node:fs/promises";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const [url, accessToken, friend, picture] = process.argv.slice(2);
const rest = createRestAPIClient({ url, accessToken });
const done = {};

process.on("uncaughtException", (error) => {
  console.error(error.stack, JSON.stringify(error.details ?? error.properties ?? {}));
  process.exit(1);
});

/** Whether something becomes true within ten seconds. */
async function until(ask) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await ask()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

const me = await rest.v1.accounts.verifyCredentials();
const instance = await rest.v2.instance.fetch();
done.me = me.username;
done.version = instance.version;

const streaming = createStreamingAPIClient({
  streamingApiUrl: instance.configuration.urls.streaming,
  accessToken,
});
const events = streaming.user.subscribe();
const tagged = streaming.hashtag.subscribe({ tag: "Casting" });
const heard = (async () => {
  for await (const event of events) {
    if (event.event === "update" && event.payload.content.includes("from masto.js")) return event.payload.id;
  }
})();
const named = (async () => {
  for await (const event of tagged) if (event.event === "update") return event.payload.id;
})();
const notified = (async () => {
  for await (const event of streaming.user.notification.subscribe()) if (event.event === "notification") return event.payload.type;
})();
await streaming.prepare?.();

const file = new Blob([await readFile(picture)], { type: "image/png" });
const media = await rest.v2.media.create({ file, description: "A violet square" });
const poll = await rest.v1.statuses.create({
  status: "Which one?",
  poll: { options: ["this", "that"], expiresIn: 600 },
});
const status = await rest.v1.statuses.create({
  status: "Hello from masto.js #casting",
  mediaIds: [media.id],
  visibility: "public",
  language: "en",
});
done.heard = [(await heard) === status.id, (await named) === status.id];
events.unsubscribe();
tagged.unsubscribe();

done.alt = status.mediaAttachments[0].description;
done.options = poll.poll.options.map((option) => option.title);

const liked = await rest.v1.statuses.$select(status.id).favourite();
const kept = await rest.v1.statuses.$select(status.id).bookmark();
done.flags = [liked.favourited, liked.favouritesCount, kept.bookmarked];
const edited = await rest.v1.statuses.$select(status.id).update({ status: "Hello again from masto.js" });
done.edited = edited.editedAt !== null && (await rest.v1.statuses.$select(status.id).history.list()).length === 2;
const answer = await rest.v1.statuses.create({ status: "And more", inReplyToId: status.id });
done.thread = (await rest.v1.statuses.$select(status.id).context.fetch()).descendants.map((each) => each.id).join() === answer.id;

const found = await rest.v2.search.list({ q: friend, type: "accounts", resolve: true, limit: 1 });
const account = found.accounts[0];
done.friend = account.acct;
await rest.v1.accounts.$select(account.id).follow();
done.following = await until(async () => (await rest.v1.accounts.relationships.fetch({ id: [account.id] }))[0].following);

const home = [];
for await (const page of rest.v1.timelines.home.list({ limit: 1 })) home.push(...page.map((each) => each.id));
done.home = [home.length >= 3, new Set(home).size === home.length];
done.notified = await notified;
streaming.close();
const [told] = await rest.v1.notifications.list();
const isFirst = async () => (await rest.v1.timelines.home.list({ limit: 1 }))[0].id === told.status.id;
done.told = [told.type, told.account.acct, await until(isFirst)];
const grouped = await rest.v2.notifications.list();
done.grouped = grouped.notificationGroups.map((each) => each.type);
done.removed = (await rest.v1.statuses.$select(poll.id).remove()).text;

console.log(JSON.stringify(done));
process.exit(0);
